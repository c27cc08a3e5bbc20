"""Each cause is found where it was planted: exactly it, and what it says it brings about."""

import pytest

from tests.doctor import made
from tests.doctor.plants import PLANTS, Plant
from trailkeep.doctor.causes import BY_ID, CAUSES
from trailkeep.doctor.diagnose import Diagnosis
from trailkeep.doctor.verdict import Verdict

NEVER = {"B1", "B3"}


def diagnosed(plant: Plant) -> Diagnosis:
    return made.found(plant.edit(plant.start()), plant.spec, plant.answers, **plant.said)


def allowed(cause: str) -> set[str]:
    """What may be confirmed beside a cause: what it brings about, itself and through the same fact."""
    seen: set[str] = set()
    todo = [cause]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += [*BY_ID[one].consequences, *BY_ID[one].also]
    return seen


def test_every_cause_has_a_plant() -> None:
    assert set(PLANTS) == {c.id for c in CAUSES} - NEVER


@pytest.mark.parametrize("cause", PLANTS)
def test_a_planted_cause_is_found_and_nothing_else(cause: str) -> None:
    diagnosis = diagnosed(PLANTS[cause])
    confirmed = made.confirmed(diagnosis)
    assert cause in confirmed
    assert confirmed <= allowed(cause), {
        c: [f.said for f in _verdict(diagnosis, c).found][:3] for c in confirmed - allowed(cause)
    }


def _verdict(diagnosis: Diagnosis, cause: str) -> Verdict:
    return next(v for v in diagnosis.verdicts if v.cause == cause)
