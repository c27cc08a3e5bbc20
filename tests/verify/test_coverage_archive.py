"""Archives looked through: layouts, what is missing from them, what may not be listed, samples that are read."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.setup import build
from tests.verify.test_coverage import status, trail
from trailkeep.app.coverage.archive import coverage
from trailkeep.app.coverage.place import Archive, Refused, find_bases, open_archive
from trailkeep.app.coverage.run import Asked, Coverage, Sources
from trailkeep.app.pool import Pool
from trailkeep.errors import ExitCode, TrailkeepError, UsageError
from trailkeep.lab.logs.shape import Shape, midnight
from trailkeep.lab.logs.targets import write_folder
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import State as AccountState
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.ports import Obstacle, ReadError
from trailkeep.verify.coverage.row import State, Why, gaps
from trailkeep.verify.keys import Base, Chain, DigestKey, Folder, LogKey

START = datetime(2026, 11, 16, tzinfo=UTC)
NOW = START + timedelta(days=4)
SHOP, WEB = build.PAYMENTS, build.WEB
REGIONS = ("eu-west-1", "us-east-1")
HOURS = 48


class Quiet:
    def units(self, total: int) -> None: ...

    def unit_done(self) -> None: ...


def base(account: str, **parts: str) -> Base:
    return Base(**{"organization": build.ORGANIZATION_ID, **parts, "account": account})


def beat(
    folder: Path, of: Base, region: str, hours: Iterable[int] = range(HOURS + 1), name: str = "main", minute: int = 7
) -> None:
    """An empty file for each digest: their names are all that coverage looks at."""
    for hour in hours:
        end = START + timedelta(hours=hour, minutes=minute)
        chain = Chain(base=of, region=region, trail=name, home_region="eu-west-1")
        touch(folder / str(DigestKey(chain=chain, end=end)))


def touch(path: Path, content: bytes = b"") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def organization(folder: Path, without: str = "", **parts: str) -> Path:
    """Two accounts in two Regions, an hour of digests each, for two days."""
    for account in (SHOP, WEB):
        if account != without:
            for region in REGIONS:
                beat(folder, base(account, **parts), region)
    return folder


def snapshot(**account: Any) -> Snapshot:
    """An organization of SHOP and WEB with one organization trail."""
    pair = [
        replace(a, regions=tuple(Region(r) for r in REGIONS), joined=None, **(account if a.id == SHOP else {}))
        for a in (build.MANAGER, *build.ACCOUNTS)
        if a.id in {SHOP, WEB}
    ]
    made = build.snapshot(organization=build.organization(accounts=pair))
    cell = Cell(trails=(status(),))
    return replace(
        made,
        taken=NOW,
        trails=(trail(),),
        cells={AccountId(a): {Region(r): cell for r in REGIONS} for a in (SHOP, WEB)},
    )


def no_cloud() -> Any:
    raise AssertionError("nothing is asked of AWS")


def measure(
    place: Path | Archive, known: Snapshot | None = None, spec: Any = None, config: Archive | None = None, **asked: Any
) -> Coverage:
    archive = open_archive(str(place), no_cloud, None, None) if isinstance(place, Path) else place
    sources = Sources(
        archives=(archive,), config={"acme-config": config} if config else {}, snapshot=known, spec=spec, now=NOW,
        pool=Pool(4), cloud=no_cloud,
    )  # fmt: skip
    window = {"since": START, "until": START + timedelta(hours=HOURS)} if known or isinstance(place, Archive) else {}
    return coverage(sources, Asked(**{**window, **asked}), Quiet())


def whys(found: Coverage) -> list[tuple[str, str, int, Why, State]]:
    return [(g.account, g.region, g.cells, g.reason.why, g.state) for r in found.rows for g in gaps(r, found.window)]


@pytest.mark.parametrize(
    "parts",
    [{}, {"prefix": "logs/central"}, {"prefix": build.ORGANIZATION_ID}, {"organization": ""}],
    ids=["organization", "prefix", "control-tower", "members"],
)
def test_a_healthy_copy_of_any_layout_is_covered_whole(tmp_path: Path, parts: dict[str, str]) -> None:
    found = measure(organization(tmp_path, **parts))
    assert {(r.account, r.region) for r in found.rows} == {(a, r) for a in (SHOP, WEB) for r in REGIONS}
    assert found.totals.percent == 100.0
    assert not whys(found)
    assert found.totals.expected == 4 * (HOURS - 2)
    # which accounts there should be, nobody said
    assert found.exit_code is ExitCode.INCOMPLETE
    assert any("UNKNOWN: without a snapshot" in n for n in found.notes)


@pytest.mark.parametrize("parts", [{}, {"prefix": build.ORGANIZATION_ID}])
def test_with_a_snapshot_a_healthy_archive_is_as_wanted(tmp_path: Path, parts: dict[str, str]) -> None:
    found = measure(organization(tmp_path, **parts), snapshot())
    assert (found.totals.percent, found.exit_code) == (100.0, ExitCode.OK)


def test_an_account_that_was_wiped_is_uncovered_for_all_its_hours(tmp_path: Path) -> None:
    found = measure(organization(tmp_path, without=SHOP), snapshot())
    assert whys(found) == [(SHOP, r, HOURS, Why.REMOVED, State.UNCOVERED) for r in REGIONS]
    assert (found.totals.percent, found.exit_code) == (50.0, ExitCode.FAILS)


def test_without_a_snapshot_a_region_that_was_wiped_is_missed_by_what_the_other_accounts_have(tmp_path: Path) -> None:
    organization(tmp_path, without=SHOP)
    beat(tmp_path, base(SHOP), "eu-west-1")
    found = measure(tmp_path)
    assert whys(found) == [(SHOP, "us-east-1", HOURS - 2, Why.NOTHING, State.UNCOVERED)]
    assert found.exit_code is ExitCode.FAILS


def test_without_a_snapshot_what_comes_before_an_accounts_first_digest_is_unknown(tmp_path: Path) -> None:
    beat(tmp_path, base(WEB), "eu-west-1")
    beat(tmp_path, base(SHOP), "eu-west-1", range(20, HOURS + 1))
    found = measure(tmp_path)
    (gap,) = (g for r in found.rows for g in gaps(r, found.window))
    assert (gap.account, gap.state, gap.reason.why) == (SHOP, State.UNKNOWN, Why.NO_SNAPSHOT)


def test_digests_that_are_missing_inside_are_named_with_their_hours(tmp_path: Path) -> None:
    organization(tmp_path, without=SHOP)
    beat(tmp_path, base(SHOP), "eu-west-1", [h for h in range(HOURS + 1) if h not in {10, 11, 30}])
    beat(tmp_path, base(SHOP), "us-east-1")
    found = measure(tmp_path, snapshot())
    assert [(a, r, n) for a, r, n, _, _ in whys(found)] == [(SHOP, "eu-west-1", 3), (SHOP, "eu-west-1", 2)]
    first = next(gaps(next(r for r in found.rows if r.patches), found.window))
    assert (first.start, first.end) == (START + timedelta(hours=9, minutes=7), START + timedelta(hours=11, minutes=7))


def test_log_files_in_the_hours_of_a_missing_digest_are_seen(tmp_path: Path) -> None:
    organization(tmp_path, without=SHOP)
    beat(tmp_path, base(SHOP), "us-east-1")
    beat(tmp_path, base(SHOP), "eu-west-1", [h for h in range(HOURS + 1) if h not in {10, 30}])
    log = LogKey(base=base(SHOP), region="eu-west-1", delivered=START + timedelta(hours=9, minutes=20), unique="a1")
    touch(tmp_path / str(log))
    found = {w for _, _, _, w, _ in whys(measure(tmp_path, snapshot()))}
    assert found == {Why.NO_DIGEST, Why.REMOVED}


def test_without_validation_hours_with_log_files_are_covered_and_the_others_unknown(tmp_path: Path) -> None:
    for hour in range(10):
        log = LogKey(
            base=base(SHOP), region="eu-west-1", delivered=START + timedelta(hours=hour, minutes=20), unique="a1"
        )
        touch(tmp_path / str(log))
    known = replace(snapshot(), trails=(trail(validates_files=False),))
    found = measure(tmp_path, known)
    row = next(r for r in found.rows if (r.account, r.region) == (SHOP, "eu-west-1"))
    assert row.covered.bit_count() == 10
    assert found.totals.unknown == found.totals.expected - 10
    assert found.exit_code is ExitCode.INCOMPLETE


def test_two_trails_in_one_bucket_cover_for_each_other(tmp_path: Path) -> None:
    organization(tmp_path, without=SHOP)
    beat(tmp_path, base(SHOP), "us-east-1")
    beat(tmp_path, base(SHOP), "eu-west-1", range(20))
    beat(tmp_path, base(SHOP), "eu-west-1", range(18, HOURS + 1), name="second", minute=40)
    found = measure(tmp_path, snapshot())
    assert (found.totals.percent, found.exit_code) == (100.0, ExitCode.OK)


def test_the_deliveries_of_a_closed_account_are_no_error_and_strangers_are_named(tmp_path: Path) -> None:
    organization(tmp_path)
    beat(tmp_path, base("999999999999"), "eu-west-1")
    found = measure(tmp_path, snapshot(state=AccountState.CLOSED))
    assert (found.totals.percent, found.exit_code) == (100.0, ExitCode.OK)
    assert found.totals.not_expected == HOURS
    assert any("999999999999" in n for n in found.notes)


def test_what_the_specification_excludes_is_not_expected_with_its_reason(tmp_path: Path) -> None:
    rule = {"account": "payments", "regions": ["us-east-1"], "reason": "Region denied by SCP", "until": "2026-11-16"}
    spec = build.spec(organization={"exclude": [rule]})
    found = measure(organization(tmp_path, without=SHOP), snapshot(), spec)
    by_region = {r.region: r for r in found.rows if r.account == SHOP}
    assert by_region["us-east-1"].of(State.NOT_EXPECTED).bit_count() == 24
    assert "Region denied by SCP" in by_region["us-east-1"].patches[0].reason.detail
    assert by_region["eu-west-1"].of(State.UNCOVERED).bit_count() == HOURS


def test_a_bucket_that_may_not_be_listed_is_unknown_and_never_missing() -> None:
    refused = Refused("acme-trail", ReadError(Obstacle.ACCESS_DENIED, "Access Denied"))
    found = measure(Archive(store=refused, name="s3://acme-trail", region="eu-west-1"), snapshot())
    assert {(w, s) for _, _, _, w, s in whys(found)} == {(Why.UNREADABLE, State.UNKNOWN)}
    assert (found.totals.percent, found.exit_code) == (0.0, ExitCode.INCOMPLETE)


def test_without_a_snapshot_a_bucket_that_may_not_be_listed_is_an_error_with_what_to_do() -> None:
    refused = Refused("acme-trail", ReadError(Obstacle.ACCESS_DENIED, "Access Denied"))
    with pytest.raises(TrailkeepError, match="Access Denied") as said:
        measure(Archive(store=refused, name="s3://acme-trail", region="eu-west-1"))
    assert "s3:ListBucket" in said.value.hint


def test_a_bucket_that_is_gone_is_empty() -> None:
    found = measure(Archive(store=Refused("acme-trail", None), name="s3://acme-trail", region="eu-west-1"), snapshot())
    assert found.totals.uncovered == 4 * HOURS


def test_an_empty_folder_and_a_time_without_hours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to look at"):
        measure(tmp_path)
    with pytest.raises(UsageError, match="no whole hour"):
        measure(
            organization(tmp_path), snapshot(), since=START + timedelta(minutes=10), until=START + timedelta(minutes=50)
        )


@pytest.mark.parametrize(
    ("asked", "unfound"),
    [({"accounts": {SHOP, "999999999999"}}, "999999999999"), ({"regions": {"us-east-1", "mars"}}, "mars")],
)
def test_what_was_asked_for_by_name_and_nobody_knows_is_refused(
    tmp_path: Path, asked: dict[str, set[str]], unfound: str
) -> None:
    with pytest.raises(UsageError, match=f"logs of {unfound}"):
        measure(organization(tmp_path), **{name: frozenset(names) for name, names in asked.items()})  # type: ignore[arg-type]


def test_hours_too_young_to_judge_are_not_judged() -> None:
    refused = Refused("acme-trail", None)
    found = measure(
        Archive(store=refused, name="s3://acme-trail", region="eu-west-1"), snapshot(), since=START, until=NOW
    )
    assert found.window.end == NOW - timedelta(hours=3)
    assert any("3 hours" in n for n in found.notes)


def test_every_account_folder_is_found_and_nothing_else(tmp_path: Path) -> None:
    organization(tmp_path, prefix="a/b")
    touch(tmp_path / "x" / "y" / "z.txt")
    touch(tmp_path / "AWSLogs" / "12345" / "CloudTrail" / "x")
    found, unread = find_bases(open_archive(str(tmp_path), no_cloud, None, None), Pool(2))
    assert found == tuple(base(a, prefix="a/b") for a in sorted((SHOP, WEB)))
    assert not unread


# AWS Config


def test_days_of_config_without_a_delivery_are_missing(tmp_path: Path) -> None:
    recorder, channel = build.recorder(), build.channel(bucket="acme-config", frequency="TwentyFour_Hours")
    cell = Cell(recorder=recorder, channel=channel, trails=(status(),))
    known = replace(snapshot(), cells={AccountId(a): {Region(r): cell for r in REGIONS} for a in (SHOP, WEB)})
    for account, region, days in [
        (SHOP, "eu-west-1", [16, 17]),
        (SHOP, "us-east-1", [17]),
        (WEB, "eu-west-1", [16, 17]),
    ]:
        for day in days:
            name = f"{account}_Config_{region}_ConfigSnapshot_x.json.gz"
            touch(tmp_path / f"c/AWSLogs/{account}/Config/{region}/2026/11/{day}/ConfigSnapshot/{name}")
    trails, config = organization(tmp_path / "t"), open_archive(str(tmp_path / "c"), no_cloud, None, None)
    found = measure(trails, known, config=config)
    assert [(g.account, g.region, g.start.day, g.cells) for r in found.config for g in gaps(r, found.days)] == [
        (SHOP, "us-east-1", 16, 1),
        (WEB, "us-east-1", 16, 2),
    ]
    assert found.totals.percent == 100.0
    assert found.exit_code is ExitCode.FAILS
    refused = Archive(
        store=Refused("acme-config", ReadError(Obstacle.ACCESS_DENIED, "no")), name="s3://acme-config", region="x"
    )
    assert measure(trails, known, config=refused).config_totals.unknown == 8


@pytest.mark.parametrize(("older", "state"), [([], State.UNKNOWN), ([9], State.UNCOVERED)])
def test_before_the_first_day_there_ever_was_config_may_not_have_been_set_up(
    tmp_path: Path, older: list[int], state: State
) -> None:
    recorder, channel = build.recorder(), build.channel(bucket="acme-config", frequency="TwentyFour_Hours")
    cell = Cell(recorder=recorder, channel=channel, trails=(status(),))
    known = replace(snapshot(), cells={AccountId(a): {Region(r): cell for r in REGIONS} for a in (SHOP, WEB)})
    for account in (SHOP, WEB):
        for region in REGIONS:
            for day in [17, *older]:
                touch(tmp_path / f"c/AWSLogs/{account}/Config/{region}/2026/11/{day}/ConfigHistory/x.json.gz")
    config = open_archive(str(tmp_path / "c"), no_cloud, None, None)
    found = measure(organization(tmp_path / "t"), known, config=config)
    assert {(g.start.day, g.state) for r in found.config for g in gaps(r, found.days)} == {(16, state)}


# real digests and log files


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    shape = Shape(
        accounts=(SHOP, WEB), regions=REGIONS, days=1, until=midnight("2026-11-18"), volume="small",
        organization=build.ORGANIZATION_ID, trail="main", backfills=1,
    )  # fmt: skip
    write_folder(shape, folder)
    return folder


def test_opening_digests_says_the_same_of_an_undamaged_archive(made: Path) -> None:
    by_name, by_content = measure(made), measure(made, read=True)
    assert by_name.totals.percent == 100.0
    assert [r.covered for r in by_name.rows] == [r.covered for r in by_content.rows]


def test_opened_a_digest_that_is_none_covers_nothing(made: Path, tmp_path: Path) -> None:
    folder = copy(made, tmp_path)
    digest = sorted(folder.rglob("*_CloudTrail-Digest_*Z.json.gz"))[10]
    digest.write_bytes(gzip.compress(b"[]"))
    assert measure(folder).totals.percent == 100.0
    assert measure(folder, read=True).totals.uncovered


def test_a_sample_is_fetched_inflated_and_parsed_and_is_the_same_again(made: Path) -> None:
    found, again = measure(made, sample=6), measure(made, sample=6)
    assert found.sample
    assert again.sample
    assert found.sample.taken == again.sample.taken
    assert len({t.key for t in found.sample.taken}) == 6
    assert not [t for t in found.sample.taken if t.problem]
    other = measure(made, sample=6, seed=2).sample
    assert other
    assert other.taken != found.sample.taken


def test_a_sample_names_what_cannot_be_read_and_what_is_broken(made: Path, tmp_path: Path) -> None:
    folder = copy(made, tmp_path)
    logs = [p for p in folder.rglob("*.json.gz") if f"/{Folder.LOG}/" in str(p)]
    for log in logs:
        log.write_bytes(gzip.compress(json.dumps({"Events": []}).encode()))
    found = measure(folder, sample=3)
    assert found.sample
    assert {(t.broken, t.problem) for t in found.sample.taken} == {(True, "it has no list Records")}
    assert found.exit_code is ExitCode.FAILS
    logs[0].write_bytes(b"\x1f\x8b cut")
    taken = measure(folder, sample=500).sample
    assert taken
    assert "it is not one gzip file" in {t.problem for t in taken.taken}
    assert len(taken.taken) <= len(logs) < taken.wanted


def test_a_young_archive_is_told_to_be_young_and_that_is_no_failure(made: Path) -> None:
    found = measure(made, sample=1, spec=build.spec(archive={"retention_days": 400}))
    assert found.sample
    assert "too young to show 400 days" in found.sample.retention.detail
    assert found.sample.retention.state is State.COVERED


def copy(folder: Path, to: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            touch(to / path.relative_to(folder), path.read_bytes())
    return to
