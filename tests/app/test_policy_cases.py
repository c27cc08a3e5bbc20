"""What a case of `policies test` leaves out comes from the organization; what it writes stays as it is written."""

from dataclasses import replace
from typing import Any

import pytest

from tests.model.made import ARCHIVE, BOSS, BUCKET, ROOT, UNIT, snapshot
from trailkeep.app.policies import run_cases
from trailkeep.authz.case import read_case
from trailkeep.errors import UsageError
from trailkeep.model.document import canonical
from trailkeep.model.organization import Policy, PolicyType
from trailkeep.model.snapshot import Snapshot

ALLOWED, IMPLICIT, EXPLICIT = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
NOTHING: dict[str, Any] = {"Statement": []}
OBJECT = f"arn:aws:s3:::{BUCKET}/AWSLogs/x.gz"
LEVEL = [{"target": "r-ab12", "policies": [EVERYTHING]}]


def policy(name: str, kind: PolicyType, targets: set[str], *statements: dict[str, Any]) -> Policy:
    content = canonical({"Version": "2012-10-17", "Statement": list(statements)})
    return Policy(
        id=f"p-{name.lower()}", name=name, type=kind, aws_managed=False, content=content, targets=frozenset(targets)
    )


def organization(*, bucket_policy: str = "") -> Snapshot:
    """SCPs deny StopLogging, an RCP denies reading in clear text; the archive's bucket has the policy that is given."""
    base = snapshot()
    everywhere: set[str] = {ROOT, UNIT, BOSS, ARCHIVE}
    stop = {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}
    clear = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policies = (
        policy("Full", "SERVICE_CONTROL_POLICY", everywhere, EVERYTHING["Statement"]),
        policy("Guard", "SERVICE_CONTROL_POLICY", {UNIT}, stop),
        policy("Transport", "RESOURCE_CONTROL_POLICY", {UNIT}, clear),
    )
    both = {"SERVICE_CONTROL_POLICY": "ENABLED", "RESOURCE_CONTROL_POLICY": "ENABLED"}
    buckets = tuple(replace(b, policy=bucket_policy) if b.name == BUCKET else b for b in base.buckets)
    known = replace(base.organization, policies=policies, policy_types=both)
    return replace(base, organization=known, buckets=buckets)


def decision(
    policies: dict[str, Any] | None,
    held: Snapshot | None,
    *,
    action: str = "cloudtrail:StopLogging",
    resource: str = f"arn:aws:cloudtrail:eu-west-1:{ARCHIVE}:trail/own",
    account: str = ARCHIVE,
    **more: Any,
) -> str:
    request = {"principal": f"arn:aws:iam::{account}:role/Admin", "action": action, "resource": resource, **more}
    found: dict[str, Any] = {"id": "made", "request": request, "expected": {"decision": ALLOWED}}
    facts = request.pop("principal_facts", None)
    found |= {} if policies is None else {"policies": policies}
    found |= {} if facts is None else {"principal_facts": facts}
    (outcome,) = run_cases([read_case(found, "here")], held)
    return str(outcome.decision.verdict)


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        (None, EXPLICIT),
        ({"identity": [EVERYTHING]}, EXPLICIT),
        ({"identity": [EVERYTHING], "resource": None, "rcp": []}, EXPLICIT),
        ({"identity": [EVERYTHING], "scp": []}, ALLOWED),
        ({"identity": [EVERYTHING], "scp": None}, ALLOWED),
        ({"identity": [EVERYTHING], "scp": LEVEL}, ALLOWED),
        ({"scp": []}, IMPLICIT),
        ({}, EXPLICIT),
    ],
)
def test_scps_that_are_left_out_are_the_organizations(policies: dict[str, Any] | None, said: str) -> None:
    assert decision(policies, organization()) == said


def test_without_an_organization_what_is_left_out_is_none() -> None:
    assert decision({"identity": [EVERYTHING]}, None) == ALLOWED
    assert decision({}, None) == IMPLICIT
    with pytest.raises(UsageError, match="has no policies"):
        decision(None, None)


def test_rcps_are_those_above_the_resources_account_whoever_asks() -> None:
    clear: dict[str, Any] = {"action": "s3:GetObject", "resource": OBJECT, "context": {"aws:SecureTransport": "false"}}
    mine = {"identity": [EVERYTHING], "scp": [], "resource": {"Statement": [GRANT]}}
    assert decision(mine, organization(), account=BOSS, **clear) == EXPLICIT
    assert decision(mine | {"rcp": []}, organization(), account=BOSS, **clear) == ALLOWED
    assert decision(mine, None, account=BOSS, **clear, resource_account=ARCHIVE) == ALLOWED


GRANT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def test_the_bucket_policy_is_the_one_the_snapshot_holds() -> None:
    held = organization(bucket_policy=canonical({"Statement": [{**GRANT, "Effect": "Deny"}]}))
    asked: dict[str, Any] = {"action": "s3:GetObject", "resource": OBJECT}
    assert decision({"identity": [EVERYTHING]}, held, **asked) == EXPLICIT
    assert decision({"identity": [EVERYTHING], "resource": None}, held, **asked) == ALLOWED
    assert decision({"identity": [NOTHING], "resource": {"Statement": [GRANT]}}, held, **asked) == ALLOWED


def test_facts_that_are_left_out_are_the_organizations_too() -> None:
    asked: dict[str, Any] = {"account": BOSS, "resource": f"arn:aws:cloudtrail:eu-west-1:{BOSS}:trail/own"}
    held = organization()
    everybody = replace(
        held.organization,
        policies=tuple(
            replace(p, targets=p.targets | {ROOT}) if p.name == "Guard" else p for p in held.organization.policies
        ),
    )
    rooted = replace(held, organization=everybody)
    assert decision({"identity": [EVERYTHING]}, rooted, **asked) == ALLOWED  # SCPs do not bind the management account
    stated: dict[str, Any] = {"principal_facts": {"management_account": False}}
    assert decision({"identity": [EVERYTHING]}, rooted, **asked, **stated) == EXPLICIT


def test_a_case_that_writes_everything_asks_no_organization() -> None:
    whole = {"identity": [EVERYTHING], "scp": [], "rcp": [], "resource": None}
    assert decision(whole, organization()) == decision(whole, None) == ALLOWED
