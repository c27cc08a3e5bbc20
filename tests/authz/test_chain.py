"""From a snapshot's organization to levels and facts."""

from dataclasses import replace

import pytest

from tests.model.made import ARCHIVE, BOSS, ROOT, UNIT, organization
from trailkeep.authz import chain, context
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.event import asked_in
from trailkeep.authz.levels import say
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Layer, Level, Policies, Request
from trailkeep.model.organization import Policy, PolicyType

SCP: PolicyType = "SERVICE_CONTROL_POLICY"
ROLE = f"arn:aws:iam::{ARCHIVE}:role/Ops"


def test_levels_go_from_the_root_to_the_account() -> None:
    levels = chain.levels(organization(), ARCHIVE, SCP)
    assert [level.target for level in levels] == [ROOT, UNIT, ARCHIVE]
    assert [[p.name for p in level.policies] for level in levels] == [
        [],
        ["ZebraGuard (p-12345678)"],
        ["ZebraGuard (p-12345678)"],
    ]


def test_no_level_where_the_type_is_off_or_the_account_unknown() -> None:
    assert chain.levels(organization(), ARCHIVE, "RESOURCE_CONTROL_POLICY") == ()
    assert chain.levels(organization(), "999999999999", SCP) == ()
    assert chain.levels(replace(organization(), policy_types={}), ARCHIVE, SCP) == ()


def test_a_policy_is_compiled_once() -> None:
    first, second = (chain.levels(organization(), ARCHIVE, SCP) for _ in range(2))
    assert first[1].policies[0] is second[2].policies[0]


def test_a_policy_that_cannot_be_read_is_an_assumption_not_a_crash() -> None:
    broken = Policy(
        id="p-1", name="broken", type=SCP, aws_managed=False, content="{", targets=frozenset({ROOT, UNIT, str(ARCHIVE)})
    )
    levels = chain.levels(replace(organization(), policies=(broken,)), ARCHIVE, SCP)
    admin = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, kind="identity")
    request = Request(principal=read_principal(ROLE), action="s3:GetObject", resource="arn:aws:s3:::b/k")
    decision = evaluate(request, Policies(identity=(admin,), scp=levels), Facts())
    assert decision.is_allowed
    assert "not JSON" in decision.assumptions[0].words


def test_facts() -> None:
    boss = read_principal(f"arn:aws:iam::{BOSS}:user/jane")
    assert chain.facts(organization(), boss, ARCHIVE) == Facts(management_account=True)
    root = read_principal(f"arn:aws:iam::{ARCHIVE}:root")
    assert chain.facts(organization(), root, BOSS) == Facts(is_root=True, resource_in_management_account=True)
    linked = read_principal(f"arn:aws:iam::{ARCHIVE}:role/aws-service-role/config.amazonaws.com/X")
    assert chain.facts(organization(), linked, ARCHIVE) == Facts(service_linked_role=True)


def test_derived_keys() -> None:
    session = read_principal(f"arn:aws:sts::{ARCHIVE}:assumed-role/Ops/bob")
    keys = context.derived(session, ARCHIVE, organization())
    assert keys["aws:principalarn"] == (ROLE,)
    assert keys["aws:principalorgpaths"] == (f"o-abcdefghij/{ROOT}/{UNIT}/",)
    assert keys["aws:resourceorgid"] == ("o-abcdefghij",)
    service = context.derived(read_principal("cloudtrail.amazonaws.com"), ARCHIVE, None)
    assert service["aws:principalisawsservice"] == ("true",)
    assert "aws:principalarn" not in service


@pytest.mark.parametrize(
    ("statement", "resource", "answer"),
    [
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, None, "denies"),
        ({"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}, None, "allows"),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}, None, "denies sometimes"),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}, "arn:aws:s3:::logs/k", "denies"),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}, "arn:aws:s3:::other/k", "allows"),
        (
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Null": {"a": "true"}}},
            None,
            "denies sometimes",
        ),
    ],
)
def test_what_a_level_says(statement: dict[str, object], resource: str | None, answer: str) -> None:
    full = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    level = Level(target="r-1", policies=(parse({"Statement": [full, statement]}, kind="scp"),))
    assert say(level, Layer.SCP, "s3:DeleteObject", resource).answer == answer


def test_a_silent_level_does_not_allow_as_scp_and_allows_as_rcp() -> None:
    level = Level(target="r-1", policies=())
    assert say(level, Layer.SCP, "s3:DeleteObject", None).answer == "does not allow"
    assert say(level, Layer.RCP, "s3:DeleteObject", None).answer == "allows"


EVENT = {
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutBucketLifecycle",
    "eventTime": "2026-11-01T12:00:00Z",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "203.0.113.9",
    "errorCode": "AccessDenied",
    "userIdentity": {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ARCHIVE}:assumed-role/Ops/bob",
        "sessionContext": {
            "sessionIssuer": {"arn": f"arn:aws:iam::{ARCHIVE}:role/team/Ops"},
            "attributes": {"mfaAuthenticated": "false"},
        },
    },
    "requestParameters": {"bucketName": "logs"},
}


def test_an_event_tells_its_request() -> None:
    asked = asked_in({"Records": [EVENT]})
    assert (asked.action, asked.resource) == ("s3:PutLifecycleConfiguration", "arn:aws:s3:::logs")
    assert asked.context["aws:principalarn"] == (f"arn:aws:iam::{ARCHIVE}:role/team/Ops",)
    assert asked.context["aws:sourceip"] == ("203.0.113.9",)
    assert asked.context["aws:multifactorauthpresent"] == ("false",)


def test_the_error_message_is_believed_before_the_events_name() -> None:
    said = (
        "User: arn:aws:sts::1:assumed-role/Ops/bob is not authorized to perform: cloudtrail:StopLogging on resource: "
        "arn:aws:cloudtrail:eu-west-1:222222222222:trail/t with an explicit deny in a service control policy"
    )
    asked = asked_in({**EVENT, "errorMessage": said})
    assert asked.action == "cloudtrail:StopLogging"
    assert asked.resource == "arn:aws:cloudtrail:eu-west-1:222222222222:trail/t"


def test_services_and_strangers_in_events() -> None:
    service = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    assert asked_in({**EVENT, "userIdentity": service}).principal == "config.amazonaws.com"
    nobody = {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    assert (
        asked_in({**EVENT, "userIdentity": {**nobody, "principalId": "ANONYMOUS_PRINCIPAL"}}).principal == "anonymous"
    )
