"""The five debugging tips: what they ask, and how they read the answers."""

from dataclasses import replace

from tests.doctor import made
from tests.doctor.edits import HOME, LA, TOOLING, WEB
from tests.setup import build
from trailkeep.doctor.tips import (
    TIPS,
    Error,
    FailedCall,
    RuleState,
    Silence,
    call_probes,
    failed_calls,
    recent_errors,
    rule_probes,
    rule_states,
)
from trailkeep.doctor.verdict import Answer
from trailkeep.doctor.view import Subject, View

VIEW = View(snapshot=made.healthy(), spec=made.SPEC)


def test_there_are_five_and_each_has_a_command() -> None:
    assert len(TIPS) == 5
    assert all(t.command.startswith("trailkeep ") for t in TIPS)


def test_calls_are_looked_for_at_bucket_key_and_trail() -> None:
    places = {(p.account, p.region) for p in call_probes(VIEW, Subject())}
    assert places == {(LA, HOME), (TOOLING, HOME), (build.MANAGEMENT, HOME)}
    named = {(p.account, p.region) for p in call_probes(VIEW, Subject(account=WEB, region=HOME))}
    assert (WEB, HOME) in named


def test_refused_calls_of_the_services_are_told_and_noise_is_called_noise() -> None:
    asked = call_probes(VIEW, Subject())[:2]
    ours = {
        "event": "PutObject",
        "error": "AccessDenied",
        "service": "cloudtrail.amazonaws.com",
        "message": "explicit deny in a resource control policy",
    }
    head = {
        "event": "HeadBucket",
        "error": "AccessDenied",
        "who": "arn:aws:sts::1:assumed-role/AWSServiceRoleForConfig/x",
    }
    other = {"event": "GetObject", "error": "AccessDenied", "who": "arn:aws:iam::1:user/bob"}
    fine = {"event": "PutObject", "error": "", "service": "cloudtrail.amazonaws.com"}
    view = replace(
        VIEW, answers={asked[0]: made.rows(ours, head, other, fine), asked[1]: Answer(refused="Denied")}, memory={}
    )
    found = list(failed_calls(view, asked))
    calls = [f for f in found if isinstance(f, FailedCall)]
    assert [c.event for c in calls] == ["PutObject", "HeadBucket"]
    assert not calls[0].noise
    assert calls[1].noise
    assert [f.because for f in found if isinstance(f, Silence)] == ["Denied"]


def test_without_rules_nothing_is_known() -> None:
    asked = rule_probes(VIEW, Subject(account=WEB, region=HOME))
    assert len(asked) == 1
    silent = list(rule_states(replace(VIEW, answers={asked[0]: Answer()}, memory={}), asked))
    assert silent == [Silence(where=f"web ({WEB}) {HOME}", because="AWS Config has no rule there")]
    told = made.rows({"rule": "cloudtrail-enabled", "state": "NON_COMPLIANT"})
    (state,) = rule_states(replace(VIEW, answers={asked[0]: told}, memory={}), asked)
    assert isinstance(state, RuleState)
    assert state.state == "NON_COMPLIANT"
    for nothing in ("INSUFFICIENT_DATA", ""):
        told = made.rows({"rule": "bucket-lock", "state": nothing})
        (silence,) = rule_states(replace(VIEW, answers={asked[0]: told}, memory={}), asked)
        assert isinstance(silence, Silence)
        assert "bucket-lock has judged nothing yet" in silence.because
    assert [type(s) for s in rule_states(VIEW, asked)] == [Silence]


def test_errors_are_those_that_the_services_tell() -> None:
    assert list(recent_errors(VIEW, Subject())) == []
    broken = made.with_cell(
        made.healthy(),
        lambda c: replace(
            c,
            trails=tuple(replace(t, delivery_error="AccessDenied") for t in c.trails),
            channel=replace(c.channel, history="failure", error="NoSuchBucket") if c.channel else None,
        ),
        WEB,
        HOME,
    )
    said = [e.said for e in recent_errors(View(snapshot=broken, spec=made.SPEC), Subject()) if isinstance(e, Error)]
    assert said == ["CloudTrail cannot deliver: AccessDenied", "AWS Config cannot deliver: NoSuchBucket"]
