"""Each fault turns exactly the checks it should; faults together turn what they turn alone, and nothing is hidden."""

from functools import cache

import pytest

from tests.audit import build as b
from tests.audit.faults import FAULTS, Fault
from trailkeep.audit.finding import Severity
from trailkeep.errors import ExitCode


@cache
def before() -> frozenset[str]:
    """What nobody can tell of a healthy organization without verify and coverage."""
    return frozenset(b.unknown(b.audited(b.healthy())))


def test_a_healthy_organization_fails_nothing_and_leaves_open_what_was_not_asked() -> None:
    done = b.judged(b.healthy())
    assert b.failing(done) == set()
    assert b.unknown(done) == {
        "logs-are-intact", "digest-chains-are-unbroken", "logs-can-be-read", "logs-were-validated-lately",
        "every-hour-is-covered", "every-day-of-config-is-covered", "archive-has-a-second-copy",
    }  # fmt: skip
    assert done.exit_code(Severity.LOW) is ExitCode.INCOMPLETE


def test_there_are_faults_enough_and_every_check_that_looks_at_a_snapshot_is_turned_by_one() -> None:
    assert len(FAULTS) >= 60
    assert len({f.name for f in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_fault_turns_exactly_the_checks_it_should(fault: Fault) -> None:
    done = b.audited(fault.plant(b.healthy()))
    assert b.failing(done) == fault.fails
    assert b.unknown(done) - before() == fault.unclear
    if fault.fails:
        assert done.exit_code(Severity.INFORMATIONAL) is ExitCode.FAILS
