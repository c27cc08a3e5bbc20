"""For each hole the smallest statement that closes it: these actions on that resource, exempting whom it must."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trailkeep.authz.evaluate import scp_applies
from trailkeep.authz.prove.proof import Hole, Proof
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Layer
from trailkeep.model.document import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A statement, the kind of policy it belongs into, and every place where that must be attached."""

    layer: Layer
    places: tuple[str, ...]
    statement: str
    claims: tuple[str, ...]


def closings(world: World, proofs: Iterable[Proof]) -> Iterator[Closing]:
    """One statement for all holes that are about one resource, with the places where it is missing."""
    found: dict[tuple[Layer, str, str], list[tuple[str, Hole]]] = {}
    for proof in proofs:
        for hole in proof.holes:
            if hole.witness.decision.is_allowed:
                layer, place = _place(world, hole)
                found.setdefault((layer, place, hole.deed.pattern), []).append((proof.claim, hole))
    merged: dict[tuple[Layer, str], list[tuple[str, list[tuple[str, Hole]]]]] = {}
    for (layer, place, pattern), holes in sorted(found.items()):
        statement = canonical(_statement(world, layer, pattern, sorted({h.deed.action for _, h in holes})))
        merged.setdefault((layer, statement), []).append((place, holes))
    for (layer, statement), where in merged.items():
        claims = dict.fromkeys(claim for _, holes in where for claim, _ in holes)
        yield Closing(layer=layer, places=tuple(place for place, _ in where), statement=statement, claims=tuple(claims))


def _place(world: World, hole: Hole) -> tuple[Layer, str]:
    """An SCP binds who asks; where it cannot, the policy of the resource must."""
    if hole.attacker.account in world.organization.accounts and scp_applies(hole.witness.request, hole.attacker.facts):
        return Layer.SCP, world.organization.path(hole.attacker.account)
    return Layer.RESOURCE, hole.deed.subject


def _statement(world: World, layer: Layer, pattern: str, actions: list[str]) -> dict[str, Any]:
    everybody = {"Principal": "*"} if layer is Layer.RESOURCE else {}
    exempt = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": sorted(world.exempt)}}} if world.exempt else {}
    return {"Effect": "Deny", **everybody, "Action": actions, "Resource": pattern, **exempt}
