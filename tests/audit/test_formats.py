"""Every format is what it says it is, whatever accounts, trails and policies are called."""

import csv
import io
import json
import re
import shlex
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator
from rich.console import Console

from tests.audit import build as b
from tests.audit.faults import FAULTS, account
from tests.setup import build
from trailkeep.audit.audit import Audited
from trailkeep.audit.check import filled
from trailkeep.audit.compare import baseline, compare
from trailkeep.audit.finding import Mute, Status, Subject
from trailkeep.audit.frameworks import frameworks
from trailkeep.report.audit import render_audit
from trailkeep.report.findings import Report
from trailkeep.report.formats import FORMATS
from trailkeep.report.formats.csv import COLUMNS
from trailkeep.report.formats.markdown import plain

CASES = Path(__file__).parents[1] / "cases" / "audit"
EVIL = "=cmd|'/C calc'!A1\x1b]8;;http://x\x07\x1b[31m\r\n| <script>alert(1)</script> `x` [a](javascript:b) \u202ewww.evil.com\""
MUTE = Mute(check="key-rotates", subject="*", owner=EVIL, reason=EVIL, until=date(2030, 1, 1))


@cache
def hostile() -> Report:
    """Several faults at once, and nothing has a decent name."""
    h = b.healthy()
    planted = [
        f for f in FAULTS if f.name in {"recorder fails", "channel elsewhere", "key does not rotate", "key unread"}
    ]
    for fault in planted[:3]:
        h = fault.plant(h)
    h = b.trail(account(h, build.PAYMENTS, name=EVIL), name=EVIL)
    h = b.status(b.recorder(h, status="failure", error=EVIL), delivery_error=EVIL)
    h = b.unread(b.policy(h, "trailkeep-logging", name=EVIL), build.WEB, reason=EVIL)
    h = b.bucket(h, "config", ownership=EVIL)
    done = b.audited(h, mutes=(MUTE,))
    before = baseline({"trailkeep_audit": 1, "taken": EVIL, "organization": "x", "findings": [
        {"id": EVIL, "status": "FAIL"}, {"id": "trail-can-deliver/cell/333333333333/eu-central-1", "status": "FAIL"}]})  # fmt: skip
    compared = replace(done, comparison=compare(before, done.findings))
    return Report(audited=compared, frameworks=frameworks(), version="1.2.3")


def text(form: str) -> str:
    return "".join(FORMATS[form].pieces(hostile()))


def findings() -> Audited:
    return hostile().audited


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_a_name_speak_to_the_terminal(form: str) -> None:
    written = text(form)
    allowed = "\r\n" if form == "csv" else "\n"
    assert not [c for c in written if c < " " and c not in allowed]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x7f-\x9f]", written)
    assert "alert" in written


def test_the_table_says_what_fails_where_and_what_to_do() -> None:
    out = io.StringIO()
    Console(file=out, width=200, markup=False, highlight=False).print(render_audit(hostile()))
    said = out.getvalue()
    assert "FAIL  critical  CloudTrail can deliver from every account and Region  trail-can-deliver" in said
    assert "→ trailkeep apply" in said
    assert "CIS Amazon Web Services Foundations Benchmark" in said
    assert re.search(r"\d+ checks, [\d,]+ PASS, \d+ FAIL, \d+ UNKNOWN, 1 muted", said)
    assert "gone: =cmd" in said
    assert "1 more" in said or "unchanged: 1" in said


def test_json_is_whole_and_is_what_a_baseline_reads() -> None:
    told = json.loads(text("json"))
    assert told["trailkeep_audit"] == 1
    assert len(told["findings"]) == len(findings().findings)
    assert Counter(f["status"] for f in told["findings"])["FAIL"] == told["totals"]["FAIL"] + told["totals"]["muted"]
    assert len({f["id"] for f in told["findings"]}) == len(told["findings"])
    before = baseline(told)
    again = compare(before, findings().findings)
    assert (again.new, again.fixed, again.gone) == (frozenset(), frozenset(), frozenset())
    (framework,) = [f for f in told["frameworks"] if f["id"] == "cis-aws-7.0"]
    statuses = {r["id"]: r["status"] for r in framework["requirements"]}
    assert statuses["4.2"] == "UNKNOWN", "validation is on, and nobody validated"
    assert statuses["4.3"] == "FAIL"
    assert statuses["4.6"] == "FAIL", "a mute is not a pass"
    assert statuses["3.1.1"] == "UNKNOWN", "it asks about every bucket, and only the archive's were looked at"
    assert statuses["2.1.1"] is None
    assert statuses["5.1"] is None, "no check speaks to it"
    assert statuses["5.5"] == "UNKNOWN", "that nobody can change a trail is not that changes are monitored"


def test_json_lines_are_one_finding_each() -> None:
    lines = text("jsonl").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f["id"] for f in json.loads(text("json"))["findings"]]


def test_csv_is_rfc_4180_and_no_cell_is_a_formula() -> None:
    written = text("csv")
    assert written.count("\r\n") == written.count("\n") == len(findings().findings) + 1
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert {len(r) for r in rows} == {len(COLUMNS)}
    assert not [c for row in rows for c in row if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert any(c.startswith("'=cmd") for row in rows for c in row)


def test_ocsf_is_valid_by_its_own_schema() -> None:
    schema = Draft202012Validator(json.loads((CASES / "ocsf-1.5.0-compliance_finding.json").read_text()))
    events = json.loads(text("ocsf"))
    assert len(events) == len(findings().findings)
    problems = [f"{list(e.absolute_path)}: {e.message}"[:300] for event in events for e in schema.iter_errors(event)]
    assert problems == []
    assert {e["compliance"]["status_id"] for e in events} == {0, 1, 3}
    assert {e["status"] for e in events} == {"New", "Suppressed"}


def test_asff_is_what_security_hub_takes() -> None:
    """By botocore's model, and by the limits of the user guide that the model does not have."""
    told = json.loads(text("asff"))
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    for start in range(0, len(told), 100):
        report = ParamValidator().validate({"Findings": told[start : start + 100]}, shape)
        assert not report.has_errors(), report.generate_report()
    finding: dict[str, Any]
    for finding in told:
        assert len(finding["Id"]) <= 512
        assert len(finding["Title"]) <= 256
        assert 0 < len(finding["Description"]) <= 1024
        assert len(finding["Remediation"]["Recommendation"]["Text"]) <= 512
        assert len(finding["Compliance"]["RelatedRequirements"]) <= 32
        assert finding["AwsAccountId"] == build.TOOLING
        assert finding["ProductArn"].endswith(f":{build.TOOLING}:product/{build.TOOLING}/default")
        assert all(len(v) <= 2048 for v in finding["ProductFields"].values())
        assert len(json.dumps(finding)) < 240_000
    assert len({f["Id"] for f in told}) == len(told)


def test_sarif_is_valid_by_its_schema() -> None:
    told = json.loads(text("sarif"))
    schema = Draft202012Validator(json.loads((CASES / "sarif-2.1.0.json").read_text()))
    assert [f"{list(e.absolute_path)}: {e.message}"[:300] for e in schema.iter_errors(told)] == []
    (run,) = told["runs"]
    rules = {r["id"] for r in run["tool"]["driver"]["rules"]}
    results = run["results"]
    assert {r["ruleId"] for r in results} <= rules
    assert len(results) == sum(f.status is not Status.PASS for f in findings().findings)
    assert all(r["level"] == "none" for r in results if r["kind"] == "open")
    assert sum("suppressions" in r for r in results) == 1
    assert {r.get("baselineState") for r in results} == {"new", "unchanged", None}
    for r in results:
        uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9%/._~-]+", uri), uri


def test_junit_is_read_by_a_parser_and_counts_agree() -> None:
    root = ET.fromstring(text("junit"))
    cases = root.findall("./testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases) == len(findings().findings)
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.attrib[kind]) == len(root.findall(f"./testsuite/testcase/{tag}"))
        assert int(root.attrib[kind]) == sum(int(s.attrib[kind]) for s in root.findall("./testsuite"))


def test_markdown_takes_nothing_in_a_name_for_markup() -> None:
    written = text("markdown")
    for line in written.splitlines():
        bare = re.sub(r"\\.", "", line)
        assert "<" not in bare, line
        assert "](" not in bare, line
        assert "://" not in bare, line
        if line.startswith(("| FAIL", "| UNKNOWN")):
            assert bare.count("|") == 5, line
    assert "www\\." in written


def test_plain_text_stays_as_it_was_when_read() -> None:
    said = "payments-2 (arn:aws:x, 4 of 5)"
    assert re.sub(r"\\(.)", r"\1", plain(said)) == said


def test_names_are_quoted_in_commands() -> None:
    subject = Subject(kind="bucket", id="x; rm -rf ~", name="x", account="1", region="")
    command = filled("aws s3api get-bucket-policy --bucket {bucket} --region {region}", subject)
    assert shlex.split(command)[4] == "x; rm -rf ~"
    assert command.endswith("--region REGION")
