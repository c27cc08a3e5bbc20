"""What Security Hub is told: laws on a likeness of it that keeps what AWS says it keeps."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit import build as b
from tests.setup import build
from trailkeep.audit.audit import Audited
from trailkeep.audit.finding import Finding, Mute, Said, Status
from trailkeep.errors import UsageError
from trailkeep.report.findings import Report
from trailkeep.report.formats.asff_import import Import, to_import

Held = dict[str, dict[str, Any]]
NEVER = {"Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState", "Severity", "Types"}
NUMBER = 12
OPEN = (Status.FAIL, Status.UNKNOWN)


@cache
def whole() -> Audited:
    """A dozen findings of a dozen checks."""
    done = b.audited(b.healthy())
    firsts = {f.check.id: f for f in done.findings}
    checks = tuple(c for c in done.checks if c.id in firsts)[:NUMBER]
    return replace(done, checks=checks, idle=(), findings=tuple(firsts[c.id] for c in checks))


def report(statuses: Mapping[int, Status], day: int = 0, **more: Any) -> Report:
    """An audit some days later in which these checks answer so, and the others have nothing to ask about."""
    found = tuple(
        replace(f, said=Said(status=statuses[n], evidence="so"))
        for n, f in enumerate(whole().findings)
        if n in statuses
    )
    done = replace(whole(), findings=found, now=whole().now + timedelta(days=day), **more)
    return Report(audited=done, frameworks=(), version="1")


def imported(held: Held, told: Import) -> Held:
    """The hub afterwards; what people set is kept (botocore model securityhub BatchImportFindings)."""
    after = dict(held)
    for finding in told.findings:
        before = held.get(finding["Id"], {"Workflow": {"Status": "NEW"}})
        after[finding["Id"]] = {**finding, "Workflow": before["Workflow"], "Region": "eu-west-1"}
    return after


def active(held: Held) -> list[dict[str, Any]]:
    return [f for f in held.values() if f["RecordState"] == "ACTIVE"]


def open_ids(findings: tuple[Finding, ...]) -> set[str]:
    return {f"{whole().organization}/{f.id}" for f in findings if f.status in OPEN}


statuses = st.dictionaries(st.integers(0, NUMBER - 1), st.sampled_from(Status))


@settings(deadline=None, max_examples=50)
@given(st.lists(statuses, min_size=1, max_size=4))
def test_after_each_run_what_is_open_there_is_what_is_open_here(runs: list[dict[int, Status]]) -> None:
    hub: Held = {}
    for day, run in enumerate(runs):
        made = report(run, day)
        told = to_import(made, active(hub))
        hub = imported(hub, told)
        left = {f["Id"] for f in active(hub) if f["Compliance"]["Status"] != "PASSED"}
        assert left == open_ids(made.audited.findings)
        again = to_import(made, active(hub))
        assert (again.new, again.resolved, again.archived) == ((), (), ())
        assert {f["Id"] for f in again.again} == left


@settings(deadline=None, max_examples=50)
@given(statuses, statuses)
def test_nothing_is_sent_that_belongs_to_people_and_creation_is_remembered(
    first: dict[int, Status], second: dict[int, Status]
) -> None:
    hub = imported({}, to_import(report(first), ()))
    told = to_import(report(second, 1), active(hub))
    for finding in told.findings:
        assert not NEVER & set(finding)
        assert finding["FindingProviderFields"]["Types"]
        assert finding["CreatedAt"] == hub.get(finding["Id"], finding)["CreatedAt"]
        assert finding["UpdatedAt"] == (whole().now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    if told.findings:
        shape = botocore.session.get_session().get_service_model("securityhub").shape_for("BatchImportFindingsRequest")
        problems = ParamValidator().validate({"Findings": list(told.findings)}, shape)
        assert not problems.has_errors(), problems.generate_report()
        assert max(len(json.dumps(f).encode()) for f in told.findings) < 240_000


def test_passes_are_sent_only_to_resolve() -> None:
    assert to_import(report(dict.fromkeys(range(NUMBER), Status.PASS)), ()).findings == ()
    hub = imported({}, to_import(report({0: Status.FAIL, 1: Status.UNKNOWN}), ()))
    told = to_import(report({0: Status.PASS, 1: Status.PASS, 2: Status.PASS}, 1), active(hub))
    assert {f["Id"] for f in told.resolved} == set(hub)
    assert {f["Compliance"]["Status"] for f in told.resolved} == {"PASSED"}
    assert {f["FindingProviderFields"]["Severity"]["Label"] for f in told.resolved} == {"INFORMATIONAL"}
    assert told.findings == told.resolved


def test_what_is_gone_is_archived_unless_its_check_was_left_out() -> None:
    hub = imported({}, to_import(report({0: Status.FAIL, 1: Status.FAIL}), ()))
    asked = whole().checks
    told = to_import(report({}, 1, checks=asked[1:]), active(hub))
    assert [f["GeneratorId"] for f in told.archived] == [asked[1].id]
    assert told.archived[0]["RecordState"] == "ARCHIVED"
    assert told.archived[0]["Compliance"]["Status"] == "FAILED", "that it is gone does not mean that it passed"
    idle = to_import(report({}, 1, checks=asked[1:], idle=asked[:1]), active(hub))
    assert {f["GeneratorId"] for f in idle.archived} == {asked[0].id, asked[1].id}
    renamed = [{**f, "GeneratorId": "a-check-of-an-earlier-version"} for f in active(hub)]
    assert len(to_import(report({}, 1, checks=()), renamed).archived) == 2


def test_findings_of_others_are_not_ours_to_archive() -> None:
    theirs = {
        "Id": f"{whole().organization}/x",
        "ProductFields": {},
        "GeneratorId": "x",
        "UpdatedAt": "2999-01-01T00:00:00Z",
    }
    assert to_import(report({}), [theirs]).findings == ()


@pytest.mark.parametrize("when", ["2999-01-01T00:00:00.000Z", "2999-01-01T00:00:00+00:00", "2999-01-01T00:00:00"])
def test_an_older_snapshot_is_refused(when: str) -> None:
    hub = imported({}, to_import(report({0: Status.FAIL}), ()))
    with pytest.raises(UsageError, match="Security Hub was told of 2999-01-01 00:00:00 UTC"):
        to_import(report({0: Status.FAIL}), [{**f, "UpdatedAt": when} for f in active(hub)])
    odd = [{**f, "UpdatedAt": "yesterday"} for f in active(hub)]
    assert len(to_import(report({0: Status.FAIL}), odd).again) == 1


def test_a_mute_is_told_and_suppresses_nothing_by_itself() -> None:
    mute = Mute(check="*", subject="*", owner="ana", reason="ticket 4711", until=date(2030, 1, 1))
    made = report({0: Status.FAIL})
    muted = replace(made.audited, findings=(replace(made.audited.findings[0], muted=mute),))
    (told,) = to_import(replace(made, audited=muted), ()).new
    assert told["ProductFields"]["trailkeep/muted"] == "ana until 2030-01-01: ticket 4711"
    assert told["Compliance"]["Status"] == "FAILED"


def test_the_account_that_a_finding_is_about_stands_beside_the_one_that_reports() -> None:
    done = b.audited(b.recorder(b.healthy(), status="failure"))
    told = to_import(Report(audited=done, frameworks=(), version="1"), ()).new
    assert {f["AwsAccountId"] for f in told} == {build.TOOLING}
    (failing,) = [f for f in told if f["GeneratorId"] == "config-recorder-does-not-fail"]
    assert failing["ProductFields"]["trailkeep/account"] == build.PAYMENTS
    assert failing["Resources"][0]["Id"] == f"AWS::::Account:{build.PAYMENTS}"
    assert datetime.fromisoformat(failing["UpdatedAt"]).tzinfo == UTC
