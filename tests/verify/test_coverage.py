"""Coverage = expected − seen, its causes, and sums that never say more than there is. All of it pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.setup import build
from trailkeep.model.ids import Region
from trailkeep.model.organization import State as AccountState
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Trail, TrailStatus
from trailkeep.verify.coverage.causes import Fact, judge
from trailkeep.verify.coverage.expected import EVERY_REGION, Exclusion, Expected, Wish, expected
from trailkeep.verify.coverage.row import Patch, Reason, State, Why, gaps
from trailkeep.verify.coverage.seen import Heartbeats, Seen
from trailkeep.verify.coverage.totals import Totals, by_day, total
from trailkeep.verify.coverage.window import Window, runs, whole_days, whole_hours
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
