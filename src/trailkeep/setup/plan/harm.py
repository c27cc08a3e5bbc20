"""No guardrail that does harm: what would stop a delivery, an auditor, trailkeep or an application is refused.

What would be in force after the plan is proved before anything of it is made.
"""

from collections.abc import Iterable

from trailkeep.authz.prove.claims import NEEDED
from trailkeep.authz.prove.proof import Hole, Proof
from trailkeep.authz.prove.prove import verdicts
from trailkeep.model.change import AttachPolicy, Change, PutPolicy
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.declared import declared_after
from trailkeep.setup.spec import Spec

Guardrails = AttachPolicy | PutPolicy


def without_harm(spec: Spec, changes: list[Change], snapshot: Snapshot) -> tuple[list[Change], list[Note]]:
    """The changes without the guardrails that would do harm, and why each of these is refused."""
    rails = [c for c in changes if isinstance(c, Guardrails)]
    if not rails:
        return changes, []
    feared = _harm(spec, changes, snapshot)
    if not feared:
        return changes, []
    anyway = {_what(h) for _, h in _harm(spec, [c for c in changes if not isinstance(c, Guardrails)], snapshot)}
    harm = [(proof, hole) for proof, hole in feared if _what(hole) not in anyway]
    if not harm:
        return changes, []
    names = {_name(rail) for rail in rails}
    denied = {reason.policy for _, hole in harm for reason in hole.witness.decision.reasons}
    guilty = {name for name in names if any(policy.startswith(f"{name} (") for policy in denied)}
    refused = guilty or names
    kept = [c for c in changes if not (isinstance(c, Guardrails) and _name(c) in refused)]
    return kept, [_note(", ".join(sorted(refused)), proof, hole) for proof, hole in harm[:SHOWN]]


SHOWN = 5
"""So many requests that a guardrail would stop are shown; one is enough to refuse it."""


def _harm(spec: Spec, changes: Iterable[Change], snapshot: Snapshot) -> list[tuple[Proof, Hole]]:
    world = declared_after(spec, changes, snapshot)
    return [(proof, hole) for proof in verdicts(world, NEEDED) for hole in proof.holes]


def _what(hole: Hole) -> tuple[str, str, str]:
    return hole.deed.action, hole.deed.subject, hole.attacker.who


def _name(rail: Guardrails) -> str:
    return rail.name if isinstance(rail, AttachPolicy) else rail.policy.name


def _note(names: str, proof: Proof, hole: Hole) -> Note:
    request, reasons = hole.witness.request, hole.witness.decision.reasons
    said = f"{reasons[-1].layer} {reasons[-1].policy}, statement {reasons[-1].statement}" if reasons else "nothing"
    return Note(
        kind="refused",
        subject=names,
        text=f'with it "{proof.title}" would no longer hold: {hole.attacker.who} asks for {request.action} on '
        f"{request.resource}, and {said} says no",
        hint="`trailkeep prove` shows the request in full; change what the guardrail exempts, or where it is attached",
    )
