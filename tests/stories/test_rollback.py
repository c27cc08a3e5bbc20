"""rollback: what can be undone is undone, newest first; the rest is named and kept; apply restores it."""

import pytest

from tests.stories.desk import MANAGEMENT, SHOP, Desk

pytestmark = pytest.mark.story


def test_taken_back_in_reverse_order_and_restored(built: Desk) -> None:
    archive = built.log_archive()
    said = built.run("rollback", "--yes").expect(2, "--confirm")
    names = [part.strip('"') for part in said.err.split("--confirm ")[1:]]
    confirmed = [word for name in names for word in ("--confirm", name.split('"')[0])]
    built.lab.forget_calls()
    taken = built.run("rollback", "--yes", *confirmed).expect(0)
    for kept in (
        "account Log Archive: an account can only be closed",
        "a bucket that may hold logs is never deleted",
        "what is encrypted with a key is lost with it",
        "guardrails let nobody delete it; stopping the recorder is what undoes it",
    ):
        assert kept in taken.err

    actions = [c["action"] for c in built.writes()]
    assert actions.index("DetachPolicy") < actions.index("StopConfigurationRecorder") < actions.index("StopLogging")
    assert max(i for i, a in enumerate(actions) if a == "DetachPolicy") < actions.index("StopConfigurationRecorder")
    assert "DeleteBucket" not in actions
    assert "DeregisterOrganizationDelegatedAdmin" in actions

    assert built.client("cloudtrail").list_trails()["Trails"] == []
    assert {b["Name"] for b in built.client("s3", archive).list_buckets()["Buckets"]}
    recorder = built.client("config", SHOP).describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    assert not recorder["recording"]

    built.run("rollback", "--yes").expect(2, "no run to roll back", "--journal FILE")
    built.apply().expect(0, "everything is as the specification says")
    built.run("plan", "--check").expect(0)
    assert built.client("cloudtrail").get_trail_status(Name="trailkeep")["IsLogging"]


def test_only_the_last_run_is_taken_back(built: Desk) -> None:
    built.spec(archive={"retention_days": 800})
    built.apply().expect(0)
    built.lab.forget_calls()
    built.run("rollback", "--yes").expect(0, "lifecycle")
    assert {c["action"] for c in built.writes()} == {"PutBucketLifecycleConfiguration"}
    rules = built.client("s3", built.log_archive()).get_bucket_lifecycle_configuration(
        Bucket=f"small-trail-{built.log_archive()}-us-east-1"
    )["Rules"]
    assert any(r.get("Expiration", {}).get("Days") == 400 for r in rules)


def test_without_a_journal_there_is_nothing_to_take_back(desk: Desk) -> None:
    desk.run("rollback", "--yes").expect(2, "no run to roll back", "--journal FILE")


def test_a_journal_torn_by_a_crash_is_still_read(built: Desk) -> None:
    path = built.folder / "state" / "trailkeep" / "o-small1org2" / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"run":"torn","event":"do')
    built.run("rollback").expect(2, "nobody is there to say yes")
    assert MANAGEMENT
