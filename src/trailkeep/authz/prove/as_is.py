"""The principals there are: what the worst case leaves open, asked again of each role and user with its own policies.

Whom the worst case holds back, with all rights, is held back with fewer; so only its holes are asked about again, and
service-linked roles, which no SCP or RCP binds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from trailkeep.authz.policy import Kind, Policy, about, parse, unreadable
from trailkeep.authz.prove.answer import Answering
from trailkeep.authz.prove.attacker import Attacker, only
from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.numbers import by_part
from trailkeep.authz.prove.proof import Guard, Hole, Proof, Unsettled, gathered
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Policies
from trailkeep.errors import PolicyError
from trailkeep.model.ids import AccountId
from trailkeep.model.principals import AttachedPolicy, IamPrincipal, Principals

Answer = Hole | Guard | Unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class AsIs:
    """Asks again, for one claim after the other."""

    world: World
    principals: Principals
    answering: Answering

    def prove(self, worst: Proof) -> Proof:
        """The same claim of the principals there are."""
        answers = [*worst.guards, *self._again(worst), *self._service_linked(worst), *worst.unsettled]
        return gathered(worst.claim, worst.title, answers, worst.because)

    def _again(self, worst: Proof) -> Iterator[Answer]:
        for hole in worst.holes:
            if hole.attacker.account not in self.world.organization.accounts or hole.attacker.kind == "root":
                yield hole  # strangers, services and root users need no policy of ours
            else:
                yield from self._everybody_like(hole.deed, hole.attacker)

    def _everybody_like(self, deed: Deed, attacker: Attacker) -> Iterator[Answer]:
        """The principals of every account that the attacker's stands for, each distinct one asked once."""
        asked: set[object] = set()
        for account in self.world.alike(AccountId(attacker.account)):
            blind = self.principals.blind(account)
            if blind is not None:
                yield _not_read(account, blind.reason)
                continue
            for principal in self.principals.of(account):
                if principal.kind != attacker.kind or principal.is_service_linked:
                    continue
                # accounts of one class are told apart by their number alone, so this is the same question
                same = _renumbered(principal, account, attacker.account)
                if same is None:
                    yield _by_part(principal)
                    continue
                key = (same.arn, same.policies, same.boundary)
                if key not in asked:
                    asked.add(key)
                    yield self._ask(deed, attacker, same, principal.arn)

    def _service_linked(self, worst: Proof) -> Iterator[Answer]:
        answers: tuple[Guard | Hole, ...] = (*worst.guards, *worst.holes)
        deeds = {id(a.deed): a.deed for a in answers if a.deed.behind is None}
        asked: set[object] = set()
        for principal in self.principals.principals:
            if not principal.is_service_linked or principal.account not in self.world.organization.accounts:
                continue
            account = self.world.stands_for(principal.account)
            same = _renumbered(principal, principal.account, account)
            if same is None:
                yield _by_part(principal)
                continue
            for deed in deeds.values():
                if deed.account not in {"", account} and deed.policy is None:
                    continue  # across accounts, and nothing there that could grant it
                key = (id(deed), same.arn, same.policies)
                if key not in asked:
                    asked.add(key)
                    yield from self._ask_service_linked(deed, same, account, principal.arn)

    def _ask_service_linked(self, deed: Deed, same: IamPrincipal, account: str, arn: str) -> Iterator[Answer]:
        likes = insiders(self.world, account, deed.account or account)
        role = next(a for a in likes if a.kind == "role")
        exempt = replace(role, facts=replace(role.facts, service_linked_role=True))
        answer = self._ask(deed, exempt, same, arn)
        if not isinstance(answer, Guard):
            yield answer

    def _ask(self, deed: Deed, attacker: Attacker, principal: IamPrincipal, arn: str) -> Answer:
        identity = tuple(_compiled(p, "identity") for p in principal.policies)
        like = replace(attacker, who=arn, arn=only(principal.arn), stands_for=1)
        if deed.policy is None and not any(about(p, deed.action.lower()) for p in identity):
            return Guard(deed=deed, attacker=like, alone=())
        boundary = (_compiled(principal.boundary, "boundary"),) if principal.boundary else None
        policies = Policies(identity=identity, boundary=boundary, scp=attacker.policies.scp)
        return self.answering.answer(deed, replace(like, policies=policies))


def without_principals(worst: Proof) -> Proof:
    """The answer of those who did not read the principals: it is not known."""
    because = "the principals there are were not read: see `trailkeep snapshot --principals`"
    return replace(
        worst, holes=(), guards=(), unsettled=(Unsettled(subject="principals", because=because),), because=""
    )


def _not_read(account: str, reason: str) -> Unsettled:
    return Unsettled(subject=f"principals of account {account}", because=reason)


def _by_part(principal: IamPrincipal) -> Unsettled:
    because = "its policies name accounts by a part of their number, and other accounts stand for its own"
    return Unsettled(subject=principal.arn, because=because)


def _renumbered(principal: IamPrincipal, before: str, after: str) -> IamPrincipal | None:
    """The principal if its account had the other number, and the other account this one; None where that cannot be."""
    if before == after:
        return principal
    policies = (*principal.policies, *([principal.boundary] if principal.boundary else []))
    if any(by_part(_compiled(p, "identity")) for p in policies):
        return None
    return replace(
        principal,
        arn=_exchanged(principal.arn, before, after),
        policies=tuple(replace(p, content=_exchanged(p.content, before, after)) for p in principal.policies),
        boundary=principal.boundary
        and replace(principal.boundary, content=_exchanged(principal.boundary.content, before, after)),
    )


def _exchanged(text: str, one: str, other: str) -> str:
    return re.sub(f"{one}|{other}", lambda found: other if found[0] == one else one, text)


@lru_cache(maxsize=65536)
def _compiled(policy: AttachedPolicy, kind: Kind) -> Policy:
    if not policy.content:
        return unreadable(policy.name, kind, "it could not be read")
    try:
        return parse(policy.content, name=policy.name, kind=kind)
    except PolicyError as error:
        return unreadable(policy.name, kind, error.message)
