"""audit: read or load, say what was promised, prove, ask."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailkeep.app.world import Wanted
from trailkeep.audit import results
from trailkeep.audit.audit import Audited, audit
from trailkeep.audit.check import Check
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.checks.proved import CHECKS as PROVED
from trailkeep.audit.compare import baseline, compare
from trailkeep.audit.finding import Mute
from trailkeep.audit.mutes import parse_mutes
from trailkeep.audit.promise import implied, promised
from trailkeep.audit.view import View
from trailkeep.authz.prove.prove import verdicts
from trailkeep.authz.prove.world import World
from trailkeep.errors import UsageError
from trailkeep.setup.declared import declared

if TYPE_CHECKING:
    from trailkeep.model.snapshot import Snapshot

MAX_MUTES = 1 << 20
MAX_RESULT = 1 << 30

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The files an audit may take beside the snapshot."""

    mutes: Path | None = None
    baseline: Path | None = None
    verified: Path | None = None
    covered: Path | None = None


def judge(
    wanted: Wanted | None,
    snapshot: "Snapshot",
    checks: tuple[Check, ...],
    beside: Beside,
    *,
    now: datetime | None = None,
    progress: Progress = lambda _what: None,
) -> Audited:
    """The audit of a snapshot, as of the moment it was taken unless `now` says otherwise.

    Proofs are made where one of the checks asks for them. Raises SpecError and UsageError for files that do not fit.
    """
    verified, covered = _result(beside.verified), _result(beside.covered)
    view = View(
        snapshot=snapshot,
        promise=promised(wanted.spec, snapshot) if wanted else implied(snapshot),
        now=now or snapshot.taken,
        verified=results.verified(verified) if verified is not None else None,
        covered=results.covered(covered) if covered is not None else None,
        mutes=_mutes(beside.mutes),
    )
    before = _result(beside.baseline)
    earlier = baseline(before) if before is not None else None
    if earlier is not None and earlier.organization != snapshot.organization.id:
        raise UsageError(
            f"the baseline is of {earlier.organization[:60]}, the snapshot is of {snapshot.organization.id}",
            hint="compare audits of one organization",
        )
    if set(PROVED) & set(checks):
        progress("proofs")
        world = declared(wanted.spec, snapshot) if wanted else World(snapshot=snapshot)
        view = replace(view, proofs={proof.claim: proof for proof in verdicts(world)})
    audited = audit(view, checks, progress=progress)
    return replace(audited, comparison=compare(earlier, audited.findings)) if earlier else audited


def chosen(globs: Iterable[str] | None, *, proofs: bool) -> tuple[Check, ...]:
    """The checks whose id fits one of these globs, all without any. Raises UsageError for a glob that fits none."""
    left = tuple(c for c in CHECKS if proofs or c not in PROVED)
    wanted = tuple(globs or ())
    for glob in wanted:
        if not any(fnmatchcase(c.id, glob) for c in left):
            raise UsageError(f"no check is called {glob[:60]!r}", hint="`trailkeep audit --list` has them all")
    return tuple(c for c in left if not wanted or any(fnmatchcase(c.id, glob) for glob in wanted))


def _mutes(path: Path | None) -> tuple[Mute, ...]:
    if path is None:
        return ()
    return parse_mutes(_text(path, MAX_MUTES), str(path), frozenset(c.id for c in CHECKS))


def _result(path: Path | None) -> Any:  # noqa: ANN401 whatever a file holds
    if path is None:
        return None
    try:
        return json.loads(_text(path, MAX_RESULT))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON", hint="it is written by -o json --output-file FILE") from error


def _text(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="check the path and who may read it") from error
    if len(raw) > most:
        raise UsageError(f"{path}: larger than {most >> 20} MB", hint="this is not such a file")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text", hint="this is not such a file") from error
