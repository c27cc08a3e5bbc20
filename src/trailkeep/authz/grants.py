"""Who says yes: the resource's side and the principal's side, within one account and across two.

How a resource policy names a principal decides what still narrows its grant within one account: a session's ARN or `*`
nothing; a user's ARN nothing (a user has no session policy); a role's ARN the boundary and the session policy; an
account only hands the question to that account's identity policies.
`*` is not settled by AWS's pages; it is read as the session's ARN, the widest grant.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.authz import services
from trailkeep.authz.matching import Question, first_allow, statement_of
from trailkeep.authz.policy import Policy, Statement
from trailkeep.authz.principal import Named
from trailkeep.authz.request import Layer, Policies, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The layer that does not say yes."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    """The strongest yes of a resource policy."""

    named: Named
    policy: Policy
    statement: Statement
    settled: bool


def refused(layer: Layer, words: str, level: str = "") -> Refused:
    """A layer that does not say yes, in words."""
    return Refused(reason=Reason(layer=layer, level=level, words=words))


def sides(question: Question, policies: Policies) -> Iterator[Reason | Refused]:
    """The yes of each side that is needed, or the first that is missing."""
    request = question.request
    gate = services.gate(question.action, request.resource)
    grant = _grant(question, policies.resource)
    if not request.principal.is_iam:
        yield (
            _told(question, grant)
            if grant
            else refused(Layer.RESOURCE, f"no statement of it allows this to {_who(question)}")
        )
        return
    if not question.is_same_account and question.action in services.BUCKET_POLICY:
        yield refused(Layer.AWS, "only the bucket owner's account may; S3 answers 405 to others")
        return
    if gate == "trust policy" and question.is_root and question.action == "sts:assumerole":
        yield refused(Layer.AWS, "the root user cannot assume roles")
        return
    if gate or not question.is_same_account:
        yield from _both(question, policies, grant, gate)
        return
    yield from _one(question, policies, grant)


def _both(
    question: Question, policies: Policies, grant: _Grant | None, gate: services.Gate
) -> Iterator[Reason | Refused]:
    """The resource's yes is needed; the principal's too, unless it was named itself in its own account."""
    if grant is None:
        yield refused(Layer.RESOURCE, f"the {gate or 'other account'} does not say yes")
        return
    yield _told(question, grant)
    if question.is_same_account and grant.named is not Named.ACCOUNT:
        yield from _narrowed(question, policies, grant.named)
        return
    yield from _identity(question, policies)


def _one(question: Question, policies: Policies, grant: _Grant | None) -> Iterator[Reason | Refused]:
    """Within one account, either side's yes is enough."""
    if grant is None or grant.named is Named.ACCOUNT:
        yield from _identity(question, policies)
        return
    steps = [_told(question, grant), *_narrowed(question, policies, grant.named)]
    if not any(isinstance(s, Refused) for s in steps):
        yield from steps
        return
    yield from _identity(question, policies)


def _identity(question: Question, policies: Policies) -> Iterator[Reason | Refused]:
    """Identity policy, boundary and session policy all say yes; the root user needs only its session's."""
    if question.is_root:
        yield Reason(layer=Layer.AWS, words="the root user has full access in its account")
        if policies.session is not None:
            yield _layer(question, (policies.session,), Layer.SESSION)
        return
    yield _layer(question, policies.identity, Layer.IDENTITY)
    yield from _narrowed(question, policies, Named.ROLE)


def _narrowed(question: Question, policies: Policies, named: Named) -> Iterator[Reason | Refused]:
    if named is not Named.ROLE:
        return
    if policies.boundary is not None and not question.is_root:
        yield _layer(question, policies.boundary, Layer.BOUNDARY)
    if policies.session is not None:
        yield _layer(question, (policies.session,), Layer.SESSION)


def _layer(question: Question, policies: tuple[Policy, ...], layer: Layer) -> Reason | Refused:
    return first_allow(question, policies, layer) or refused(layer, "no statement allows this")


def _grant(question: Question, policy: Policy | None) -> _Grant | None:
    """The Allow that names the principal most directly; one that is settled before one that is not."""
    if policy is None:
        return None
    found = [
        _Grant(named=named, policy=policy, statement=statement, settled=settled)
        for statement, named, settled in question.allowing(policy)
    ]
    return max(found, key=lambda g: (g.named.value, g.settled), default=None)


def _told(question: Question, grant: _Grant) -> Reason:
    if not grant.settled:
        question.assume(Layer.RESOURCE, "", grant.policy, grant.statement)
    to_account = grant.named is Named.ACCOUNT
    words = "leaves it to the principal's account" if to_account else f"allows it to {_who(question)}"
    return statement_of(Layer.RESOURCE, "", grant.policy, grant.statement, words)


def _who(question: Question) -> str:
    return question.request.principal.id or "everybody"
