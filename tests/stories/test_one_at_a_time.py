"""One apply at a time; Ctrl-C pauses; applying again goes on."""

import json
import signal

import pytest

from tests.stories.desk import Desk, kill
from trailkeep.lab import Fault

pytestmark = pytest.mark.story

ELSEWHERE = {
    "holder": "arn:aws:sts::111111111111:assumed-role/Admin/alice",
    "host": "alices-laptop",
    "pid": 4711,
    "started": "2026-01-02T03:04:05+00:00",
    "expires": "2099-01-01T00:00:00+00:00",
}


def test_a_second_apply_is_told_who_is_at_work_since_when_and_the_first_ends_well(desk: Desk) -> None:
    desk.lab.set_faults([Fault(action="CreateTrail", kind="latency", seconds=4, times=1)])
    first = desk.begin("apply", "--yes", "--confirm", "Log Archive")
    desk.wait_for_write("PutBucketPolicy", first)
    second = desk.apply().expect(1, "another apply is at work", "user/admin", f"process {first.pid}", "since 20")
    assert "--break-lease" in second.err
    first.wait(timeout=90)
    kill(first).expect(0)
    assert desk.client("ssm").describe_parameters()["Parameters"] == [], "the lease was given back"


def test_a_holder_elsewhere_keeps_us_out_until_a_person_breaks_the_lease(desk: Desk) -> None:
    desk.client("ssm").put_parameter(Name="/trailkeep/apply", Value=json.dumps(ELSEWHERE), Type="String")
    desk.lab.forget_calls()
    desk.apply().expect(1, "alice on alices-laptop (process 4711), since 2026-01-02T03:04:05", "--break-lease")
    assert desk.writes() == []
    desk.apply("--break-lease").expect(0)


def test_a_lease_that_has_run_out_is_taken_over(desk: Desk) -> None:
    over = ELSEWHERE | {"expires": "2026-01-02T03:19:05+00:00"}
    desk.client("ssm").put_parameter(Name="/trailkeep/apply", Value=json.dumps(over), Type="String")
    desk.apply().expect(0)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_finishes_what_is_under_way_and_says_how_to_go_on(desk: Desk, sign: signal.Signals) -> None:
    desk.lab.set_faults([Fault(action="PutConfigurationRecorder", kind="latency", seconds=1.5)])
    process = desk.begin("apply", "--yes", "--confirm", "Log Archive", "-o", "json")
    desk.wait_for_write("StartLogging", process)
    said = kill(process, sign).expect(4, "Not read back: it was paused")
    outcome = said.json
    assert outcome["stopped"].startswith("paused")
    assert outcome["failed"] == []
    assert outcome["untried"]
    assert outcome["left"] is None
    desk.lab.set_faults([])
    assert desk.client("ssm").describe_parameters()["Parameters"] == []
    desk.apply().expect(0)


def test_ctrl_c_while_reading_just_ends(desk: Desk) -> None:
    desk.lab.set_faults([Fault(service="config", kind="latency", seconds=1)])
    process = desk.begin("plan")
    desk.wait_for_write("ListAccounts", process)
    said = kill(process, signal.SIGINT).expect(1, "stopped")
    assert said.out == ""
