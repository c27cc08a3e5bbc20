"""prove: read or load, say what was declared, prove."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trailkeep.app.world import Wanted, read_spec
from trailkeep.authz.principal import read_principal
from trailkeep.authz.prove.certificate import Certificate
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.claims.claim import Claim
from trailkeep.authz.prove.proof import Proof
from trailkeep.authz.prove.prove import Progress, prove, verdicts
from trailkeep.authz.prove.world import World
from trailkeep.errors import UsageError
from trailkeep.setup.declared import declared, declared_after

if TYPE_CHECKING:
    from trailkeep.app.setup import Planned
    from trailkeep.model.principals import Principals
    from trailkeep.model.snapshot import Snapshot

SPEC = Path("trailkeep.yaml")


def spec_beside(given: Path | None) -> Wanted | None:
    """The specification that was named, or the one that lies here, or none."""
    if given is None and not SPEC.exists():
        return None
    return read_spec(given or SPEC)


def certify(
    wanted: Wanted | None,
    snapshot: "Snapshot",
    principals: "Principals | None",
    exempt: tuple[str, ...],
    claims: tuple[Claim, ...],
    progress: Progress,
) -> Certificate:
    """The certificate for a snapshot. Raises UsageError where the two files are not of one organization."""
    if principals is not None and principals.organization != snapshot.organization.id:
        raise UsageError(
            f"the principals are of {principals.organization}, the snapshot is of {snapshot.organization.id}",
            hint="take both at once: trailkeep snapshot --out FILE --principals FILE",
        )
    world = declared(wanted.spec, snapshot) if wanted else World(snapshot=snapshot)
    patterns = tuple(dict.fromkeys([*world.exempt, *(_pattern(p) for p in exempt)]))
    return prove(replace(world, exempt=patterns), principals, claims=claims, progress=progress)


def judge(ready: "Planned") -> tuple[tuple[Proof, ...], tuple[Proof, ...]]:
    """What is proved now, and what would be once a plan is carried out."""
    now = declared(ready.spec, ready.snapshot)
    then = declared_after(ready.spec, ready.plan.changes, ready.snapshot)
    before = verdicts(now)
    return before, before if then == now else verdicts(then)


def chosen(ids: list[str] | None) -> tuple[Claim, ...]:
    """The claims of these ids, all without any. Raises UsageError for an id that is none."""
    known = {claim.id: claim for claim in CLAIMS}
    unknown = sorted(set(ids or ()) - set(known))
    if unknown:
        raise UsageError(f"there is no claim {unknown[0][:60]!r}", hint=f"the claims are {', '.join(known)}")
    return tuple(known[i] for i in dict.fromkeys(ids)) if ids else CLAIMS


def _pattern(text: str) -> str:
    """An ARN pattern of roles. Raises UsageError."""
    if text.startswith("arn:") and ":role/" in text and text.count(":") == 5:
        if "*" not in text:
            read_principal(text)
        return text
    raise UsageError(
        f"{text[:120]!r} is no ARN of a role", hint="for example arn:aws:iam::*:role/AWSControlTowerExecution"
    )
