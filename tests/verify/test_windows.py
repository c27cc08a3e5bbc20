"""What is asked for, of a time or by name: whatever is gone from it is told, whatever is left around it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.setup import build
from tests.verify.build import BEGIN, BUCKET, HOUR, ORG, Made, fresh
from tests.verify.checking import Memory, check
from trailkeep.app.pool import Pool
from trailkeep.errors import ExitCode, UsageError
from trailkeep.model.ids import Region
from trailkeep.model.snapshot import Snapshot, Unreachable
from trailkeep.verify.verdict import Finding, Kind

POOL = Pool(4)
HOURS = 80
"""More than the day before a window that is listed to link its first digest."""


def take(made: Made, chain: int, begin: int, end: int, *, logs: bool, marker_in: Memory | None = None) -> set[str]:
    """Delete some hours' digests, and their log files; for good, or under delete markers."""
    gone = set()
    for _, key, named in list(made.by_chain.values())[chain][begin:end]:
        for one in (key, *(named if logs else ())):
            if one in made.objects:
                gone.add(one)
                if marker_in is None:
                    del made.objects[one]
                else:
                    marker_in.delete(one)
    return gone


def speaks_for(finding: Finding, account: str, key: str, end: datetime) -> bool:
    """Whether a finding tells that this digest is gone: by its key, or by the hours it should speak for."""
    if finding.account != account or finding.kind is Kind.LOG:
        return False
    odd = timedelta(minutes=5)
    if finding.kind is Kind.DIGEST:
        return finding.key == key
    return finding.start is not None and finding.start <= end - HOUR + odd and end - odd <= (finding.end or end)


stretches = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, HOURS), st.integers(1, HOURS), st.booleans()), max_size=3
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stretches, st.integers(0, HOURS - 2), st.none() | st.integers(1, HOURS), st.booleans())
@example([(0, 10, HOURS, True)], 50, None, False)  # the last digest is days before the window
@example([(0, 10, HOURS, True)], 12, None, False)  # it is some hours before
@example([(0, 0, 70, True)], 5, 20, False)  # the next digest is days after it
@example([(0, 20, 32, True)], 20, 10, False)  # nothing but what lies on either side
@example([(0, 0, HOURS, False)], 50, None, False)  # log files, and never a digest
def test_what_is_gone_from_a_window_is_told_and_nothing_else(
    gone: list[tuple[int, int, int, bool]], since: int, length: int | None, recoverable: bool
) -> None:
    made = fresh(accounts=2, regions=1, hours=HOURS, logs=1)
    store = Memory(made)
    taken: set[str] = set()
    for chain, begin, hours, logs in gone:
        taken |= take(made, chain, begin, begin + hours, logs=logs, marker_in=store if recoverable else None)
    first = BEGIN + since * HOUR
    until = first + length * HOUR if length else None
    found = check(made, store, pool=POOL, since=first, until=until)
    last = min(until or made.until, made.until)
    for own, digests in zip(made.chains, made.by_chain.values(), strict=True):
        if not any(key.startswith(f"{own.prefix}/{own.account}/") for key in made.objects):
            continue  # wiped: only the organization can say that it was there
        told = [f for f in found.findings if f.account == own.account]
        lost = [(end, key) for end, key, _ in digests if key in taken and first < end <= last]
        for end, key in lost:
            assert any(speaks_for(f, own.account, key, end) for f in told), (end, key)
        unproved = {log for _, key, named in digests for log in named if key in taken}
        assert all(f.key in {*taken, *unproved} or (f.kind is Kind.HOURS and lost) for f in told)
    assert (found.verified.exit_code is ExitCode.OK) == (not found.findings)


GONE = "222222222222"


def snapshot(**changes: Any) -> Snapshot:
    """An organization whose trail wrote the archive; the archive's second account is active no more."""
    accounts = [a for a in (build.MANAGER, *build.DEDICATED) if a.id != GONE]
    trail = build.trail(name="trail", home_region=Region("us-east-1"), bucket=BUCKET)
    known = replace(build.organization(accounts=accounts), id=ORG)
    return build.snapshot(organization=known, **{"trails": (trail,), **changes})


def ended(known: Snapshot | None, chain: int, since: datetime | None) -> tuple[list[Finding], str]:
    """What is said of a chain that ends in the middle of an archive."""
    made = fresh(accounts=2, regions=1, hours=HOURS, logs=1)
    take(made, chain, 40, HOURS, logs=True)
    found = check(made, pool=POOL, snapshot=known, since=since)
    own = [f for f in found.findings if f.account == made.chains[chain].account]
    return own, "\n".join(n for n in found.verified.notes if "is not judged" in n)


windows = pytest.mark.parametrize("since", [None, BEGIN + 41 * HOUR, BEGIN + 75 * HOUR])


@windows
def test_that_the_chain_of_a_closed_account_ends_is_noted_and_no_finding(since: datetime | None) -> None:
    told, noted = ended(None, 1, since)
    assert told
    assert not noted
    told, noted = ended(snapshot(), 1, since)
    assert not told
    assert f"trail in {GONE}" in noted


@windows
@pytest.mark.parametrize("moved", [{"name": "newer"}, {"prefix": "elsewhere"}, {"bucket": "another"}])
def test_that_a_chain_ends_is_noted_where_its_trail_was_replaced(since: datetime | None, moved: dict[str, str]) -> None:
    newer = build.trail(**{"name": "trail", "home_region": Region("us-east-1"), "bucket": BUCKET, **moved})
    told, noted = ended(snapshot(trails=(newer,)), 0, since)
    assert [f.key for f in told if f.trail == "trail" and f.key.startswith("AWSLogs")] == []
    assert "trail in 111111111111" in noted


@windows
def test_that_the_chain_of_a_stopped_trail_ends_is_told(since: datetime | None) -> None:
    stopped = build.trail(name="trail", home_region=Region("us-east-1"), bucket=BUCKET, is_logging=False)
    told, noted = ended(snapshot(trails=(stopped,)), 0, since)
    assert told
    assert "111111111111" not in noted


@windows
def test_that_a_chain_ends_is_told_where_the_snapshot_could_not_see_the_trails(since: datetime | None) -> None:
    lost = Unreachable(account=build.MANAGEMENT, region="", what="", reason="denied", hint="")
    told, noted = ended(snapshot(trails=(), unreachable=(lost,)), 0, since)
    assert told
    assert not noted


def test_a_hole_in_a_closed_account_is_told() -> None:
    made = fresh(accounts=2, regions=1, hours=HOURS, logs=1)
    gone = take(made, 1, 30, 32, logs=True)
    found = check(made, pool=POOL, snapshot=snapshot())
    told = {f.key for f in found.findings if f.account == GONE}
    assert told == {key for key in gone if "CloudTrail-Digest" in key}


def small() -> Made:
    return fresh(accounts=2, regions=2, hours=8, logs=3)


@pytest.mark.parametrize(
    ("asked", "unfound"),
    [({"accounts": {"111111111111", "999999999999"}}, "999999999999"), ({"regions": {"us-east-1", "mars"}}, "mars")],
)
def test_what_was_asked_for_by_name_and_is_not_there_is_refused(asked: dict[str, set[str]], unfound: str) -> None:
    with pytest.raises(UsageError, match=f"no CloudTrail logs of {unfound}"):
        check(small(), **{name: frozenset(names) for name, names in asked.items()})  # type: ignore[arg-type]


def test_a_run_that_judged_nothing_is_not_fine() -> None:
    found = check(small(), trail="misspelt")
    assert found.verified.exit_code is ExitCode.INCOMPLETE
    assert "nothing was verified: no digest of the trail misspelt lies in the window" in found.verified.notes


def test_a_window_in_which_nothing_can_be_judged_yet_is_refused() -> None:
    made = small()
    with pytest.raises(UsageError, match="on its way for two hours"):
        check(made, since=made.until + HOUR)
    with pytest.raises(UsageError, match="newest digest"):
        check(made, since=made.until + HOUR, is_folder=True)
