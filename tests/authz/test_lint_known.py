"""Lint with a snapshot: where policies are attached, what the organization calls its buckets, our own documents."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.model import made
from tests.setup import build, planning
from trailkeep.app.lint import lint_snapshot
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import read
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.model.ids import Partition
from trailkeep.model.organization import Policy, PolicyType
from trailkeep.model.snapshot import Snapshot, Unreachable

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "cloudtrail:UpdateTrail", "Resource": "*"}
STOP = {"Effect": "Deny", "Action": ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"], "Resource": "*"}
REST = {"Effect": "Deny", "Action": ["cloudtrail:Update*", "cloudtrail:Put*"], "Resource": "*"}


def policy(
    name: str, *statements: Any, targets: tuple[str, ...], type_: PolicyType = "SERVICE_CONTROL_POLICY"
) -> Policy:
    return Policy(
        id=f"p-{name.lower()}",
        name=name,
        type=type_,
        aws_managed=name.startswith("Full"),
        content=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":")),
        targets=frozenset(targets),
    )


FULL = policy("FullAWSAccess", ALLOW, targets=(made.ROOT, made.UNIT, made.BOSS, made.ARCHIVE))


def snapshot(*policies: Policy, **changes: Any) -> Snapshot:
    base = made.snapshot()
    organization = replace(base.organization, policies=policies)
    return replace(base, organization=organization, **{"buckets": (), "guards": (), "roles": (), "keys": (), **changes})


def ids(*policies: Policy, **changes: Any) -> list[tuple[str, str]]:
    return [(str(f.severity), f.id) for f in lint_snapshot(snapshot(*policies, **changes)).findings]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((made.UNIT,), []),
        ((), [("warning", "attached-to-nobody")]),
        ((made.BOSS,), [("error", "attached-to-nobody")]),
        ((made.BOSS, made.UNIT), []),
    ],
)
def test_a_policy_binds_only_where_it_is_attached(targets: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert ids(FULL, policy("Guard", DENY, targets=targets)) == expected


def test_an_rcp_while_rcps_are_off_binds_nobody() -> None:
    everybody = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketAcl", "Resource": "*"}
    off = policy("Perimeter", everybody, targets=(made.UNIT,), type_="RESOURCE_CONTROL_POLICY")
    assert ids(FULL, off) == [("error", "attached-to-nobody")]


def test_a_level_without_an_allow_denies_everything_below() -> None:
    partly = replace(FULL, targets=FULL.targets - {made.UNIT})
    assert ids(partly, policy("Guard", DENY, targets=(made.UNIT,))) == [("error", "allow-missing")]


def test_ten_policies_leave_no_slot() -> None:
    full = [policy(f"G{n}", DENY, targets=(made.UNIT,)) for n in range(9)]
    assert ids(FULL, *full) == [("note", "no-slot-left")]
    assert ids(FULL, *full[:8]) == []


def test_a_companion_counts_where_it_is_in_force() -> None:
    stop = policy("Stop", STOP, targets=(made.UNIT,))
    assert ids(FULL, stop, policy("Rest", REST, targets=(made.ROOT,))) == []
    below = ids(FULL, stop, policy("Rest", REST, targets=(made.ARCHIVE,)))
    assert ("warning", "companions-missing") in below, "the unit may have other accounts"


def test_a_correction_names_the_organization_s_own_buckets() -> None:
    text = json.dumps({"Statement": {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::/*"}})
    found = lint([read(text, name="p", form="scp")], made.snapshot())
    fixed = next(f for f in found if f.id == "resource-matches-nothing").corrected[0]
    assert fixed["Resource"] == f"arn:aws:s3:::{made.BUCKET}/*"


def test_another_partition_s_arns_match_nothing_here() -> None:
    base = made.snapshot()
    there = replace(base, organization=replace(base.organization, partition=Partition("aws-us-gov")))
    statement = {"Effect": "Deny", "Action": "s3:PutBucketAcl", "Resource": "arn:aws:s3:::logs"}
    document = read(json.dumps({"Version": "2012-10-17", "Statement": statement}), name="p", form="scp")
    (found,) = lint([document], there)
    assert (found.id, found.severity) == ("wrong-partition", Severity.ERROR)
    assert found.corrected[0]["Resource"] == "arn:aws-us-gov:s3:::logs"


def test_a_bucket_policy_is_judged_by_the_trail_that_delivers_to_it() -> None:
    base = made.snapshot()
    closed = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{made.BUCKET}", f"arn:aws:s3:::{made.BUCKET}/*"],
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": base.organization.id}},
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [closed]})
    buckets = tuple(replace(b, policy=text) for b in base.buckets if b.name == made.BUCKET)
    found = lint_snapshot(snapshot(FULL, buckets=buckets)).findings
    assert [(f.id, f.number) for f in found] == [("delivery-caught", 1)]
    assert lint_snapshot(snapshot(FULL, buckets=buckets, trails=(), cells={})).findings == ()


def test_what_could_not_be_read_is_unknown_never_fine() -> None:
    lost = Unreachable(
        account=made.ARCHIVE, region=made.HOME, what=f"bucket {made.BUCKET} policy", reason="AccessDenied", hint=""
    )
    linted = lint_snapshot(snapshot(FULL, unreachable=(lost,)))
    assert linted.unread == (f"{made.ARCHIVE} {made.HOME} bucket {made.BUCKET} policy: AccessDenied",)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"archive": {"readers": ["arn:aws:iam::222222222222:role/SecurityAudit"]}},
        {"archive": {"protection": "mfa", "retention_days": None, "encryption": "s3"}},
        {"trail": {"scope": "members"}},
    ],
    ids=["standard", "readers", "mfa", "members"],
)
def test_our_own_documents_are_free_of_errors_and_warnings(spec: dict[str, Any]) -> None:
    role = planning.role(build.LOG_ARCHIVE, "Engineer")
    found = lint_snapshot(planning.settled(build.spec(**spec), roles=(role,))).findings
    assert [_shown(f) for f in found if f.severity is not Severity.NOTE] == []


def _shown(finding: Finding) -> str:
    return f"{finding.policy} {finding.number}: {finding.id}: {finding.what}"
