"""What an audit promises: the organization as one object, unknown never fine, mutes, baselines, verify and coverage."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.audit import build as b
from tests.audit.faults import ACCOUNTS, ARCHIVE, CONFIG, FAULTS, GUARDRAILS, KEYS, TRAIL, Fault, key_without
from tests.setup import build, planning
from trailkeep.audit.audit import audit
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.finding import Severity, Status
from trailkeep.audit.frameworks import evidence, framework, frameworks
from trailkeep.errors import ExitCode, UsageError
from trailkeep.model.snapshot import Foreign

IDS = frozenset(c.id for c in CHECKS)


def test_members_of_an_organization_trail_need_no_trail_of_their_own() -> None:
    done = b.audited(b.healthy())
    cells = [f for f in done.findings if f.check.id == "every-account-and-region-is-recorded"]
    assert len(cells) == sum(len(r) for r in b.healthy().cells.values())
    assert {f.status for f in cells} == {Status.PASS}
    assert len(b.healthy().trails) == 1


def test_trails_of_members_are_as_good_where_that_was_promised() -> None:
    spec = build.spec(trail={"scope": "members"})
    h = b.delivering(planning.settled(spec))
    assert len(h.trails) == len(h.cells)
    assert b.failing(b.audited(h, spec)) == set()
    fewer = replace(h, trails=tuple(t for t in h.trails if t.owner != build.WEB))
    assert b.failing(b.audited(fewer, spec)) == {
        "trail-covers-the-organization",
        "every-account-and-region-is-recorded",
    }


def test_the_profile_with_mfa_delete_is_judged_by_its_own_promise() -> None:
    spec = build.spec(archive={"protection": "mfa", "lock": None, "retention_days": None})
    h = b.delivering(planning.settled(spec))
    h = replace(h, buckets=tuple(replace(x, mfa_delete=True) for x in h.buckets))
    done = b.audited(h, spec)
    assert b.failing(done) == set()
    idle = {c.id for c in done.idle}
    assert {"log-objects-are-locked", "lock-ends-before-logs-expire", "archive-lets-go-when-promised"} <= idle
    assert b.failing(b.audited(b.bucket(h, mfa_delete=False), spec)) == {"deleting-a-version-asks-for-mfa"}


def test_named_readers_must_be_let_in_by_the_key() -> None:
    elsewhere = "arn:aws:iam::987654321098:role/Auditor"
    readers = [f"arn:aws:iam::{build.TOOLING}:role/Audit", f"arn:aws:iam::{build.WEB}:role/SOC", elsewhere]
    spec = build.spec(archive={"readers": readers})
    h = b.delivering(planning.settled(spec))
    assert b.failing(b.audited(h, spec)) == set()
    assert b.failing(b.audited(key_without(h, "ReadersDecrypt"), spec)) == {"key-lets-readers-in"}
    assert "key-lets-readers-in" in {c.id for c in b.audited(b.healthy()).idle}


def test_without_a_key_no_check_asks_for_one() -> None:
    spec = build.spec(archive={"encryption": "s3"})
    done = b.audited(b.delivering(planning.settled(spec)), spec)
    assert b.failing(done) == set()
    assert {"trail-encrypts-with-a-key", "key-is-enabled"} <= {c.id for c in done.idle}


def test_without_a_specification_the_organization_itself_says_what_it_implies() -> None:
    done = b.audited(b.healthy(), None)
    assert b.failing(done) == set()
    assert b.failing(b.audited(b.bucket(b.healthy(), lock=None), None)) == {"log-objects-are-locked"}


def test_an_untouched_organization_fails_and_says_so_of_every_cell() -> None:
    done = b.audited(planning.snapshot(), None)
    assert b.of(done, "trail-exists") is Status.FAIL
    assert b.of(done, "every-account-and-region-is-recorded") is Status.FAIL
    assert done.exit_code(Severity.CRITICAL) is ExitCode.FAILS
    assert not [f for f in done.findings if f.status is Status.UNKNOWN and not f.evidence]


def test_excluded_accounts_and_regions_are_not_spoken_of() -> None:
    spec = build.spec(organization={"exclude": [{"account": "web", "reason": "being closed"},
                                                {"ou": "Sandbox", "regions": ["us-east-1"], "reason": "denied by SCP"}]})  # fmt: skip
    subjects = {f.subject.id for f in b.audited(b.unread(b.healthy(), build.WEB), spec).findings}
    assert not [s for s in subjects if s.startswith(build.WEB)]
    assert f"{build.PLAYGROUND}/us-east-1" not in subjects
    assert f"{build.PLAYGROUND}/eu-west-1" in subjects


def test_a_recorder_of_control_tower_is_left_to_it() -> None:
    h = b.recorder(
        b.channel(b.healthy(), bucket="aws-controltower-logs"), name="aws-controltower-BaselineConfigRecorder"
    )
    theirs = Foreign(owner="AWS Control Tower", kind="recorder", name="aws-controltower-BaselineConfigRecorder",
                     account=build.PAYMENTS)  # fmt: skip
    done = b.audited(replace(h, foreign=(theirs,)))
    assert b.failing(done) == set()
    assert "config-delivers-into-the-archive" in b.unknown(done)


def test_control_towers_trail_counts_and_its_bucket_elsewhere_is_unknown() -> None:
    name = "aws-controltower-BaselineCloudTrail"
    theirs = Foreign(owner="Control Tower", kind="trail", name=name, account=build.MANAGEMENT)
    trail = build.trail(name=name, bucket="aws-controltower-logs-666666666666-eu-west-1")
    h = planning.settled(trails=(trail,), foreign=(theirs,))
    assert [t.name for t in h.trails] == [name], "a second one would only be billed"
    done = b.audited(h)
    assert b.of(done, "trail-exists") is b.of(done, "every-account-and-region-is-recorded") is Status.PASS
    assert b.of(done, "archive-buckets-exist", trail.bucket) is Status.UNKNOWN
    assert b.of(done, "archive-keeps-versions", trail.bucket) is Status.UNKNOWN


def test_a_bucket_that_could_not_be_read_as_a_whole_is_not_called_gone() -> None:
    gone = replace(b.healthy(), buckets=b.healthy().buckets[1:])
    assert b.of(b.audited(gone), "archive-buckets-exist", b.TRAIL_BUCKET) is Status.FAIL
    for what, region in ((f"bucket {b.TRAIL_BUCKET}", "us-east-1"), ("buckets", "")):
        lost = b.unread(gone, build.LOG_ARCHIVE, region, what)
        assert b.of(b.audited(lost), "archive-buckets-exist", b.TRAIL_BUCKET) is Status.UNKNOWN


@pytest.mark.parametrize(
    ("planted", "claim"),
    [
        ("archive's guardrail off", "proved-buckets-kept"),
        ("guardrail off one unit", "proved-recorders-kept"),
        ("FullAWSAccess off a unit", "proved-applications-work"),
        ("CloudTrail may not encrypt", "proved-cloudtrail-delivers"),
    ],
)
def test_a_refuted_proof_is_a_failing_check_with_its_request(planted: str, claim: str) -> None:
    done = b.judged(next(f for f in FAULTS if f.name == planted).plant(b.healthy()))
    (found,) = [f for f in done.findings if f.check.id == claim]
    assert found.status is Status.FAIL, found.evidence
    assert " may " in found.evidence


def test_what_a_proof_rests_on_and_was_not_read_leaves_it_unknown() -> None:
    done = b.judged(b.unread(b.healthy(), build.LOG_ARCHIVE, build.HOME, f"bucket {b.TRAIL_BUCKET} policy"))
    assert b.of(done, "proved-logs-kept") is Status.UNKNOWN


INDEPENDENT = (
    [
        f
        for f in TRAIL
        if not f.unclear and f.name not in {"trail of the management account alone", "no key on the trail"}
    ],
    list(CONFIG),
    [f for f in ARCHIVE if not f.unclear and "another Region" not in f.name and "management account" not in f.name],
    [f for f in KEYS if not f.unclear and "account" not in f.name and "Region" not in f.name],
    [f for f in GUARDRAILS if f.name != "roles of an account unread"],
)


@settings(max_examples=25, deadline=None)
@given(st.tuples(*(st.sampled_from([None, *group]) for group in INDEPENDENT)))
def test_independent_faults_together_turn_what_they_turn_alone(chosen: tuple[Fault | None, ...]) -> None:
    h = b.healthy()
    planted = [f for f in chosen if f is not None]
    for fault in planted:
        h = fault.plant(h)
    done = b.audited(h)
    assert b.failing(done) == {c for f in planted for c in f.fails}
    open_ = b.unknown(b.audited(b.healthy()))
    assert b.unknown(done) - open_ == {c for f in planted for c in f.unclear} - open_


WHATS = ("", "trails", "config", "roles", "buckets", "guard policies", f"bucket {b.TRAIL_BUCKET} policy",
         f"bucket {b.CONFIG_BUCKET} lifecycle", f"trail {build.spec().trail.name} status", "key alias/trailkeep-archive")  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(FAULTS), max_size=3, unique_by=lambda f: f.name),
    st.sampled_from([a.id for a in build.ACCOUNTS + build.DEDICATED]),
    st.sampled_from(["", *build.REGIONS]),
    st.sampled_from(WHATS),
)
def test_not_being_able_to_read_never_makes_anything_pass(
    faults: list[Fault], account_id: str, region: str, what: str
) -> None:
    h = b.healthy()
    for fault in faults:
        if fault not in ACCOUNTS and fault.name != "key unread":
            h = fault.plant(h)
    passed = {f.id for f in b.audited(h).findings if f.status is Status.PASS}
    blind = b.audited(b.unread(h, account_id, region, what))
    assert {f.id for f in blind.findings if f.status is Status.PASS} - passed == set()


def test_an_unread_account_is_unknown_in_every_region_and_the_exit_code_says_so() -> None:
    done = b.audited(b.unread(b.healthy(), build.WEB))
    mine = [f for f in done.findings if f.subject.kind == "cell" and f.subject.account == build.WEB]
    assert len({f.subject.id for f in mine}) == 3
    assert {f.status for f in mine} == {Status.UNKNOWN}
    assert done.exit_code(Severity.LOW) is ExitCode.INCOMPLETE


def test_fail_on_lets_lesser_failures_pass_but_not_what_is_unknown() -> None:
    done = b.audited(b.key(b.healthy(), rotates=False))
    assert done.exit_code(Severity.LOW) is ExitCode.FAILS
    assert done.exit_code(Severity.MEDIUM) is ExitCode.INCOMPLETE


def test_findings_have_ids_that_stay() -> None:
    first = [f.id for f in b.audited(b.healthy()).findings]
    assert first == [
        f.id for f in b.audited(replace(b.healthy(), caller="arn:aws:iam::111111111111:role/Other")).findings
    ]
    assert len(set(first)) == len(first)
    assert "trail-is-logging/trail/arn:aws:cloudtrail:eu-west-1:111111111111:trail/trailkeep" in first


# frameworks and checks


def test_every_framework_has_requirements_and_checks_behind_most_of_them() -> None:
    done = b.audited(b.healthy())
    assert [f.id for f in frameworks()] == [
        "cis-aws-7.0", "cis-aws-5.0", "cis-aws-3.0", "aws-fsbp", "nist-800-53", "pci-dss-4.0", "soc2", "iso27001",
        "finos-ccc",
    ]  # fmt: skip
    for known in frameworks():
        behind = list(evidence(known, done.checks, done.findings))
        assert sum(bool(e.checks) for e in behind) >= 3, known.id
        assert all(e.status is None for e in behind if not e.checks)
        assert len({r.id for r in known.requirements}) == len(known.requirements)
        assert all(len(r.title) <= 100 for r in known.requirements)
    with pytest.raises(UsageError, match="there is no framework"):
        framework("cis-aws-9")


def test_every_check_is_whole() -> None:
    known = {c for f in frameworks() for r in f.requirements for c in r.controls}
    assert len({c.id for c in CHECKS}) == len(CHECKS) >= 45
    for check in CHECKS:
        for said in (check.claim, check.why, check.decided, check.unknown, check.fix.trailkeep, check.fix.cli,
                     check.fix.cloudformation, check.fix.console):  # fmt: skip
            assert said.strip(), check.id
        assert check.sources
        assert all(s.startswith("https://docs.aws.amazon.com/") for s in check.sources)
        assert check.controls
        assert all(c.startswith("CL-") for c in check.controls)
        if "Type: AWS::" in check.fix.cloudformation:
            told = YAML(typ="safe").load(check.fix.cloudformation)
            assert set(told) <= {"Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy"}, check.id
    assert sum(bool(known & set(c.controls)) for c in CHECKS) > len(CHECKS) * 0.9


def test_a_check_that_finds_nothing_to_ask_about_is_unknown() -> None:
    silent = replace(CHECKS[0], ask=lambda _view: iter(()))
    done = audit(b.view(b.healthy()), (silent,))
    assert [f.status for f in done.findings] == [Status.UNKNOWN]
