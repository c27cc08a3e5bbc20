"""What watches is judged: each fault turns exactly the checks it should, and nothing unread passes."""

from dataclasses import replace
from functools import cache

import pytest

from tests.audit import build as b
from tests.audit import watching_faults
from tests.audit.faults import Fault
from tests.setup import build
from trailkeep.audit.audit import Audited
from trailkeep.audit.finding import Status
from trailkeep.audit.frameworks import evidence, framework, frameworks
from trailkeep.model.ids import Region
from trailkeep.model.monitoring import EventRule, HubTarget, Monitoring
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.spec import Spec

WATCH = (
    f"{watching_faults.RULES} {watching_faults.HUB} {watching_faults.ALARMS} alarms-listen-everywhere "
    "alarms-can-be-sent"
).split()  # fmt: skip
BY_SPECIFICATION = {"config-rules-watch-the-archive", "detector-needs-no-trail"}


@cache
def before() -> frozenset[str]:
    return frozenset(b.unknown(b.audited(b.watched(), b.WATCHING)))


def said(done: Audited, check: str) -> str:
    """What a check says where it does not pass, all of it."""
    return "\n".join(f.evidence for f in done.findings if f.check.id == check and f.status is not Status.PASS)


def asked(done: Audited) -> set[str]:
    """The checks of what watches that were asked."""
    return {c.id for c in done.checks} & set(WATCH)


def test_a_watched_organization_passes_every_check_of_what_watches() -> None:
    done = b.judged(b.watched(), b.WATCHING)
    assert b.failing(done) == set()
    assert b.unknown(done) == before()
    assert not before() & set(WATCH)
    assert asked(done) == set(WATCH)


@pytest.mark.parametrize("fault", watching_faults.FAULTS, ids=lambda f: f.name)
def test_a_fault_turns_exactly_the_checks_it_should(fault: Fault) -> None:
    done = b.audited(fault.plant(b.watched()), b.WATCHING)
    assert b.failing(done) == fault.fails
    assert b.unknown(done) - before() == fault.unclear


def test_every_check_of_what_watches_can_fail() -> None:
    assert {c for f in watching_faults.FAULTS for c in f.fails} >= set(WATCH)
    assert len({f.name for f in watching_faults.FAULTS}) == len(watching_faults.FAULTS)


def test_who_asks_for_no_monitoring_is_asked_nothing() -> None:
    done = b.audited(b.watched())
    assert asked(done) == set()
    assert set(WATCH) <= {c.id for c in done.idle}
    assert b.failing(done) == set()


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({"config_rules": False}, {"config-rules", "detector"}),
        ({"conformance_pack": False}, {"conformance"}),
        ({"aggregator": False}, {"compliance"}),
        ({"security_hub": None}, {"security-hub"}),
        ({"alarms": None}, {"alarms"}),
    ],
)
def test_only_the_parts_that_are_wanted_are_asked_about(part: dict[str, object], left: set[str]) -> None:
    spec = Spec.model_validate(build.document(monitoring=part))
    gone = set(WATCH) - asked(b.audited(b.watched(), spec))
    assert gone == {c for c in WATCH if any(c.startswith(name) for name in left)}


def test_without_a_specification_what_is_seen_is_held_to_itself() -> None:
    done = b.audited(b.watched(), None)
    assert asked(done) == set(WATCH) - BY_SPECIFICATION
    assert b.failing(done) == set()
    assert not b.unknown(done) & set(WATCH)


def test_without_a_specification_nothing_is_asked_where_nothing_watches() -> None:
    for monitoring in (None, Monitoring()):
        assert asked(b.audited(replace(b.healthy(), monitoring=monitoring), None)) == set()


@pytest.mark.parametrize(
    "name",
    [
        "rule missing in one Region", "rule not deployed in an account", "pack failed", "aggregator of some Regions",
        "central configuration failed", "association failed", "findings stay where they are", "alarm switched off",
        "alarm gone in one cell", "target of an alarm gone", "alarm on the archive off", "pattern of an alarm changed",
        "no sender", "an SCP denies sending", "bus gone", "bus for everybody", "telling rule off", "nobody subscribed",
    ],
)  # fmt: skip
def test_without_a_specification_the_same_is_found(name: str) -> None:
    fault = next(f for f in watching_faults.FAULTS if f.name == name)
    done = b.audited(fault.plant(b.watched()), None)
    assert b.failing(done) == fault.fails


def test_without_a_specification_an_older_snapshot_is_not_asked_about() -> None:
    done = b.audited(watching_faults.NOTHING_READ.plant(b.watched()), None)
    assert asked(done) == set()


def test_the_evidence_names_what_is_wrong() -> None:
    def found(name: str) -> Audited:
        fault = next(f for f in watching_faults.FAULTS if f.name == name)
        return b.audited(fault.plant(b.watched()), b.WATCHING)

    def says(name: str, check: str) -> str:
        return said(found(name), check)

    assert "NoAvailableConfigurationRecorder" in says("rule not deployed in an account", watching_faults.DEPLOYED)
    assert "trailkeep-logging is DISABLED" in says("alarm switched off", "alarms-listen-everywhere")
    assert "somebody's (p-somebodys1)" in says("an SCP denies sending", "alarms-can-be-sent")
    assert "3 accounts have no recorder" in says("association failed", "security-hub-policy-reaches-every-account")
    assert "no trusted access" in says("central configuration failed", "security-hub-is-centrally-configured")
    assert b.LISTENER in says("listener not confirmed", "alarms-are-heard")
    assert "does not let 5 accounts in" in says("bus for one account", "alarms-are-let-in")


def test_the_new_security_hub_is_told_where_config_1_could_be_taken_as_evidence() -> None:
    done = b.audited(b.hub(b.watched(), unified=True), b.WATCHING)
    telling = {f.check.id for f in done.findings if "Config.1" in f.evidence}
    assert telling == {"security-hub-is-centrally-configured", "security-hub-policy-reaches-every-account"}


def test_an_scp_that_denies_sending_concerns_the_accounts_below_it_alone() -> None:
    fault = next(f for f in watching_faults.FAULTS if f.name == "an SCP denies sending")
    done = b.audited(fault.plant(b.watched()), b.WATCHING)
    ids = {f.subject.id for f in done.findings if f.check.id == "alarms-can-be-sent" and f.status is Status.FAIL}
    assert ids == {build.WEB, build.PAYMENTS}


def test_config_is_known_although_its_rules_are_not() -> None:
    done = b.audited(b.unread(b.watched(), build.TOOLING, build.HOME, "rules"), b.WATCHING)
    assert b.of(done, "config-recorder-exists", f"{build.TOOLING}/{build.HOME}") is Status.PASS


def test_a_weaker_policy_further_down_counts() -> None:
    snapshot = b.watched()
    assert snapshot.monitoring is not None
    assert snapshot.monitoring.hub is not None
    (policy,) = snapshot.monitoring.hub.policies
    weaker = replace(
        policy, id="other", name="sandbox", standards=(), targets=(HubTarget(target=build.SANDBOX, status="SUCCESS"),)
    )
    done = b.audited(b.hub(snapshot, policies=(policy, weaker)), b.WATCHING)
    assert b.failing(done) == {"security-hub-policy-reaches-every-account"}
    assert build.SANDBOX in said(done, "security-hub-policy-reaches-every-account")


def test_mfa_asks_for_the_other_control_to_be_off() -> None:
    mfa = {"archive": {"protection": "mfa", "lock": None, "retention_days": None}, "monitoring": {}}
    spec = Spec.model_validate(build.document(**mfa))
    assert "S3.15" in said(b.audited(b.watched(), spec), "security-hub-asks-for-the-chosen-protection")


def test_a_region_that_a_rule_is_not_offered_in_is_no_finding() -> None:
    unsupported = [{"rule": "SECURITYHUB_ENABLED", "regions": [build.REGIONS[0]]}]
    spec = Spec.model_validate(build.document(monitoring={"unsupported": unsupported}))
    without = b.monitoring(b.watched(), rules=tuple(r for r in _rules(b.watched()) if not _is_hub(r)))
    found = b.audited(without, spec)
    wrong = {f.subject.region for f in found.findings if f.check.id == watching_faults.STANDS and f.counts}
    assert wrong == set(build.REGIONS) - {build.REGIONS[0]}


def _rules(snapshot: Snapshot) -> tuple[object, ...]:
    assert snapshot.monitoring is not None
    return snapshot.monitoring.rules


def _is_hub(rule: object) -> bool:
    return str(rule).find("SECURITYHUB_ENABLED") >= 0


def statuses(spec: Spec) -> dict[str, Status | None]:
    """What each requirement comes to, with all that does not look at a snapshot left aside."""
    done = b.judged(b.watched(), spec)
    return {
        f"{known.id} {e.requirement.id}": e.status
        for known in frameworks()
        for e in evidence(known, done.checks, done.findings, done.idle)
    }


def test_frameworks_do_not_pass_by_what_nobody_asked_for() -> None:
    watched, unwatched = statuses(b.WATCHING), statuses(build.spec())
    assert watched["cis-aws-7.0 5.9"] is Status.PASS
    assert unwatched["cis-aws-7.0 5.9"] is not Status.PASS
    assert watched["cis-aws-5.0 4.16"] is Status.PASS
    assert unwatched["cis-aws-5.0 4.16"] is None
    assert {k for k, v in unwatched.items() if v is Status.PASS} <= {k for k, v in watched.items() if v is Status.PASS}


def test_what_nobody_asked_for_stays_unasked() -> None:
    done = b.audited(b.watched(), build.spec())
    nist = framework("nist-800-53")
    unasked = {e.requirement.id: e.unasked for e in evidence(nist, done.checks, done.findings, done.idle)}
    assert unasked["AU-5"] == {"CL-MON-07"}
    assert "CL-SH-01" in unasked["AU-6(1)"]


def test_what_is_about_every_key_and_bucket_is_unknown_at_best() -> None:
    watched = statuses(b.WATCHING)
    asked_in_part = ("cis-aws-7.0 5.5", "cis-aws-7.0 5.7", "cis-aws-7.0 5.8", "cis-aws-7.0 5.15", "pci-dss-4.0 10.7.2")
    assert {watched[k] for k in asked_in_part} == {Status.UNKNOWN}


def test_alarms_of_an_excluded_account_are_not_missed() -> None:
    def off(rule: EventRule) -> EventRule:
        return replace(rule, state="DISABLED")

    snapshot = b.watched()
    for region in build.REGIONS:
        snapshot = b.alarm(snapshot, off, account=build.PLAYGROUND, region=Region(region))
    excluded = {"exclude": [{"ou": "Sandbox", "reason": "played with", "until": "2027-06-30"}]}
    document = build.document(organization={"home_region": build.HOME, **excluded}, monitoring={})
    done = b.audited(snapshot, Spec.model_validate(document))
    assert "alarms-listen-everywhere" not in b.failing(done)
