import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aws.write_change import HOME, SECURITY, SHOP, World, fresh, served
from trailkeep.aws.read.buckets import read_bucket
from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.aws.write.buckets import lifecycle_rule
from trailkeep.errors import AwsError
from trailkeep.lab import Fault
from trailkeep.model.archive import Bucket, Encryption, Key, LifecycleRule, Lock
from trailkeep.model.change import CreateBucket, CreateKey, EnableMfaDelete, SetBucket, SetKey
from trailkeep.model.change.archive import BucketSetting
from trailkeep.model.document import canonical
from trailkeep.model.ids import Region, pending


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served() as found:
        yield found


def bucket(name: str, region: Region = HOME, **settings: Any) -> Bucket:
    return Bucket(name=name, account=SECURITY, region=region, **settings)


@pytest.fixture(scope="module")
def made(world: World) -> str:
    """A bucket with Object Lock, for the settings."""
    name = fresh("acme-trail")
    lock = Lock(mode=None, days=None)
    world.make(CreateBucket(**world.cell(), bucket=bucket(name, versioning="Enabled", lock=lock)))
    return name


def read(world: World, name: str, region: Region = HOME) -> Bucket:
    found, lost = read_bucket(world.cloud, SECURITY, name, region)
    assert not [u for u in lost if "NotInLab" not in u.reason]
    return found


def rule(id: str = "trailkeep", **changes: Any) -> LifecycleRule:  # noqa: A002 the field's own name
    healthy: dict[str, Any] = {
        "id": id,
        "enabled": True,
        "prefix": "",
        "expire_days": 2557,
        "noncurrent_days": 30,
        "abort_multipart_days": 7,
        "expired_delete_markers": False,
        "other": "",
    }
    return LifecycleRule(**{**healthy, **changes})


def policy(name: str) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def test_a_bucket_with_object_lock_is_what_the_plan_says_it_will_be(world: World, made: str) -> None:
    found = read(world, made)
    assert (found.versioning, found.lock) == ("Enabled", Lock(mode=None, days=None))
    assert world.client("s3", SECURITY).get_bucket_location(Bucket=made)["LocationConstraint"] == HOME


def test_a_bucket_in_us_east_1_has_no_location_constraint(world: World) -> None:
    name, region = fresh("acme-east"), Region("us-east-1")
    world.make(CreateBucket(**world.cell(region=region), bucket=bucket(name, region)))
    assert world.client("s3", SECURITY, region).get_bucket_location(Bucket=name)["LocationConstraint"] is None


def test_settings_of_a_new_bucket_are_written_with_it(world: World) -> None:
    name = fresh("acme-whole")
    whole = bucket(name, versioning="Enabled", blocks_public_access=True, tags=(("owner", "platform"),))
    world.make(CreateBucket(**world.cell(), bucket=whole))
    found = read(world, name)
    assert (found.versioning, found.blocks_public_access, found.tags) == ("Enabled", True, whole.tags)


def test_a_name_that_somebody_else_has_gets_a_hint(world: World, made: str) -> None:
    other = Bucket(name=made, account=SHOP, region=HOME)
    with pytest.raises(AwsError) as refused:
        world.perform(CreateBucket(**world.cell(SHOP), bucket=other))
    assert refused.value.code == "BucketAlreadyExists"
    assert "archive.name" in refused.value.hint


def test_a_bucket_of_ours_in_another_region_is_not_taken_for_the_wanted_one(world: World, made: str) -> None:
    there = Region("eu-central-1")
    with pytest.raises(AwsError, match="exists in eu-west-1, not in eu-central-1"):
        world.perform(CreateBucket(**world.cell(region=there), bucket=bucket(made, there)))


SETTINGS: list[tuple[BucketSetting, Any, Any]] = [
    ("blocks_public_access", False, True),
    ("ownership", "ObjectWriter", "BucketOwnerEnforced"),
    ("encryption", Encryption(key="", bucket_key=False), Encryption(key="KEY", bucket_key=False)),
    ("encryption", Encryption(key="", bucket_key=False), Encryption(key="alias/aws/s3", bucket_key=True)),
    ("lifecycle", (), (rule(), rule("others", prefix="a/", expire_days=None, noncurrent_days=None))),
    ("policy", "", "POLICY"),
    ("tags", (), (("owner", "platform"), ("trailkeep", "archive"))),
]


@pytest.mark.parametrize(("setting", "before", "after"), SETTINGS)
def test_a_setting_is_written_read_back_and_undone(
    world: World, made: str, setting: BucketSetting, before: Any, after: Any
) -> None:
    if setting == "policy":
        after = policy(made)
    if setting == "encryption" and after.key == "KEY":
        after = Encryption(
            key=f"arn:aws:kms:{HOME}:{SECURITY}:key/0b1c2d3e-0000-4000-8000-000000000000", bucket_key=False
        )
    change = SetBucket(**world.cell(), bucket=made, setting=setting, before=before, after=after)
    world.make(change)
    assert getattr(read(world, made), setting) == after
    world.unmake(change)
    assert getattr(read(world, made), setting) == before


def test_the_default_retention_is_set_and_lengthened(world: World, made: str) -> None:
    year, two = Lock(mode="GOVERNANCE", days=365), Lock(mode="GOVERNANCE", days=730)
    for before, after in ((Lock(mode=None, days=None), year), (year, two)):
        world.make(SetBucket(**world.cell(), bucket=made, setting="lock", before=before, after=after))
        assert read(world, made).lock == after


def test_versioning_and_lock_of_a_bucket_that_was_made_without(world: World) -> None:
    name = fresh("acme-plain")
    world.make(CreateBucket(**world.cell(), bucket=bucket(name)))
    world.make(SetBucket(**world.cell(), bucket=name, setting="versioning", before="", after="Enabled"))
    lock = Lock(mode="COMPLIANCE", days=1)
    world.make(SetBucket(**world.cell(), bucket=name, setting="lock", before=None, after=lock))
    assert (read(world, name).versioning, read(world, name).lock) == ("Enabled", lock)


@pytest.mark.parametrize(("setting", "after"), [("versioning", ""), ("lock", None)])
def test_what_s3_cannot_take_back_is_not_tried(world: World, made: str, setting: BucketSetting, after: Any) -> None:
    with pytest.raises(ValueError, match="never"):
        world.perform(SetBucket(**world.cell(), bucket=made, setting=setting, before="Enabled", after=after))


def test_tags_of_others_stay(world: World) -> None:
    name = fresh("acme-tags")
    world.make(CreateBucket(**world.cell(), bucket=bucket(name)))
    theirs = {"Key": "cost-center", "Value": "42"}
    world.client("s3", SECURITY).put_bucket_tagging(Bucket=name, Tagging={"TagSet": [theirs]})
    change = SetBucket(**world.cell(), bucket=name, setting="tags", before=(), after=(("owner", "platform"),))
    world.make(change)
    assert read(world, name).tags == (("cost-center", "42"), ("owner", "platform"))
    world.unmake(change)
    assert read(world, name).tags == (("cost-center", "42"),)


@given(
    st.builds(
        rule,
        enabled=st.booleans(),
        prefix=st.sampled_from(["", "AWSLogs/"]),
        expire_days=st.none() | st.integers(1, 9999),
        noncurrent_days=st.none() | st.integers(1, 9999),
        abort_multipart_days=st.none() | st.integers(1, 99),
        other=st.sampled_from(
            [
                "",
                '{"Filter":{"Tag":{"Key":"a","Value":"b"}}}',
                '{"Filter":{"ObjectSizeGreaterThan":5,"Tags":[{"Key":"a","Value":"b"}]}}',
                '{"NoncurrentVersionExpiration":{"NewerNoncurrentVersions":3}}',
                '{"Transitions":[{"Days":30,"StorageClass":"GLACIER"}]}',
            ]
        ),
    )
)
def test_a_lifecycle_rule_reads_back_as_it_was_written(wanted: LifecycleRule) -> None:
    found = fold_rule(lifecycle_rule(wanted))
    single = '"Tag":{"Key":"a","Value":"b"}'  # beside a prefix, S3 has one tag only as a list of one
    listed = wanted.other.replace(single, '"Tags":[{"Key":"a","Value":"b"}]')
    assert found == wanted or (wanted.prefix and found.other == listed)


def key(alias: str, **changes: Any) -> Key:
    stand_in = f"arn:aws:kms:{HOME}:{SECURITY}:key/{pending('key ' + alias)}"
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SECURITY}:root"}, "Action": "kms:*"}
    document = canonical({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    healthy: dict[str, Any] = {"arn": stand_in, "alias": alias, "state": "Enabled", "rotates": True, "policy": document}
    return Key(**{**healthy, "account": SECURITY, "region": HOME, **changes})


def test_a_key_is_made_once_with_alias_policy_and_rotation(world: World) -> None:
    kms, wanted = world.client("kms", SECURITY), key(f"alias/{fresh('trailkeep')}")
    bound = world.make(CreateKey(**world.cell(), key=wanted, tags=(("owner", "platform"),)))
    found = kms.describe_key(KeyId=wanted.alias)["KeyMetadata"]
    assert bound == {pending(f"key {wanted.alias}"): found["KeyId"]}
    assert kms.get_key_rotation_status(KeyId=found["KeyId"])["KeyRotationEnabled"]
    assert canonical(kms.get_key_policy(KeyId=found["KeyId"], PolicyName="default")["Policy"]) == wanted.policy
    assert kms.list_resource_tags(KeyId=found["KeyId"])["Tags"] == [{"TagKey": "owner", "TagValue": "platform"}]


@pytest.mark.parametrize("action", ["CreateKey", "CreateAlias", "EnableKeyRotation"])
def test_a_lost_answer_makes_one_key(world: World, action: str) -> None:
    kms, wanted = world.client("kms", SECURITY), key(f"alias/{fresh('lost')}")
    before = len(kms.list_keys()["Keys"])
    world.lab.set_faults([Fault(service="kms", action=action, kind="drop", times=1)])
    try:
        world.make(CreateKey(**world.cell(), key=wanted, tags=()))
    finally:
        world.lab.set_faults([])
    assert len(kms.list_keys()["Keys"]) == before + 1


def test_a_key_whose_alias_was_not_made_is_found_again(world: World) -> None:
    kms, wanted = world.client("kms", SECURITY), key(f"alias/{fresh('orphan')}")
    change = CreateKey(**world.cell(), key=wanted, tags=())
    bound = world.perform(change)
    kms.delete_alias(AliasName=wanted.alias)
    assert world.make(change) == bound


def test_settings_of_a_key_are_written_and_undone(world: World) -> None:
    kms, wanted = world.client("kms", SECURITY), key(f"alias/{fresh('settings')}")
    bound = world.make(CreateKey(**world.cell(), key=wanted, tags=()))
    arn = f"arn:aws:kms:{HOME}:{SECURITY}:key/{next(iter(bound.values()))}"
    rotates = SetKey(**world.cell(), arn=arn, alias=wanted.alias, setting="rotates", before=True, after=False)
    world.make(rotates)
    assert not kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
    world.unmake(rotates)
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
    narrow = canonical({**json.loads(wanted.policy), "Id": "narrow"})
    world.make(
        SetKey(**world.cell(), arn=arn, alias=wanted.alias, setting="policy", before=wanted.policy, after=narrow)
    )
    assert canonical(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]) == narrow


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_is_brought_back(world: World, state: str) -> None:
    kms, wanted = world.client("kms", SECURITY), key(f"alias/{fresh('back')}")
    (real,) = world.make(CreateKey(**world.cell(), key=wanted, tags=())).values()
    if state == "Disabled":
        kms.disable_key(KeyId=real)
    else:
        kms.schedule_key_deletion(KeyId=real, PendingWindowInDays=7)
    world.make(SetKey(**world.cell(), arn=real, alias=wanted.alias, setting="state", before=state, after="Enabled"))
    assert kms.describe_key(KeyId=real)["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_step_of_a_person_is_never_performed(world: World, made: str) -> None:
    world.lab.forget_calls()
    with pytest.raises(ValueError, match="human step"):
        world.perform(EnableMfaDelete(**world.cell(), bucket=made, procedure=("aws s3api …",)))
    assert world.lab.calls() == []
