"""Each claim of `prove` as a check: proved, refuted with the request that goes through, or unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.proof import Proof, Verdict

SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a claim's page says beside the claim."""

    why: str
    severity: Severity
    controls: tuple[str, ...]


def _about(why: str, severity: Severity, *controls: str) -> _About:
    return _About(why=why, severity=severity, controls=controls)


_ABOUT = {
    "logs-kept": _about("The one thing an intruder wants to do last.", Severity.CRITICAL, "CL-POL-01", "CL-S3-03"),
    "retention-kept": _about(
        "Who can shorten a lock or bypass it can delete a day later.", Severity.CRITICAL, "CL-POL-01", "CL-POL-04"
    ),
    "readable": _about(
        "A key that somebody can delete or disable takes the archive with it.", Severity.CRITICAL, "CL-POL-04"
    ),
    "buckets-kept": _about(
        "Policy, versioning, lifecycle, replication: each of them changed is a way to lose logs.",
        Severity.CRITICAL,
        "CL-POL-04",
    ),
    "trails-kept": _about(
        "A member that can stop or narrow a trail works unseen afterwards.", Severity.CRITICAL, "CL-POL-02"
    ),
    "recorders-kept": _about(
        "A member that can stop AWS Config changes what it likes afterwards.", Severity.HIGH, "CL-POL-03"
    ),
    "writers": _about(
        "A log that anybody else could have written proves nothing.", Severity.HIGH, "CL-POL-01", "CL-S3-10"
    ),
    "readers": _about(
        "The logs name every principal, resource and address of the organization.",
        Severity.HIGH,
        "CL-POL-06",
        "CL-S3-10",
        "CL-S3-04",
    ),
    "membership": _about(
        "An account that leaves takes itself out of every guardrail and out of the organization trail.",
        Severity.HIGH,
        "CL-POL-07",
    ),
    "exempt-roles": _about(
        "The guardrails are as strong as what they exempt.", Severity.CRITICAL, "CL-POL-04", "CL-POL-05"
    ),
    "cloudtrail-delivers": _about(
        "A guardrail or policy that stops CloudTrail's delivery does an intruder's work.",
        Severity.CRITICAL,
        "CL-CT-07",
        "CL-S3-06",
    ),
    "config-delivers": _about(
        "A guardrail or policy that stops AWS Config's delivery does an intruder's work.", Severity.HIGH, "CL-CFG-02"
    ),
    "auditors-read": _about(
        "Logs that the auditors cannot read will be copied to where they can.", Severity.MEDIUM, "CL-INT-05", "CL-IR-02"
    ),
    "trailkeep-works": _about(
        "A guardrail that binds its own maker cannot be repaired by the next apply.", Severity.MEDIUM, "CL-POL-05"
    ),
    "applications-work": _about(
        "A guardrail that breaks everyday work is taken off within a day.", Severity.MEDIUM, "CL-POL-05"
    ),
}


def ask(claim: str, view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=_said(None if view.proofs is None else view.proofs.get(claim)))


def _said(proof: Proof | None) -> Said:
    if proof is None:
        return unsure("it was not proved in this run")
    match proof.verdict:
        case Verdict.PROVED:
            questions = f"{len(proof.guards)} questions, for anybody with administrator rights in any account"
            return good(proof.because or f"proved: {questions}")
        case Verdict.UNKNOWN:
            return unsure(_open(proof))
        case Verdict.REFUTED:
            return bad(_hole(proof))


def _open(proof: Proof) -> str:
    if not proof.unsettled:
        return "there is nothing yet that it could be asked of"
    more = f", and {len(proof.unsettled) - 1} more" if len(proof.unsettled) > 1 else ""
    return f"{proof.unsettled[0].subject}: {proof.unsettled[0].because}{more}"


def _hole(proof: Proof) -> str:
    hole = proof.holes[0]
    request, decision = hole.witness.request, hole.witness.decision
    verb = "may" if decision.is_allowed else "may not"
    more = f"; {len(proof.holes) - 1} more requests" if len(proof.holes) > 1 else ""
    by = f", by {decision.reasons[-1].policy or decision.reasons[-1].layer}" if decision.reasons else ""
    return f"{hole.attacker.who} {verb} {request.action} on {hole.deed.subject}{by}{more}"


def _check(claim: str, title: str) -> Check:
    about = _ABOUT[claim]
    return Check(
        id=f"proved-{claim}",
        claim=title,
        why=about.why,
        decided=f"By proof: `trailkeep prove --claim {claim}`, the worst case. A refuted claim comes with its request.",
        unknown="Something that the proof rests on could not be read, or AWS's documentation does not settle it.",
        severity=about.severity,
        fix=Fix(
            trailkeep=f"trailkeep prove --claim {claim} shows every request and the statement that closes it",
            cli="aws organizations update-policy --policy-id POLICY --content file://policy.json",
            cloudformation="AWS::Organizations::Policy, AWS::S3::BucketPolicy or AWS::KMS::Key with that statement",
            console="Organizations, Policies; S3, the bucket, Permissions; KMS, the key, Key policy",
        ),
        sources=(SOURCE,),
        controls=about.controls,
        ask=partial(ask, claim),
    )


CHECKS = tuple(_check(claim.id, claim.title) for claim in CLAIMS)
