"""Carrying out a plan: lanes in order, a failure ends what stands on it and nothing else, and all of it is written."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.every_change import at
from tests.setup import build
from trailkeep.app.execute import Execution, Outcome, Perform, waves
from trailkeep.app.journal import Journal
from trailkeep.errors import AwsError
from trailkeep.model.change import (
    Change,
    CreateUnit,
    EnableMfaDelete,
    MoveAccount,
    PutRecorder,
    SetRecording,
    SetTrustedAccess,
    Stage,
)
from trailkeep.model.ids import UnitId

LOGS = UnitId("‹unit r-exam/Logs›")
UNIT = CreateUnit(**at(), unit=build.unit(LOGS, "Logs"))
MOVE = MoveAccount(**at(), moved=build.WEB, before=build.ROOT, after=LOGS, names=("Root", "Logs"))
TRUST = SetTrustedAccess(**at(), service="config.amazonaws.com", before=False, after=True)
HUMAN = EnableMfaDelete(**at(build.LOG_ARCHIVE, build.HOME), bucket="logs", procedure=("1. Sign in",))


def cell(account: str) -> list[Change]:
    """What makes AWS Config record in one account and Region."""
    where = at(account, build.HOME)
    return [
        PutRecorder(**where, before=None, after=build.recorder()),
        SetRecording(**where, name="default", before=False, after=True),
    ]


@dataclass
class Cloud:
    """Notes what it is asked, and refuses what the test says."""

    refuse: Callable[[Change], bool] = lambda _: False
    chosen: dict[str, str] = field(default_factory=dict)
    asked: list[Change] = field(default_factory=list)
    pause: float = 0.0
    at_once: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, change: Change) -> dict[str, str]:
        with self.lock:
            self.asked.append(change)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(self.pause)
        with self.lock:
            self.at_once -= 1
        if self.refuse(change):
            raise AwsError("AWS says no", code="AccessDenied")
        return {k: v for k, v in self.chosen.items() if k in change.chosen}


class Silent:
    """Nobody looks on."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.seen: list[tuple[Change, AwsError | None]] = []

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))

    def made(self, change: Change, failure: AwsError | None) -> None:
        self.seen.append((change, failure))


@dataclass
class Bench:
    """A journal in a folder, and a way to carry out changes."""

    path: Path
    watcher: Silent = field(default_factory=Silent)

    def carry_out(
        self,
        changes: Iterable[Change],
        cloud: Perform,
        *,
        foundation: Callable[[Change], bool] = lambda _: False,
        max_failures: int | None = None,
        workers: int = 8,
    ) -> Outcome:
        journal = Journal(self.path, "run1")
        try:
            return Execution(
                perform=cloud,
                journal=journal,
                now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
                watcher=self.watcher,
                foundation=foundation,
                workers=workers,
                max_failures=max_failures,
            ).run(waves(changes))
        finally:
            journal.close()

    def events(self) -> list[tuple[str, str]]:
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [(line["event"], line["change"]["change"]) for line in lines]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(path=tmp_path / "journal.jsonl")


def test_stages_come_one_after_the_other(bench: Bench) -> None:
    changes = [UNIT, TRUST, *cell(build.WEB), *cell(build.PAYMENTS)]
    outcome = bench.carry_out(changes, Cloud(chosen={LOGS: "ou-exam-abcdefgh"}))
    assert [name for name, _ in bench.watcher.stages] == ["account", "access", "recorder"]
    assert outcome.is_whole
    assert len(outcome.done) == len(changes)
    assert [c.when for c in outcome.done] == sorted(c.when for c in changes)


def test_a_lane_is_done_in_order_and_lanes_side_by_side(bench: Bench) -> None:
    accounts = [build.WEB, build.PAYMENTS, build.IDENTITY, build.PLAYGROUND]
    cloud = Cloud(pause=0.03)
    bench.carry_out([c for a in accounts for c in cell(a)], cloud)
    assert cloud.most > 1
    for account in accounts:
        assert [type(c) for c in cloud.asked if c.account == account] == [PutRecorder, SetRecording]


def test_the_organization_is_one_lane(bench: Bench) -> None:
    """Organizations refuses concurrent changes."""
    services = [SetTrustedAccess(**at(), service=f"s{n}.amazonaws.com", before=False, after=True) for n in range(6)]
    cloud = Cloud(pause=0.01)
    bench.carry_out(services, cloud)
    assert cloud.most == 1
    assert cloud.asked == services


def test_a_failure_ends_its_lane_only(bench: Bench) -> None:
    cloud = Cloud(refuse=lambda c: c.account == build.WEB)
    outcome = bench.carry_out([*cell(build.WEB), *cell(build.PAYMENTS)], cloud)
    assert [f.change for f in outcome.failed] == cell(build.WEB)[:1]
    assert outcome.untried == cell(build.WEB)[1:]
    assert outcome.done == cell(build.PAYMENTS)
    assert not outcome.is_whole
    assert outcome.stopped == ""
    assert outcome.failed[0].error.code == "AccessDenied"


def test_a_failure_of_the_foundation_ends_the_run_after_its_stage(bench: Bench) -> None:
    cloud = Cloud(refuse=lambda c: c == TRUST)
    changes = [TRUST, *cell(build.WEB)]
    outcome = bench.carry_out(changes, cloud, foundation=lambda c: c.when < Stage.RECORDER)
    assert cloud.asked == [TRUST]
    assert outcome.untried == cell(build.WEB)
    assert "access stage failed" in outcome.stopped


def test_a_failure_that_carries_nothing_ends_no_later_stage(bench: Bench) -> None:
    outcome = bench.carry_out([TRUST, *cell(build.WEB)], Cloud(refuse=lambda c: c == TRUST))
    assert outcome.done == cell(build.WEB)


def test_after_so_many_failures_nothing_new_is_begun(bench: Bench) -> None:
    accounts = [f"{n:012d}" for n in range(1, 31)]
    cloud = Cloud(refuse=lambda _: True, pause=0.01)
    outcome = bench.carry_out([c for a in accounts for c in cell(a)], cloud, max_failures=3, workers=2)
    assert 3 <= len(outcome.failed) <= 4, "what was under way is finished"
    assert len(outcome.failed) + len(outcome.untried) == 60
    assert "--max-failures 3" in outcome.stopped


def test_what_aws_chose_reaches_the_changes_that_need_it(bench: Bench) -> None:
    cloud = Cloud(chosen={LOGS: "ou-exam-abcdefgh"})
    outcome = bench.carry_out([UNIT, MOVE], cloud)
    moved = cloud.asked[1]
    assert isinstance(moved, MoveAccount)
    assert moved.after == "ou-exam-abcdefgh"
    assert not any(c.is_unbound or "‹" in repr(c) for c in outcome.done)


def test_what_needs_something_that_was_never_made_is_not_tried(bench: Bench) -> None:
    outcome = bench.carry_out([MOVE], Cloud())
    assert outcome.untried == [MOVE]
    assert outcome.done == []
    assert outcome.failed == []


def test_a_human_step_is_handed_over_and_never_performed(bench: Bench) -> None:
    cloud = Cloud()
    outcome = bench.carry_out([HUMAN, *cell(build.WEB)], cloud)
    assert outcome.human == [HUMAN]
    assert HUMAN not in cloud.asked
    assert outcome.is_whole


def test_every_call_is_announced_before_it_is_made(bench: Bench) -> None:
    announced: list[int] = []
    cloud = Cloud(refuse=lambda c: isinstance(c, SetRecording))

    def watching(change: Change) -> dict[str, str]:
        announced.append(len(bench.events()))
        return cloud(change)

    journal = Journal(bench.path, "run1")
    Execution(
        perform=watching,
        journal=journal,
        now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        watcher=bench.watcher,
        foundation=lambda _: False,
    ).run(waves(cell(build.WEB)))
    journal.close()
    assert announced == [1, 3], "the intent is on the disk when the call is made"
    assert [event for event, _ in bench.events()] == ["intent", "done", "intent", "failed"]


def test_ctrl_c_finishes_what_is_under_way_and_begins_nothing_new(bench: Bench) -> None:
    assert threading.current_thread() is threading.main_thread(), "only the main thread hears signals"
    asked = threading.Event()
    cloud = Cloud(pause=0.1)

    def press(change: Change) -> dict[str, str]:
        if not asked.is_set():
            asked.set()
            os.kill(os.getpid(), signal.SIGINT)
        return cloud(change)

    before = signal.getsignal(signal.SIGINT)
    changes = [*cell(build.WEB), *cell(build.PAYMENTS)]
    outcome = bench.carry_out(changes, press)
    assert outcome.paused
    assert "paused" in outcome.stopped
    assert outcome.done
    assert len(outcome.done) + len(outcome.untried) == 4
    assert not any(isinstance(c, SetRecording) for c in outcome.done)
    assert [event for event, _ in bench.events()].count("done") == len(outcome.done)
    assert signal.getsignal(signal.SIGINT) is before
