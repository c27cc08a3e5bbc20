"""Event selectors fold to what they record, never to more."""

import json
from typing import Any

import pytest

from trailkeep.aws.read.foreign import owner_of
from trailkeep.aws.read.selectors import fold
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Selectors


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"FieldSelectors": list(fields)}


def field(name: str, **operators: list[str]) -> dict[str, Any]:
    return {"Field": name, **operators}


MANAGEMENT = field("eventCategory", Equals=["Management"])


def test_the_default_is_everything() -> None:
    told = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
    assert fold({"EventSelectors": [told]}) == ALL_MANAGEMENT_EVENTS
    assert fold({"AdvancedEventSelectors": [advanced(MANAGEMENT)]}) == ALL_MANAGEMENT_EVENTS
    assert fold({}).management == "none"


@pytest.mark.parametrize(
    ("told", "management", "excluded"),
    [
        ([{"ReadWriteType": "ReadOnly"}], "read", ()),
        ([{"ReadWriteType": "WriteOnly"}], "write", ()),
        ([{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}], "all", ()),
        ([{"IncludeManagementEvents": False}], "none", ()),
        ([{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}], "all", ("kms.amazonaws.com",)),
        ([{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, {}], "all", ()),
        (
            [
                {"ReadWriteType": "ReadOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]},
                {"ReadWriteType": "WriteOnly"},
            ],
            "all",
            ("kms.amazonaws.com",),
        ),
    ],
)
def test_basic(told: list[dict[str, Any]], management: str, excluded: tuple[str, ...]) -> None:
    found = fold({"EventSelectors": told})
    assert (found.management, found.excluded_sources, found.data) == (management, excluded, ())


def test_basic_data_resources_are_kept() -> None:
    resource = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/", "arn:aws:s3:::a/"]}
    (data,) = fold({"EventSelectors": [{"ReadWriteType": "WriteOnly", "DataResources": [resource]}]}).data
    assert json.loads(data) == {
        **resource,
        "ReadWriteType": "WriteOnly",
        "Values": ["arn:aws:s3:::a/", "arn:aws:s3:::b/"],
    }


def test_advanced() -> None:
    data = advanced(field("resources.type", Equals=["AWS::S3::Object"]), field("eventCategory", Equals=["Data"]))
    write = advanced(
        MANAGEMENT, field("readOnly", Equals=["false"]), field("eventSource", NotEquals=["kms.amazonaws.com"])
    )
    found = fold({"AdvancedEventSelectors": [data, write]})
    assert (found.management, found.excluded_sources) == ("write", ("kms.amazonaws.com",))
    assert [f["Field"] for f in json.loads(found.data[0])["FieldSelectors"]] == ["eventCategory", "resources.type"]


@pytest.mark.parametrize(
    "narrow", [field("eventSource", Equals=["kms.amazonaws.com"]), field("eventName", NotEquals=["StopLogging"])]
)
def test_a_narrow_management_selector_does_not_count_as_all(narrow: dict[str, Any]) -> None:
    found = fold({"AdvancedEventSelectors": [advanced(MANAGEMENT, narrow)]})
    assert found == Selectors(management="none", excluded_sources=(), data=found.data)
    assert len(found.data) == 1


def test_marks_of_other_owners() -> None:
    assert owner_of("aws-controltower-BaselineCloudTrail") == "Control Tower"
    assert owner_of("AWSAccelerator-Organizations-Trail") == "Landing Zone Accelerator"
    assert owner_of("sra-org-trail") == "AWS Security Reference Architecture"
    assert owner_of("trailkeep") == ""
