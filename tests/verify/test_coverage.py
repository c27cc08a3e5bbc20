"""Coverage = expected − seen, its causes, and sums that never say more than there is. All of it pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.setup import build
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import State as AccountState
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Trail, TrailStatus
from trailkeep.verify.coverage.causes import Fact, Heard, Trails, facts, judge, without_region, without_start
from trailkeep.verify.coverage.config import config_facts, config_folder, days_of, months
from trailkeep.verify.coverage.events import Event, outages, parse_event, told
from trailkeep.verify.coverage.expected import EVERY_REGION, Exclusion, Expected, Wish, expected
from trailkeep.verify.coverage.retention import judge_retention
from trailkeep.verify.coverage.row import Gap, Patch, Reason, Row, State, Why, gaps
from trailkeep.verify.coverage.seen import Heartbeats, Seen
from trailkeep.verify.coverage.totals import Totals, by_day, total
from trailkeep.verify.coverage.window import DAY, HOUR, Window, runs, whole_days, whole_hours
from trailkeep.verify.keys import Base, Chain, DigestKey, parse_digest

START = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = Window(start=START, count=168)
DAY_WINDOW = Window(start=START, count=24)
SHOP, HOME = "333333333333", "eu-west-1"
BASE = Base(organization=build.ORGANIZATION_ID, account=SHOP)
ARN = f"arn:aws:cloudtrail:eu-west-1:{build.MANAGEMENT}:trail/main"

cells = st.integers(min_value=0, max_value=DAY_WINDOW.full)
moments = st.floats(min_value=-5, max_value=30).map(lambda h: START + timedelta(hours=h))


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def hours(first: int, last: int) -> int:
    return sum(1 << h for h in range(first, last))


def trail(**changes: object) -> Trail:
    healthy = Trail(
        arn=ARN, name="main", owner=build.MANAGEMENT, home_region=Region(HOME), bucket="acme-trail", prefix="",
        kms_key="", is_organization=True, is_multi_region=True, validates_files=True, global_events=True,
        recursive=True, selectors=ALL_MANAGEMENT_EVENTS, is_logging=True,
    )  # fmt: skip
    return replace(healthy, **changes)  # type: ignore[arg-type]


def status(**changes: object) -> TrailStatus:
    healthy = TrailStatus(
        arn=ARN, is_logging=True, started=at(-500), stopped=None, delivered=None, delivery_error="",
        digest_delivered=None, digest_error="",
    )  # fmt: skip
    return replace(healthy, **changes)  # type: ignore[arg-type]


def wanted(region: str = HOME, cells: int = WEEK.full) -> Expected:
    return Expected(account=SHOP, region=region, cells=cells)


def row(seen: Seen, its: TrailStatus | None = None, region: str = HOME, **more: object) -> Row:
    """The row of a healthy organization trail, with what is wrong with it."""
    heard = ((trail(), its or status()),)
    return judge(wanted(region), seen, facts(wanted(region), seen, heard, (), None), WEEK, **more)  # type: ignore[arg-type]


def only(row: Row, window: Window = WEEK) -> Gap:
    (found,) = gaps(row, window)
    return found


# sets of hours


@given(cells)
def test_runs_put_together_are_the_set(found: int) -> None:
    pieces = list(runs(found))
    assert sum(hours(a, b) for a, b in pieces) == found
    assert all(a < b < c for (a, b), (c, _) in pairwise(pieces))


@given(moments, moments)
def test_hours_within_are_whole_and_hours_touched_are_met(start: datetime, end: datetime) -> None:
    start, end = min(start, end), max(start, end)
    inside, touched = DAY_WINDOW.within(start, end), DAY_WINDOW.touched(start, end)
    for hour in range(24):
        begin, last = at(hour), at(hour + 1)
        assert bool(inside >> hour & 1) == (start <= begin and last <= end)
        assert bool(touched >> hour & 1) == (start < last and begin < end and start < end)


def test_days_part_the_window() -> None:
    window = whole_hours(at(-2.5), at(30.9))
    assert (window.start, window.end) == (at(-2), at(30))
    assert list(window.days()) == [
        (date(2026, 11, 15), 0, 2),
        (date(2026, 11, 16), 2, 24),
        (date(2026, 11, 17), 26, 6),
    ]
    days = whole_days(window)
    assert (days.start, days.end) == (at(0), at(24))


# what digests' names tell


def beats(*ends: float, trail: str = "main") -> Heartbeats:
    made = Heartbeats(BASE, HOME)
    for end in ends:
        assert made.add(digest(end, trail))
    return made


def digest(end: float, trail: str = "main") -> str:
    return str(DigestKey(chain=Chain(base=BASE, region=HOME, trail=trail, home_region=HOME), end=at(end)))


def test_a_chain_covers_the_hours_it_covers_whole() -> None:
    assert beats(1.5, 2.5, 3.5, 4.5).cells(DAY_WINDOW) == hours(1, 4)
    assert beats(1.5, 2.5, 4.5).cells(DAY_WINDOW) == hours(1, 2)  # 3:30 is missing: 2 and 3 are not whole


def test_a_last_shorter_digest_covers_what_it_can_and_a_new_chain_begins_an_hour_before() -> None:
    made = beats(1.0, 2.0, 2.5, 8.5, 9.5)
    assert made.cells(DAY_WINDOW) == hours(0, 2) | hours(8, 9)
    assert made.heard(DAY_WINDOW) == ((at(0), at(2.5)), (at(7.5), at(9.5)))


def test_hours_that_drift_by_minutes_are_one_chain() -> None:
    assert beats(1.0, 2.05, 3.1).cells(DAY_WINDOW) == hours(0, 3)


def test_two_trails_in_one_bucket_cover_for_each_other_but_do_not_mend_each_other() -> None:
    made = Heartbeats(BASE, HOME)
    for key in (digest(1, "a"), digest(2, "a"), digest(5, "a"), digest(2.5, "b"), digest(3.5, "b"), digest(4.5, "b")):
        made.add(key)
    assert made.cells(DAY_WINDOW) == hours(0, 2) | hours(2, 4) | hours(4, 5)


@pytest.mark.parametrize(
    "key",
    [
        digest(1).replace(".json.gz", "_backfill.json.gz"),
        digest(1).replace("/16/", "/17/"),
        digest(1).replace("T01", "T25"),
        digest(1).replace("20261116T", "20261316T").replace("/11/", "/13/"),
        digest(1).replace(SHOP, "999999999999"),
        digest(1).replace("_main_", "_ma in_"),
        digest(1) + ".copy",
        "AWSLogs/\x1b[2J",
        "",
    ],
)
def test_what_is_no_hourly_digest_covers_nothing(key: str) -> None:
    made = Heartbeats(BASE, HOME)
    assert not made.add(key)
    assert not made.cells(DAY_WINDOW)


@given(
    st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True),
    st.integers(min_value=1_577_836_800, max_value=1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.text(max_size=3),
)
def test_the_quick_reading_of_a_name_agrees_with_the_grammar(name: str, end: datetime, noise: str) -> None:
    key = str(DigestKey(chain=Chain(base=BASE, region=HOME, trail=name, home_region="us-east-1"), end=end)) + noise
    made, parsed = Heartbeats(BASE, HOME), parse_digest(key)
    wanted = (f"{parsed.chain.trail}_{parsed.chain.home_region}", parsed.end.timestamp()) if parsed else None
    assert made.end_of(key) == wanted
    made.add(digest(3, name))
    made.add(digest(5.5, name).replace("20261116", f"{end:%Y%m%d}").replace("2026/11/16", f"{end:%Y/%m/%d}"))
    assert made.end_of(key) == wanted  # also when its head or its tail is known by heart
    assert made.end_of(key[:-15] + digest(3)[-15:]) == (None if wanted is None else (wanted[0], _at_three(end)))


def _at_three(end: datetime) -> float:
    return end.replace(hour=3, minute=0, second=0).timestamp()


# coverage = expected − seen


REASON = Reason(why=Why.STOPPED, detail="stopped")
some_facts = st.lists(
    st.builds(
        Fact,
        start=st.none() | moments,
        end=st.none() | moments,
        reason=st.builds(Reason, why=st.sampled_from(Why), detail=st.just("x")),
        state=st.sampled_from([State.UNCOVERED, State.UNKNOWN]),
    ),
    max_size=4,
)


@given(cells, cells, cells, cells, some_facts, st.sampled_from(["", "denied"]))
def test_coverage_is_expected_minus_seen_and_every_hour_has_one_state(
    want: int, seen: int, logs: int, elsewhere: int, known: list[Fact], unread: str
) -> None:
    absent = Patch(state=State.NOT_EXPECTED, cells=DAY_WINDOW.full & ~want, reason=REASON)
    its = Expected(account=SHOP, region=HOME, cells=want, absent=(absent,))
    found = judge(its, Seen(cells=seen, logs=logs, unread=unread), known, DAY_WINDOW, elsewhere=elsewhere)
    lost = found.of(State.UNCOVERED) | found.of(State.UNKNOWN)
    assert found.covered == want & seen
    assert lost == want & ~seen
    assert found.expected == want
    together = [found.covered, *(p.cells for p in found.patches)]
    assert sum(c.bit_count() for c in together) == 24
    assert sum(together) == DAY_WINDOW.full
    if unread:
        assert not found.of(State.UNCOVERED)
    assert sum(g.cells for g in gaps(found, DAY_WINDOW)) == lost.bit_count()


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_sums_are_of_all_hours_and_a_percentage_is_100_only_when_nothing_is_missing(
    pairs: list[tuple[int, int]],
) -> None:
    rows = [judge(Expected(account=SHOP, region=HOME, cells=w), Seen(cells=s), (), DAY_WINDOW) for w, s in pairs]
    found = total(rows, DAY_WINDOW)
    assert found.expected == sum(w.bit_count() for w, _ in pairs)
    assert found.covered == sum((w & s).bit_count() for w, s in pairs)
    assert (found.percent == 100.0) == (found.expected > 0 and found.covered == found.expected)
    ((_, daily),) = by_day(rows, DAY_WINDOW)
    assert daily == found


def test_one_hour_in_millions_is_not_rounded_away() -> None:
    assert Totals(covered=183_599_999, uncovered=1).percent == 99.99
    assert Totals(covered=0, uncovered=0).percent is None


# what is expected


def places(snapshot: Snapshot, wish: Wish | None = None, window: Window = WEEK) -> dict[tuple[str, str], Expected]:
    return {(e.account, e.region): e for e in expected(snapshot, window, wish or Wish(), now=at(500))}


def with_account(**changes: object) -> Snapshot:
    accounts = [replace(a, **changes) if a.id == SHOP else a for a in build.ACCOUNTS]  # type: ignore[arg-type]
    return build.snapshot(organization=build.organization(accounts=accounts))


def test_every_account_is_expected_in_each_region_it_has_enabled() -> None:
    found = places(build.snapshot())
    assert set(found) == {(a.id, r) for a in build.ACCOUNTS for r in build.REGIONS}
    assert all(e.cells == WEEK.full for e in found.values())


@pytest.mark.parametrize("state", [AccountState.CLOSED, AccountState.SUSPENDED, AccountState.PENDING_CLOSURE])
def test_a_closed_account_is_expected_nowhere(state: AccountState) -> None:
    its = places(with_account(state=state))[SHOP, EVERY_REGION]
    assert its.cells == 0
    (patch,) = its.absent
    assert (patch.state, patch.reason.why) == (State.NOT_EXPECTED, Why.ACCOUNT_STATE)


def test_an_account_in_a_state_we_do_not_know_is_unknown() -> None:
    (patch,) = places(with_account(state=AccountState.UNKNOWN))[SHOP, EVERY_REGION].absent
    assert patch.state is State.UNKNOWN


def test_an_account_is_expected_from_its_first_whole_hour() -> None:
    its = places(with_account(joined=at(30.5)))[SHOP, HOME]
    assert its.cells == hours(31, 168)
    assert its.absent[0].reason.why is Why.BEFORE_JOINING


def test_the_regions_enabled_by_default_stand_for_those_that_could_not_be_read() -> None:
    found = {r for a, r in places(with_account(regions=None)) if a == SHOP}
    assert len(found) == 17


def test_the_specification_cuts_regions_exclusions_until_a_day_and_what_it_keeps_no_longer() -> None:
    rule = Exclusion(places=frozenset({(SHOP, None)}), reason="migrating", until=date(2026, 11, 17))
    wish = Wish(regions=frozenset({HOME}), exclusions=(rule,), retention_days=17)
    found = places(build.snapshot(), wish)
    assert found[SHOP, HOME].cells == hours(72, 168)  # two days excluded, the third older than 17 days
    assert [p.reason.why for p in found[SHOP, HOME].absent] == [Why.EXCLUDED, Why.EXPIRED]
    assert "migrating, until 2026-11-17" in found[SHOP, HOME].absent[0].reason.detail
    assert found[SHOP, "us-east-1"].cells == 0
    assert found[build.WEB, HOME].cells == hours(72, 168)


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
    assert only(judge(its, late, facts(its, late, heard, (), None), WEEK)).reason.why is Why.NEW_ACCOUNT
    never = list(gaps(judge(its, Seen(), facts(its, Seen(), heard, (), None), WEEK), WEEK))
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


@pytest.mark.parametrize(
    ("trails", "expiry", "why", "state"),
    [
        ((), None, Why.NO_TRAIL, State.UNCOVERED),
        (((trail(validates_files=False), status()),), None, Why.NO_VALIDATION, State.UNKNOWN),
        (((trail(), status()),), at(200), Why.EXPIRED, State.UNCOVERED),
    ],
)
def test_what_the_trails_and_the_lifecycle_explain(
    trails: tuple[Heard, ...], expiry: datetime | None, why: Why, state: State
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
        kept=kept,
        began=None if began is None else START - timedelta(days=began),
        now=START,
    )
    assert found.state is state
    assert words in found.detail


def test_gaps_are_told_in_order_of_time_and_hours_are_not_lost_at_their_edges() -> None:
    first = Patch(state=State.UNCOVERED, cells=hours(5, 7) | hours(20, 22), reason=REASON)
    then = Patch(state=State.UNKNOWN, cells=hours(7, 9), reason=Reason(why=Why.UNREADABLE, detail="x"))
    heard = ((at(-1), at(5.5)), (at(8.5), at(20.2)))
    made = Row(account=SHOP, region=HOME, covered=0, patches=(first, then), heard=heard)
    found = [(g.start, g.end, g.cells) for g in gaps(made, DAY_WINDOW)]
    assert found == [(at(5.5), at(7), 2), (at(7), at(8.5), 2), (at(20.2), at(22), 2)]
    assert HOUR * 24 == DAY
