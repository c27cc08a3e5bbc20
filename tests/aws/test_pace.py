"""Published rates are kept by waiting, and never by more than that."""

import pytest

from tests.aws.test_retry import Watch
from trailkeep.aws.pace import Pace, rate_of


def test_a_burst_is_free_and_the_rest_is_paced() -> None:
    watch = Watch()
    pace = Pace(watch.clock)
    for _ in range(13):
        pace.wait("1", "us-east-1", "organizations", "list_accounts")
    assert watch.slept == [pytest.approx(1 / 8)]
    for _ in range(8):
        pace.wait("1", "us-east-1", "organizations", "list_accounts")
    assert watch.time == pytest.approx(9 / 8)


def test_a_bucket_fills_again() -> None:
    watch = Watch()
    pace = Pace(watch.clock)
    for _ in range(2):
        pace.wait("1", "us-east-1", "organizations", "describe_policy")
    watch.time += 1
    for _ in range(2):
        pace.wait("1", "us-east-1", "organizations", "describe_policy")
    assert watch.slept == []


def test_organizations_counts_the_caller_and_cloudtrail_each_account_and_region() -> None:
    watch = Watch()
    pace = Pace(watch.clock)
    for account in "12":
        for region in ("eu-west-1", "us-east-1"):
            pace.wait(account, region, "cloudtrail", "create_trail")
    assert watch.slept == []
    pace.wait("1", "eu-west-1", "cloudtrail", "create_trail")
    assert watch.slept == [pytest.approx(1.0)]


def test_what_has_no_published_rate_is_not_paced() -> None:
    watch = Watch()
    pace = Pace(watch.clock)
    for _ in range(1000):
        pace.wait("1", "eu-west-1", "config", "describe_configuration_recorders")
    assert watch.slept == []
    off = Pace(watch.clock, enabled=False)
    for _ in range(100):
        off.wait("1", "us-east-1", "organizations", "create_account")
    assert watch.slept == []


def test_rates() -> None:
    assert rate_of("cloudtrail", "get_trail_status") == (10.0, 10)
    assert rate_of("cloudtrail", "lookup_events") == (2.0, 2)
    assert rate_of("cloudtrail", "start_logging") == (1.0, 1)
    assert rate_of("organizations", "create_account") == (0.1, 3)
    assert rate_of("s3", "put_bucket_policy") is None


def test_thousands_of_buckets_are_forgotten_when_full_again() -> None:
    watch = Watch()
    pace = Pace(watch.clock)
    for number in range(10_000):
        pace.wait(str(number), "eu-west-1", "cloudtrail", "get_trail_status")
        watch.time += 0.01
    assert len(pace._full_at) < 5000
