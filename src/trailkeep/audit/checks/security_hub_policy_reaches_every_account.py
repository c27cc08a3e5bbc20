"""One Security Hub policy with the chosen standards reaches every account."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import beside, governed, hub_of, unseen, wants, wished
from trailkeep.model.monitoring import HUB, HubPolicy


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, HUB) or _said(view))


def _said(view: View) -> Said:
    hub, root = hub_of(view), view.organization.root
    if governed(view):
        return unsure("policies of AWS Organizations govern it, and what they say was not read")
    if hub.configuration != "CENTRAL":
        return unsure("there is no central configuration")
    applied = [(p, t) for p in hub.policies for t in p.targets]
    top = [(p, t) for p, t in applied if t.target == root]
    if not top:
        return bad("no policy is applied to the root")
    wrong = [f"{p.name} at {t.target}: {said}" for p, t in applied if (said := _weaker(view, p))]
    failed = [f"{p.name} at {t.target}: {t.message or 'it failed'}" for p, t in applied if t.status == "FAILED"]
    if wrong or failed:
        return bad("; ".join([*failed, *wrong][:5]))
    waiting = [
        f"{p.name} at {t.target} is {t.status or 'of no known status'}" for p, t in applied if not _done(t.status)
    ]
    if waiting:
        return unsure("; ".join(waiting[:5]))
    standards = ", ".join("/".join(a.split("/")[-3:]) for a in top[0][0].standards)
    return good(f"{top[0][0].name} is applied to the root: {standards or 'no standard'}{beside(hub)}")


def _done(status: str) -> bool:
    return status == "SUCCESS"


def _weaker(view: View, policy: HubPolicy) -> str:
    """What a policy lacks; one at a unit or account is in force there instead of the root's."""
    wish = wished(view).hub
    assert wish is not None
    if not policy.enabled:
        return "it switches Security Hub CSPM off"
    off = [s for s in wish.standards if not any(arn.endswith(f"/{s}") for arn in policy.standards)]
    return f"{', '.join(off)} is off" if off else ""


CHECK = Check(
    id="security-hub-policy-reaches-every-account",
    claim="One Security Hub policy with the chosen standards reaches every account",
    why=(
        "A policy on the root is inherited by every account there is and every account that comes. An association that "
        "failed, or a weaker policy further down, leaves accounts that nobody judges."
    ),
    decided=(
        "ListConfigurationPolicyAssociations and GetConfigurationPolicy of the security account: a policy is applied "
        "to the root with status SUCCESS, and each policy that is applied anywhere has Security Hub CSPM and the "
        "standards of the specification on. Accounts that were let manage themselves are not among these policies."
    ),
    unknown=(
        "Security Hub could not be read, is not centrally configured, an association is PENDING, or policies of AWS "
        "Organizations govern it. Or the snapshot does not say what watches."
    ),
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws securityhub start-configuration-policy-association --configuration-policy-identifier POLICY "
            "--target RootId=ROOT"
        ),
        cloudformation=(
            "Type: AWS::SecurityHub::PolicyAssociation\n"
            "Properties:\n"
            "  ConfigurationPolicyId: POLICY\n"
            "  TargetType: ROOT\n"
            "  TargetId: ROOT"
        ),
        console="Security Hub CSPM of the security account, Configuration, Policies, the policy: Apply to all accounts",
    ),
    sources=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policies-overview.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/create-associate-policy.html",
    ),
    controls=("CL-SH-01",),
    ask=ask,
    applies=wants(lambda wish: wish.hub is not None),
    optional=True,
)
