"""Laws of audits, on organizations and specifications nobody thought of."""

from hypothesis import HealthCheck, given, settings

from tests.audit import build as b
from tests.laws.test_plans import fitting
from tests.laws.worlds import specs, worlds
from trailkeep.audit.audit import Audited, audit
from trailkeep.audit.finding import Status
from trailkeep.audit.promise import implied, promised
from trailkeep.audit.view import View
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.plan import after, make_plan
from trailkeep.setup.spec import Spec

some = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
MADE = {
    "archive-buckets-exist", "archive-keeps-versions", "archive-blocks-public-access", "archive-asks-for-tls",
    "archive-is-not-public-by-policy", "archive-lets-no-stranger-in", "services-write-only-for-this-organization",
    "archive-has-no-acls", "key-is-enabled", "key-lets-log-services-in", "key-rotates", "trusted-access-is-on",
    "archive-keeps-logs-as-long-as-promised", "lock-ends-before-logs-expire", "digests-are-kept-as-long-as-logs",
    "guardrails-fit", "config-bucket-has-no-default-retention", "config-rules-stand-in-every-region",
    "config-rules-watch-the-archive", "conformance-pack-stands-as-written", "compliance-is-aggregated",
    "security-hub-is-centrally-configured", "security-hub-findings-come-together",
    "security-hub-is-on-in-the-management-account", "security-hub-policy-reaches-every-account",
    "security-hub-asks-for-the-chosen-protection", "alarms-listen-everywhere", "alarms-are-let-in",
    "alarms-are-passed-on",
}  # fmt: skip
"""What apply makes as it is promised, or refuses to make, wherever it is asked to."""


def asked(world: Snapshot, spec: Spec | None) -> Audited:
    promise = promised(spec, world) if spec else implied(world)
    return audit(View(snapshot=world, promise=promise, now=world.taken), b.PLAIN)


@some
@given(spec=specs(), world=worlds())
def test_every_organization_can_be_audited_and_every_answer_has_its_evidence(spec: Spec, world: Snapshot) -> None:
    audits = [asked(world, None), *([asked(world, spec)] if fitting(spec, world) else [])]
    for done in audits:
        assert len({f.id for f in done.findings}) == len(done.findings)
        assert all(f.evidence for f in done.findings)
        assert {f.check.id for f in done.findings} == {c.id for c in done.checks}


@some
@given(spec=specs(), world=worlds())
def test_what_a_plan_makes_does_not_fail(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world) or any(bucket.mfa_delete and bucket.lifecycle for bucket in world.buckets):
        return  # S3 lets no bucket have both (Amazon S3 user guide, MFA delete)
    plan = make_plan(spec, world)
    refused = [n for n in plan.notes if n.kind == "refused"]
    done = asked(after(plan.changes, world), spec)
    wrong = {(f.check.id, f.evidence) for f in done.findings if f.status is Status.FAIL and f.check.id in MADE}
    assert refused or wrong == set()


@some
@given(world=worlds())
def test_an_account_that_is_blinded_passes_nothing_of_its_own(world: Snapshot) -> None:
    for account in list(world.active())[:2]:
        done = asked(b.unread(world, account.id), None)
        mine = [f for f in done.findings if f.subject.kind == "cell" and f.subject.account == account.id]
        assert {f.status for f in mine} <= {Status.UNKNOWN}
