"""A redacted snapshot names nobody and still means the same."""

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.made import ARCHIVE, BOSS, HOME, snapshot, snapshots
from trailkeep.model.ids import AccountId
from trailkeep.model.redact import _Redaction, redact
from trailkeep.model.snapshot import Snapshot, Unreachable

SECRETS = "acme Acme zebra Zebra jane doe hidden 111111111111 222222222222 abcdefghij ab12 0a1b2c3d".split()


def texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [t for f in fields(value) for t in texts_of(getattr(value, f.name))]
    if isinstance(value, dict):
        return [t for pair in value.items() for part in pair for t in texts_of(part)]
    return [t for item in value for t in texts_of(item)] if isinstance(value, tuple | frozenset) else []


def shape(value: Any) -> Any:
    """The value with every string left out."""
    if is_dataclass(value):
        return {f.name: shape(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return sorted(str(shape(v)) for v in value.values())
    if isinstance(value, tuple | frozenset):
        return sorted(str(shape(v)) for v in value)
    return type(value) if isinstance(value, str) else value


def test_no_secret_is_left_anywhere() -> None:
    everything = "\n".join(
        texts_of(redact(snapshot("AccessDenied on zebra-platform by ZebraOps in 333333333333"), "salt"))
    )
    assert [s for s in SECRETS if s in everything] == []
    assert "333333333333" not in everything


def test_what_belongs_together_still_does() -> None:
    red = redact(snapshot(), "salt")
    bucket, trail, organization = red.buckets[0], red.trails[0], red.organization
    assert trail.bucket == bucket.name
    assert bucket.account in organization.accounts
    assert trail.arn.split(":")[4] == trail.owner == organization.management
    write, deny = json.loads(bucket.policy)["Statement"]
    assert f"arn:aws:s3:::{bucket.name}/AWSLogs/{organization.id}/*" in write["Resource"]
    assert write["Condition"]["StringEquals"] == {
        "aws:SourceArn": trail.arn,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    assert bucket.name.startswith(deny["Resource"].removeprefix("arn:aws:s3:::").removesuffix("*"))
    assert write["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    policy = organization.policies[0]
    assert {t for t in policy.targets if t in organization.accounts or t in organization.units} == policy.targets
    assert red.roles[0].name == "OrganizationAccountAccessRole"
    assert red.roles[0].policies == {"arn:aws:iam::aws:policy/AdministratorAccess"}
    assert red.guards[0].name == "trailkeep-guard"
    assert red.foreign == tuple(f for f in red.foreign if f.name == "aws-controltower-BaselineCloudTrail")
    assert organization.chain(bucket.account)[0] == organization.root


@settings(deadline=None, max_examples=30)
@given(made=snapshots())
def test_structure_is_kept(made: Snapshot) -> None:
    red = redact(made, "salt")
    assert shape(red) == shape(made)
    assert len(red.cells) == len(made.cells)


@given(ids=st.sets(st.from_regex(r"[0-9]{12}", fullmatch=True), min_size=2, max_size=50), salt=st.binary(max_size=8))
def test_no_two_accounts_become_one(ids: set[str], salt: bytes) -> None:
    made = {_Redaction(salt)._account(i) for i in ids}
    assert len(made) == len(ids)
    assert all(AccountId(m) for m in made)


def test_names_in_aws_words_are_found_though_nothing_has_them() -> None:
    bucket = "The bucket initech-archive.v2 of initech_ops does not exist in eu-west-1"
    lost = Unreachable(
        account=ARCHIVE, region=HOME, what="bucket initech-archive.v2 object lock", reason=bucket, hint=""
    )
    (red,) = redact(replace(snapshot(), unreachable=(lost,)), "salt").unreachable
    assert "initech" not in red.reason + red.what
    assert red.reason.startswith("The bucket x")
    assert red.reason.endswith(" does not exist in eu-west-1")
    assert red.what.startswith("bucket x")
    assert red.what.endswith(" object lock")


def test_a_hostile_policy_is_no_obstacle() -> None:
    deep = '{"Statement":' + "[" * 50_000 + "]" * 50_000 + "}"
    made = replace(snapshot(), buckets=(replace(snapshot().buckets[0], policy=deep, replication=deep),))
    assert redact(made, "salt").buckets[0].policy.startswith('{"Statement"')


def test_the_salt_decides() -> None:
    assert redact(snapshot(), "a") == redact(snapshot(), "a")
    assert redact(snapshot(), "a").organization.management != redact(snapshot(), "b").organization.management
    assert snapshot().cell(ARCHIVE, HOME) is not None
    assert BOSS not in redact(snapshot(), "a").cells
