"""May this request happen? AWS's evaluation, in AWS's order.

1. An explicit deny in any policy that applies ends it: RCPs, SCPs, resource policy, identity policies, permissions
   boundary, session policy, VPC endpoint policy.
2. Every level of SCPs from the root to the account needs an allow; RCPFullAWSAccess stands at every level of RCPs.
3. A VPC endpoint policy needs an allow.
4. Resource policy and identity side: either within one account, both across accounts; key policies and role trust
   must always say yes. Boundary and session policy narrow the identity side (see `grants.py`).

Not bound by SCPs: the management account, service-linked roles, AWS services, anonymous requests. Not bound by RCPs:
service-linked roles, resources of the management account, services RCPs do not cover. The owner's root user may always
read, put and delete a bucket policy as far as that policy goes; SCPs, RCPs and endpoint policies still bind it.

Where AWS's documentation is silent, an Allow that may match matches and a Deny that may match does not: the reading
under which "nobody can" is never claimed too easily. Each such reading is listed in `Decision.assumptions`.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from collections.abc import Iterable, Iterator

from trailkeep.authz import grants, services
from trailkeep.authz.matching import Question, first_allow, statement_of
from trailkeep.authz.request import Decision, Facts, Layer, Level, Policies, Reason, Request, Verdict


def evaluate(request: Request, policies: Policies, facts: Facts) -> Decision:
    """The decision on one request. Pure; policies are compiled once with `policy.parse`."""
    question = Question.of(request, policies, is_root=facts.is_root or request.principal.kind == "root")
    if question.action in services.ALWAYS and request.principal.is_iam:
        return question.decision(
            Verdict.ALLOWED, [Reason(layer=Layer.AWS, words="needs no permission, and no policy can deny it")]
        )
    denied = next(_denies(question, _in_force(question, policies, facts)), None)
    if denied is not None:
        return question.decision(Verdict.EXPLICITLY_DENIED, [denied])
    reasons: list[Reason] = []
    for step in _steps(question, policies, facts):
        if isinstance(step, grants.Refused):
            return question.decision(Verdict.IMPLICITLY_DENIED, [*reasons, step.reason])
        reasons.append(step)
    return question.decision(Verdict.ALLOWED, reasons)


def scp_applies(request: Request, facts: Facts) -> bool:
    """Whether SCPs bind this principal at all."""
    return request.principal.is_iam and not (facts.management_account or facts.service_linked_role)


def rcp_applies(request: Request, facts: Facts) -> bool:
    """Whether RCPs bind this request at all."""
    return not (facts.resource_in_management_account or facts.service_linked_role) and services.is_covered_by_rcp(
        request.action.lower(), request.resource
    )


def _in_force(question: Question, policies: Policies, facts: Facts) -> Iterator[tuple[Layer, Level]]:
    """Every policy that can deny, in AWS's order."""
    if rcp_applies(question.request, facts):
        yield from ((Layer.RCP, level) for level in policies.rcp)
    if scp_applies(question.request, facts):
        yield from ((Layer.SCP, level) for level in policies.scp)
    if policies.resource and not _is_owner_root(question):
        yield Layer.RESOURCE, Level(target="", policies=(policies.resource,))
    yield from _on_identity_side(question, policies)
    yield Layer.VPC_ENDPOINT, Level(target="", policies=policies.vpc_endpoint or ())


def _on_identity_side(question: Question, policies: Policies) -> Iterator[tuple[Layer, Level]]:
    """What binds IAM principals only; the root user has neither identity policies nor a boundary."""
    if not question.request.principal.is_iam:
        return
    if not question.is_root:
        yield Layer.IDENTITY, Level(target="", policies=policies.identity)
        yield Layer.BOUNDARY, Level(target="", policies=policies.boundary or ())
    if policies.session is not None:
        yield Layer.SESSION, Level(target="", policies=(policies.session,))


def _is_owner_root(question: Question) -> bool:
    return question.is_root and question.is_same_account and question.action in services.BUCKET_POLICY


def _denies(question: Question, in_force: Iterable[tuple[Layer, Level]]) -> Iterator[Reason]:
    for layer, level in in_force:
        for policy in level.policies:
            for statement in question.denying(policy, layer, level.target):
                yield statement_of(layer, level.target, policy, statement, "denies it explicitly")


def _steps(question: Question, policies: Policies, facts: Facts) -> Iterator[Reason | grants.Refused]:
    """What each layer says after no explicit deny was found, until one refuses."""
    if policies.scp and scp_applies(question.request, facts):
        yield from _levels(question, policies.scp)
    elif policies.scp:
        yield Reason(layer=Layer.SCP, words=_exempt(facts))
    if policies.vpc_endpoint is not None:
        allow = first_allow(question, policies.vpc_endpoint, Layer.VPC_ENDPOINT)
        if allow is None:
            yield grants.refused(Layer.VPC_ENDPOINT, "no statement of it allows this")
            return
        yield allow
    yield from grants.sides(question, policies)


def _levels(question: Question, levels: tuple[Level, ...]) -> Iterator[Reason | grants.Refused]:
    for level in levels:
        allow = first_allow(question, level.policies, Layer.SCP, level.target)
        if allow is None:
            yield grants.refused(Layer.SCP, "no SCP attached here allows this", level.target)
            return
        yield allow


def _exempt(facts: Facts) -> str:
    if facts.management_account:
        return "SCPs do not bind the management account"
    if facts.service_linked_role:
        return "SCPs do not bind service-linked roles"
    return "SCPs bind only principals of member accounts"
