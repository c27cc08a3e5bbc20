"""A plan kept in a file: carried out as it was read, or refused."""

import json

import pytest

from tests.stories.desk import Desk

pytestmark = pytest.mark.story


def test_what_was_saved_is_what_is_done(desk: Desk) -> None:
    desk.run("plan", "--save", "p.json").expect(0, "trailkeep apply p.json")
    (desk.folder / "trailkeep.yaml").unlink()
    desk.run("apply", "p.json", "--yes", "--confirm", "Log Archive").expect(0, "everything is as the specification")
    desk.run("apply", "p.json", "--yes", "--confirm", "Log Archive").expect(1, "has moved on", "make a new plan")


def test_a_plan_is_refused_once_somebody_else_has_changed_something(desk: Desk) -> None:
    desk.run("plan", "--save", "p.json").expect(0)
    desk.lab.add_account("Newcomer", "newcomer@example.com", "Workloads")
    desk.lab.forget_calls()
    desk.run("apply", "p.json", "--yes", "--confirm", "Log Archive").expect(
        1, "has moved on", "are new", "make a new plan"
    )
    assert desk.writes() == []


def test_a_file_that_was_tampered_with_or_is_none_is_refused_in_words(desk: Desk) -> None:
    desk.run("plan", "--save", "p.json").expect(0)
    desk.lab.forget_calls()
    good = json.loads((desk.folder / "p.json").read_text())
    bucket = next(i for i, c in enumerate(good["changes"]) if c["change"] == "SetBucket")

    def with_changes(**changes: object) -> str:
        changed = json.loads(json.dumps(good))
        changed["changes"][bucket] |= changes
        return json.dumps(changed)

    bad = {
        "not JSON": ("{", "is not a saved plan"),
        "not an object": ("[]", "is not a saved plan"),
        "another file": ('{"a": 1}', "is not a plan this trailkeep can carry out"),
        "a newer one": (json.dumps(good | {"trailkeep_plan_file": 2}), "is not a plan this trailkeep can carry out"),
        "no changes": (json.dumps(good | {"changes": None}), "is damaged"),
        "an unknown change": (with_changes(change="DropEverything"), "not a change trailkeep knows"),
        "a change with a strange kind": (with_changes(change=["a"]), "not a change trailkeep knows"),
        "an unknown setting": (with_changes(setting="colour"), "cannot be read"),
        "another value": (with_changes(before=True), "has moved on"),
        "a value of another kind": (with_changes(before={"a": 1}), "cannot be read"),
        "another account": (with_changes(account="999999999999"), "has moved on"),
        "a bad account": (with_changes(account="x"), "cannot be read"),
        "a bad only": (json.dumps(good | {"only": ["x"]}), "is damaged"),
        "a bad retire": (json.dumps(good | {"retire": 7}), "is damaged"),
        "a bad specification": (json.dumps(good | {"specification": "version: 2"}), "specification"),
    }
    for name, (text, word) in bad.items():
        (desk.folder / "bad.json").write_text(text)
        said = desk.run("apply", "bad.json", "--yes", "--confirm", "Log Archive")
        assert said.code in {1, 2}, (name, said.all)
        assert word in said.err, (name, said.all)
        assert "Traceback" not in said.all, name
    assert desk.writes() == []
    desk.run("apply", "nowhere.json").expect(1, "nowhere.json", "plan --save")


def test_a_plan_for_some_accounts_stays_one_for_some_accounts(desk: Desk) -> None:
    desk.run("plan", "--account", "Shop", "--save", "p.json").expect(0)
    desk.run("apply", "p.json", "--yes", "--account", "Sandbox").expect(2, "a kept plan holds itself", "plan --save")
    applied = desk.run("apply", "p.json", "--yes", "--confirm", "Log Archive", "-o", "json")
    touched = {c["account"] for c in applied.json["done"]}
    assert "444444444444" in touched
    assert "121212121212" not in touched
