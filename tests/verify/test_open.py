"""The quick way into a bucket: whose credentials, when AWS has to be asked, which keys obstore cannot say."""

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.archive_stub import Archive, Running, Thing
from trailkeep.aws.archive.environment import from_environment
from trailkeep.aws.archive.open import open_quickly
from trailkeep.aws.archive.s3 import _ODD_KEY, _is_odd
from trailkeep.aws.cloud import Cloud

TOLD = {"AWS_ACCESS_KEY_ID": "AKIA111111111111", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [n for n in os.environ if n.startswith(("AWS_", "TRAILKEEP_"))]:
        monkeypatch.delenv(name)
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def stub(told: pytest.MonkeyPatch) -> Iterator[Running]:
    running = Running(Archive(objects={"AWSLogs/x": Thing(b"x")}))
    told.setenv("AWS_ENDPOINT_URL", running.url)
    yield running
    running.stop()


def test_credentials_and_region_of_the_environment(told: pytest.MonkeyPatch) -> None:
    told.setenv("AWS_SESSION_TOKEN", "t")
    found = from_environment()
    assert found is not None
    provide, region = found
    assert region == "us-east-1"
    assert provide() == {
        "access_key_id": "AKIA111111111111",
        "secret_access_key": "s",
        "token": "t",
        "expires_at": None,
    }


@pytest.mark.parametrize("name", TOLD)
def test_where_one_is_not_told_botocore_is_asked(told: pytest.MonkeyPatch, name: str) -> None:
    told.delenv(name)
    assert from_environment() is None
    told.setenv(name, "")
    assert from_environment() is None


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CREDENTIAL_EXPIRATION", "TRAILKEEP_LAB"])
def test_where_more_is_told_botocore_is_asked(told: pytest.MonkeyPatch, name: str) -> None:
    told.setenv(name, "1")
    assert from_environment() is None


class Asked(Exception):  # noqa: N818 what it says
    """AWS is entered."""


def enter() -> Cloud:
    raise Asked


@pytest.mark.usefixtures("stub")
def test_an_open_bucket_is_read_without_entering_aws() -> None:
    archive = open_quickly(enter, "archive", original=None, profile=None, workers=2)
    assert [e.key for e in archive.list("")] == ["AWSLogs/x"]
    assert b"".join(archive.get("AWSLogs/x").chunks) == b"x"
    with pytest.raises(Asked):
        list(archive.versions(""))  # which obstore cannot list


def test_a_closed_bucket_or_a_profile_take_the_long_way(stub: Running) -> None:
    with pytest.raises(Asked):
        open_quickly(enter, "archive", original=None, profile="audit", workers=2)
    stub.archive.closed = True
    with pytest.raises(Asked):
        open_quickly(enter, "archive", original=None, profile=None, workers=2)


@given(st.text(st.sampled_from("ab/.é \x00\x1f\x7f\n\u2028"), max_size=8))
def test_the_quick_look_at_a_key_says_what_the_expression_says(key: str) -> None:
    assert _is_odd(key) is (re.search(_ODD_KEY, key) is not None)
