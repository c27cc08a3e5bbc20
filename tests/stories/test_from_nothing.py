"""init, plan, apply, plan again, apply again: the main job, and that it is done once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stories.desk import HOME, LOG_ARCHIVE_EMAIL, MANAGEMENT, REGIONS, Desk

from trailkeep.lab import start

pytestmark = pytest.mark.story


def test_from_an_untouched_organization_to_one_that_logs_and_nothing_is_done_twice(desk: Desk) -> None:
    (desk.folder / "trailkeep.yaml").unlink()
    desk.run("init", "--yes").expect(0, "trailkeep.yaml")
    desk.lab.forget_calls()

    planned = desk.run("plan", "--check").expect(5, "Log Archive", "trail trailkeep", "SCP trailkeep-logging")
    assert desk.writes() == []

    desk.run("apply", "--yes").expect(2, '--confirm "Log Archive"')
    assert desk.writes() == []

    applied = desk.apply().expect(0, "Read back: everything is as the specification says.")
    assert "changes made." in applied.out
    assert planned.out.splitlines()[-1].split()[0] == applied.out.split()[0], "as many are made as were planned"

    desk.run("plan", "--check").expect(0, "Nothing to change")
    desk.lab.forget_calls()
    desk.apply().expect(0, "Nothing to change")
    assert desk.writes() == []
    assert not any(c["service"] == "ssm" for c in desk.lab.calls()), "nothing to do needs no lease"


def test_the_result_is_there_when_aws_is_asked_directly(built: Desk) -> None:
    archive = built.log_archive()
    trail = built.client("cloudtrail").describe_trails()["trailList"][0]
    assert trail["IsOrganizationTrail"]
    assert trail["IsMultiRegionTrail"]
    assert trail["LogFileValidationEnabled"]
    assert built.client("cloudtrail").get_trail_status(Name=trail["TrailARN"])["IsLogging"]

    s3 = built.client("s3", archive)
    for kind, locked in (("trail", True), ("config", False)):
        name = f"small-{kind}-{archive}-{HOME}"
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
        if locked:
            rule = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]
            assert rule["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}

    for account in (a["Id"] for a in built.accounts()):
        for region in REGIONS:
            (recorder,) = built.client("config", account, region).describe_configuration_recorder_status()[
                "ConfigurationRecordersStatus"
            ]
            assert recorder["recording"], (account, region)


def test_json_is_on_standard_output_alone_and_progress_elsewhere(desk: Desk) -> None:
    plan = desk.run("plan", "--check", "-o", "json").expect(5)
    assert plan.json["trailkeep_plan"] == 1
    assert plan.json["complete"]
    kinds = {c["kind"] for c in plan.json["changes"]}
    assert {"CreateAccount", "CreateBucket", "PutTrail", "PutRecorder", "AttachPolicy"} <= kinds

    outcome = desk.apply("-o", "json").expect(0)
    assert len(outcome.json["done"]) == len(plan.json["changes"])
    assert outcome.json["left"]["changes"] == []
    assert "account: 2 changes" in outcome.err

    again = desk.apply("-o", "json").expect(0)
    assert again.json["changes"] == []


def test_the_big_organization_with_all_its_flaws_is_set_up_and_its_blind_spot_is_named(acme: Desk) -> None:
    acme.run("init", "--yes").expect(4)
    applied = acme.apply().expect(4, "Acquired Billing", "create OrganizationAccountAccessRole there")
    assert "Read back: everything is as the specification says." in applied.out
    acme.run("plan", "--check").expect(4, "Nothing to change", "not read, so unknown", "the account is SUSPENDED")


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Desk]:
    with start("acme") as lab:
        yield Desk(tmp_path, lab)


def test_the_journal_tells_every_change_and_holds_no_credentials(built: Desk) -> None:
    path = built.folder / "state" / "trailkeep" / "o-small1org2" / "journal.jsonl"
    text = path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [lines[0]["event"], lines[-1]["event"]] == ["begin", "end"]
    assert sum(line["event"] == "intent" for line in lines) == sum(line["event"] == "done" for line in lines)
    assert LOG_ARCHIVE_EMAIL in text
    assert built.environment["AWS_SECRET_ACCESS_KEY"] not in text
    assert path.stat().st_mode & 0o077 == 0
    assert MANAGEMENT in text
