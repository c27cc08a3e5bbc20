"""Which lifecycle rules explain that an object is not there: by prefix, size, tags, dates; and what stays of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.verify.lifecycle import Kept, kept

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
FOLDER = "AWSLogs/o-abcdefghij/111111111111/CloudTrail-Digest/eu-west-1/"
EXPIRES = {"ID": "x", "Status": "Enabled", "Expiration": {"Days": 30}}


def of(*rules: dict[str, Any]) -> Kept:
    return kept([fold_rule(r) for r in rules], FOLDER, NOW)


@pytest.mark.parametrize(
    ("rule", "days", "perhaps"),
    [
        ({"Filter": {}}, 30, None),
        ({"Filter": {"Prefix": ""}}, 30, None),
        ({"Prefix": "AWSLogs/"}, 30, None),
        ({"Filter": {"Prefix": "AWSLogs/o-abcdefghij/111111111111/CloudTrail"}}, 30, None),  # digests begin so too
        ({"Filter": {"Prefix": "AWSLogs/o-abcdefghij/111111111111/CloudTrail/"}}, None, None),
        ({"Filter": {"Prefix": "tmp/"}}, None, None),
        ({"Filter": {"Prefix": f"{FOLDER}2025/"}}, None, 30),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, None, 30),
        ({"Filter": {"And": {"Prefix": "AWSLogs/", "Tags": [{"Key": "a", "Value": "b"}]}}}, None, 30),
        ({"Filter": {"And": {"Prefix": "tmp/", "Tags": [{"Key": "a", "Value": "b"}]}}}, None, None),
        ({"Filter": {"ObjectSizeGreaterThan": 131072}}, None, 30),
        ({"Filter": {"ObjectSizeLessThan": 500}}, None, 30),
        ({"Filter": {"And": {"Prefix": "", "ObjectSizeGreaterThan": 0}}}, 30, None),  # no gzip file is empty
        ({"Filter": {}, "Status": "Disabled"}, None, None),
        ({"Filter": {}, "Expiration": {"Date": NOW - timedelta(days=1)}}, 0, None),
        ({"Filter": {}, "Expiration": {"Date": NOW + timedelta(days=1)}}, None, None),
        ({"Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}}, None, None),
        ({"Filter": {}, "Expiration": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 5}}, None, None),
    ],
)
def test_only_a_rule_in_force_for_the_whole_folder_surely_expires_it(
    rule: dict[str, Any], days: int | None, perhaps: int | None
) -> None:
    found = of({**EXPIRES, **rule})
    assert (found.days, found.perhaps) == (days, perhaps)


def test_old_versions_stay_as_long_as_the_shortest_rule_that_may_be_about_them() -> None:
    long = {**EXPIRES, "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    short = {
        "ID": "y",
        "Status": "Enabled",
        "Filter": {"Tag": {"Key": "a", "Value": "b"}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3},
    }
    assert of(long).versions == 90
    assert of(long, short).versions == 7
    assert of(EXPIRES | {"Filter": {}}).versions is None


def test_horizons_are_midnights() -> None:
    found = of({**EXPIRES, "Filter": {}}, {**EXPIRES, "Expiration": {"Days": 7}, "Filter": {"ObjectSizeLessThan": 9}})
    assert found.horizon(NOW) == datetime(2026, 10, 24, tzinfo=UTC)
    assert found.perhaps_horizon(NOW) == datetime(2026, 11, 16, tzinfo=UTC)
    sure = of({**EXPIRES, "Filter": {}}, {**EXPIRES, "Expiration": {"Days": 90}, "Filter": {"ObjectSizeLessThan": 9}})
    assert sure.perhaps_horizon(NOW) is None
    assert Kept(days=2**31 - 1).horizon(NOW) is not None


@given(
    st.lists(st.tuples(st.integers(1, 4000), st.booleans(), st.sampled_from(["", "AWSLogs/", "tmp/", FOLDER + "2"])))
)
def test_more_rules_never_keep_anything_longer(rules: list[tuple[int, bool, str]]) -> None:
    told = [
        {
            "ID": str(n),
            "Status": "Enabled",
            "Expiration": {"Days": days},
            "Filter": {"And": {"Prefix": prefix, "Tags": [{"Key": "k", "Value": "v"}]}} if tag else {"Prefix": prefix},
        }
        for n, (days, tag, prefix) in enumerate(rules)
    ]
    for number in range(1, len(told)):
        less, more = of(*told[:number]), of(*told)
        assert more.days is None if less.days is None and more.days is None else (more.days or 0) <= (less.days or 9e9)
    assert (of(*told).horizon(NOW) is None) == (of(*told).days is None)
