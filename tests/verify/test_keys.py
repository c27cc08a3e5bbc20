from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.verify.keys import Base, Chain, DigestKey, Folder, LogKey, parse_base, parse_digest, parse_log

ACCOUNT = "111122223333"
REAL_LOG = (
    "AWSLogs/218007301253/CloudTrail/us-east-1/2023/07/10/"
    "218007301253_CloudTrail_us-east-1_20230710T1240Z_C1qUFaqvZS64BcIN.json.gz"
)
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
REAL_DIGEST = (
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/"
    "111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T140125Z.json.gz"
)

accounts = st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii)
bases = st.builds(
    Base,
    prefix=st.sampled_from(["", "logs", "a/b", "o-abcdefghij", "AWSLogs", "x/AWSLogs/o-abcdefghij/111111111111"]),
    organization=st.sampled_from(["", "o-abcdefghij"]),
    account=st.text("0123456789", min_size=12, max_size=12),
)
regions = st.sampled_from(["us-east-1", "eu-central-2", "us-gov-west-1", "eusc-de-east-1", "cn-northwest-1"])
trails = st.from_regex(r"[A-Za-z0-9]([._-]?[A-Za-z0-9]){2,60}", fullmatch=True).filter(str.isascii)
seconds = st.integers(1384300800, 7226582400).map(lambda s: datetime.fromtimestamp(s, UTC))
minutes = seconds.map(lambda d: d.replace(second=0))


@given(bases, regions, minutes, st.text("abcXYZ0189", min_size=16, max_size=16))
def test_a_log_key_is_read_as_it_was_written(base: Base, region: str, when: datetime, unique: str) -> None:
    key = LogKey(base=base, region=region, delivered=when, unique=unique)
    assert parse_log(str(key)) == key
    assert parse_digest(str(key)) is None
    assert parse_base(str(key)) == base


@given(bases, regions, regions, trails, seconds, st.booleans())
def test_a_digest_key_is_read_as_it_was_written(
    base: Base, region: str, home: str, trail: str, end: datetime, late: bool
) -> None:
    chain = Chain(base=base, region=region, trail=trail, home_region=home)
    key = DigestKey(chain=chain, end=end, is_backfill=late)
    assert parse_digest(str(key)) == key
    assert parse_log(str(key)) is None
    assert parse_base(str(key)) == base


def test_the_keys_that_aws_shows() -> None:
    log, digest = parse_log(REAL_LOG), parse_digest(REAL_DIGEST)
    assert log
    assert digest
    assert str(log) == REAL_LOG
    assert log.delivered == datetime(2023, 7, 10, 12, 40, tzinfo=UTC)
    assert str(digest) == REAL_DIGEST
    assert digest.chain.trail == "your-trail-name"
    assert digest.end == datetime(2015, 8, 17, 14, 1, 25, tzinfo=UTC)


def test_control_tower_names_its_organization_twice() -> None:
    base = Base(prefix="o-abcdefghij", organization="o-abcdefghij", account=ACCOUNT)
    assert str(base) == f"o-abcdefghij/AWSLogs/o-abcdefghij/{ACCOUNT}/"
    assert base.folder(Folder.DIGEST) == f"{base}CloudTrail-Digest/"
    assert base.folder(Folder.LOG, "eu-west-1", date(2026, 1, 2)) == f"{base}CloudTrail/eu-west-1/2026/01/02/"


def test_a_trail_named_like_a_region_and_a_time() -> None:
    chain = Chain(
        base=Base(account=ACCOUNT),
        region="us-east-1",
        trail="eu-west-1_20260101T000000Z_backfill",
        home_region="eu-west-1",
    )
    key = DigestKey(chain=chain, end=datetime(2026, 1, 1, tzinfo=UTC), is_backfill=True)
    assert parse_digest(str(key)) == key


def test_a_log_may_lie_in_the_folder_of_the_next_day() -> None:
    key = REAL_LOG.replace("T1240Z", "T2359Z").replace("2023/07/10", "2023/07/11")
    found = parse_log(key)
    assert found
    assert str(found) == key
    assert parse_log(REAL_LOG.replace("2023/07/10", "2023/07/12")) is None


@pytest.mark.parametrize(
    "change",
    [
        ("218007301253_", "218007301254_"),
        ("CloudTrail_us-east-1", "CloudTrail_us-east-2"),
        ("20230710T", "20231310T"),
        (".json.gz", ".json.gz\n"),
        (".json.gz", ".json"),
        ("AWSLogs/2180", "AWSLogs/../2180"),
        ("2023/07/10", "٢٠٢٣/07/10"),
        ("C1qUFaqvZS64BcIN", "C1q/FaqvZS64BcIN"),
        ("C1qUFaqvZS64BcIN", "\x1b[31mC1qUFaqvZS"),
    ],
)
def test_what_contradicts_itself_is_no_log_key(change: tuple[str, str]) -> None:
    assert parse_log(REAL_LOG.replace(*change)) is None


def test_a_digest_in_the_folder_of_another_day_is_no_digest_key() -> None:
    assert parse_digest(REAL_DIGEST.replace("2015/08/17", "2015/08/18")) is None
    assert parse_digest(REAL_DIGEST.replace("20150817T", "20150230T")) is None


@given(st.text())
def test_any_text_is_a_key_or_is_not(text: str) -> None:
    for parse in (parse_log, parse_digest, parse_base):
        parse(text)
        parse(f"AWSLogs/{text}")


@given(seconds)
def test_the_key_an_hour_later(end: datetime) -> None:
    key = parse_digest(REAL_DIGEST)
    assert key
    later = parse_digest(str(key.at(end + timedelta(hours=1))))
    assert later
    assert later.chain == key.chain
    assert later.end == end + timedelta(hours=1)
