"""kill -9 at any moment: applying again ends where an undisturbed apply ends, and nothing is there twice."""

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.forks import start
from tests.stories.desk import HOME, LOG_ARCHIVE_EMAIL, SECURITY, Desk, kill
from trailkeep.app import snapshot_file
from trailkeep.lab import Fault
from trailkeep.model.diff import diff
from trailkeep.model.snapshot import Snapshot

pytestmark = pytest.mark.story

TIMES = re.compile(r"\.(started|stopped|joined)$")


def normalised(desk: Desk, folder: Path) -> Snapshot:
    """The snapshot with every id that AWS has drawn replaced by one that is the same in every run."""
    seen = desk.snapshot()
    drawn = {
        desk.log_archive(): "900000000009",
        **{k.arn.rpartition("/")[2]: "00000000-0000-0000-0000-000000000000" for k in seen.keys},
        **{
            p.id: f"p-{number:08d}" for number, p in enumerate(sorted(seen.organization.policies, key=lambda p: p.name))
        },
    }
    text = snapshot_file._adapter().dump_json(snapshot_file.SnapshotFile(trailkeep_snapshot=1, snapshot=seen)).decode()
    for old, new in drawn.items():
        text = text.replace(old, new)
    path = folder / "normalised.json"
    path.write_text(text)
    return snapshot_file.read(path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("undisturbed")
    with start("small") as lab:
        desk = Desk(folder, lab)
        desk.spec()
        desk.apply().expect(0)
        return normalised(desk, folder)


def expect_the_same_and_nothing_twice(desk: Desk, undisturbed: Snapshot) -> None:
    desk.run("plan", "--check").expect(0, "Nothing to change")
    differences = [d for d in diff(undisturbed, normalised(desk, desk.folder)) if not TIMES.search(d.path)]
    assert differences == []
    assert Counter(a["Email"] for a in desk.accounts())[LOG_ARCHIVE_EMAIL] == 1
    organizations, archive = desk.client("organizations"), desk.log_archive()
    names: Counter[str] = Counter()
    for type_ in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        for policy in organizations.list_policies(Filter=type_)["Policies"]:
            names[policy["Name"]] += 1
            targets = organizations.list_targets_for_policy(PolicyId=policy["Id"])["Targets"]
            assert len(targets) == len({t["TargetId"] for t in targets})
    assert max(names.values()) == 1
    assert len(desk.client("cloudtrail").list_trails()["Trails"]) == 1
    kms = desk.client("kms", SECURITY)
    assert (
        len(
            [
                k
                for k in kms.list_keys()["Keys"]
                if kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"]["KeyManager"] == "CUSTOMER"
            ]
        )
        == 1
    )
    assert [a["AliasName"] for a in kms.list_aliases()["Aliases"] if "trailkeep" in a["AliasName"]] == [
        "alias/trailkeep-archive"
    ]
    assert sorted(b["Name"] for b in desk.client("s3", archive).list_buckets()["Buckets"]) == [
        f"small-{kind}-{archive}-{HOME}" for kind in ("config", "trail")
    ]


def test_killed_at_random_moments_and_run_again_until_it_is_done(desk: Desk, undisturbed: Snapshot) -> None:
    chance = random.Random(1)
    kills = 0
    for _ in range(10):
        desk.lab.forget_calls()
        process = desk.begin("apply", "--yes", "--confirm", "Log Archive")
        wanted = chance.randint(1, 20)
        while process.poll() is None and len(desk.writes()) < wanted:
            time.sleep(0.02)
        said = kill(process)
        kills += said.code < 0
        assert "another apply is at work" not in said.all, "the lease of a dead process is taken over at once"
        if said.code == 0:
            break
    assert kills >= 3
    desk.apply().expect(0)
    expect_the_same_and_nothing_twice(desk, undisturbed)


def test_killed_while_aws_was_doing_what_it_would_not_do_twice(desk: Desk, undisturbed: Snapshot) -> None:
    """AWS carries out the call that the killed process was waiting for."""
    for action in ("CreateAccount", "CreateKey", "CreateBucket", "CreateTrail", "CreatePolicy", "AttachPolicy"):
        desk.lab.set_faults([Fault(action=action, kind="latency", seconds=0.4, times=1)])
        desk.lab.forget_calls()
        process = desk.begin("apply", "--yes", "--confirm", "Log Archive")
        before = BEFORE[action]
        while process.poll() is None and not any(c["action"] == before for c in desk.lab.calls()):
            time.sleep(0.02)
        desk.wait_for_calls(len(desk.lab.calls()) + 1, process)
        kill(process)
        time.sleep(0.5)
    desk.lab.set_faults([])
    desk.apply().expect(0)
    expect_the_same_and_nothing_twice(desk, undisturbed)


BEFORE = {
    "CreateAccount": "ListCreateAccountStatus",
    "CreateKey": "ListKeys",
    "CreateBucket": "CreateBucket",
    "CreateTrail": "CreateTrail",
    "CreatePolicy": "CreatePolicy",
    "AttachPolicy": "AttachPolicy",
}
"""The call that is seen just before; calls are seen when they have ended."""
