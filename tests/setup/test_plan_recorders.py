"""AWS Config: adopted where it runs, left alone where it is somebody else's, everywhere else made."""

from dataclasses import replace
from typing import Any

import pytest

from tests.setup import build
from tests.setup.planning import notes, of, settled, snapshot
from trailkeep.model.change import CreateServiceLinkedRole, PutChannel, PutRecorder, SetRecording
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.recorder import RecordingGroup
from trailkeep.model.snapshot import Cell, Foreign, Snapshot, Unreachable
from trailkeep.setup.plan import after, make_plan

CONFIG_BUCKET = f"acme-config-{build.LOG_ARCHIVE}-{build.HOME}"
US = Region("us-east-1")
HERE = {"account": build.PAYMENTS, "region": build.HOME}


def with_cell(cell: Cell, region: Region = build.HOME, account: AccountId = build.PAYMENTS, **changes: Any) -> Snapshot:
    found = snapshot(**changes)
    return replace(found, cells={**found.cells, account: {**found.cells[account], region: cell}})


def test_recorder_then_channel_then_start() -> None:
    """AWS Config takes them in no other order."""
    changes = [c for c in make_plan(build.spec(), snapshot()).changes if (c.account, c.region) == tuple(HERE.values())]
    assert [type(c) for c in changes] == [PutRecorder, PutChannel, SetRecording]


def test_every_account_and_region_records_and_the_iam_types_once_an_account() -> None:
    plan = make_plan(build.spec(), snapshot())
    made = of(PutRecorder, plan)
    expected = {(a.id, r) for a in (*build.ACCOUNTS, *build.DEDICATED) for r in build.REGIONS}
    assert {(c.account, c.region) for c in made} == expected
    with_iam = [(c.account, c.region) for c in made if c.after.group.records_iam]
    assert sorted(with_iam) == sorted((a.id, build.HOME) for a in (*build.ACCOUNTS, *build.DEDICATED))
    assert {c.after.bucket for c in of(PutChannel, plan)} == {CONFIG_BUCKET}
    roles = {c.account for c in of(CreateServiceLinkedRole, plan)}
    assert roles == {a for a, _ in expected}


def test_where_the_home_region_does_not_count_another_one_records_the_iam_types() -> None:
    member = build.account("888888888888", "far away", regions=(Region("ap-south-1"), US))
    organization = build.organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, member))
    plan = make_plan(build.spec(), build.snapshot(organization=organization))
    mine = of(PutRecorder, plan, account=member.id)
    assert [(c.region, c.after.group.records_iam) for c in mine] == [("ap-south-1", True), ("us-east-1", False)]


def test_a_recorder_of_another_name_is_adopted_because_there_can_be_only_one() -> None:
    theirs = build.recorder(name="audit-recorder", frequency="daily")
    plan = make_plan(build.spec(), with_cell(Cell(recorder=theirs, channel=build.channel(name="main", bucket="old"))))
    (put,) = of(PutRecorder, plan, **HERE)
    assert (put.before, put.after.name, put.after.frequency) == (theirs, "audit-recorder", "continuous")
    (deliver,) = of(PutChannel, plan, **HERE)
    assert (deliver.after.name, deliver.after.bucket) == ("main", CONFIG_BUCKET)
    assert of(SetRecording, plan, **HERE) == [], "it runs already"
    undone = put.undo()
    assert isinstance(undone, PutRecorder)
    assert undone.after == theirs


def test_the_topic_of_a_channel_stays() -> None:
    topic = "arn:aws:sns:eu-west-1:333333333333:config"
    plan = make_plan(build.spec(), with_cell(Cell(recorder=build.recorder(), channel=build.channel(topic=topic))))
    (change,) = of(PutChannel, plan, **HERE)
    assert change.after.topic == topic


@pytest.mark.parametrize(
    "group",
    [
        RecordingGroup(strategy="include", types=("AWS::IAM::Role",), global_types=False),
        RecordingGroup(strategy="exclude", types=("AWS::S3::Bucket",), global_types=False),
        RecordingGroup(strategy="all", types=(), global_types=False),
    ],
)
def test_a_recorder_that_leaves_types_out_is_put_right(group: RecordingGroup) -> None:
    plan = make_plan(build.spec(), with_cell(Cell(recorder=build.recorder(group=group))))
    (change,) = of(PutRecorder, plan, **HERE)
    assert change.after.group == RecordingGroup(strategy="all", types=(), global_types=True)


def test_a_stopped_recorder_is_only_started() -> None:
    done = settled()
    cell = done.cells[build.WEB][US]
    assert cell.recorder is not None
    stopped = replace(cell, recorder=replace(cell.recorder, is_recording=False))
    cells = {**done.cells, build.WEB: {**done.cells[build.WEB], US: stopped}}
    (change,) = make_plan(build.spec(), replace(done, cells=cells)).changes
    assert isinstance(change, SetRecording)
    assert (change.account, change.region, change.after) == (build.WEB, US, True)


def test_how_a_recorder_fares_is_no_difference() -> None:
    done = settled()
    cells = {
        a: {
            r: replace(
                c,
                recorder=c.recorder and replace(c.recorder, status="failure", error="no"),
                channel=c.channel and replace(c.channel, history="failure", error="AccessDenied"),
            )
            for r, c in regions.items()
        }
        for a, regions in done.cells.items()
    }
    assert make_plan(build.spec(), replace(done, cells=cells)).changes == ()


def test_a_service_linked_recorder_is_not_the_one_that_counts() -> None:
    """It is a service's own, and stands beside the customer's."""
    linked = Cell(service_recorders=("AWSConfigurationRecorderForSecurityHub",))
    plan = make_plan(build.spec(), with_cell(linked))
    (change,) = of(PutRecorder, plan, **HERE)
    assert (change.before, change.after.name) == (None, "default")


def test_control_towers_recorders_are_left_alone_and_what_that_leaves_uncovered_is_said() -> None:
    theirs = build.recorder(name="aws-controltower-BaselineConfigRecorder")
    foreign = Foreign(owner="Control Tower", kind="recorder", name=theirs.name, account=build.PAYMENTS)
    before = with_cell(Cell(recorder=theirs, channel=build.channel(bucket="aws-controltower-logs")), foreign=(foreign,))
    plan = make_plan(build.spec(), before)
    assert not [c for c in plan.changes if (c.account, c.region) == tuple(HERE.values())]
    assert of(PutRecorder, plan, account=build.PAYMENTS, region=US), "its other Regions are still ours to cover"
    (note,) = notes(plan, "left alone")
    assert note.subject == "Control Tower: recorder"
    assert build.PAYMENTS in note.text
    assert "not to our Config bucket" in note.hint
    assert make_plan(build.spec(), after(plan.changes, before)).changes == ()


def test_many_resources_of_one_owner_are_one_note() -> None:
    names = [f"aws-controltower-{n}" for n in range(40)]
    foreign = tuple(Foreign(owner="Control Tower", kind="recorder", name=n, account=build.WEB) for n in names)
    (note,) = notes(make_plan(build.spec(), snapshot(foreign=foreign)), "left alone")
    assert note.text.endswith("and 35 more")


def test_only_the_regions_that_were_asked_for() -> None:
    spec = build.spec(organization={"regions": [build.HOME]})
    assert {c.region for c in of(PutRecorder, make_plan(spec, snapshot()))} == {build.HOME}


def test_a_region_that_is_excluded_for_one_account_is_left_out_there_only() -> None:
    rule = {"account": "web", "regions": [US], "reason": "denied by SCP"}
    plan = make_plan(build.spec(organization={"exclude": [rule]}), snapshot())
    cells = {(c.account, c.region) for c in of(PutRecorder, plan)}
    assert (build.WEB, US) not in cells
    assert {(build.WEB, build.HOME), (build.PAYMENTS, US)} <= cells
    assert [n.text for n in notes(plan, "excluded")] == ["us-east-1: denied by SCP"]


def test_a_region_that_could_not_be_read_is_left_alone_and_makes_the_plan_incomplete() -> None:
    dark = Unreachable(account=build.WEB, region=US, what="", reason="timed out", hint="")
    found = snapshot(unreachable=(dark,))
    cells = {**found.cells, build.WEB: {r: c for r, c in found.cells[build.WEB].items() if r != US}}
    plan = make_plan(build.spec(), replace(found, cells=cells))
    assert not of(PutRecorder, plan, account=build.WEB, region=US)
    assert of(PutRecorder, plan, account=build.WEB, region=build.HOME)
    assert plan.unreachable == (dark,)
    assert not plan.is_complete
