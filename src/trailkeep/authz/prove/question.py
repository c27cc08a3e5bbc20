"""May this attacker do this to that? AWS's evaluation, in AWS's order, as one formula.

The same rules as `evaluate` and `grants`, for all requests at once. Read for "nobody can" (allows that may match do,
denies that may do not) it is true for exactly the requests that `evaluate` allows; read for "can always" the other way
round, so that neither claim is made where AWS's documentation is silent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trailkeep.authz import services
from trailkeep.authz.evaluate import rcp_applies, scp_applies
from trailkeep.authz.policy import Policy, Statement, about
from trailkeep.authz.principal import Named
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.encode import Encoder
from trailkeep.authz.prove.formula import FALSE, TRUE
from trailkeep.authz.prove.naming import Naming
from trailkeep.authz.prove.variables import Text
from trailkeep.authz.request import Layer, Policies, Reason, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """A Deny that may meet the request: where it stands, and the formula of meeting it."""

    where: Reason
    formula: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The formula of "allowed", in its two halves: what grants it, and each Deny."""

    granted: int
    denies: tuple[Deny, ...]


class Asking:
    """Puts questions about one deed of one attacker; `policies` are all in force, those of the resource included.

    `nobody` is the reading: what is not settled counts for the attacker, else against the one who should be allowed.
    """

    def __init__(self, encoder: Encoder, deed: Deed, policies: Policies, *, nobody: bool = True) -> None:
        self._encoder, self._deed, self._policies, self._nobody = encoder, deed, policies, nobody
        self._attacker = encoder.attacker
        self._action = deed.action.lower()
        self._every, self._either = encoder.formulas.every, encoder.formulas.either
        self._same_account = not deed.account or deed.account == self._attacker.account
        self._is_root = self._attacker.kind == "root"
        self._naming = Naming(encoder, bounded=policies.boundary is not None and not self._is_root)

    def question(self) -> Question:
        """The formulas of the deed."""
        return Question(granted=self._granted(), denies=tuple(self._denies()))

    def allowed(self) -> int:
        """The formula of "allowed" as a whole."""
        question = self.question()
        return self._every((question.granted, *(-d.formula for d in question.denies)))

    # the denies -------------------------------------------------------------------------------------------------------

    def _denies(self) -> Iterator[Deny]:
        for layer, target, policies, resource in self._in_force():
            for policy in policies:
                for statement, of_action in about(policy, self._action):
                    if statement.denies:
                        formula = self._meets(statement, resource, of_action is True, surely=self._nobody)
                        if formula != FALSE:
                            where = Reason(
                                layer=layer, level=target, policy=policy.name, statement=statement.sid, words="denies"
                            )
                            yield Deny(where=where, formula=formula)

    def _in_force(self) -> Iterator[tuple[Layer, str, tuple[Policy, ...], Text | None]]:
        policies, deed = self._policies, self._deed
        request = self._example()
        if rcp_applies(request, self._attacker.facts):
            yield from ((Layer.RCP, level.target, level.policies, deed.own) for level in policies.rcp)
        if scp_applies(request, self._attacker.facts):
            yield from ((Layer.SCP, level.target, level.policies, deed.resource) for level in policies.scp)
        owner_root = self._is_root and self._same_account and self._action in services.BUCKET_POLICY
        if policies.resource and not owner_root:
            yield Layer.RESOURCE, "", (policies.resource,), deed.own
        if self._attacker.account and not self._is_root:
            yield Layer.IDENTITY, "", policies.identity, deed.resource
            yield Layer.BOUNDARY, "", policies.boundary or (), deed.resource

    def _example(self) -> Request:
        """A request of the deed, to ask which layers apply: that depends on kind, account and service alone."""
        who, resource = self._attacker, self._deed.own
        return Request(
            principal=who.example, action=self._deed.action, resource=resource.likely[0] if resource else "*"
        )

    # the grants -------------------------------------------------------------------------------------------------------

    def _granted(self) -> int:
        scp = self._policies.scp if scp_applies(self._example(), self._attacker.facts) else ()
        levels = [self._allows(level.policies, self._deed.resource) for level in scp]
        return self._every((*levels, self._sides()))

    def _sides(self) -> int:
        if not self._attacker.account:
            return self._either(self._grants(frozenset(Named)))
        own = self._deed.own
        gate = services.gate(self._action, own.likely[0] if own else "*")
        not_ours = not self._same_account and self._action in services.BUCKET_POLICY
        if not_ours or (gate == "trust policy" and self._is_root and self._action == "sts:assumerole"):
            return FALSE
        identity, narrowed = self._identity(), self._narrowed()
        if self._deed.behind is not None:  # whoever asks needs a right to the other ARN, too
            ours = TRUE if self._same_account else self._either(self._grants(frozenset(Named)))
            return self._every((ours, identity))
        if not self._same_account:
            return self._every((self._either(self._grants(frozenset(Named))), identity))
        directly = self._either(self._grants(frozenset({Named.SESSION, Named.USER})))
        as_role = self._every((self._either(self._grants(frozenset({Named.ROLE}))), narrowed))
        if not gate:
            return self._either((directly, as_role, identity))
        to_account = self._every((self._either(self._grants(frozenset({Named.ACCOUNT}))), identity))
        return self._either((directly, as_role, to_account))

    def _identity(self) -> int:
        if self._is_root:
            return TRUE
        return self._every((self._allows(self._policies.identity, self._deed.resource), self._narrowed()))

    def _narrowed(self) -> int:
        boundary = self._policies.boundary
        return TRUE if boundary is None or self._is_root else self._allows(boundary, self._deed.resource)

    def _allows(self, policies: Iterable[Policy], resource: Text | None) -> int:
        return self._either(
            self._meets(statement, resource, of_action is True, surely=not self._nobody)
            for policy in policies
            for statement, of_action in about(policy, self._action)
            if not statement.denies
        )

    def _grants(self, strengths: frozenset[Named]) -> Iterator[int]:
        """The Allows of the resource's policy that name the attacker in one of these ways."""
        if self._policies.resource is None:
            return
        for statement, of_action in about(self._policies.resource, self._action):
            if statement.denies:
                continue
            surely = not self._nobody
            rest = self._meets(statement, self._deed.own, of_action is True, surely=surely, principal=False)
            if rest != FALSE:
                named = (self._naming.strength(statement, strength, surely=surely) for strength in strengths)
                yield self._every((rest, self._either(named)))

    # one statement ----------------------------------------------------------------------------------------------------

    def _meets(
        self, statement: Statement, resource: Text | None, of_action: bool, *, surely: bool, principal: bool = True
    ) -> int:
        if statement.unreadable or not of_action:
            if surely:
                return FALSE
            if statement.unreadable:
                return TRUE
        who = self._naming.is_meant(statement, surely=surely) if principal else TRUE
        if who == FALSE:
            return FALSE
        about_it = self._encoder.resource(statement, resource, surely=surely)
        if about_it == FALSE:
            return FALSE
        return self._every((who, about_it, self._encoder.holds(statement, surely=surely)))
