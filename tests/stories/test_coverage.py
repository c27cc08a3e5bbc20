"""coverage against what the embedded organization delivers: healthy, stopped, late, wiped, denied."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.forks import start
from tests.stories.desk import HOME, REGIONS, SANDBOX, SHOP, Desk, scenario
from trailkeep.lab import Fault

pytestmark = pytest.mark.story

HOUR = timedelta(hours=1)
LATE = "eu-south-1"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Everything in place, and three days later; for tests that leave it as it is."""
    with start("small") as lab:
        desk = Desk(tmp_path_factory.mktemp("healthy"), lab)
        desk.spec()
        desk.apply().expect(0)
        lab.advance(72 * HOUR)
        yield desk


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Shop enables a Region after ten hours, logging is stopped for five hours, Sandbox is wiped from the archive."""
    folder = tmp_path_factory.mktemp("troubled")
    with start(scenario(folder, regions=[*REGIONS, LATE])) as lab:
        desk = Desk(folder, lab)
        desk.spec()
        desk.apply().expect(0)
        lab.advance(10 * HOUR)
        desk.client("account", SHOP).enable_region(RegionName=LATE)
        lab.advance(10 * HOUR)
        trails = desk.client("cloudtrail")
        trails.stop_logging(Name="trailkeep")
        lab.advance(5 * HOUR)
        trails.start_logging(Name="trailkeep")
        lab.advance(10 * HOUR)
        lab.tamper("account-wiped", bucket(desk), accounts=[SANDBOX])
        desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "org.json.gz").expect(0)
        yield desk


def hours_of(found: dict[str, Any]) -> int:
    """How many hours were judged."""
    return int((datetime.fromisoformat(found["to"]) - datetime.fromisoformat(found["from"])) / HOUR)


def bucket(desk: Desk) -> str:
    return f"small-trail-{desk.log_archive()}-{HOME}"


def test_days_that_were_delivered_are_covered_whole(healthy: Desk) -> None:
    said = healthy.run("coverage").expect(0, "100.00 % covered", "Log Archive")
    assert "UNCOVERED" not in said.out
    assert "UNKNOWN" not in said.out
    found = healthy.run("coverage", "--since", "70h", "-o", "json").expect(0).json
    assert found["cloudtrail"]["expected"] == found["cloudtrail"]["covered"] == 15 * hours_of(found)
    assert hours_of(found) >= 66
    assert found["config"]["percent"] == 100.0
    assert found["gaps"] == []


def test_from_a_snapshot_file_and_for_some_accounts_and_regions(healthy: Desk) -> None:
    healthy.run("snapshot", "--output-file", "org.json.gz").expect(0)
    one = ("--account", "Shop", "--region", "eu-west-1", "--since", "12h", "-o", "json")
    found = healthy.run("coverage", "--snapshot", "org.json.gz", *one).expect(0).json
    assert found["cloudtrail"]["expected"] == hours_of(found)
    healthy.run("coverage", "--snapshot", "org.json.gz", "--since", "12h", "--ou", "Workloads", "--regions").expect(
        0, "Shop eu-central-1", "Shop us-east-1"
    )


def test_a_bucket_alone_says_that_nobody_knows_which_accounts_there_should_be(healthy: Desk) -> None:
    place = f"s3://{bucket(healthy)}"
    said = healthy.run("coverage", place, "--archive-account", healthy.log_archive(), "--since", "12h")
    said.expect(4, "100.00 % covered", "one that was wiped whole is not missed")


def test_a_listing_that_is_denied_is_unknown(healthy: Desk) -> None:
    healthy.lab.set_faults([Fault(service="s3", action="ListObjects*", kind="deny")])
    try:
        said = healthy.run("coverage", "--since", "12h").expect(4, "0.00 % covered", "not listed", "s3:ListBucket")
    finally:
        healthy.lab.set_faults([])
    assert "UNCOVERED" not in said.out


def test_objects_are_read_by_whoever_may_decrypt_them_and_refused_ones_are_told(healthy: Desk) -> None:
    said = healthy.run("coverage", "--since", "70h", "--sample", "6", "-o", "json").expect(4)
    sample = said.json["sample"]
    assert {o["kind"] for o in sample["objects"]} == {"log", "config"}
    assert all(o["problem"].startswith("kms: ") for o in sample["objects"])
    assert {o["storage"] for o in sample["objects"]} == {"STANDARD"}
    assert "too young to show 400 days" in sample["retention"]["detail"]
    healthy.run("coverage", "--since", "70h", "--sample", "2").expect(4, "archive.readers")


def test_five_hours_without_logging_are_named_with_who_it_was(troubled: Desk) -> None:
    said = troubled.run(
        "coverage", "--snapshot", "org.json.gz", "--account", "Shop", "--region", HOME, "--since", "20h", "-o", "json"
    ).expect(3)
    (gap,) = said.json["gaps"]
    assert (gap["cause"], gap["hours"], gap["state"]) == ("logging-stopped", 6, "UNCOVERED")
    told = troubled.run("coverage", "--snapshot", "org.json.gz", "--account", "Shop", "--since", "20h", "--events")
    told.expect(3, "logging was stopped at", "by arn:aws:iam::111111111111:user/", "and again on at")


def test_a_region_enabled_late_is_unknown_until_the_event_history_is_asked(troubled: Desk) -> None:
    only = (
        "coverage",
        "--snapshot",
        "org.json.gz",
        "--account",
        "Shop",
        "--region",
        LATE,
        "--since",
        "32h",
        "--no-config",
        "-o",
        "json",
    )
    found = troubled.run(*only).expect(3).json
    assert [g["cause"] for g in found["gaps"]] == ["region-time-unknown", "logging-stopped"]
    assert found["gaps"][0]["state"] == "UNKNOWN"
    found = troubled.run(*only, "--events").expect(3).json
    assert [g["cause"] for g in found["gaps"]] == ["logging-stopped"]
    assert "region-enabled" in {n["cause"] for n in found["not_expected"]}


def test_an_account_that_was_wiped_is_uncovered_for_all_its_hours(troubled: Desk) -> None:
    found = (
        troubled.run("coverage", "--snapshot", "org.json.gz", "--since", "20h", "--no-config", "-o", "json")
        .expect(3)
        .json
    )
    wiped = [g for g in found["gaps"] if g["account"] == SANDBOX]
    assert sum(g["hours"] for g in wiped) == hours_of(found) * len(REGIONS)
    assert {g["cause"] for g in wiped} == {"removed", "logging-stopped"}
    days = next(a for a in found["accounts"] if a["account"] == SANDBOX)["days"]
    assert {d["covered"] for d in days.values()} == {0}


def test_gaps_as_records_and_as_lines(troubled: Desk) -> None:
    told = (
        troubled.run("coverage", "--snapshot", "org.json.gz", "--since", "20h", "--no-config", "-o", "csv")
        .expect(3)
        .out
    )
    records = list(csv.DictReader(io.StringIO(told)))
    troubled.run(
        "coverage",
        "--snapshot",
        "org.json.gz",
        "--since",
        "20h",
        "--no-config",
        "-o",
        "jsonl",
        "--output-file",
        "gaps.jsonl",
    ).expect(3)
    lines = [json.loads(line) for line in (troubled.folder / "gaps.jsonl").read_text().splitlines()]
    assert [(r["account"], r["region"], r["from"]) for r in records] == [
        (g["account"], g["region"], g["from"]) for g in lines
    ]
    assert len(lines) > 10


def test_a_day_can_be_looked_at_hour_by_hour(troubled: Desk) -> None:
    found = troubled.run("coverage", "--snapshot", "org.json.gz", "--since", "20h", "-o", "json").json
    day = found["from"][:10]
    said = troubled.run(
        "coverage", "--snapshot", "org.json.gz", "--since", "20h", "--zoom", f"Shop/{HOME}", "--day", day
    ).expect(3, f"Shop {HOME}", found["from"][11:13])
    assert "■" in said.out
    troubled.run(
        "coverage", "--snapshot", "org.json.gz", "--since", "20h", "--zoom", "Shop", "--day", "2001-01-01"
    ).expect(2, "is not among the days")
    troubled.run("coverage", "--snapshot", "org.json.gz", "--since", "20h", "--zoom", "Shop").expect(
        2, "--zoom and --day belong together"
    )
    troubled.run("coverage", "--snapshot", "org.json.gz", "--since", "20h", "--zoom", "Nobody", "--day", day).expect(
        2, "fits no account"
    )


def test_what_makes_no_sense_is_refused(alone: Desk) -> None:
    alone.run("coverage", "nowhere").expect(2, "is no folder")
    (alone.folder / "empty").mkdir()
    alone.run("coverage", "empty").expect(2, "nothing to look at")
    alone.run("coverage", "empty", "--since", "1d", "--until", "2d").expect(2, "--since is not before --until")
    alone.run("coverage", "empty", "--ou", "Shop").expect(2, "--snapshot")
    alone.run("coverage", "empty", "--account", "Shop").expect(2, "not an account id")
