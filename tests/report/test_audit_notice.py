"""A notice says what matters in few lines, and nothing in it speaks to a terminal or a chat."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from tests.audit import build as b
from tests.audit.faults import account
from tests.setup import build
from trailkeep.audit.audit import Audited
from trailkeep.audit.compare import baseline, compare
from trailkeep.audit.finding import Mute
from trailkeep.errors import ExitCode
from trailkeep.report.audit_notice import LONGEST_SUBJECT, WORST, failures, notice
from trailkeep.report.findings import Report

EVIL = "<!channel> [pay](https://evil.example) `x` \x1b]8;;http://x\x07\u202e"


def report(done: Audited) -> Report:
    return Report(audited=done, frameworks=(), version="1")


def broken() -> Audited:
    hurt = b.bucket(b.healthy(), versioning="Suspended", ownership="ObjectWriter", lock=None)
    return b.audited(b.key(b.trail(hurt, is_logging=False, validates_files=False), rotates=False))


def beside(done: Audited, *failed: str) -> Audited:
    told = {"trailkeep_audit": 1, "taken": "then", "organization": done.organization,
            "findings": [{"id": i, "status": "FAIL"} for i in failed]}  # fmt: skip
    return replace(done, comparison=compare(baseline(told), done.findings))


def test_it_counts_by_severity_and_names_the_worst_with_their_ids() -> None:
    made = report(broken())
    failing = failures(made)
    told = notice(made, ExitCode.FAILS)
    body = json.loads(told.body)
    assert body["text"] == told.text
    assert sum(body["failing"].values()) == len(failing) == body["totals"]["FAIL"] > WORST
    assert list(body["failing"]) == ["critical", "high", "medium", "low", "informational"]
    assert body["worst"][0]["severity"] == "critical"
    assert len(body["worst"]) == WORST == len(re.findall("^- ", told.text, re.MULTILINE))
    checks = [w["id"].partition("/")[0] for w in body["worst"]]
    assert len(set(checks)) == WORST, "one line a check, however many fail it"
    assert [w["failing"] for w in body["worst"]] == [sum(f.check.id == c for f in failing) for c in checks]
    least = min(f.check.severity.rank for f in failing if f.check.id in checks)
    assert all(f.check.severity.rank <= least for f in failing if f.check.id not in checks)
    named = sum(w["failing"] for w in body["worst"])
    assert (f"and {len(failing) - named:,} more" in told.text.splitlines()[-1]) is (len(failing) > named)
    assert body["exit_code"] == 3
    assert body["new"] is None
    assert "exit code 3" in told.text


def test_what_is_new_is_counted_and_comes_first_among_equals() -> None:
    done = broken()
    ids = [f.id for f in failures(report(done))]
    new = ids[-1]
    told = notice(report(beside(done, *(i for i in ids if i != new))), ExitCode.FAILS)
    assert json.loads(told.body)["new"] == 1
    assert f"{len(ids)} findings failing, 1 of them new" in told.text
    worst = json.loads(notice(report(beside(done)), ExitCode.FAILS).body)["worst"]
    assert all(w["new"] for w in worst)


def test_a_healthy_organization_is_told_of_in_three_lines() -> None:
    told = notice(report(b.audited(b.healthy())), ExitCode.INCOMPLETE)
    assert len(told.text.splitlines()) == 3
    assert "0 findings failing" in told.subject
    assert json.loads(told.body)["worst"] == []


def test_muted_findings_are_not_told_of() -> None:
    mute = Mute(check="*", subject="*", owner="ana", reason="x", until=date(2999, 1, 1))
    done = b.audited(b.trail(b.healthy(), is_logging=False), mutes=(mute,))
    assert "0 findings failing" in notice(report(done), ExitCode.OK).subject


@pytest.mark.parametrize("word", ["<!channel>", "](", "://", "`", "\x1b", "\u202e", "\x07"])
def test_no_name_speaks_to_a_chat_or_terminal(word: str) -> None:
    hostile = b.status(account(b.trail(b.healthy(), name=EVIL), build.PAYMENTS, name=EVIL), delivery_error=EVIL)
    done = replace(b.audited(hostile), organization=f"o-\u00fc{EVIL * 9}")
    told = notice(report(done), ExitCode.FAILS)
    said = json.loads(told.body)
    assert word not in told.text
    assert word not in json.dumps([said["worst"], said["organization"]], ensure_ascii=False).replace("\\", "")
    assert told.subject.isascii()
    assert told.subject.isprintable()
    assert len(told.subject) <= LONGEST_SUBJECT < 100
    assert len(told.text.encode()) < len(told.body.encode()) < 16_384
