"""Which statements of a policy meet a request, and what was assumed on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trailkeep.authz.policy import Policy, Statement, about
from trailkeep.authz.principal import Named
from trailkeep.authz.request import Decision, Layer, Policies, Reason, Request, Verdict
from trailkeep.authz.truth import Truth

_ALLOW = "may allow it; AWS's documentation does not settle it, so it is taken to"
_DENY = "may deny it; AWS's documentation does not settle it, so it is taken not to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request prepared for asking policies; `assumptions` grows while they are asked."""

    request: Request
    action: str
    resource: str
    is_root: bool
    is_same_account: bool
    bounded: bool
    assumptions: list[Reason] = field(default_factory=list)

    @classmethod
    def of(cls, request: Request, policies: Policies, *, is_root: bool) -> "Question":
        """Lower-case the action, once; a resource without a known account is of the principal's."""
        owner = request.resource_account
        return cls(
            request=request,
            action=request.action.lower(),
            resource="*" if request.wildcard_only else request.resource,
            is_root=is_root,
            is_same_account=not owner or owner == request.principal.account,
            bounded=policies.boundary is not None and not is_root,
        )

    def decision(self, verdict: Verdict, reasons: list[Reason]) -> Decision:
        """The verdict with everything that was assumed until it was reached."""
        return Decision(verdict=verdict, reasons=tuple(reasons), assumptions=tuple(self.assumptions))

    def meets(self, statement: Statement, of_action: Truth) -> Truth:
        """Whether the statement is about this request; `of_action` is what is known already."""
        if statement.unreadable:
            return None
        context = self.request.context
        found = of_action
        for truth in (
            statement.of_principal(self.request.principal, bounded=self.bounded),
            statement.of_resource(self.resource, context),
        ):
            if truth is False:
                return False
            found = None if truth is None else found
        holds = statement.holds(context)
        return found if holds else holds

    def denying(self, policy: Policy, layer: Layer, level: str) -> Iterator[Statement]:
        """The Deny statements that meet the request; those that only may are assumed not to."""
        for statement, of_action in about(policy, self.action):
            if statement.denies:
                truth = self.meets(statement, of_action)
                if truth:
                    yield statement
                elif truth is None:
                    self.assumptions.append(statement_of(layer, level, policy, statement, _DENY))

    def allowing(self, policy: Policy) -> Iterator[tuple[Statement, Named, bool]]:
        """The Allow statements that meet the request, how they name the principal, and whether that is settled."""
        for statement, of_action in about(policy, self.action):
            if not statement.denies:
                truth = self.meets(statement, of_action)
                if truth is not False:
                    yield statement, self._named(statement), truth is True

    def _named(self, statement: Statement) -> Named:
        element = statement.principal
        if element is None or element.negated:
            return Named.SESSION
        named = element.named(self.request.principal)
        return Named.SESSION if named is Named.UNSURE else named

    def assume(self, layer: Layer, level: str, policy: Policy, statement: Statement) -> None:
        """Remember that this Allow was taken to match."""
        self.assumptions.append(statement_of(layer, level, policy, statement, _ALLOW))


def first_allow(question: Question, policies: Iterable[Policy], layer: Layer, level: str = "") -> Reason | None:
    """The first Allow that is settled, or else the first that may match (which is then an assumption)."""
    unsure: tuple[Policy, Statement] | None = None
    for policy in policies:
        for statement, _, settled in question.allowing(policy):
            if settled:
                return statement_of(layer, level, policy, statement, "allows it")
            unsure = unsure or (policy, statement)
    if unsure is None:
        return None
    question.assume(layer, level, *unsure)
    return statement_of(layer, level, *unsure, _ALLOW)


def statement_of(layer: Layer, level: str, policy: Policy, statement: Statement, words: str) -> Reason:
    """A reason that points at a statement."""
    why = f"{words} (unreadable: {statement.unreadable})" if statement.unreadable else words
    return Reason(layer=layer, level=level, policy=policy.name, statement=statement.sid, words=why)
