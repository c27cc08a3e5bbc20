"""doctor as a person types it: offline on a snapshot, and live against the embedded organization."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.doctor import made
from tests.doctor.edits import HOME as HEALTHY_HOME
from tests.doctor.edits import TRAIL, WEB
from tests.doctor.plants import PLANTS
from tests.forks import start
from tests.setup import build
from tests.stories.desk import HOME, MANAGEMENT, SECURITY, SHOP, Desk
from trailkeep.app import snapshot_file
from trailkeep.model.snapshot import Snapshot

pytestmark = pytest.mark.story


@pytest.fixture
def offline(alone: Desk) -> Desk:
    """A folder with the specification of `tests.setup.build` in it, and no organization."""
    (alone.folder / "trailkeep.yaml").write_text(json.dumps(build.document()))
    return alone


def kept(desk: Desk, snapshot: Snapshot) -> tuple[str, str]:
    snapshot_file.write(snapshot, desk.folder / "org.json.gz")
    return "--snapshot", "org.json.gz"


def test_a_healthy_organization_exits_with_0_and_says_what_was_ruled_out(offline: Desk) -> None:
    file = kept(offline, made.healthy())
    said = offline.run("doctor", *file).expect(0, "No cause confirmed", "ruled out by", "0 not known", "not seen")
    assert "CONFIRMED" not in said.out
    offline.run("doctor", "logs", *file).expect(0, "logs lie under s3://acme-trail-")
    offline.run("doctor", "regions", *file).expect(0)
    offline.run("doctor", "retention", *file).expect(0)
    offline.run("doctor", "deletion", *file).expect(4, "trailkeep verify s3://acme-trail-")
    offline.run("doctor", "errors", *file).expect(0, "neither service tells of any")
    offline.run("doctor", "--details", *file).expect(0, "Ruled out", "A5", "an Allow for the service is there")


def test_a_confirmed_cause_exits_with_3_and_prints_evidence_and_fix(offline: Desk) -> None:
    file = kept(offline, PLANTS["A5"].edit(made.healthy()))
    said = offline.run("doctor", *file).expect(3, "A5 CONFIRMED", "AWSLogs/o-exampleorg1/*", '"Sid": "CloudTrailWrite"')
    assert "aws s3api put-bucket-policy --bucket acme-trail-" in said.out
    assert "role/OrganizationAccountAccessRole" in said.out
    assert "trailkeep apply" in said.out


def test_as_json(offline: Desk) -> None:
    file = kept(offline, PLANTS["A34"].edit(made.healthy()))
    found = offline.run("doctor", *file, "-o", "json").expect(3).json
    by_id = {c["id"]: c for c in found["causes"]}
    assert len(by_id) == 76
    assert by_id["A34"]["state"] == "CONFIRMED"
    assert "A34" in by_id["A27"]["explained_by"]
    assert by_id["A34"]["evidence"][0]["where"] == "payments (333333333333) eu-west-1"
    assert {s["family"]: s["sight"] for s in found["symptoms"]}["logs"] == "seen"
    offline.run("doctor", *file, "-o", "json", "--output-file", "d.json").expect(3)
    assert json.loads((offline.folder / "d.json").read_text())["causes"]


def test_what_could_not_be_read_exits_with_4(offline: Desk) -> None:
    file = kept(offline, made.with_trail(made.healthy(), selectors=None))
    offline.run("doctor", *file).expect(4, "A22 UNKNOWN", "its selectors could not be read")


def test_where_one_looks_which_day_and_who(offline: Desk) -> None:
    file = ("--account", "web", "--region", HEALTHY_HOME, *kept(offline, made.healthy()))
    wrong = f"s3://{TRAIL}/AWSLogs/{WEB}/CloudTrail/"
    offline.run("doctor", "logs", *file, "--looked-at", wrong).expect(3, "A25 CONFIRMED", "organization's id")
    right = f"s3://{TRAIL}/AWSLogs/o-exampleorg1/{WEB}/CloudTrail/{HEALTHY_HOME}/2026/11/02/"
    offline.run("doctor", "logs", *file, "--day", "2026-11-02", "--looked-at", right).expect(0)
    reader = f"arn:aws:iam::{build.IDENTITY}:role/Audit"
    offline.run("doctor", "logs", *file, "--reader", reader).expect(3, "A26 CONFIRMED", "archive.readers")
    offline.run("doctor", "logs", *file, "--day", "2010-01-01").expect(3, "A37 CONFIRMED")
    offline.run("doctor", "retention", "--days", "3000", *file[4:]).expect(3, "D1 CONFIRMED", "wanted is 3000 days")


def test_without_a_specification(offline: Desk) -> None:
    (offline.folder / "trailkeep.yaml").unlink()
    file = kept(offline, made.healthy())
    offline.run("doctor", *file).expect(0, "No cause confirmed")
    offline.run("doctor", "retention", *file).expect(4, "--days N, or a specification with --spec")


@pytest.mark.parametrize(
    "words",
    [
        ("logs", "--account", "nobody"),
        ("logs", "--region", "Ireland"),
        ("logs", "--day", "yesterday"),
        ("logs", "--reader", "bob"),
        ("--details", "logs"),
        ("retention", "--days", "0"),
        ("nonsense",),
    ],
)
def test_misuse_exits_with_2(offline: Desk, words: tuple[str, ...]) -> None:
    file = kept(offline, made.healthy())
    offline.run("doctor", *words, *(file if words != ("nonsense",) else ())).expect(2)


def test_the_tips_need_nothing(alone: Desk) -> None:
    said = alone.run("doctor", "tips").expect(0, "trailkeep policies show", "trailkeep doctor calls")
    assert len(alone.run("doctor", "tips", "-o", "json").expect(0).json) == 5
    assert "1. " in said.out


@pytest.fixture(scope="module")
def delivering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small organization with everything in place, a day later."""
    folder: Path = tmp_path_factory.mktemp("delivering")
    with start("small") as lab:
        desk = Desk(folder, lab)
        desk.spec()
        desk.apply().expect(0)
        lab.advance(timedelta(hours=26))
        yield desk


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same, set up a day and a few hours ago by this machine's clock, by which `doctor` asks."""
    folder: Path = tmp_path_factory.mktemp("idle")
    with start("small") as lab:
        lab.set_clock(-28 * 3600)
        desk = Desk(folder, lab)
        desk.spec()
        desk.apply().expect(0)
        lab.advance(timedelta(hours=28))
        yield desk


IDLE = ("--account", "Shop", "--region", "eu-west-1")


def told_of(desk: Desk, cause: str, *words: str) -> dict[str, Any]:
    found = desk.run("doctor", *words, "-o", "json").json["causes"]
    return next(one for one in found if one["id"] == cause)


def test_nothing_changed_is_confirmed_for_who_misses_history_and_is_no_fault(idle: Desk) -> None:
    said = idle.run("doctor", "logs", *IDLE, "--probe").expect(0, "A35 CONFIRMED", "Nothing is to be put right")
    assert "nothing is recorded there, no history came yet, snapshots arrive, and the event history has no" in said.out
    home = idle.run("doctor", "logs", "--account", "Shop", "--region", HOME, "--probe").expect(0, "A35 CONFIRMED")
    assert "the newest item is AWS::" in home.out
    assert "history last came at" in home.out
    idle.run("doctor", "logs", *IDLE).expect(0, "A35")
    idle.run("doctor", "logs", "--probe").expect(0, "No cause confirmed")
    idle.run("doctor", "--probe").expect(0, "No cause confirmed")
    silent = told_of(idle, "A35", "--probe")
    assert (silent["state"], silent["open"]) == ("UNKNOWN", False)
    assert "--probe with --account and --region" in silent["unknown"][0]["would_tell"]


def test_a_change_and_a_deletion_are_not_nothing(idle: Desk) -> None:
    s3 = idle.client("s3", SHOP, "eu-west-1")
    s3.create_bucket(Bucket="shop-assets", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    changed = told_of(idle, "A35", "logs", *IDLE, "--probe")
    assert changed["state"] == "RULED OUT"
    assert "AWS::S3::Bucket shop-assets was recorded at" in changed["because"]
    s3.delete_bucket(Bucket="shop-assets")
    deleted = told_of(idle, "A35", "logs", *IDLE, "--probe")
    assert deleted["state"] == "UNKNOWN"
    assert "DeleteBucket by" in deleted["unknown"][0]["because"]


def test_live_and_healthy(delivering: Desk) -> None:
    delivering.run("doctor").expect(0, "No cause confirmed")
    said = delivering.run("doctor", "--probe", "-o", "json").expect(0).json
    states = {c["id"]: c["state"] for c in said["causes"]}
    assert "CONFIRMED" not in states.values()
    assert states["B8"] == states["D10"] == states["A36"] == "RULED OUT"
    delivering.run("doctor", "calls").expect(0, "no call of theirs was refused")
    delivering.run("doctor", "errors").expect(0)
    delivering.run("doctor", "rules").expect(4, "UNKNOWN")
    assert delivering.writes() == [] or all(c["action"] != "PutBucketPolicy" for c in delivering.writes()[-5:])


def test_probing_reads_only(delivering: Desk) -> None:
    delivering.lab.forget_calls()
    delivering.run("doctor", "--probe").expect(0)
    assert delivering.writes() == []
    assert any(c["action"] == "LookupEvents" for c in delivering.lab.calls())


def test_a_stopped_trail_is_found_with_who_stopped_it_and_the_command_heals_it(delivering: Desk) -> None:
    trails = delivering.client("cloudtrail")
    trails.stop_logging(Name="trailkeep")
    said = delivering.run("doctor", "logs", "--account", "Shop", "--probe").expect(3, "A1 CONFIRMED", "StopLogging by")
    assert f":iam::{MANAGEMENT}:" in said.out.partition("StopLogging by")[2][:200]
    command = next(line.strip() for line in said.out.splitlines() if "aws cloudtrail start-logging" in line)
    assert f"--name arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/trailkeep --region {HOME}" in command
    trails.start_logging(Name=f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/trailkeep")
    delivering.lab.advance(timedelta(hours=2))
    said = delivering.run("doctor", "logs", "--account", "Shop")
    assert "A1 CONFIRMED" not in said.out


def test_a_bucket_policy_that_lost_a_statement_is_found_and_apply_heals_it(delivering: Desk) -> None:
    archive = delivering.log_archive()
    s3 = delivering.client("s3", archive)
    bucket = f"small-trail-{archive}-{HOME}"
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.put_bucket_policy(Bucket=bucket, Policy=made.without(policy, "CloudTrailAcl"))
    delivering.run("doctor", "logs").expect(3, "A8 CONFIRMED", "s3:GetBucketAcl")
    delivering.apply().expect(0)
    delivering.run("doctor", "logs").expect(0)


def test_a_key_that_is_disabled_is_found(delivering: Desk) -> None:
    kms = delivering.client("kms", SECURITY)
    (alias,) = (a for a in kms.list_aliases()["Aliases"] if a["AliasName"] == "alias/trailkeep-archive")
    kms.update_key_description(KeyId=alias["TargetKeyId"], Description="x")
    snapshot = delivering.snapshot()
    assert snapshot.keys[0].state == "Enabled"
    said = delivering.run("doctor", "--snapshot", "now.json.gz").expect(0)
    assert "A11" not in said.out
    snapshot_file.write(made.with_key(snapshot, state="Disabled"), delivering.folder / "off.json.gz")
    delivering.run("doctor", "--snapshot", "off.json.gz").expect(3, "A11 CONFIRMED", "aws kms enable-key")


def test_a_recorder_that_was_stopped_in_one_region_is_found(delivering: Desk) -> None:
    config = delivering.client("config", SHOP, "eu-west-1")
    (name,) = (r["name"] for r in config.describe_configuration_recorders()["ConfigurationRecorders"])
    config.stop_configuration_recorder(ConfigurationRecorderName=name)
    said = delivering.run("doctor", "regions").expect(3, "C6 CONFIRMED", "not in eu-west-1")
    assert "Shop (444444444444)" in said.out
    both = delivering.run("doctor").expect(3, "A28 CONFIRMED", "follows from A28")
    assert "aws config start-configuration-recorder" in both.out
    delivering.apply().expect(0)
    delivering.run("doctor", "regions").expect(0)


def test_a_deleted_log_file_is_found_under_its_marker_and_no_command_removes_it(delivering: Desk) -> None:
    (key,) = delivering.lab.tamper("object-deleted", f"small-trail-{delivering.log_archive()}-{HOME}")
    parts = key.split("/")
    account, region, day = parts[2], parts[4], "-".join(parts[5:8])
    where = ("--account", account, "--region", region, "--day", day)
    said = delivering.run("doctor", "deletion", *where, "--probe").expect(
        3, "B2 CONFIRMED", key, "list-object-versions"
    )
    assert "delete-object" not in said.out
    delivering.run("doctor", "deletion", *where).expect(4, "B2 UNKNOWN", "--probe (list object versions")
    bucket = f"s3://small-trail-{delivering.log_archive()}-{HOME}"
    entered = ("--archive-account", delivering.log_archive())
    verified = delivering.run("verify", bucket, "-o", "json", "--output-file", "v.json", *entered)
    assert (delivering.folder / "v.json").exists(), verified.all
    # the key lets nobody but named readers decrypt, and this specification names none
    delivering.run("doctor", "deletion", "--verified", "v.json").expect(4, "B1 UNKNOWN", "UNREADABLE kms")
    delivering.run("doctor", "deletion", "--verified", "trailkeep.yaml").expect(2, "is no verification")


def test_a_guardrail_that_was_detached_is_found(delivering: Desk) -> None:
    organizations = delivering.client("organizations")
    listed = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (policy,) = (p["Id"] for p in listed if p["Name"] == "trailkeep-archive")
    organizations.detach_policy(PolicyId=policy, TargetId=delivering.log_archive())
    delivering.run("doctor", "deletion").expect(3, "B6 CONFIRMED", "s3:DeleteObjectVersion", "Log Archive")
    delivering.apply().expect(0)
    assert "B6 CONFIRMED" not in delivering.run("doctor", "deletion").out


def test_what_cloudtrail_reports_and_what_the_policy_says_agree(delivering: Desk) -> None:
    archive = delivering.log_archive()
    s3 = delivering.client("s3", archive)
    bucket = f"small-trail-{archive}-{HOME}"
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.put_bucket_policy(Bucket=bucket, Policy=made.without(policy, "CloudTrailWrite"))
    said = delivering.run("doctor", "logs").expect(3, "CloudTrail cannot deliver: AccessDenied", "A5 CONFIRMED")
    assert "A7 CONFIRMED" not in said.out
    delivering.run("doctor", "errors").expect(3, "CloudTrail cannot deliver: AccessDenied")
    delivering.apply().expect(0)


def test_a_snapshot_and_credentials_of_two_organizations_do_not_go_together(delivering: Desk) -> None:
    kept(delivering, made.with_organization(made.healthy(), accounts={}))
    delivering.run("doctor", "--snapshot", "org.json.gz", "--probe").expect(2, "not in the snapshot's organization")
