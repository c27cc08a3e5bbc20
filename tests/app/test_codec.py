"""Changes as JSON and back: nothing is lost, and nothing that was edited gets through as something else."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.every_change import EVERY
from tests.laws.worlds import specs, worlds
from trailkeep.app.codec import decode, encode
from trailkeep.errors import SpecError, TrailkeepError
from trailkeep.model.change import CHANGES, Change
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.plan import make_plan
from trailkeep.setup.spec import Spec

many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def round_trip(change: Change) -> Change:
    return decode(json.loads(json.dumps(encode(change), ensure_ascii=False)))


@many
@given(spec=specs(), world=worlds())
def test_every_change_of_a_plan_and_its_undoing_come_back_as_they_were(spec: Spec, world: Snapshot) -> None:
    if contradictions_with(spec, world):
        return
    try:
        changes = make_plan(spec, world).changes
    except SpecError:
        return
    for change in changes:
        again = round_trip(change)
        assert again == change
        assert type(again) is type(change)
        assert type(again.account) is type(change.account)
        undone = change.undo()
        if undone is not None:
            assert round_trip(undone) == undone


def test_every_kind_of_change_is_tried() -> None:
    assert {type(c) for c in EVERY} == set(CHANGES)


@pytest.mark.parametrize("change", EVERY, ids=lambda c: f"{type(c).__name__}-{c.resource}")
def test_each_kind_comes_back_as_it_was(change: Change) -> None:
    again = round_trip(change)
    assert again == change
    assert again.shown == change.shown
    assert again.undo() == change.undo()
    assert again.lane == change.lane


@pytest.mark.parametrize("change", EVERY, ids=lambda c: f"{type(c).__name__}-{c.resource}")
def test_a_member_that_is_missing_is_refused(change: Change) -> None:
    value = encode(change)
    for name in ("change", "account", "reason"):
        with pytest.raises(TrailkeepError):
            decode({k: v for k, v in value.items() if k != name})


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "CreateUnit",
        7,
        {},
        {"change": "CreateUnit"},
        {"change": "Change"},
        {"change": "DropDatabase"},
        {"change": ["CreateUnit"]},
        {"change": {}},
        {"change": None},
        {"change": "SetBucket", "setting": "policy"},
        {"change": "SetBucket", "setting": "colour", "before": 1, "after": 2},
        {"change": "SetBucket", "setting": ["policy"], "before": 1, "after": 2},
    ],
    ids=repr,
)
def test_what_is_no_change_is_refused(value: Any) -> None:
    with pytest.raises(TrailkeepError) as refused:
        decode(value)
    assert refused.value.hint


@given(change=st.sampled_from(EVERY), data=st.data())
@settings(max_examples=300, deadline=None)
def test_an_edited_change_is_read_or_refused_and_never_anything_else(change: Change, data: st.DataObject) -> None:
    value = encode(change)
    name = data.draw(st.sampled_from(sorted(value)))
    edited = {**value, name: data.draw(JSON)}
    try:
        again = decode(edited)
    except TrailkeepError:
        return
    assert decode(encode(again)) == again


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("account", "12345"),
        ("account", "1" * 13),
        ("account", "१२३४५६७८९०१२"),
        ("account", "111111111111\n"),
        ("reason", {"step": "1"}),
    ],
)
def test_ids_are_checked_again(name: str, bad: Any) -> None:
    with pytest.raises(TrailkeepError):
        decode({**encode(EVERY[0]), name: bad})
