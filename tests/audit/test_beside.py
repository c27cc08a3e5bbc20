"""The files beside a snapshot: a mute list, an earlier audit, what verify and coverage found."""

from datetime import timedelta
from typing import Any

import pytest

from tests.audit import build as b
from tests.audit.faults import account
from tests.setup import build
from trailkeep.audit import results
from trailkeep.audit.audit import Audited
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.compare import baseline, compare
from trailkeep.audit.finding import Severity, Status
from trailkeep.audit.mutes import parse_mutes
from trailkeep.errors import ExitCode, SpecError, UsageError
from trailkeep.model.snapshot import Snapshot

IDS = frozenset(c.id for c in CHECKS)


# mutes


MUTES = """\
- check: key-rotates
  subject: "alias/*"
  owner: ana
  reason: "imported material"
  until: 2026-12-31
"""


def test_a_mute_keeps_a_finding_from_counting_and_shows_whose_it_is() -> None:
    h = b.key(b.healthy(), rotates=False)
    (mute,) = parse_mutes(MUTES, "mutes.yaml", IDS)
    done = b.audited(h, mutes=(mute,))
    (found,) = [f for f in done.findings if f.check.id == "key-rotates"]
    assert (found.status, found.muted) == (Status.FAIL, mute)
    assert done.exit_code(Severity.LOW) is ExitCode.INCOMPLETE
    assert b.of(done, "mutes-have-not-expired") is Status.PASS


def test_an_expired_mute_covers_nothing_and_fails_itself() -> None:
    h = b.key(b.healthy(), rotates=False)
    mutes = parse_mutes(MUTES, "mutes.yaml", IDS)
    done = b.audited(h, mutes=mutes, now=b.NOW + timedelta(days=60))
    (found,) = [f for f in done.findings if f.check.id == "key-rotates"]
    assert found.muted is None
    assert b.of(done, "mutes-have-not-expired") is Status.FAIL
    last = b.audited(h, mutes=mutes, now=b.NOW.replace(month=12, day=31, hour=23))
    assert b.of(last, "mutes-have-not-expired") is Status.PASS, "the last day counts"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mutes: 3", "mutes.yaml:1:1: a mute list is a list"),
        ("- nonsense", "mutes.yaml:1:3: a mute has keys and values"),
        (MUTES.replace("owner: ana", "owner:"), "owner is missing"),
        (MUTES.replace("2026-12-31", "soon"), "mutes.yaml:5:10: soon is no date"),
        (MUTES.replace("key-rotates", "key-rotate"), "mutes.yaml:1:10: no check is called key-rotate"),
        (MUTES + "  because: x\n", "mutes.yaml:6:3: a mute has no because"),
        ("- [", "mutes.yaml:1:"),
        ("- &a {check: x}", "mutes.yaml:1:"),
    ],
)
def test_a_bad_mute_list_says_file_line_and_column(text: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_mutes(text, "mutes.yaml", IDS)
    assert any(said in str(p) for p in error.value.problems), [str(p) for p in error.value.problems]


# baselines


def told(done: Audited) -> dict[str, Any]:
    return {"trailkeep_audit": 1, "taken": "then", "organization": done.organization,
            "findings": [{"id": f.id, "status": f.status.value} for f in done.findings]}  # fmt: skip


def test_a_baseline_says_what_is_new_fixed_unchanged_unclear_and_gone() -> None:
    h = b.healthy()
    before = b.recorder(b.channel(b.key(b.bucket(h, versioning=""), rotates=False), frequency=""), is_recording=False)
    then = b.audited(before)
    after: Snapshot = account(b.unread(b.key(h, rotates=False), build.PAYMENTS), build.WEB, email="other@example.com")
    now = b.audited(b.organization(after, all_features=False))
    found = compare(baseline(told(then)), now.findings)
    cell = f"cell/{build.PAYMENTS}/{build.REGIONS[0]}"
    assert found.new == {f"all-features-are-on/organization/{build.ORGANIZATION_ID}"}
    assert found.fixed == {f"archive-keeps-versions/bucket/{b.TRAIL_BUCKET}"}
    assert {i.partition("/")[0] for i in found.unchanged} == {"key-rotates"}
    assert found.unclear == {f"config-recorder-records/{cell}", f"config-delivers-snapshots/{cell}"}
    closed = account(before, build.PAYMENTS, state=build.MANAGER.state.CLOSED)
    assert compare(baseline(told(then)), b.audited(closed).findings).gone == found.unclear


@pytest.mark.parametrize("bad", [[], {}, {"trailkeep_audit": 2}, {"trailkeep_audit": 1, "findings": 3}])
def test_what_is_no_audit_is_no_baseline(bad: object) -> None:
    with pytest.raises(UsageError):
        baseline(bad)


# verify and coverage


def chain(account_id: str, region: str, **changes: Any) -> dict[str, Any]:
    return {"account": account_id, "region": region, "trail": "trailkeep", "start": "2026-11-01T00:00:00+00:00",
            "end": "2026-11-23T10:00:00+00:00", "digests": 500, "log_files": 900, "not_valid": 0, **changes}  # fmt: skip


def verified(*findings: dict[str, Any], until: str = "2026-11-23T10:00:00+00:00", skip: str = "") -> results.Verified:
    chains = [chain(a, r) for a, rs in b.healthy().cells.items() for r in rs if f"{a}/{r}" != skip]
    return results.verified({"trailkeep_verify": 1, "place": "s3://x", "until": until, "expected_until": until,
                             "chains": chains, "findings": list(findings)})  # fmt: skip


def trouble(verdict: str, cause: str) -> dict[str, Any]:
    return {"verdict": verdict, "cause": cause, "account": build.WEB, "region": "us-east-1", "key": "AWSLogs/x.json.gz"}


VERIFY = {"logs-are-intact", "digest-chains-are-unbroken", "logs-can-be-read", "logs-were-validated-lately"}


def test_that_validation_is_on_and_that_logs_were_validated_are_two_answers() -> None:
    asked = b.audited(b.healthy())
    assert b.of(asked, "trail-validates-log-files") is Status.PASS
    assert b.of(asked, "logs-are-intact") is Status.UNKNOWN
    done = b.audited(b.healthy(), verified=verified())
    assert {c: b.of(done, c) for c in VERIFY} == dict.fromkeys(VERIFY, Status.PASS)
    (said, *_) = [f.evidence for f in done.findings if f.check.id == "logs-are-intact"]
    assert said == "500 digests and 900 log files validated up to 2026-11-23 10:00 UTC"


@pytest.mark.parametrize(
    ("verdict", "cause", "fails", "unclear"),
    [
        ("TAMPERED", "hash", {"logs-are-intact"}, set()),
        ("MISSING", "deleted", {"logs-are-intact"}, set()),
        ("UNCOVERED", "gap", {"digest-chains-are-unbroken"}, set()),
        ("UNREADABLE", "kms", set(), {"logs-can-be-read"}),
    ],
)
def test_what_verify_found_turns_one_check_in_one_cell(
    verdict: str, cause: str, fails: set[str], unclear: set[str]
) -> None:
    done = b.audited(b.healthy(), verified=verified(trouble(verdict, cause)))
    assert b.failing(done) == fails
    assert b.unknown(done) & VERIFY == unclear
    open_ = [f for f in done.findings if f.check.id in fails | unclear and f.status is not Status.PASS]
    assert [f.subject.id for f in open_] == [f"{build.WEB}/us-east-1"]
    assert "AWSLogs/x.json.gz" in open_[0].evidence or verdict == "UNCOVERED"


def test_a_cell_that_verify_did_not_meet_is_unknown_and_old_news_fails() -> None:
    done = b.audited(b.healthy(), verified=verified(skip=f"{build.WEB}/us-east-1"))
    assert b.of(done, "logs-are-intact", f"{build.WEB}/us-east-1") is Status.UNKNOWN
    old = b.audited(b.healthy(), verified=verified(until="2026-10-01T00:00:00+00:00"))
    assert b.failing(old) == {"logs-were-validated-lately"}


def covered(
    *gaps: dict[str, Any], config: object = None, without: str = "", by: str = "the organization as it was"
) -> results.Covered:
    return results.covered({"trailkeep_coverage": 1, "from": "a", "to": "z", "expected_by": by, "cloudtrail": {}, "config": config,
                            "accounts": [{"account": a} for a in b.healthy().cells if a != without],
                            "gaps": list(gaps)})  # fmt: skip


def hole(state: str, service: str = "cloudtrail") -> dict[str, Any]:
    return {"service": service, "account": build.WEB, "region": "us-east-1", "state": state, "from": "b", "to": "c",
            "hours": 5, "cause": "logging-stopped"}  # fmt: skip


def test_coverage_is_taken_at_its_word() -> None:
    check = "every-hour-is-covered"
    done = b.audited(b.healthy(), covered=covered())
    assert b.of(done, check) is Status.PASS
    assert b.of(done, "every-day-of-config-is-covered") is Status.UNKNOWN
    missing = b.audited(b.healthy(), covered=covered(hole("UNCOVERED")))
    assert b.failing(missing) == {check}
    (found,) = [f for f in missing.findings if f.status is Status.FAIL]
    assert found.evidence == "5 hours are missing, the first: b to c, logging-stopped"
    assert (
        b.of(b.audited(b.healthy(), covered=covered(hole("UNKNOWN"))), check, f"{build.WEB}/us-east-1")
        is Status.UNKNOWN
    )
    config = b.audited(b.healthy(), covered=covered(hole("UNCOVERED", "config"), config={}))
    assert b.failing(config) == {"every-day-of-config-is-covered"}
    folders = b.audited(b.healthy(), covered=covered(hole("UNCOVERED"), by="the archive's own folders"))
    assert b.failing(folders) == {check}
    assert {f.status for f in folders.findings if f.check.id == check} == {Status.FAIL, Status.UNKNOWN}
    wiped = b.audited(b.healthy(), covered=covered(without=build.WEB))
    assert b.of(wiped, check, f"{build.WEB}/us-east-1") is Status.UNKNOWN


@pytest.mark.parametrize("bad", [[], {"trailkeep_verify": 2}, {"trailkeep_verify": 1}, {"trailkeep_coverage": 1}])
def test_what_is_no_result_is_refused(bad: object) -> None:
    with pytest.raises(UsageError):
        results.verified(bad)
    with pytest.raises(UsageError):
        results.covered(bad)
