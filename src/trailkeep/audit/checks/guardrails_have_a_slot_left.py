"""Every root, unit and account has a slot for one more guardrail."""

from collections import Counter
from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, Subject, bad, good
from trailkeep.audit.view import View
from trailkeep.model.ids import UnitId
from trailkeep.setup.desired.guardrails import MAX_RCPS

SLOTS = {"SERVICE_CONTROL_POLICY": 10, "RESOURCE_CONTROL_POLICY": MAX_RCPS}


def ask(view: View) -> Iterator[Answer]:
    """One answer a root, unit or account that a policy is attached to."""
    expected = frozenset(view.promise.accounts)
    for target, policies in sorted(view.attached.items()):
        if target in view.organization.accounts and target not in expected:
            continue
        taken: Counter[str] = Counter(p.type for p in policies)
        if not any(p.id == "p-RCPFullAWSAccess" for p in policies):
            taken["RESOURCE_CONTROL_POLICY"] += 1
        full = [f"{taken[t]} of {most} {t}" for t, most in SLOTS.items() if taken[t] >= most]
        subject = _subject(view, target)
        yield Answer(subject=subject, said=bad(f"taken: {', '.join(full)}") if full else good("there is a slot left"))


def _subject(view: View, target: str) -> Subject:
    if target in view.organization.accounts:
        return view.account(target)
    known = view.organization.units.get(UnitId(target)) if UnitId.pattern.fullmatch(target) else None
    return Subject(kind="unit", id=target, name=known.name if known else target, account=view.organization.management)


CHECK = Check(
    id="guardrails-have-a-slot-left",
    claim="Every root, unit and account has a slot for one more guardrail",
    why="Where all slots are taken the next guardrail cannot be attached when it is needed.",
    decided="Directly attached: fewer than 10 SCPs, and fewer than 5 RCPs, of which RCPFullAWSAccess takes one.",
    unknown="No policy is attached to anything.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="merge two of them, or attach higher up",
        cli="aws organizations list-policies-for-target --target-id {unit} --filter SERVICE_CONTROL_POLICY",
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: SERVICE_CONTROL_POLICY\n  TargetIds: [FEWER]"
        ),
        console="Organizations, AWS accounts, the unit or account, Policies",
    ),
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",),
    controls=("CL-POL-05",),
    ask=ask,
)
