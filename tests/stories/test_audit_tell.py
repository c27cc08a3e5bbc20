"""trailkeep audit told to others: topics, webhooks, Security Hub; on files and on the embedded organization."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.app.webhook import SECRET, Listener, listening
from tests.forks import start
from tests.stories.desk import HOME, SECURITY, SHOP, Desk

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Before apply (bare.json.gz) a lot fails, after it (standing.json.gz) nothing; the lab has everything in place."""
    with start("small") as lab:
        desk = Desk(tmp_path_factory.mktemp("told"), lab)
        desk.spec()
        desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "bare.json.gz").expect(0)
        desk.apply().expect(0)
        desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "standing.json.gz").expect(0)
        yield desk


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


AUDIT = ("audit", "--no-proofs", "--snapshot")
BARE, STANDING = (*AUDIT, "bare.json.gz"), (*AUDIT, "standing.json.gz")


def bodies(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(body) for _, _, body in listener.told]


def test_a_webhook_hears_of_failures_and_its_path_is_said_nowhere(built: Desk, listener: Listener) -> None:
    said = built.run(*BARE, "--notify", listener.url, "-v").expect(3, "told http://127.0.0.1/…")
    assert SECRET not in said.all
    (told,) = bodies(listener)
    assert told["exit_code"] == 3
    assert "findings failing" in told["text"]
    assert len(told["worst"]) == 5


def test_a_webhook_is_left_in_peace_unless_it_asked_for_more(built: Desk, listener: Listener) -> None:
    built.run(*STANDING, "--notify", listener.url).expect(4)
    assert listener.told == []
    built.run(*STANDING, "--notify-on", "always", environment={"TRAILKEEP_NOTIFY": listener.url}).expect(4)
    assert bodies(listener)[0]["exit_code"] == 4


def test_only_what_is_new_is_told_where_that_is_wanted(built: Desk, listener: Listener) -> None:
    built.run(*BARE, "-o", "json", "--output-file", "before.json").expect(3)
    new = ("--notify", listener.url, "--notify-on", "new")
    built.run(*BARE, *new, "--baseline", "before.json").expect(3)
    assert listener.told == []
    built.run(*STANDING, "-o", "json", "--output-file", "fine.json").expect(4)
    built.run(*BARE, *new, "--baseline", "fine.json").expect(3)
    assert bodies(listener)[0]["new"] > 15
    built.run(*BARE, *new).expect(2, "--baseline")


def test_who_cannot_be_told_does_not_hide_the_result_nor_keep_others_from_hearing(
    built: Desk, listener: Listener
) -> None:
    with listening() as refusing:
        refusing.statuses = [404]
        said = built.run(*BARE, "--notify", refusing.url, "--notify", listener.url)
        said.expect(3, "was not told: it answered 404", "told http://127.0.0.1/…", " FAIL, ")
        assert SECRET not in said.all
        assert len(listener.told) == 1
        fine = (*STANDING, "--check", "trail-is-logging", "--notify-on", "always")
        built.run(*fine).expect(0)
        built.run(*fine, "--notify", refusing.url).expect(1, "was not told", "PASS")


@pytest.mark.parametrize("whom", [f"http://hooks.example.com/{SECRET}", "arn:aws:s3:::x", f"{SECRET}"])
def test_nobody_is_asked_anything_for_a_target_that_is_none(built: Desk, whom: str) -> None:
    said = built.run("audit", "--notify", whom).expect(2)
    assert SECRET not in said.all


def test_a_topic_of_another_account_is_told_as_that_account(built: Desk) -> None:
    client = built.client("sns", SECURITY)
    topic = client.create_topic(Name="audits")["TopicArn"]
    built.run(*BARE, "--notify", topic).expect(3, f"told {topic}")
    assert any(c["action"] == "Publish" and c["error"] is None for c in built.lab.calls())
    gone = topic.replace("audits", "none")
    built.run(*BARE, "--notify", gone).expect(3, "could not publish")


def test_a_snapshot_file_needs_no_credentials_for_a_webhook(built: Desk, listener: Listener) -> None:
    nobody = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    built.run(*BARE, "--notify", listener.url, environment=nobody).expect(3)
    assert len(listener.told) == 1


SEND = ("--send", "security-hub")


@pytest.fixture(scope="module")
def hub(built: Desk) -> Any:
    """Security Hub of the security account in the home Region, switched on."""
    client = built.client("securityhub", SECURITY)
    with suppress(client.exceptions.ResourceConflictException):  # apply had it on already
        client.enable_security_hub(EnableDefaultStandards=False)
    return client


def held(hub: Any, **filters: str) -> dict[str, dict[str, Any]]:
    wanted = {name: [{"Value": value, "Comparison": "EQUALS"}] for name, value in filters.items()}
    pages = hub.get_paginator("get_findings").paginate(Filters=wanted)
    return {f["Id"]: f for page in pages for f in page["Findings"] if "trailkeep/subject" in f["ProductFields"]}


def open_ones(built: Desk, file: str) -> set[str]:
    told = built.run(*AUDIT, file, "-o", "json").json["findings"]
    return {f"o-small1org2/{f['id']}" for f in told if f["status"] != "PASS"}


def test_nothing_is_sent_that_nobody_agreed_to(built: Desk, hub: Any) -> None:
    built.run(*BARE, *SEND).expect(2, "nobody is there to agree", "--yes")
    assert held(hub) == {}


def test_findings_go_to_the_security_account_and_a_second_run_updates_them(built: Desk, hub: Any) -> None:
    said = built.run(*BARE, *SEND, "--yes").expect(3, f"Security Hub of account {SECURITY} in {HOME}", " FAIL, ")
    first = held(hub)
    assert set(first) == open_ones(built, "bare.json.gz")
    said.expect(3, f"{len(first)} new, 0 again", f"sent {len(first)} findings")
    assert {f["AwsAccountId"] for f in first.values()} == {SECURITY}
    assert {f["Compliance"]["Status"] for f in first.values()} == {"FAILED", "NOT_AVAILABLE"}
    assert any(f["ProductFields"].get("trailkeep/account") == SHOP for f in first.values())
    built.run(*BARE, *SEND, "--yes").expect(3, f"0 new, {len(first)} again")
    again = held(hub)
    assert {i: f["CreatedAt"] for i, f in again.items()} == {i: f["CreatedAt"] for i, f in first.items()}


def test_what_passes_now_is_resolved_and_what_people_wrote_stays(built: Desk, hub: Any) -> None:
    before = held(hub)
    (one, *_) = sorted(i for i in before if "/trail-exists/" in i)
    named = {"Id": one, "ProductArn": before[one]["ProductArn"]}
    hub.batch_update_findings(
        FindingIdentifiers=[named],
        Workflow={"Status": "NOTIFIED"},
        Note={"Text": "ticket 4711", "UpdatedBy": "ana"},
        UserDefinedFields={"team": "platform"},
        Severity={"Label": "LOW"},
    )
    built.run(*STANDING, *SEND, "--yes").expect(4, "resolved", "gone")
    after = held(hub, RecordState="ACTIVE")
    still = {i for i, f in after.items() if f["Compliance"]["Status"] != "PASSED"}
    assert still == open_ones(built, "standing.json.gz")
    kept = held(hub)[one]
    assert kept["Compliance"]["Status"] == "PASSED"
    assert (kept["Workflow"]["Status"], kept["Note"]["Text"]) == ("NOTIFIED", "ticket 4711")
    assert kept["UserDefinedFields"] == {"team": "platform"}
    assert kept["Severity"]["Label"] == "LOW"
    gone = held(hub, RecordState="ARCHIVED")
    assert all(i not in after for i in gone)
    quiet = built.run(*STANDING, *SEND, "--yes").expect(4)
    assert f"0 new, {len(still)} again, 0 resolved, 0 gone" in quiet.err


def test_an_older_snapshot_overwrites_nothing_that_a_later_one_told(built: Desk, hub: Any) -> None:
    built.run(*STANDING, *SEND, "--yes").expect(4)
    before = held(hub, RecordState="ACTIVE")
    built.run(*BARE, *SEND, "--yes").expect(2, "Security Hub was told of 2026-", "take a new snapshot", " FAIL, ")
    assert held(hub, RecordState="ACTIVE") == before


def test_some_checks_leave_the_findings_of_others_alone(built: Desk, hub: Any) -> None:
    before = held(hub, RecordState="ACTIVE")
    built.run(*STANDING, "--check", "trail-is-logging", *SEND, "--yes")
    after = held(hub, RecordState="ACTIVE")
    assert {i for i in before if "/trail-is-logging/" not in i} == {i for i in after if "/trail-is-logging/" not in i}


def test_a_hub_that_is_off_is_an_error_with_a_remedy_after_the_result_is_said(built: Desk, listener: Listener) -> None:
    spec = json.loads((built.folder / "trailkeep.yaml").read_text())
    spec["organization"]["home_region"] = "eu-west-1"
    (built.folder / "elsewhere.yaml").write_text(json.dumps(spec))
    off = built.run(*BARE, "--spec", "elsewhere.yaml", *SEND, "--yes", "--notify", listener.url)
    off.expect(1, "enable-security-hub", "eu-west-1", " FAIL, ", "told http://127.0.0.1/…")
