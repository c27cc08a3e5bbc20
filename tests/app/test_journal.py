"""The journal: what was done is told in order and with real names, whatever happened to the file."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.every_change import ORGANIZATION, WHY
from tests.setup import build
from trailkeep.app.journal import Journal, runs
from trailkeep.app.setup import Options, last_run, undo_of
from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.model.change import Change, CreateUnit, MoveAccount, SetTrustedAccess, Stage
from trailkeep.model.ids import UnitId

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
UNIT = CreateUnit(**ORGANIZATION, unit=build.unit("‹unit r-exam/Logs›", "Logs"))
MOVE = MoveAccount(
    **ORGANIZATION,
    moved=build.LOG_ARCHIVE,
    before=build.ROOT,
    after=UnitId("‹unit r-exam/Logs›"),
    names=("Root", "Logs"),
)
TRUST = SetTrustedAccess(**ORGANIZATION, service="config.amazonaws.com", before=False, after=True)
CHOSEN = {"‹unit r-exam/Logs›": "ou-exam-abcdefgh"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.jsonl"


def keep(path: Path, run: str, *done: Change, verb: str = "apply", undoes: str = "") -> None:
    """A whole run, as `execute` writes it."""
    journal = Journal(path, run)
    journal.write("begin", AT, verb=verb, undoes=undoes)
    for change in done:
        journal.write("intent", AT, change)
        journal.write("done", AT, change, chosen={k: v for k, v in CHOSEN.items() if k in change.chosen})
    journal.write("end", AT, done=len(done), failed=0, stopped="")
    journal.close()


def test_a_run_is_told_with_its_verb_and_its_changes_in_order(path: Path) -> None:
    keep(path, "run1", UNIT, TRUST)
    (run,) = runs(path)
    assert (run.id, run.verb, run.began, run.undoes) == ("run1", "apply", AT.isoformat(), "")
    assert run.done == (UNIT.bind(CHOSEN), TRUST)


def test_what_aws_chose_is_in_the_change(path: Path) -> None:
    keep(path, "run1", UNIT)
    (made,) = runs(path)[0].done
    assert isinstance(made, CreateUnit)
    assert made.unit.id == "ou-exam-abcdefgh"
    assert not made.is_unbound


def test_only_what_was_done_counts(path: Path) -> None:
    journal = Journal(path, "run1")
    journal.write("begin", AT, verb="apply", undoes="")
    journal.write("intent", AT, TRUST)
    journal.write("failed", AT, TRUST, code="AccessDenied", error="no")
    journal.write("intent", AT, UNIT)  # and then the machine went down
    journal.close()
    assert runs(path)[0].done == ()


def test_what_was_begun_when_it_was_killed_is_taken_back_too(path: Path) -> None:
    journal = Journal(path, "run1")
    journal.write("begin", AT, verb="apply", undoes="")
    journal.write("intent", AT, TRUST)
    journal.write("done", AT, TRUST, chosen={})
    later = replace(TRUST, service="account.amazonaws.com")
    refused = replace(TRUST, service="sso.amazonaws.com")
    journal.write("intent", AT, refused)
    journal.write("failed", AT, refused, code="x", error="y")
    journal.write("intent", AT, later)
    journal.write("intent", AT, UNIT)
    journal.close()
    (run,) = runs(path)
    assert (run.done, run.perhaps) == ((TRUST,), (later,))
    assert [c.resource for _, wave in undo_of(run).waves for c in wave] == [later.resource, TRUST.resource]


def test_a_rollback_that_broke_off_can_be_made_again(path: Path) -> None:
    keep(path, "run1", TRUST)
    journal = Journal(path, "run2")
    journal.write("begin", AT, verb="rollback", undoes="run1")
    journal.write("end", AT, done=0, failed=1, stopped="")
    journal.close()
    assert last_run("o-exampleorg1", Options(journal=path)).id == "run1"
    keep(path, "run3", verb="rollback", undoes="run1")
    with pytest.raises(UsageError):
        last_run("o-exampleorg1", Options(journal=path))


def test_runs_are_told_apart_even_when_their_lines_mix(path: Path) -> None:
    first, second = Journal(path, "run1"), Journal(path, "run2")
    first.write("begin", AT, verb="apply", undoes="")
    second.write("begin", AT, verb="apply", undoes="")
    second.write("done", AT, TRUST, chosen={})
    first.write("done", AT, UNIT, chosen=CHOSEN)
    first.close()
    second.close()
    assert {r.id: len(r.done) for r in runs(path)} == {"run1": 1, "run2": 1}


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_last_line_is_passed_over(path: Path, cut: int) -> None:
    keep(path, "run1", UNIT, TRUST)
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:4]) + whole[4][:-cut])
    (run,) = runs(path)
    assert run.done == (UNIT.bind(CHOSEN),) + ((TRUST,) if cut == 1 else ())


def test_a_run_after_a_torn_line_is_still_told(path: Path) -> None:
    """The next run begins on the torn line: only that one line is lost."""
    keep(path, "run1", TRUST)
    path.write_bytes(path.read_bytes() + b'{"run":"run2","event":"do')
    keep(path, "run3", TRUST)
    assert {r.id: r.done for r in runs(path)}["run3"] == (TRUST,)


def test_lines_of_somebody_else_are_passed_over(path: Path) -> None:
    keep(path, "run1", TRUST)
    with path.open("ab") as file:
        file.write(b'\n\n[1,2]\n"text"\nnull\n7\nnot json\n\xff\xfe\n')
    assert [r.done for r in runs(path)] == [(TRUST,)]


def test_a_change_that_was_edited_is_not_believed(path: Path) -> None:
    keep(path, "run1", TRUST)
    path.write_text(path.read_text().replace("SetTrustedAccess", "DropDatabase"))
    with pytest.raises(TrailkeepError) as refused:
        runs(path)
    assert refused.value.hint


def test_there_need_be_no_journal(path: Path) -> None:
    assert runs(path) == ()


def test_it_is_for_its_owner_only_and_holds_no_credentials(path: Path) -> None:
    keep(path, "run1", TRUST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for line in path.read_text().splitlines():
        assert set(json.loads(line)) <= {
            "run", "at", "event", "verb", "undoes", "change", "chosen", "code", "error", "done", "failed", "stopped",
        }  # fmt: skip


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrailkeepError, match="cannot be written") as refused:
        Journal(tmp_path / "file" / "journal.jsonl", "run1")
    assert "--journal" in refused.value.hint


def test_the_last_apply_that_was_not_taken_back_is_found(path: Path) -> None:
    options = Options(journal=path)
    keep(path, "run1", TRUST)
    keep(path, "run2", UNIT)
    keep(path, "empty")
    assert last_run("o-exampleorg1", options).id == "run2"
    keep(path, "run3", TRUST, verb="rollback", undoes="run2")
    assert last_run("o-exampleorg1", options).id == "run1"
    keep(path, "run4", TRUST, verb="rollback", undoes="run1")
    with pytest.raises(UsageError, match="no run to roll back"):
        last_run("o-exampleorg1", options)


def test_a_run_is_taken_back_newest_first_and_what_stays_is_named(path: Path) -> None:
    moved = MOVE.bind(CHOSEN)
    keep(path, "run1", UNIT, MOVE, TRUST)
    undo = undo_of(runs(path)[0])
    assert [name for name, _ in undo.waves] == [Stage.ACCESS.label, Stage.ACCOUNT.label]
    (back,) = undo.waves[0][1]
    assert isinstance(back, SetTrustedAccess)
    assert (back.before, back.after) == (True, False)
    assert [(c.resource, why) for c, why in undo.kept] == [(UNIT.resource, CreateUnit.irreversible)]
    assert isinstance(moved, MoveAccount)
    assert moved.reason == WHY
