import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aws.write_change import HOME, MANAGEMENT, SECURITY, SHOP, World, fresh, served
from trailkeep.aws.read.selectors import fold
from trailkeep.aws.write.selectors import unfold
from trailkeep.errors import AwsError
from trailkeep.model.archive import Bucket
from trailkeep.model.change import (
    CreateBucket,
    CreateServiceLinkedRole,
    PutChannel,
    PutRecorder,
    PutTrail,
    SetBucket,
    SetLogging,
    SetRecording,
    SetSelectors,
    SetTrustedAccess,
)
from trailkeep.model.ids import AccountId
from trailkeep.model.recorder import Channel, Recorder, RecordingGroup
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Selectors, Trail

BUCKET = "acme-logs-222222222222"
SLR = "arn:aws:iam::{}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def _allow(service: str) -> list[dict[str, Any]]:
    return [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
        for action, resource in (
            (["s3:GetBucketAcl", "s3:ListBucket"], f"arn:aws:s3:::{BUCKET}"),
            ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*"),
        )
    ]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served() as found:
        policy = {
            "Version": "2012-10-17",
            "Statement": [*_allow("cloudtrail.amazonaws.com"), *_allow("config.amazonaws.com")],
        }
        found.make(CreateBucket(**found.cell(), bucket=Bucket(name=BUCKET, account=SECURITY, region=HOME)))
        found.make(SetBucket(**found.cell(), bucket=BUCKET, setting="policy", before="", after=json.dumps(policy)))
        found.make(
            SetTrustedAccess(**found.organization(), service="cloudtrail.amazonaws.com", before=False, after=True)
        )
        yield found


def trail(owner: AccountId, name: str, **changes: Any) -> Trail:
    healthy = Trail(
        arn=f"arn:aws:cloudtrail:{HOME}:{owner}:trail/{name}",
        name=name,
        owner=owner,
        home_region=HOME,
        bucket=BUCKET,
        prefix="",
        kms_key="",
        is_organization=False,
        is_multi_region=True,
        validates_files=True,
        global_events=True,
        recursive=False,
        selectors=None,
        is_logging=None,
    )
    return replace(healthy, **changes)


def test_an_organization_trail_is_made_started_changed_and_deleted(world: World) -> None:
    wanted = trail(MANAGEMENT, fresh("org"), is_organization=True)
    at, cloudtrail = world.cell(MANAGEMENT), world.client("cloudtrail")
    created = PutTrail(**at, before=None, after=wanted, tags=(("owner", "platform"),))
    world.make(created)
    found = cloudtrail.get_trail(Name=wanted.arn)["Trail"]
    assert found["IsOrganizationTrail"]
    assert found["IsMultiRegionTrail"]
    assert found["LogFileValidationEnabled"]

    logging = SetLogging(**at, arn=wanted.arn, name=wanted.name, before=False, after=True)
    world.make(logging)
    assert cloudtrail.get_trail_status(Name=wanted.arn)["IsLogging"]

    changed = PutTrail(**at, before=wanted, after=replace(wanted, prefix="logs", validates_files=False))
    world.make(changed)
    found = cloudtrail.get_trail(Name=wanted.arn)["Trail"]
    assert (found["S3KeyPrefix"], found["LogFileValidationEnabled"]) == ("logs", False)
    world.unmake(changed)
    found = cloudtrail.get_trail(Name=wanted.arn)["Trail"]
    assert (found.get("S3KeyPrefix", ""), found["LogFileValidationEnabled"]) == ("", True)

    world.unmake(logging)
    assert not cloudtrail.get_trail_status(Name=wanted.arn)["IsLogging"]
    world.unmake(created)
    assert cloudtrail.describe_trails(trailNameList=[wanted.arn])["trailList"] == []


def test_a_trail_that_exists_otherwise_is_not_taken_for_ours(world: World) -> None:
    wanted = trail(SHOP, fresh("own"))
    world.perform(PutTrail(**world.cell(SHOP), before=None, after=wanted))
    other = replace(wanted, is_multi_region=False)
    with pytest.raises(AwsError, match="set up differently"):
        world.perform(PutTrail(**world.cell(SHOP), before=None, after=other))
    world.make(PutTrail(**world.cell(SHOP), before=wanted, after=None))


def test_a_bucket_policy_that_never_permits_is_told_at_the_end(world: World) -> None:
    wanted = trail(SHOP, fresh("lost"), bucket="acme-nowhere")
    with pytest.raises(AwsError) as refused:
        world.cloud.call(
            SHOP, HOME, "cloudtrail", "create_trail", settling=0.2, Name="x-y-z", S3BucketName=wanted.bucket
        )
    assert refused.value.code == "S3BucketDoesNotExistException"


ADVANCED = json.dumps(
    {
        "FieldSelectors": [
            {"Equals": ["Data"], "Field": "eventCategory"},
            {"Field": "resources.ARN", "StartsWith": [f"arn:aws:s3:::{BUCKET}/"]},
            {"Equals": ["AWS::S3::Object"], "Field": "resources.type"},
        ],
        "Name": "log buckets",
    },
    sort_keys=True,
)
BASIC = json.dumps(
    {"ReadWriteType": "WriteOnly", "Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/"]}, sort_keys=True
)


@pytest.mark.parametrize(
    "wanted",
    [
        ALL_MANAGEMENT_EVENTS,
        Selectors(management="write", excluded_sources=(), data=()),
        Selectors(management="read", excluded_sources=("kms.amazonaws.com",), data=(ADVANCED,)),
        Selectors(management="all", excluded_sources=("kms.amazonaws.com",), data=(BASIC,)),
        Selectors(management="none", excluded_sources=(), data=(ADVANCED,)),
    ],
)
def test_selectors_are_written_read_back_and_undone(world: World, wanted: Selectors) -> None:
    mine, at = trail(SHOP, fresh("sel")), world.cell(SHOP)
    created = PutTrail(**at, before=None, after=mine)
    world.make(created)
    change = SetSelectors(**at, arn=mine.arn, name=mine.name, before=ALL_MANAGEMENT_EVENTS, after=wanted)
    world.make(change)
    cloudtrail = world.client("cloudtrail", SHOP)
    assert fold(cloudtrail.get_event_selectors(TrailName=mine.arn)) == wanted
    world.unmake(change)
    assert fold(cloudtrail.get_event_selectors(TrailName=mine.arn)) == ALL_MANAGEMENT_EVENTS
    world.unmake(created)


_ARNS = st.lists(st.sampled_from(["arn:aws:s3:::a/", "arn:aws:s3:::b/logs"]), min_size=1, unique=True).map(sorted)
_BASIC = st.builds(
    lambda direction, values: json.dumps({"ReadWriteType": direction, "Type": "AWS::S3::Object", "Values": values}),
    st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
    _ARNS,
)


@given(
    management=st.sampled_from(["all", "read", "write", "none"]),
    sources=st.sets(st.sampled_from(["kms.amazonaws.com", "rdsdata.amazonaws.com"])),
    data=st.sets(_BASIC, max_size=3) | st.just({ADVANCED}),
)
def test_unfolding_is_the_reverse_of_folding(management: Any, sources: set[str], data: set[str]) -> None:
    excluded = tuple(sorted(sources)) if management != "none" else ()
    wanted = Selectors(management=management, excluded_sources=excluded, data=tuple(sorted(data)))
    assert fold(unfold(wanted)) == wanted


def test_basic_selectors_become_advanced_beside_an_advanced_one() -> None:
    everything = json.dumps({"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]})
    wanted = Selectors(management="all", excluded_sources=(), data=(BASIC, everything, ADVANCED))
    told = unfold(wanted)
    assert list(told) == ["AdvancedEventSelectors"]
    management, s3, function, log_buckets = told["AdvancedEventSelectors"]
    assert management["FieldSelectors"] == [{"Field": "eventCategory", "Equals": ["Management"]}]
    assert {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::a/"]} in s3["FieldSelectors"]
    assert {"Field": "readOnly", "Equals": ["false"]} in s3["FieldSelectors"]
    assert {f["Field"] for f in function["FieldSelectors"]} == {"eventCategory", "resources.type"}
    assert log_buckets == json.loads(ADVANCED)


def recorder(account: AccountId, **changes: Any) -> Recorder:
    healthy = Recorder(
        name="trailkeep",
        role=SLR.format(account),
        group=RecordingGroup(strategy="all", types=(), global_types=True),
        frequency="continuous",
        is_recording=False,
        status="",
        error="",
    )
    return replace(healthy, **changes)


def channel(**changes: Any) -> Channel:
    healthy = Channel(
        name="trailkeep",
        bucket=BUCKET,
        prefix="",
        kms_key="",
        topic="",
        frequency="TwentyFour_Hours",
        history="",
        snapshot="",
        error="",
    )
    return replace(healthy, **changes)


def test_a_recorder_is_set_up_started_changed_and_stopped(world: World) -> None:
    at, config = world.cell(SHOP), world.client("config", SHOP)
    linked = CreateServiceLinkedRole(
        **world.cell(SHOP, ""), service="config.amazonaws.com", role="AWSServiceRoleForConfig"
    )
    world.make(linked)
    first = recorder(SHOP)
    world.make(PutRecorder(**at, before=None, after=first))
    world.make(PutChannel(**at, before=None, after=channel()))
    recording = SetRecording(**at, name="trailkeep", before=False, after=True)
    world.make(recording)
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"]
    found = config.describe_delivery_channels()["DeliveryChannels"][0]
    assert found["configSnapshotDeliveryProperties"] == {"deliveryFrequency": "TwentyFour_Hours"}
    assert "s3KeyPrefix" not in found

    moved = PutChannel(**at, before=channel(), after=channel(prefix="config", frequency=""))
    world.make(moved)
    found = config.describe_delivery_channels()["DeliveryChannels"][0]
    assert found["s3KeyPrefix"] == "config"
    assert not found.get("configSnapshotDeliveryProperties")
    world.unmake(moved)

    world.unmake(recording)
    assert not config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"]


@pytest.mark.parametrize(
    ("group", "told"),
    [
        (
            RecordingGroup(strategy="all", types=(), global_types=False),
            {"allSupported": True, "includeGlobalResourceTypes": False},
        ),
        (
            RecordingGroup(strategy="include", types=("AWS::S3::Bucket",), global_types=False),
            {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]},
        ),
        (
            RecordingGroup(strategy="exclude", types=("AWS::IAM::Role",), global_types=False),
            {"allSupported": False, "exclusionByResourceTypes": {"resourceTypes": ["AWS::IAM::Role"]}},
        ),
    ],
)
def test_each_strategy_is_written_and_undone(world: World, group: RecordingGroup, told: dict[str, Any]) -> None:
    at, config = world.cell(SECURITY, "us-east-1"), world.client("config", SECURITY, "us-east-1")
    world.make(
        CreateServiceLinkedRole(
            **world.cell(SECURITY, ""), service="config.amazonaws.com", role="AWSServiceRoleForConfig"
        )
    )
    first = recorder(SECURITY)
    world.make(PutRecorder(**at, before=None, after=first))
    change = PutRecorder(**at, before=first, after=replace(first, group=group, frequency="daily"))
    world.make(change)
    found = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert told.items() <= found["recordingGroup"].items()
    assert found["recordingMode"]["recordingFrequency"] == "DAILY"
    world.unmake(change)
    found = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert found["recordingGroup"]["allSupported"]
    assert found["recordingMode"]["recordingFrequency"] == "CONTINUOUS"


def test_a_frequency_that_somebody_set_for_one_type_stays(world: World) -> None:
    there = "eu-central-1"
    at, config = world.cell(SHOP, there), world.client("config", SHOP, there)
    world.make(
        CreateServiceLinkedRole(**world.cell(SHOP, ""), service="config.amazonaws.com", role="AWSServiceRoleForConfig")
    )
    override = {"resourceTypes": ["AWS::EC2::Instance"], "recordingFrequency": "DAILY"}
    first = recorder(SHOP)
    world.make(PutRecorder(**at, before=None, after=first))
    told = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    mode = {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": [override]}
    config.put_configuration_recorder(
        ConfigurationRecorder={**{k: told[k] for k in ("name", "roleARN", "recordingGroup")}, "recordingMode": mode}
    )
    group = RecordingGroup(strategy="all", types=(), global_types=False)
    world.make(PutRecorder(**at, before=first, after=replace(first, group=group)))
    found = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert not found["recordingGroup"]["includeGlobalResourceTypes"]
    kept = found["recordingMode"]["recordingModeOverrides"][0]
    assert override.items() <= kept.items()
