"""init, plan, apply, plan again, apply again: the main job, and that it is done once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import start
from tests.stories.desk import Desk

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
    total = next(line for line in planned.out.splitlines() if "of them stay after a rollback" in line)
    assert total.split()[0] == applied.out.split()[0], "as many are made as were planned"
    assert "PROVED   Nobody can delete a log object" in planned.out
    assert "claims proved of what AWS has now" in applied.out

    desk.run("plan", "--check").expect(0, "Nothing to change")
    desk.lab.forget_calls()
    desk.apply().expect(0, "Nothing to change")
    assert desk.writes() == []
    assert not any(c["service"] == "ssm" for c in desk.lab.calls()), "nothing to do needs no lease"


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
