"""trailkeep audit told to others: topics, webhooks, Security Hub; on files and on the embedded organization."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.webhook import SECRET, Listener, listening
from tests.stories.desk import SECURITY, Desk
from trailkeep.lab import start

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
