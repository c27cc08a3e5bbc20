"""AWS's answers, old forms and new, folded into the model."""

from dataclasses import replace
from typing import Any

import pytest

from tests.model.made import ARCHIVE, BOSS, HOME, cell, snapshot
from trailkeep.aws.read.cells import read_cell
from trailkeep.aws.read.foreign import foreign
from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.aws.read.organization import _parent, _state
from trailkeep.aws.read.recorders import _channel, _group, _recorder
from trailkeep.errors import AwsError
from trailkeep.model.organization import State


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"State": "ACTIVE"}, State.ACTIVE),
        ({"State": "CLOSED", "Status": "SUSPENDED"}, State.CLOSED),
        ({"Status": "ACTIVE"}, State.ACTIVE),
        ({"Status": "PENDING_CLOSURE"}, State.PENDING_CLOSURE),
        ({"State": "HIBERNATING"}, State.UNKNOWN),
        ({}, State.UNKNOWN),
    ],
)
def test_the_state_of_an_account(told: dict[str, str], state: State) -> None:
    assert _state(told) is state


@pytest.mark.parametrize(
    ("paths", "parent"),
    [
        (["o-abcdefghij/r-ab12/111111111111/"], "r-ab12"),
        (["o-abcdefghij/r-ab12/ou-ab12-11111111/ou-ab12-22222222/111111111111/"], "ou-ab12-22222222"),
        ([], None),
        (None, None),
    ],
)
def test_the_place_of_an_account(paths: list[str] | None, parent: str | None) -> None:
    assert _parent({"Paths": paths}) == parent


@pytest.mark.parametrize(
    ("told", "strategy", "types", "iam"),
    [
        ({"allSupported": True}, "all", (), False),
        ({"allSupported": True, "includeGlobalResourceTypes": True}, "all", (), True),
        ({"resourceTypes": ["B", "A"]}, "include", ("A", "B"), False),
        (
            {
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Volume"]},
            },
            "exclude",
            ("AWS::EC2::Volume",),
            True,
        ),
    ],
)
def test_recording_groups(told: dict[str, Any], strategy: str, types: tuple[str, ...], iam: bool) -> None:
    group = _group(told)
    assert (group.strategy, group.types, group.records_iam) == (strategy, types, iam)


def test_status_is_lower_case_and_what_never_happened_is_nothing() -> None:
    status = {"recording": True, "lastStatus": "FAILURE", "lastErrorCode": "AccessDenied", "lastErrorMessage": "no"}
    recorder = _recorder({"name": "default", "recordingMode": {"recordingFrequency": "DAILY"}}, status)
    assert (recorder.status, recorder.error, recorder.frequency, recorder.is_recording) == (
        "failure",
        "AccessDenied: no",
        "daily",
        True,
    )
    channel = _channel(
        {"name": "default", "s3BucketName": "b"},
        {
            "configHistoryDeliveryInfo": {"lastStatus": "Not_Applicable"},
            "configSnapshotDeliveryInfo": {"lastStatus": "Success"},
            "configStreamDeliveryInfo": {"lastStatus": "Failure", "lastErrorCode": "NoSuchBucket"},
        },
    )
    assert (channel.history, channel.snapshot, channel.error) == ("", "success", "NoSuchBucket")


@pytest.mark.parametrize(
    ("told", "prefix", "other"),
    [
        ({"Prefix": "old/"}, "old/", ""),
        ({"Filter": {}}, "", ""),
        ({"Filter": {"Prefix": "new/"}}, "new/", ""),
        (
            {"Filter": {"And": {"Prefix": "p/", "ObjectSizeGreaterThan": 9}}},
            "p/",
            '{"Filter":{"ObjectSizeGreaterThan":9}}',
        ),
        (
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}},
            "",
            '{"NoncurrentVersionExpiration":{"NewerNoncurrentVersions":2}}',
        ),
    ],
)
def test_lifecycle_rules(told: dict[str, Any], prefix: str, other: str) -> None:
    rule = fold_rule({"ID": "x", "Status": "Enabled", **told})
    assert (rule.id, rule.enabled, rule.prefix, rule.other) == ("x", True, prefix, other)


def test_resources_of_others_are_known_by_their_marks() -> None:
    recorder = cell().recorder
    assert recorder is not None
    theirs = replace(cell(), recorder=replace(recorder, name="aws-controltower-BaselineConfigRecorder"))
    bucket = replace(snapshot().buckets[0], tags=(("aws-control-tower", "managed-by-control-tower"),))
    made = replace(snapshot(), foreign=(), buckets=(bucket,), cells={ARCHIVE: {HOME: theirs}})
    found = {(f.owner, f.kind, f.name) for f in foreign(made, ["arn:zone"])}
    assert found == {
        ("Control Tower", "landing zone", "arn:zone"),
        ("Control Tower", "recorder", "aws-controltower-BaselineConfigRecorder"),
        ("Control Tower", "bucket", bucket.name),
    }
    assert foreign(replace(snapshot(), foreign=())) == ()


class Refusing:
    """An organization where each service answers with one code, "" for an empty answer."""

    def __init__(self, **codes: str) -> None:
        self.codes = codes
        self.asked: list[str] = []

    def call(self, _account: str, _region: str, service: str, operation: str, **_params: Any) -> dict[str, Any]:
        self.asked.append(operation)
        if self.codes[service]:
            raise AwsError(f"could not {operation}", code=self.codes[service])
        return {}


@pytest.mark.parametrize(
    ("config", "cloudtrail", "has_cell", "what", "reason"),
    [
        ("", "", True, None, None),
        ("EndpointConnectionError", "", True, "config", "not offered"),
        ("AccessDeniedException", "", True, "config", None),
        ("", "AccessDeniedException", True, "trails", None),
        ("", "TrailNotFoundException", True, None, None),
        ("AccessDeniedException", "AccessDeniedException", False, "", None),
        ("EndpointConnectionError", "EndpointConnectionError", False, "", None),
        ("UnrecognizedClientException", "", False, "", None),
    ],
)
def test_parts_of_a_cell_that_cannot_be_read(
    config: str, cloudtrail: str, has_cell: bool, what: str | None, reason: str | None
) -> None:
    cloud: Any = Refusing(config=config, cloudtrail=cloudtrail)
    seen = read_cell(cloud, BOSS, HOME, snapshot().trails)
    assert (seen.cell is not None) == has_cell
    assert [u.what for u in seen.unreachable] == ([] if what is None else [what])
    if reason:
        assert seen.unreachable[0].reason == reason
    if config == "UnrecognizedClientException":
        assert cloud.asked == ["describe_configuration_recorder_status"]
