"""What `trailkeep verify` found decides what neither a snapshot nor a probe can: whether files are gone or changed."""

import json
from datetime import date
from typing import Any

import pytest

from tests.doctor import made
from tests.doctor.edits import HOME, LA, TRAIL, WEB
from trailkeep.doctor.cause import Family
from trailkeep.doctor.diagnose import Diagnosis, diagnose
from trailkeep.doctor.verified import parse
from trailkeep.doctor.view import Subject, View
from trailkeep.errors import UsageError

KEY = f"AWSLogs/o-exampleorg1/{WEB}/CloudTrail/{HOME}/2026/11/20/x.json.gz"


def finding(verdict: str, cause: str, **more: str) -> dict[str, str]:
    return {"verdict": verdict, "cause": cause, "bucket": TRAIL, "key": KEY, "account": WEB, "region": HOME, **more}


def told(*findings: dict[str, str], **more: Any) -> str:
    head = {"trailkeep_verify": 1, "place": f"s3://{TRAIL}", "since": "2026-11-01T00:00:00+00:00"}
    return json.dumps(
        {**head, "until": "2026-11-23T00:00:00+00:00", "totals": {"log": {"VALID": 7}}, "findings": findings, **more}
    )


def deletion(text: str, **said: Any) -> Diagnosis:
    view = View(snapshot=made.healthy(), spec=made.SPEC, verified=parse(text, "v.json"))
    return diagnose(view, Subject(**said), Family.DELETION)


def test_an_archive_that_was_verified_has_none_of_the_three() -> None:
    diagnosis = deletion(told())
    assert made.confirmed(diagnosis) == set()
    assert not {"B1", "B2", "B3"} & made.unknown(diagnosis)
    said = next(v for v in diagnosis.verdicts if v.cause == "B1").because
    assert "7 digests and log files from 2026-11-01" in said


@pytest.mark.parametrize(
    ("found", "causes"),
    [
        (finding("TAMPERED", "hash"), {"B1"}),
        (finding("MISSING", "deleted", version="abc"), {"B1", "B2"}),
        (finding("MISSING", "deleted"), {"B1", "B3"}),
    ],
)
def test_what_was_found_confirms_its_cause(found: dict[str, str], causes: set[str]) -> None:
    assert made.confirmed(deletion(told(found))) == causes
    assert made.confirmed(deletion(told(found), account=LA)) == set(), "another account's files"
    assert made.confirmed(deletion(told(found), account=WEB, region=HOME, day=date(2026, 11, 20))) == causes
    assert made.confirmed(deletion(told(found), day=date(2026, 11, 21))) == set()


def test_what_could_not_be_verified_stays_open() -> None:
    unread = deletion(told(finding("UNREADABLE", "kms")))
    assert {"B1", "B2", "B3"} <= {v.cause for v in unread.open}
    assert {"B1", "B2", "B3"} <= made.unknown(deletion(told(totals={}))), "nothing was verified at all"


def test_another_bucket_or_another_time_says_nothing() -> None:
    assert {"B1", "B3"} <= made.unknown(deletion(told(place="s3://other")))
    assert {"B1", "B3"} <= made.unknown(deletion(told(), day=date(2026, 1, 1)))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"trailkeep_verify": 2}', '{"trailkeep_verify": 1, "findings": 7}', "{" * 5000]
)
def test_what_is_no_verification_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no verification"):
        parse(text, "v.json")


def test_findings_may_hold_anything() -> None:
    odd = {"trailkeep_verify": 1, "findings": [7, {}, {"key": 7, "verdict": None}], "totals": [1], "place": {}}
    assert len(parse(json.dumps(odd), "v").spoiled) == 2
