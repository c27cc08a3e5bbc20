"""Differences are told by the names of things."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from tests.model.made import ARCHIVE, BUCKET, HOME, NOON, TRAIL, cell, snapshot, snapshots
from trailkeep.model.diff import Difference, diff
from trailkeep.model.recorder import RecordingGroup
from trailkeep.model.snapshot import Cell, Snapshot


@settings(deadline=None, max_examples=20)
@given(made=snapshots())
def test_nothing_differs_from_itself(made: Snapshot) -> None:
    assert diff(made, made) == ()


def test_time_alone_makes_no_difference() -> None:
    old = snapshot()
    status = replace(cell().trails[0], delivered=NOON + timedelta(hours=1))
    later = replace(cell(), trails=(status,))
    new = replace(old, taken=NOON + timedelta(days=1), cells={**old.cells, ARCHIVE: {HOME: later}}, volumes=())
    assert diff(old, new) == ()


def test_a_changed_setting_is_named_by_its_thing() -> None:
    old = snapshot()
    new = replace(old, buckets=(replace(old.buckets[0], versioning="Suspended"),))
    assert diff(old, new) == (
        Difference(path=f"buckets[{ARCHIVE} {HOME} {BUCKET}].versioning", before="Enabled", after="Suspended"),
    )


def test_order_does_not_matter_and_what_is_gone_is_said() -> None:
    old = snapshot()
    other = replace(old.trails[0], arn="arn:other", name="other")
    both = replace(old, trails=(*old.trails, other))
    assert diff(both, replace(old, trails=(other, *old.trails))) == ()
    assert diff(both, old) == (Difference(path="trails[arn:other]", before="arn:other", after=None),)
    assert diff(old, both) == (Difference(path="trails[arn:other]", before=None, after="arn:other"),)


def test_cells_sets_and_nested_values() -> None:
    old = snapshot()
    recorder = cell().recorder
    assert recorder is not None
    group = RecordingGroup(strategy="include", types=("AWS::S3::Bucket",), global_types=True)
    changed = replace(cell(), recorder=replace(recorder, group=group), trails=())
    new = replace(old, cells={ARCHIVE: {HOME: changed}}, service_linked_roles={ARCHIVE: frozenset({"Other"})})
    found = {d.path: (d.before, d.after) for d in diff(old, new)}
    assert found[f"cells[{ARCHIVE}][{HOME}].recorder.group.strategy"] == ("all", "include")
    assert found[f"cells[{ARCHIVE}][{HOME}].trails[{TRAIL}]"] == (TRAIL, None)
    assert found[f"service_linked_roles[{ARCHIVE}][Other]"] == (None, "Other")
    assert diff({"a": None}, {"a": Cell()})[0].after == "present"
