"""What belongs to somebody else: Control Tower, Landing Zone Accelerator and others are left alone, and it is said."""

from collections import defaultdict

from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Trail


def foreign_organization_trail(snapshot: Snapshot) -> Trail | None:
    """A running organization trail of another owner: a second one would only be a billed copy."""
    names = {(f.account, f.name) for f in snapshot.foreign if f.kind == "trail"}
    running = (t for t in snapshot.trails if t.is_organization and t.is_logging)
    return next((t for t in running if (t.owner, t.name) in names), None)


def left_alone(snapshot: Snapshot) -> tuple[Note, ...]:
    """One note per owner and kind, with what leaving it alone leaves uncovered."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for f in snapshot.foreign:
        groups[f.owner, f.kind].append(f"{f.name} ({f.account})")
    trail = foreign_organization_trail(snapshot)
    notes = [
        Note(
            kind="left alone",
            subject=f"{owner}: {kind}",
            text=_few(names),
            hint=_UNCOVERED.get(kind, ""),
        )
        for (owner, kind), names in sorted(groups.items())
    ]
    if trail is not None:
        text = f"the organization trail {trail.name} already hears every account; a second one would be billed"
        hint = f"its bucket {trail.bucket} keeps its owner's protection: `trailkeep snapshot` shows it"
        notes.append(Note(kind="left alone", subject=f"trail {trail.name}", text=text, hint=hint))
    return tuple(notes)


_UNCOVERED = {
    "recorder": "these account-Regions deliver where their owner sends them, not to our Config bucket",
    "bucket": "their retention and protection are their owner's: trailkeep changes neither",
    "trail": "what they record and whether they are stopped is their owner's",
}


def _few(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
