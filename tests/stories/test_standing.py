"""What stands once it is built: asked of AWS directly, told by the journal, kept in snapshots."""

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.forks import start
from tests.stories.desk import HOME, LOG_ARCHIVE_EMAIL, MANAGEMENT, REGIONS, Desk

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small organization with everything in place, for tests that leave it as it is."""
    with start("small") as lab:
        desk = Desk(tmp_path_factory.mktemp("standing"), lab)
        desk.spec()
        desk.apply().expect(0)
        yield desk


def test_the_result_is_there_when_aws_is_asked_directly(standing: Desk) -> None:
    archive = standing.log_archive()
    trail = standing.client("cloudtrail").describe_trails()["trailList"][0]
    assert trail["IsOrganizationTrail"]
    assert trail["IsMultiRegionTrail"]
    assert trail["LogFileValidationEnabled"]
    assert standing.client("cloudtrail").get_trail_status(Name=trail["TrailARN"])["IsLogging"]

    s3 = standing.client("s3", archive)
    for kind, locked in (("trail", True), ("config", False)):
        name = f"small-{kind}-{archive}-{HOME}"
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
        if locked:
            rule = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]
            assert rule["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}

    for account in (a["Id"] for a in standing.accounts()):
        for region in REGIONS:
            (recorder,) = standing.client("config", account, region).describe_configuration_recorder_status()[
                "ConfigurationRecordersStatus"
            ]
            assert recorder["recording"], (account, region)


def test_the_journal_tells_every_change_and_holds_no_credentials(standing: Desk) -> None:
    path = standing.folder / "state" / "trailkeep" / "o-small1org2" / "journal.jsonl"
    text = path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [lines[0]["event"], lines[-1]["event"]] == ["begin", "end"]
    assert sum(line["event"] == "intent" for line in lines) == sum(line["event"] == "done" for line in lines)
    assert LOG_ARCHIVE_EMAIL in text
    assert standing.environment["AWS_SECRET_ACCESS_KEY"] not in text
    assert path.stat().st_mode & 0o077 == 0
    assert MANAGEMENT in text


def test_what_would_weaken_protection_is_refused(standing: Desk) -> None:
    standing.spec(archive={"lock": {"days": 3}})
    standing.lab.forget_calls()
    standing.run("plan").expect(2, "locks objects for 30 days, not 3", "or use a new bucket")
    standing.run("apply", "--yes").expect(2, "locks objects for 30 days, not 3", "or use a new bucket")
    assert standing.writes() == []
    standing.spec()


def test_a_redacted_snapshot_holds_no_name_of_the_real_ones(standing: Desk) -> None:
    standing.run("snapshot", "--spec", "trailkeep.yaml", "--redact", "--output-file", "r.json.gz").expect(0)
    text = gzip.decompress((standing.folder / "r.json.gz").read_bytes()).decode()
    for account in standing.accounts():
        assert account["Id"] not in text
        assert account["Email"] not in text
        if len(account["Name"]) > 5:
            assert f'"{account["Name"]}"' not in text
    assert "o-small1org2" not in text
    assert standing.environment["AWS_ACCESS_KEY_ID"] not in text
    standing.run("snapshot", "diff", "r.json.gz", "r.json.gz").expect(0)
    standing.run("init", "--snapshot", "r.json.gz", "--yes", "--output-file", "from-redacted.yaml").expect(0)


def test_two_snapshots_tell_what_changed_between_them(standing: Desk) -> None:
    take = ("snapshot", "--spec", "trailkeep.yaml", "--output-file")
    standing.run(*take, "a.json.gz").expect(0)
    standing.run(*take, "b.json.gz").expect(0)
    standing.run("snapshot", "diff", "a.json.gz", "b.json.gz").expect(0, "No difference.")
    standing.client("cloudtrail").stop_logging(Name="trailkeep")
    standing.run(*take, "c.json.gz").expect(0)
    standing.run("snapshot", "diff", "a.json.gz", "c.json.gz").expect(3, "is_logging")
    said = standing.run("snapshot", "diff", "a.json.gz", "c.json.gz", "-o", "json").expect(3)
    assert any("is_logging" in d["path"] for d in said.json)
    standing.client("cloudtrail").start_logging(Name="trailkeep")
    standing.run("plan", "--check", "--snapshot", "a.json.gz").expect(0)
    standing.run("plan", "--check", "--snapshot", "c.json.gz").expect(5, "trail trailkeep logging")
