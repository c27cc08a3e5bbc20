"""Why hours are missing: trail status, the event history, AWS Config's own status, the lifecycle. All of it pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.setup import build
from tests.verify.test_coverage import DAY_WINDOW, HOME, REASON, SHOP, START, WEEK, at, hours, status, trail, wanted
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Cell
from trailkeep.model.trail import TrailStatus
from trailkeep.verify.coverage.causes import Expiry, Heard, Trails, facts, judge, without_region, without_start
from trailkeep.verify.coverage.config import config_facts, config_folder, days_of, months
from trailkeep.verify.coverage.events import Event, outages, parse_event, told
from trailkeep.verify.coverage.retention import judge_retention
from trailkeep.verify.coverage.row import Gap, Patch, Reason, Row, State, Why, gaps
from trailkeep.verify.coverage.seen import Seen
from trailkeep.verify.coverage.window import DAY, HOUR, Window
from trailkeep.verify.lifecycle import Kept


def row(seen: Seen, its: TrailStatus | None = None, region: str = HOME, **more: object) -> Row:
    """The row of a healthy organization trail, with what is wrong with it."""
    heard = ((trail(), its or status()),)
    return judge(wanted(region), seen, facts(wanted(region), seen, heard, (), Expiry()), WEEK, **more)  # type: ignore[arg-type]


def only(row: Row, window: Window = WEEK) -> Gap:
    (found,) = gaps(row, window)
    return found


# causes


def test_a_stopped_trail_explains_the_hours_and_says_them_to_the_second() -> None:
    seen = Seen(cells=WEEK.full & ~hours(50, 56), heard=((at(-1), at(50.25)), (at(55.25), at(169))))
    gap = only(row(seen, status(stopped=at(50.25), started=at(55.25))))
    assert (gap.start, gap.end, gap.cells, gap.reason.why) == (at(50.25), at(55.25), 6, Why.STOPPED)


def test_a_trail_that_does_not_log_now_explains_everything_since() -> None:
    seen = Seen(cells=hours(0, 100), heard=((at(-1), at(100.5)),))
    gap = only(row(seen, status(is_logging=False, stopped=at(100.5))))
    assert (gap.start, gap.end, gap.reason.why) == (at(100.5), at(168), Why.STOPPED)


def test_what_the_stop_does_not_explain_stays_unexplained() -> None:
    seen = Seen(cells=WEEK.full & ~hours(50, 53) & ~hours(60, 62))
    found = list(gaps(row(seen, status(stopped=at(50), started=at(53))), WEEK))
    assert [(g.cells, g.reason.why) for g in found] == [(3, Why.STOPPED), (2, Why.NOTHING)]


def test_a_delivery_error_explains_the_tail() -> None:
    seen = Seen(cells=hours(0, 160), heard=((at(-1), at(160)),))
    gap = only(row(seen, status(digest_error="AccessDenied", digest_delivered=at(160))))
    assert gap.reason.why is Why.DELIVERY_ERROR
    assert "AccessDenied" in gap.reason.detail


def test_a_digest_that_cloudtrail_delivered_and_that_is_not_there_was_removed() -> None:
    its = status(digest_delivered=at(168))
    gap = only(row(Seen(listed_until=at(192)), its))
    assert (gap.reason.why, gap.cells, gap.state) == (Why.REMOVED, 168, State.UNCOVERED)
    # nothing is said of a delivery in a time that was not listed, or that is there behind the gap
    assert only(row(Seen(listed_until=at(168)), its)).reason.why is Why.NOTHING
    behind = Seen(cells=hours(0, 160), newest=at(167.5), listed_until=at(192))
    assert only(row(behind, its)).reason.why is Why.NOTHING


def test_a_new_account_is_without_its_trail_for_some_hours() -> None:
    its = replace(wanted(cells=hours(10, 168)), joined=at(9.5))
    heard = ((trail(), status()),)
    late = Seen(cells=hours(15, 168), heard=((at(14.2), at(169)),))
    assert only(judge(its, late, facts(its, late, heard, (), Expiry()), WEEK)).reason.why is Why.NEW_ACCOUNT
    never = list(gaps(judge(its, Seen(), facts(its, Seen(), heard, (), Expiry()), WEEK), WEEK))
    assert [(g.cells, g.reason.why) for g in never] == [(24, Why.NEW_ACCOUNT), (134, Why.NOTHING)]


def test_hours_in_which_other_accounts_were_heard_are_gone_from_here() -> None:
    found = list(gaps(row(Seen(cells=hours(10, 168)), elsewhere=hours(5, 168)), WEEK))
    assert [(g.cells, g.reason.why) for g in found] == [(5, Why.NOTHING), (5, Why.REMOVED)]


def test_log_files_without_a_digest_are_not_coverage() -> None:
    gap = only(row(Seen(cells=WEEK.full & ~hours(3, 4), logs=hours(3, 4))))
    assert gap.reason.why is Why.NO_DIGEST


def test_a_listing_that_was_denied_is_unknown_whatever_else_is_known() -> None:
    gap = only(row(Seen(unread="denied"), status(is_logging=False)))
    assert (gap.state, gap.reason.why) == (State.UNKNOWN, Why.UNREADABLE)


def test_an_opt_in_region_without_older_digests_may_not_have_been_enabled() -> None:
    seen = Seen(cells=hours(100, 168), heard=((at(99.5), at(169)),), oldest=at(100.5))
    gap = only(row(seen, region="eu-south-1"))
    assert (gap.state, gap.reason.why) == (State.UNKNOWN, Why.REGION_TIME)
    older = row(replace(seen, oldest=at(-300)), region="eu-south-1")
    assert only(older).state is State.UNCOVERED
    assert only(row(seen)).state is State.UNCOVERED  # this Region is enabled in every account


def test_the_event_history_says_since_when_a_region_is_enabled() -> None:
    seen = Seen(cells=hours(100, 168), heard=((at(99.5), at(169)),), oldest=at(100.5))
    its = without_region(wanted("eu-south-1"), seen, at(99.5), WEEK)
    assert its.cells == hours(100, 168)
    assert without_region(wanted("eu-south-1"), replace(seen, oldest=at(-9)), at(99.5), WEEK).cells == WEEK.full


@pytest.mark.parametrize(
    ("its", "seen", "first"),
    [
        (status(started=at(20.5)), Seen(cells=hours(21, 168), heard=((at(20.5), at(169)),)), 21),
        (status(started=at(20.5), stopped=at(10)), Seen(), 0),  # it was stopped before: something should be there
        (status(started=at(20.5)), Seen(oldest=at(3)), 0),  # something older is there
        (status(started=at(20.5)), Seen(unread="denied"), 0),
        (None, Seen(), 0),
    ],
)
def test_nothing_is_expected_before_logging_began_for_the_first_time(
    its: TrailStatus | None, seen: Seen, first: int
) -> None:
    assert without_start(wanted(), seen, ((trail(), its),), WEEK).cells == hours(first, 168)


def test_a_trail_made_anew_hides_nothing_that_others_were_heard_in() -> None:
    its = without_start(wanted(), Seen(), ((trail(), status(started=at(20))),), WEEK, hours(5, 168))
    assert its.cells == hours(5, 168)


@pytest.mark.parametrize(
    ("trails", "expiry", "why", "state"),
    [
        ((), Expiry(), Why.NO_TRAIL, State.UNCOVERED),
        (((trail(validates_files=False), status()),), Expiry(), Why.NO_VALIDATION, State.UNKNOWN),
        (((trail(), status()),), Expiry(until=at(200)), Why.EXPIRED, State.UNCOVERED),
        (((trail(), status()),), Expiry(perhaps=at(200)), Why.PERHAPS_EXPIRED, State.UNKNOWN),
        (((trail(), status(is_logging=False)),), Expiry(perhaps=at(200)), Why.STOPPED, State.UNCOVERED),
    ],
)
def test_what_the_trails_and_the_lifecycle_explain(
    trails: tuple[Heard, ...], expiry: Expiry, why: Why, state: State
) -> None:
    found = only(judge(wanted(), Seen(), facts(wanted(), Seen(), trails, (), expiry), WEEK))
    assert (found.reason.why, found.state) == (why, state)


def test_trails_are_found_for_every_place_with_their_status_there_or_at_home() -> None:
    own = trail(arn="own", name="own", owner=AccountId(SHOP), is_organization=False, is_multi_region=False)
    there = status(digest_delivered=at(5))
    cells = build.cells(build.ACCOUNTS, {AccountId(SHOP): {Region("us-east-1"): Cell(trails=(there,))}})
    cells[build.MANAGEMENT][Region(HOME)] = Cell(trails=(status(),))
    made = replace(build.snapshot(), trails=(trail(), own, trail(bucket="other")), cells=cells)
    found = Trails.of(made, ["acme-trail"])
    assert found.at(SHOP, "us-east-1") == ((trail(), there),)
    assert found.at(SHOP, HOME) == ((trail(), status()), (own, None))
    assert found.at(build.WEB, HOME) == ((trail(), status()),)


# the event history


def event(action: str, hour: float, **asked: object) -> Event:
    return Event(
        time=at(hour), action=action, account=build.MANAGEMENT, name="main", who="jane from 203.0.113.5", asked=asked
    )


def test_who_stopped_logging_is_named_and_so_is_who_started_it() -> None:
    (found,) = outages([event("StartLogging", 15), event("StopLogging", 10), event("StartLogging", 1)])
    assert (found.start, found.end, found.reason.why) == (at(10), at(15), Why.STOPPED)
    assert "stopped at 2026-11-16 10:00 UTC by jane from 203.0.113.5" in found.reason.detail
    heard = ((trail(), status()),)
    (fact,) = told([found], heard, SHOP, HOME)
    assert (fact.start, fact.end) == (at(10), at(15))
    assert not list(told([found], ((trail(name="other"), None),), SHOP, HOME))


def test_a_deleted_trail_is_back_when_a_new_one_starts() -> None:
    found = list(
        outages([event("StopLogging", 1), event("DeleteTrail", 2), event("CreateTrail", 5), event("StartLogging", 6)])
    )
    assert [(o.start, o.end, o.reason.why) for o in found] == [(at(1), at(2), Why.STOPPED), (at(2), at(6), Why.DELETED)]


def test_a_trail_that_is_cut_down_is_lost_only_where_it_was_cut() -> None:
    changes = [
        event("UpdateTrail", 1, isMultiRegionTrail=False, isOrganizationTrail=False),
        event("UpdateTrail", 9, isMultiRegionTrail=True),
    ]
    heard = ((trail(), status()),)
    found = list(outages(changes))
    assert [(f.start, f.end) for f in told(found, heard, build.MANAGEMENT, "us-east-1")] == [(at(1), at(9))]
    assert [(f.start, f.end) for f in told(found, heard, SHOP, HOME)] == [(at(1), None)]
    assert not list(told(found, heard, build.MANAGEMENT, HOME))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"eventName": "StopLogging", "errorCode": "AccessDenied"}',
        b'{"eventName":"x","requestParameters":[1]}',
    ],
)
def test_a_record_that_failed_or_is_none_says_nothing(record: bytes) -> None:
    assert parse_event(record, START) is None


def test_an_event_is_read_as_cloudtrail_writes_it() -> None:
    record = (
        b'{"eventName":"StopLogging","recipientAccountId":"111111111111","sourceIPAddress":"203.0.113.5",'
        b'"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111111111111:assumed-role/Admin/jane"},'
        b'"requestParameters":{"name":"arn:aws:cloudtrail:eu-west-1:111111111111:trail/main"}}'
    )
    found = parse_event(record, START)
    assert found
    assert (found.name, found.account) == ("main", "111111111111")
    assert found.who == "arn:aws:sts::111111111111:assumed-role/Admin/jane from 203.0.113.5"


# AWS Config


def test_days_of_config_are_read_from_folders_without_leading_zeros() -> None:
    window = Window(start=datetime(2026, 1, 30, tzinfo=UTC), count=4, step=DAY)
    base = config_folder("/logs/", SHOP, HOME)
    assert base == f"logs/AWSLogs/{SHOP}/Config/{HOME}/"
    assert months(window) == ("2026/1/", "2026/2/")
    folders = [
        f"{base}2026/1/30/",
        f"{base}2026/2/1/",
        f"{base}2026/2/9/",
        f"{base}2026/2/31/",
        f"{base}x/",
        f"{base}2026/1/3/",
    ]
    assert days_of(folders, window) == 0b0101


def config_why(cell: Cell | None) -> list[tuple[Why, State]]:
    return [(f.reason.why, f.state) for f in config_facts(cell, None, WEEK)]


def config_cells() -> Iterator[tuple[Cell | None, list[tuple[Why, State]]]]:
    recorder, channel = build.recorder(), build.channel()
    yield None, [(Why.RECORDER, State.UNKNOWN)]
    yield Cell(channel=channel), [(Why.RECORDER, State.UNCOVERED)]
    yield Cell(recorder=replace(recorder, is_recording=False), channel=channel), [(Why.RECORDER, State.UNCOVERED)]
    yield Cell(recorder=recorder), [(Why.RECORDER, State.UNCOVERED)]
    broken = replace(channel, history="failure", error="AccessDenied")
    yield Cell(recorder=recorder, channel=broken), [(Why.DELIVERY_ERROR, State.UNCOVERED)]
    yield Cell(recorder=recorder, channel=replace(channel, frequency="")), [(Why.NO_SNAPSHOTS, State.UNKNOWN)]
    yield Cell(recorder=recorder, channel=replace(channel, frequency="TwentyFour_Hours")), []


def test_config_says_itself_why_nothing_is_delivered() -> None:
    for cell, why in config_cells():
        assert config_why(cell) == why


# retention


@pytest.mark.parametrize(
    ("age", "promised", "kept", "began", "state", "words"),
    [
        (400, 365, 400, None, State.COVERED, "400 days old"),
        (30, 365, 400, None, State.COVERED, "too young"),
        (30, 365, 90, None, State.UNCOVERED, "expires objects after 90 days, 365 are promised"),
        (30, 365, None, 200, State.UNCOVERED, "logging began on"),
        (30, 365, None, 31, State.COVERED, "too young"),
        (30, None, 90, None, State.NOT_EXPECTED, "no specification"),
        (None, 365, None, None, State.UNKNOWN, "no object"),
    ],
)
def test_the_oldest_object_against_the_promise(
    age: int | None, promised: int | None, kept: int | None, began: int | None, state: State, words: str
) -> None:
    oldest = None if age is None else START - timedelta(days=age)
    found = judge_retention(
        oldest=oldest,
        promised=promised,
        kept=Kept(days=kept),
        began=None if began is None else START - timedelta(days=began),
        now=START,
    )
    assert found.state is state
    assert words in found.detail


def test_a_rule_for_some_objects_leaves_the_promise_unknown() -> None:
    found = judge_retention(
        oldest=START, promised=365, kept=Kept(perhaps=30, rule="tagged"), began=None, now=START + timedelta(days=9)
    )
    assert found.state is State.UNKNOWN
    assert "tagged" in found.detail


def test_gaps_are_told_in_order_of_time_and_hours_are_not_lost_at_their_edges() -> None:
    first = Patch(state=State.UNCOVERED, cells=hours(5, 7) | hours(20, 22), reason=REASON)
    then = Patch(state=State.UNKNOWN, cells=hours(7, 9), reason=Reason(why=Why.UNREADABLE, detail="x"))
    heard = ((at(-1), at(5.5)), (at(8.5), at(20.2)))
    made = Row(account=SHOP, region=HOME, covered=0, patches=(first, then), heard=heard)
    found = [(g.start, g.end, g.cells) for g in gaps(made, DAY_WINDOW)]
    assert found == [(at(5.5), at(7), 2), (at(7), at(8.5), 2), (at(20.2), at(22), 2)]
    assert HOUR * 24 == DAY
