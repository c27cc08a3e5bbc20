"""A17: the organization's resource policy denies CloudTrail's role what it must ask Organizations."""

import json
from collections.abc import Iterator

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Policies, Request
from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.errors import PolicyError

ASKED = ("organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:DescribeAccount")


def _look(view: View, subject: Subject) -> Iterator[Case]:
    if not any(t.is_organization for t in walk.trails(view, subject)):
        return
    probe = Probe(operation="describe_resource_policy", account=view.organization.management)
    told = view.told(probe)
    if told is None or told.refused:
        because = f"it could not be asked for: {told.refused}" if told else "a snapshot does not hold it"
        yield Unsure(where="organization's resource policy", because=because, probes=(probe,))
        return
    content = next((row.get("content", "") for row in told.each()), "")
    if not content:
        yield Fine(because="DescribeResourcePolicy says there is none")
        return
    yield _judged(view, content)


def _judged(view: View, content: str) -> Case:
    where, source = "organization's resource policy", "organizations DescribeResourcePolicy, evaluated"
    try:
        policy = parse(json.loads(content), name=where, kind="resource")
    except (PolicyError, ValueError, RecursionError) as error:
        return Unsure(where=where, because=f"it cannot be read: {error}")
    management = view.organization.management
    name = "role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"
    for account in (management, *list(view.organization.accounts)[:3]):
        who = read_principal(f"arn:{view.partition}:iam::{account}:{name}")
        for action in ASKED:
            request = Request(principal=who, action=action, resource="*", resource_account=management)
            facts = Facts(service_linked_role=True)
            decision = evaluate(request, Policies(identity=(requests.ADMINISTRATOR,), resource=policy), facts)
            reason = requests.denying(decision)
            if reason is not None:
                words = f"Except service-linked roles from statement {reason.statement} of the resource policy."
                said = f"{who.id} {action} is denied by statement {reason.statement}"
                return Found(where=where, said=said, source=source, fix=remedy.in_words(view, words))
    return Fine(because="the resource policy denies CloudTrail's role nothing that it asks")


CAUSE = Cause(
    id="A17",
    name="resource-policy",
    title="The organization's resource policy denies CloudTrail's role",
    family=Family.LOGS,
    cost=Cost.CALL,
    decided="The calls of AWSServiceRoleForCloudTrail to Organizations are evaluated against DescribeResourcePolicy.",
    unknown="A snapshot does not hold that policy; `--probe` asks for it.",
    remedy="Take the service-linked role out of the Deny.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html",),
    look=_look,
    nothing="no organization trail is in use",
)
