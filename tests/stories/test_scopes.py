"""Both trail scopes, both protections, and the way from one scope to the other and back."""

import json
from typing import Any

import pytest

from tests.stories.desk import HOME, MANAGEMENT, MFA, SANDBOX, SHOP, Desk, kill

pytestmark = pytest.mark.story


def finish_mfa(desk: Desk, archive: str) -> None:
    for kind in ("trail", "config"):
        desk.lab.enable_mfa_delete(f"small-{kind}-{archive}-{HOME}")


@pytest.mark.parametrize("scope", ["organization", "members"])
def test_mfa_delete_is_left_to_a_person_with_exact_commands_and_verified_afterwards(desk: Desk, scope: str) -> None:
    desk.spec(**MFA, trail={"scope": scope})
    applied = desk.apply().expect(4, "Only a person can do this", "Create a root access key")
    archive = desk.log_archive()
    for kind in ("trail", "config"):
        assert (
            f"aws s3api put-bucket-versioning --profile root-log-archive --bucket small-{kind}-{archive}-{HOME} "
            '--versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "$MFA_DEVICE_ARN $MFA_CODE"'
        ) in applied.out
    desk.run("plan", "--check").expect(5, "2 only a person can make")
    again = desk.apply().expect(4, "0 changes made", "Only a person can do this")
    assert "✗" not in again.out

    finish_mfa(desk, archive)
    desk.run("plan", "--check").expect(0, "Nothing to change")
    desk.apply().expect(0)


def trails(desk: Desk, account: str) -> dict[str, bool]:
    client = desk.client("cloudtrail", account)
    arns = [t["TrailARN"] for t in client.list_trails()["Trails"]]
    return {
        arn.rpartition("/")[2]: client.get_trail_status(Name=arn)["IsLogging"] for arn in arns if f":{account}:" in arn
    }


def source_arns(desk: Desk, archive: str) -> str:
    policy: dict[str, Any] = json.loads(
        desk.client("s3", archive).get_bucket_policy(Bucket=f"small-trail-{archive}-{HOME}")["Policy"]
    )
    return json.dumps([s.get("Condition") for s in policy["Statement"] if s["Effect"] == "Allow"])


def test_from_one_trail_to_one_in_each_account_and_back_without_a_gap(built: Desk) -> None:
    archive = built.log_archive()
    everybody = [a["Id"] for a in built.accounts()]
    organization_arn = f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/trailkeep"
    members_arn = f"arn:aws:cloudtrail:{HOME}:{SHOP}:trail/trailkeep-member"
    assert organization_arn in source_arns(built, archive)
    assert "trailkeep-member" not in source_arns(built, archive)

    built.spec(trail={"scope": "members"})
    built.apply().expect(0)
    assert all(trails(built, a).get("trailkeep-member") for a in everybody)
    assert trails(built, MANAGEMENT)["trailkeep"], "the old one runs on until it is named"
    both = source_arns(built, archive)
    assert organization_arn in both
    assert members_arn in both or "trailkeep-member" in both
    built.run("plan").expect(0, "second copies", "--retire")

    built.lab.forget_calls()
    built.run("apply", "--yes", "--retire", "trailkeep").expect(2, '--confirm "trailkeep"')
    built.run("apply", "--yes", "--retire", "trailkeep", "--confirm", "trailkeep").expect(0)
    assert "trailkeep" not in trails(built, MANAGEMENT)
    narrow = source_arns(built, archive)
    assert organization_arn not in narrow
    actions = [c["action"] for c in built.writes()]
    assert actions.index("StopLogging") < actions.index("DeleteTrail") < actions.index("PutBucketPolicy")

    built.spec(trail={"scope": "organization"})
    built.lab.forget_calls()
    retire = ("--retire", "trailkeep-member", "--confirm", "trailkeep-member")
    built.run("apply", "--yes", *retire).expect(0)
    calls = [c for c in built.lab.calls() if c["error"] is None]
    started = next(c["seq"] for c in calls if c["action"] == "StartLogging")
    stopped = [c["seq"] for c in calls if c["action"] == "StopLogging"]
    assert len(stopped) == len(everybody)
    assert started < min(stopped), "at every moment one of them listens"
    assert not any(trails(built, a).get("trailkeep-member") for a in everybody)
    assert "trailkeep-member" not in source_arns(built, archive)
    built.run("plan", "--check").expect(0)


def test_one_trail_for_each_account_from_the_beginning(desk: Desk) -> None:
    desk.spec(trail={"scope": "members"})
    desk.apply().expect(0)
    for account in (SHOP, SANDBOX, MANAGEMENT):
        assert trails(desk, account) == {"trailkeep-member": True}
    assert not desk.client("cloudtrail").describe_trails()["trailList"][0]["IsOrganizationTrail"]


def test_a_killed_change_of_scope_never_leaves_a_gap(built: Desk) -> None:
    built.spec(trail={"scope": "members"})
    retire = ("--retire", "trailkeep", "--confirm", "trailkeep")
    for action in ("CreateTrail", "StartLogging", "StopLogging"):
        process = built.begin("apply", "--yes", *retire)
        built.wait_for_write(action, process)
        kill(process)
        heard = trails(built, MANAGEMENT)
        assert heard.get("trailkeep") or all(trails(built, a).get("trailkeep-member") for a in (SHOP, MANAGEMENT))
    built.run("apply", "--yes", *retire).expect(0)
    built.run("plan", "--check", *retire[:2]).expect(0)
