"""The saved plan: the specification it was made from and its changes, for `apply` to carry out or to refuse."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trailkeep.app.codec import decode, encode
from trailkeep.app.setup import Options, Planned
from trailkeep.app.world import Wanted
from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.model.change import Change
from trailkeep.model.ids import AccountId
from trailkeep.setup.spec.load import load

VERSION = 1
LARGEST = 512 << 20
"""Bytes; a plan for 5,000 accounts × 17 Regions has some 200 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan as it was read and agreed to."""

    wanted: Wanted
    changes: tuple[Change, ...]
    retire: frozenset[str]
    only: frozenset[AccountId] | None


def write(path: Path, ready: Planned, options: Options) -> None:
    """Keep a plan, readable by its owner only."""
    value = {
        "trailkeep_plan_file": VERSION,
        "organization": ready.snapshot.organization.id,
        "made": ready.snapshot.taken.isoformat(),
        "specification": ready.wanted.text,
        "retire": sorted(options.retire),
        "only": None if options.only is None else sorted(options.only),
        "changes": [encode(c) for c in ready.plan.changes],
    }
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", hint="choose another place with --save"
        ) from error


def read(path: Path) -> SavedPlan:
    """A saved plan. Raises TrailkeepError for a file that is not one, or is from another version."""
    value = _json(path)
    if value.get("trailkeep_plan_file") != VERSION:
        raise TrailkeepError(
            f"{path} is not a plan this trailkeep can carry out", hint="make it with `trailkeep plan --save`"
        )
    changes, only, retire = value.get("changes"), value.get("only"), value.get("retire")
    if not isinstance(changes, list) or not isinstance(only, list | None) or not isinstance(retire, list):
        raise _damaged(path)
    text, name = str(value.get("specification", "")), f"{path} (specification)"
    try:
        accounts = None if only is None else frozenset(AccountId(str(a)) for a in only)
    except ValueError as error:
        raise _damaged(path) from error
    return SavedPlan(
        wanted=Wanted(spec=load(text, name), text=text, file=name),
        changes=tuple(decode(c) for c in changes),
        retire=frozenset(str(r) for r in retire),
        only=accounts,
    )


def _damaged(path: Path) -> TrailkeepError:
    return TrailkeepError(f"{path} is damaged", hint="make it again with `trailkeep plan --save`")


def _json(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise TrailkeepError(f"{path}: {error.strerror}", hint="name a file made by `trailkeep plan --save`") from error
    if len(raw) > LARGEST:
        raise TrailkeepError(f"{path} is larger than any plan", hint="make it again with `trailkeep plan --save`")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise TrailkeepError(f"{path} is not a saved plan", hint="make it with `trailkeep plan --save`")
    return value
