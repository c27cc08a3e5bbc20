"""A35: an idle Region is told from a young, a broken and a busy one by what AWS answers, and is no fault by itself."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.doctor import made
from tests.doctor.edits import WEB, both, changes, channel, probe, recorder, rows, told
from tests.doctor.plants import IDLE
from tests.setup import build
from trailkeep.doctor.cause import Family
from trailkeep.doctor.diagnose import Diagnosis, diagnose
from trailkeep.doctor.verdict import Answer, Probe, State, Verdict
from trailkeep.doctor.view import Subject, View
from trailkeep.model.recorder import GLOBAL_IAM_TYPES, RecordingGroup
from trailkeep.model.snapshot import Snapshot

HOUR = timedelta(hours=1)
DELETED = {"event": "DeleteBucket", "who": "arn:aws:iam::444444444444:user/ann", "time": "2026-11-23T09:00:00+00:00"}
NEVER = channel(WEB, IDLE, history="")
Edit = Callable[[Snapshot], Snapshot]


def verdict(diagnosis: Diagnosis) -> Verdict:
    return next(v for v in diagnosis.verdicts if v.cause == "A35")


def here(edit: Edit = NEVER, answers: Mapping[Probe, Answer] | None = None, **said: Any) -> Verdict:
    """What is said to a person who misses logs of WEB in IDLE."""
    subject = {"account": WEB, "region": IDLE, **said}
    return verdict(made.found(edit(made.healthy()), answers=answers, **subject))


def after(**said: Any) -> Verdict:
    return here(answers=changes(WEB, IDLE, **said))


def why(given: Verdict) -> str:
    return given.unsure[0].because if given.unsure else given.because


def test_nothing_recorded_and_nothing_written_is_confirmed_with_both_answers() -> None:
    given = after()
    assert given.state is State.CONFIRMED
    assert given.found[0].said == (
        "nothing is recorded there, no history came yet, snapshots arrive, and the event history has no call that "
        "writes from 2026-11-23 06:00 UTC to 2026-11-23 12:00 UTC"
    )
    assert given.found[0].source == (
        "config DescribeDeliveryChannelStatus, SelectResourceConfig; cloudtrail LookupEvents"
    )
    assert "Nothing is to be put right" in given.fixes[0].words
    assert given.fixes[0].commands == ()


def test_nothing_newer_than_the_last_history_is_confirmed_for_who_asks_about_the_place() -> None:
    answers = changes(WEB, IDLE, delivered=70 * HOUR, newest=72 * HOUR)
    given = here(lambda s: s, answers)
    assert given.state is State.CONFIRMED
    assert "the newest item is AWS::S3::Bucket b of 2026-11-20 12:00 UTC" in given.found[0].said
    assert "history last came at 2026-11-20 14:00 UTC" in given.found[0].said
    everywhere = here(lambda s: s, answers, region=None)
    assert (everywhere.state, why(everywhere)) == (
        State.RULED_OUT,
        "configHistoryDeliveryInfo says Success: history was delivered",
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"delivered": 5 * HOUR, "newest": 30 * HOUR}, "history was delivered at 2026-11-23 07:00 UTC"),
        ({"newest": 2 * HOUR}, "something changed, and its history is due within six hours of that"),
        ({"delivered": 9 * HOUR, "newest": 2 * HOUR}, "its history is due within six hours of that"),
        ({"delivered": 30 * HOUR, "newest": 20 * HOUR}, "no history came since the one of 2026-11-22 06:00 UTC"),
    ],
)
def test_history_that_came_is_due_or_is_missing_is_not_this(said: dict[str, timedelta], words: str) -> None:
    given = after(**said)
    assert given.state is State.RULED_OUT
    assert words in why(given)


def test_an_old_item_without_any_history_is_a_young_channel_or_a_missing_file() -> None:
    given = after(newest=72 * HOUR)
    assert given.state is State.UNKNOWN
    assert "its history never came: the channel is newer than that, or a file is missing" in why(given)


def test_calls_that_write_may_have_deleted_something_and_are_named() -> None:
    given = after(delivered=70 * HOUR, newest=72 * HOUR, writes=rows(*[{**DELETED, "n": str(n)} for n in range(5)]))
    assert given.state is State.UNKNOWN
    assert why(given).count("DeleteBucket by arn:aws:iam::444444444444:user/ann at 2026-11-23T09") == 3
    assert "a deletion does not show" in why(given)


def test_a_refused_call_changed_nothing_unless_more_may_lie_behind_a_full_page() -> None:
    refused = {**DELETED, "error": "AccessDenied"}
    assert after(writes=rows(refused)).state is State.CONFIRMED
    assert after(writes=Answer(rows=rows(refused).rows * 50)).state is State.UNKNOWN


@pytest.mark.parametrize("operation", ["describe_delivery_channel_status", "select_resource_config", "write_events"])
def test_without_one_of_the_answers_it_is_not_known(operation: str) -> None:
    missing = probe(operation, WEB, IDLE)
    answers = {p: a for p, a in changes(WEB, IDLE).items() if p != missing}
    silent = here(answers=answers)
    assert silent.state is State.UNKNOWN
    assert missing in silent.probes
    denied = here(answers={**answers, missing: Answer(refused="could not ask: Denied")})
    assert (denied.state, why(denied)) == (State.UNKNOWN, "AWS did not answer: could not ask: Denied")


@pytest.mark.parametrize(
    ("operation", "row"),
    [
        ("describe_delivery_channel_status", None),
        ("describe_delivery_channel_status", {"asked": build.NOW.isoformat(), "delivered": "soon"}),
        ("select_resource_config", {"newest": "", "resource": "AWS::S3::Bucket b"}),
    ],
)
def test_a_time_that_cannot_be_read_confirms_nothing(operation: str, row: dict[str, str] | None) -> None:
    odd = rows(row) if row else rows()
    assert here(answers={**changes(WEB, IDLE), probe(operation, WEB, IDLE): odd}).state is State.UNKNOWN


def test_a_delivery_that_fails_by_now_is_not_this() -> None:
    status = rows({"asked": build.NOW.isoformat(), "delivered": "", "failed": "true"})
    given = here(answers={**changes(WEB, IDLE), probe("describe_delivery_channel_status", WEB, IDLE): status})
    assert (given.state, why(given)) == (State.RULED_OUT, "AWS Config tries to deliver and fails (see A30)")


def test_a_time_without_an_offset_is_utc() -> None:
    item = rows({"newest": "2026-11-23T06:30:00", "resource": "AWS::S3::Bucket b"})
    given = here(answers={**changes(WEB, IDLE), probe("select_resource_config", WEB, IDLE): item})
    assert "was recorded at 2026-11-23 06:30 UTC: something changed" in why(given)


@pytest.mark.parametrize(
    ("edit", "state", "words"),
    [
        (channel(WEB, IDLE, history="failure"), State.RULED_OUT, "tried and failed (see A30)"),
        (channel(WEB, IDLE, history="", snapshot="failure"), State.RULED_OUT, "snapshots are tried and fail"),
        (channel(WEB, IDLE, history="", snapshot=""), State.UNKNOWN, "both are due within 24 hours"),
        (channel(WEB, IDLE, frequency=""), State.UNKNOWN, "no snapshot shows that AWS Config still delivers"),
        (both(NEVER, recorder(WEB, IDLE, is_recording=False)), State.RULED_OUT, "nothing is recorded, whether"),
        (both(NEVER, recorder(WEB, IDLE, status="pending")), State.UNKNOWN, "last status is pending"),
        (both(NEVER, recorder(WEB, IDLE, frequency="daily")), State.UNKNOWN, "it records once a day"),
    ],
)
def test_what_the_snapshot_settles_is_not_asked(edit: Edit, state: State, words: str) -> None:
    given = here(edit, changes(WEB, IDLE))
    assert given.state is state
    assert words in why(given)
    assert given.probes == ()


IAM = RecordingGroup(strategy="include", types=GLOBAL_IAM_TYPES[:1], global_types=False)


def test_where_iam_is_recorded_its_own_region_is_asked_too() -> None:
    edit = both(NEVER, recorder(WEB, IDLE, group=IAM))
    central = probe("write_events", WEB, "us-east-1")
    assert here(edit, changes(WEB, IDLE)).probes[-1] == central
    assert here(edit, {**changes(WEB, IDLE), central: rows()}).state is State.CONFIRMED
    assert "DeleteBucket by" in why(here(edit, {**changes(WEB, IDLE), central: rows(DELETED)}))
    there = both(channel(WEB, "us-east-1", history=""), recorder(WEB, "us-east-1", group=IAM))
    assert len(here(there, region="us-east-1").probes) == 3, "once is enough"


@pytest.mark.parametrize(
    ("group", "some"),
    [
        (RecordingGroup(strategy="all", types=(), global_types=True), True),
        (RecordingGroup(strategy="all", types=(), global_types=False), False),
        (IAM, True),
        (RecordingGroup(strategy="include", types=("AWS::S3::Bucket",), global_types=True), False),
        (RecordingGroup(strategy="exclude", types=GLOBAL_IAM_TYPES[:3], global_types=False), True),
        (RecordingGroup(strategy="exclude", types=GLOBAL_IAM_TYPES, global_types=True), False),
    ],
)
def test_whether_any_iam_type_is_recorded(group: RecordingGroup, some: bool) -> None:
    assert bool(group.iam_types) is some


def test_an_idle_organization_is_healthy_and_one_is_asked_only_about_the_place_that_is_named() -> None:
    snapshot = channel(history="")(made.healthy())
    answers: dict[Probe, Answer] = {}
    for account in snapshot.cells:
        for region in build.REGIONS:
            answers |= changes(account, region)
    for said in ({}, {"account": WEB}, {"region": IDLE}):
        diagnosis = made.found(snapshot, answers=answers, **said)
        assert made.confirmed(diagnosis) == set()
        given = verdict(diagnosis)
        assert (given.state, given.probes) == (State.UNKNOWN, ())
        assert "--probe with --account and --region" in given.unsure[0].tell
        assert "A35" in {v.cause for v in diagnosis.idle}, "open, and does not matter"
    for family in Family:
        found = diagnose(View(snapshot=snapshot, spec=made.SPEC, answers=answers), Subject(), family)
        assert made.confirmed(found) == set()
    named = made.found(snapshot, answers=answers, account=WEB, region=IDLE)
    assert made.confirmed(named) == {"A35"}
    assert [f.where for f in verdict(named).found] == [f"web ({WEB}) {IDLE}"]


def test_it_explains_nothing_that_aws_reports() -> None:
    broken = both(NEVER, told(delivery_error="SomethingNew"))(made.healthy())
    diagnosis = made.found(broken, answers=changes(WEB, IDLE), account=WEB, region=IDLE)
    assert made.confirmed(diagnosis) == {"A35"}
    assert Family.LOGS in {s.family for s in diagnosis.unexplained}
