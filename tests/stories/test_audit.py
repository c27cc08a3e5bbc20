"""trailkeep audit as it is typed: before and after apply, live and on a file, in every format, with what stands beside it."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.forks import start
from tests.stories.desk import HOME, SHOP, Desk, Said
from trailkeep.lab.faults import Fault

pytestmark = pytest.mark.story

FORMATS = ("table", "json", "jsonl", "csv", "ocsf", "asff", "sarif", "junit", "markdown")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small organization before apply (bare.json.gz) and with everything in place (standing.json.gz)."""
    with start("small") as lab:
        desk = Desk(tmp_path_factory.mktemp("audited"), lab)
        desk.spec()
        desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "bare.json.gz").expect(0)
        desk.apply().expect(0)
        desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "standing.json.gz").expect(0)
        yield desk


def findings(said: Said) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = said.json["findings"]
    return found


def failing(said: Said) -> set[str]:
    return {f["check"] for f in findings(said) if f["status"] == "FAIL" and not f["muted"]}


def test_before_apply_much_fails_and_after_it_nothing(standing: Desk) -> None:
    before = standing.run("audit", "--snapshot", "bare.json.gz", "-o", "json").expect(3)
    assert {"trail-exists", "archive-buckets-exist", "config-recorder-exists", "scps-are-on"} & failing(before)
    assert len(failing(before)) > 15
    after = standing.run("audit", "--snapshot", "standing.json.gz", "-o", "json").expect(4)
    assert failing(after) == set()
    unknown = Counter(f["check"] for f in findings(after) if f["status"] == "UNKNOWN")
    assert "logs-are-intact" in unknown
    assert not {c for c in unknown if c.startswith("proved-")}


def test_live_it_says_what_a_file_says(standing: Desk) -> None:
    live = standing.run("audit", "-o", "json").expect(4)
    file = standing.run("audit", "--snapshot", "standing.json.gz", "-o", "json").expect(4)
    assert {f["id"]: f["status"] for f in findings(live)} == {f["id"]: f["status"] for f in findings(file)}


def test_a_stopped_trail_is_named_with_what_to_do_and_a_baseline_tells_what_is_new(standing: Desk) -> None:
    standing.run("audit", "--snapshot", "standing.json.gz", "-o", "json", "--output-file", "before.json").expect(4)
    standing.client("cloudtrail").stop_logging(Name="trailkeep")
    said = standing.run("audit", "--no-proofs", "--baseline", "before.json").expect(3)
    said.expect(3, "Every trail is logging", "it is stopped", "→ trailkeep apply", "(new)", "unchanged: 0")
    standing.client("cloudtrail").start_logging(Name="trailkeep")
    now = standing.run("audit", "--no-proofs", "--baseline", "before.json", "-o", "json").expect(4)
    assert now.json["comparison"]["new"] == []


def test_an_account_that_cannot_be_read_is_unknown_and_never_fine(standing: Desk) -> None:
    standing.lab.set_faults([Fault(account=SHOP, kind="deny")])
    said = standing.run("audit", "--no-proofs", "-o", "json").expect(4)
    standing.lab.set_faults([])
    mine = [f for f in findings(said) if f["subject"]["kind"] == "cell" and f["subject"]["account"] == SHOP]
    assert {f["status"] for f in mine} == {"UNKNOWN"}
    assert all("could not be read" in f["evidence"] for f in mine)
    assert failing(said) == set()


def test_several_formats_at_once_go_into_a_folder_or_by_a_pattern(standing: Desk) -> None:
    wanted = [word for form in FORMATS for word in ("-o", form)]
    standing.run("audit", "--snapshot", "bare.json.gz", "--no-proofs", *wanted, "--out-dir", "reports").expect(3)
    made = {p.name for p in (standing.folder / "reports").iterdir()}
    assert made == {"audit.txt", "audit.json", "audit.jsonl", "audit.csv", "audit.ocsf.json", "audit.asff.json",
                    "audit.sarif", "audit.junit.xml", "audit.md"}  # fmt: skip
    assert all(p.stat().st_mode & 0o077 == 0 for p in (standing.folder / "reports").iterdir())
    two = ("audit", "--snapshot", "bare.json.gz", "--no-proofs", "-o", "json", "-o", "sarif")
    standing.run(*two).expect(2, "2 formats cannot go to one place", "--out-dir")
    standing.run(*two, "--output-file", "found-{format}").expect(3)
    assert json.loads((standing.folder / "found-sarif").read_text())["version"] == "2.1.0"
    standing.run(*two, "--output-file", "x", "--out-dir", "y").expect(2, "both say where to")


def test_frameworks_show_the_evidence_behind_each_requirement(standing: Desk) -> None:
    said = standing.run("audit", "--snapshot", "standing.json.gz", "--framework", "cis-aws-7.0").expect(4)
    said.expect(4, "4.2", "Ensure CloudTrail log file validation is enabled", "not assessed", "no check speaks to it")
    standing.run("audit", "--framework", "cis-9", "--snapshot", "standing.json.gz").expect(2, "no framework", "soc2")
    standing.run("audit", "--list").expect(0, "trail-is-logging", "critical", "nist-800-53")


def test_a_mute_has_an_owner_and_an_end(standing: Desk) -> None:
    mute = {"check": "trail-*", "subject": "*", "owner": "ana", "reason": "being built", "until": "2999-01-01"}
    (standing.folder / "mutes.yaml").write_text(json.dumps([mute]))
    run = ("audit", "--snapshot", "bare.json.gz", "--no-proofs", "-o", "json", "--mutes", "mutes.yaml")
    muted = standing.run(*run).expect(3)
    assert not {c for c in failing(muted) if c.startswith("trail-")}
    (standing.folder / "mutes.yaml").write_text(json.dumps([{**mute, "until": "2020-01-01"}]))
    assert "mutes-have-not-expired" in failing(standing.run(*run).expect(3))
    (standing.folder / "mutes.yaml").write_text(
        "- check: trail-*\n  subject: '*'\n  owner: ana\n  reason: x\n  until: later\n"
    )
    standing.run(*run).expect(2, "mutes.yaml:5:10: later is no date")


def test_only_some_checks_and_only_from_a_severity(standing: Desk) -> None:
    standing.client("kms", "222222222222").disable_key_rotation(KeyId=standing.snapshot().keys[0].arn)
    some = ("audit", "--check", "key-*", "-o", "json")
    assert failing(standing.run(*some).expect(3)) == {"key-rotates"}
    standing.run(*some, "--fail-on", "high").expect(0)
    standing.client("kms", "222222222222").enable_key_rotation(KeyId=standing.snapshot().keys[0].arn)
    standing.run("audit", "--check", "kays-*").expect(2, "no check is called 'kays-*'", "--list")


def test_a_baseline_of_another_organization_is_refused(standing: Desk) -> None:
    told = {"trailkeep_audit": 1, "taken": "then", "organization": "o-somebodyelse", "findings": []}
    (standing.folder / "theirs.json").write_text(json.dumps(told))
    run = ("audit", "--snapshot", "bare.json.gz", "--no-proofs", "--baseline", "theirs.json")
    standing.run(*run).expect(2, "the baseline is of o-somebodyelse", "compare audits of one organization")


@pytest.mark.parametrize("option", ["--verified", "--covered", "--baseline"])
def test_files_that_are_something_else_are_refused_with_what_makes_them(standing: Desk, option: str) -> None:
    (standing.folder / "other.json").write_text("[]")
    (standing.folder / "broken.json").write_text("{")
    for name, words in (("other.json", "-o json"), ("broken.json", "not JSON"), ("none.json", "No such file")):
        standing.run("audit", "--snapshot", "bare.json.gz", "--no-proofs", option, name).expect(2, words)


def test_what_verify_says_is_an_answer_of_its_own(standing: Desk) -> None:
    """An archive that the lab made: verified, then audited."""
    organization = standing.snapshot().organization
    chain = {"account": SHOP, "region": HOME, "trail": "trailkeep", "start": "2026-11-01T00:00:00+00:00", "digests": 5,
             "end": "2026-11-01T05:00:00+00:00", "log_files": 7, "not_valid": 0}  # fmt: skip
    told = {"trailkeep_verify": 1, "place": "s3://x", "until": None, "expected_until": "2026-11-01T05:00:00+00:00",
            "chains": [chain], "findings": []}  # fmt: skip
    (standing.folder / "verified.json").write_text(json.dumps(told))
    run = (
        "audit",
        "--snapshot",
        "standing.json.gz",
        "--no-proofs",
        "--check",
        "logs-*",
        "--check",
        "trail-validates-*",
    )
    said = standing.run(*run, "--verified", "verified.json", "-o", "json")
    status = {(f["check"], f["subject"]["id"]): f["status"] for f in findings(said)}
    assert status["logs-are-intact", f"{SHOP}/{HOME}"] == "PASS"
    others = {s for (c, i), s in status.items() if c == "logs-are-intact" and i != f"{SHOP}/{HOME}"}
    assert others == {"UNKNOWN"}
    assert {s for (c, _), s in status.items() if c == "trail-validates-log-files"} == {"PASS"}
    assert organization.id == said.json["organization"]
