"""Several faults at once: each is found, and nothing is confirmed that none of them brings about."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doctor import made
from tests.doctor.plants import PLANTS
from tests.doctor.test_causes import allowed
from trailkeep.doctor.causes import BY_ID
from trailkeep.doctor.verdict import State

TOGETHER = (
    "A1 A5 A8 A9 A10 A12 A15 A16 A18 A22 A28 A31 A32 B4 B5 B6 B9 C2 C8 C9 C10 D4 D8 D12".split()
)  # fmt: skip
"""Faults whose edits do not undo one another, and that leave the others something to be seen in."""


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(TOGETHER), min_size=2, max_size=6))
def test_faults_together_are_each_found(chosen: set[str]) -> None:
    snapshot = made.healthy()
    for cause in sorted(chosen):
        snapshot = PLANTS[cause].edit(snapshot)
    diagnosis = made.found(snapshot)
    confirmed = made.confirmed(diagnosis)
    assert chosen <= confirmed
    assert confirmed <= set().union(*(allowed(c) for c in chosen))
    assert any(not v.explained_by for v in diagnosis.of(State.CONFIRMED)), "somewhere a person can start"
    for verdict in diagnosis.of(State.CONFIRMED):
        assert all(verdict.cause in BY_ID[i].consequences for i in verdict.explained_by)


@pytest.mark.parametrize("cause", sorted(set(PLANTS) - {"A3", "C6"}))
def test_a_fault_seen_without_a_specification_confirms_no_more(cause: str) -> None:
    """(Without one nobody says that another bucket is not the archive, A3.)"""
    plant = PLANTS[cause]
    confirmed = made.confirmed(made.found(plant.edit(plant.start()), None, plant.answers, **plant.said))
    assert confirmed <= allowed(cause)
