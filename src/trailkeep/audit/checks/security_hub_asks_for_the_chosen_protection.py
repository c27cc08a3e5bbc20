"""Security Hub does not ask for the protection of the archive that was not chosen."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import governed, hub_of, unseen, wants, wished
from trailkeep.model.monitoring import HUB


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, HUB) or _said(view))


def _said(view: View) -> Said:
    wish = wished(view).hub
    assert wish is not None
    policies = [p for p in hub_of(view).policies if p.targets and p.enabled]
    if governed(view):
        return unsure("policies of AWS Organizations govern it, and what they say was not read")
    if not policies:
        return unsure("no policy of central configuration is applied anywhere")
    on = [f"{p.name} has {c} on, {why}" for p in policies for c, why in wish.off if c not in p.disabled_controls]
    return bad("; ".join(on)) if on else good(f"off: {', '.join(control for control, _ in wish.off)}")


CHECK = Check(
    id="security-hub-asks-for-the-chosen-protection",
    claim="Security Hub does not ask for the protection of the archive that was not chosen",
    why=(
        "S3.15 asks for Object Lock and S3.20 for MFA Delete, which excludes lifecycle: one of them always fails, and "
        "whoever follows it weakens the archive. A control that always fails also teaches people to look away."
    ),
    decided=(
        "GetConfigurationPolicy of each policy that is applied: the control that contradicts `archive.protection` is "
        "off (S3.20 with Object Lock, S3.15 with MFA Delete), and so is what `monitoring.security_hub.disable` names."
    ),
    unknown=(
        "Security Hub could not be read, no policy is applied, or policies of AWS Organizations govern it. Or the "
        "snapshot does not say what watches."
    ),
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws securityhub update-configuration-policy --identifier POLICY --configuration-policy "
            "file://policy.json --updated-reason 'the archive is protected by Object Lock'"
        ),
        cloudformation=(
            "Type: AWS::SecurityHub::ConfigurationPolicy\n"
            "Properties:\n"
            "  ConfigurationPolicy:\n"
            "    SecurityHub:\n"
            "      SecurityControlsConfiguration: {DisabledSecurityControlIdentifiers: [S3.20]}"
        ),
        console="Security Hub CSPM of the security account, Configuration, Policies, the policy, Controls: Disable",
    ),
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    controls=("CL-CFG-05",),
    ask=ask,
    applies=wants(lambda wish: wish.hub is not None),
    optional=True,
)
