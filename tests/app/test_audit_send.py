"""Findings sent from an account of its own, and what is said where Security Hub does not take all of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.audit import build as b
from tests.aws.write_change import HOME, MANAGEMENT, World, served
from trailkeep.app import audit_send
from trailkeep.app.audit_send import Sending
from trailkeep.cli import audit_tell, say
from trailkeep.errors import ExitCode, UsageError
from trailkeep.report.findings import Report


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served() as found:
        found.client("securityhub").enable_security_hub(EnableDefaultStandards=False)
        yield found


@pytest.fixture
def report() -> Report:
    """Without a specification: nobody said which account is the security account."""
    done = b.audited(b.trail(b.healthy(), is_logging=False))
    return Report(audited=replace(done, specified=False, home=HOME), frameworks=(), version="1")


def test_without_a_specification_the_callers_own_account_reports(world: World, report: Report) -> None:
    sending = audit_send.prepare(world.cloud, report)
    assert (sending.hub.account, sending.hub.region) == (MANAGEMENT, HOME)
    assert {f["AwsAccountId"] for f in sending.told.findings} == {MANAGEMENT}
    assert {f["ProductArn"] for f in sending.told.findings} == {sending.hub.product}
    steps: list[int] = []
    assert audit_send.send(world.cloud, sending, progress=steps.append) == ()
    assert sum(steps) == len(sending.told.findings)
    again = audit_send.prepare(world.cloud, report).told
    assert (again.new, len(again.again)) == ((), len(sending.told.findings))


@pytest.mark.parametrize(
    ("audited", "code"), [(ExitCode.OK, 4), (ExitCode.INCOMPLETE, 4), (ExitCode.FAILS, 3), (ExitCode.ERROR, 1)]
)
def test_a_finding_that_was_not_taken_is_named_and_makes_the_command_incomplete(
    world: World,
    report: Report,
    audited: ExitCode,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = audit_send.prepare(world.cloud, report)
    first, *rest = whole.told.again or whole.told.new
    bad = {**first, "AwsAccountId": "444444444444"}
    partly = Sending(hub=whole.hub, told=replace(whole.told, again=(bad, *rest), new=()))
    monkeypatch.setattr(audit_send, "prepare", lambda _cloud, _report: partly)
    assert audit_tell.send(report, audited, world.cloud, yes=True) == code
    said = capsys.readouterr().err
    assert "1 finding not taken" in said
    assert "AwsAccountId" in said
    assert f"sent {len(rest)} finding" in said


@pytest.mark.parametrize(("answer", "sent"), [("yes", True), ("no", False), ("", False)])
def test_a_person_is_asked(
    world: World, report: Report, answer: str, sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    monkeypatch.setattr(say, "ask", ask)
    world.lab.forget_calls()
    if sent:
        assert audit_tell.send(report, ExitCode.FAILS, world.cloud, yes=False) is ExitCode.FAILS
    else:
        with pytest.raises(UsageError, match="nothing was sent"):
            audit_tell.send(report, ExitCode.FAILS, world.cloud, yes=False)
    assert any(c["action"] == "BatchImportFindings" for c in world.lab.calls()) is sent
    assert len(asked) == 1
