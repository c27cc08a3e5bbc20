"""The security account configures Security Hub CSPM for the whole organization."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import beside, governed, hub_of, unseen, wants, wished
from trailkeep.model.monitoring import HUB


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, HUB) or _said(view))


def _said(view: View) -> Said:
    hub, wish = hub_of(view), wished(view)
    if governed(view):
        return good("policies of AWS Organizations govern Security Hub CSPM")
    if hub.administrator is None:
        return bad("nobody administers Security Hub CSPM")
    if hub.administrator != wish.security:
        return bad(f"{hub.administrator} administers it; it should be {wish.security}")
    if not hub.enabled:
        return bad(f"it is off in {hub.region} of the account that administers it")
    if hub.configuration != "CENTRAL":
        local = "each account configures itself"
        return bad(local) if wish.hub and wish.hub.central else unsure(f"{local}: which are on was not read")
    return _status(hub.status, hub.message, beside(hub))


def _status(status: str, message: str, caution: str) -> Said:
    if status == "FAILED":
        return bad(f"central configuration failed: {message or 'Security Hub gives no reason'}")
    if status != "ENABLED":
        return unsure(f"central configuration is {status or 'of no known status'}")
    return good(f"the security account configures every account{caution}")


CHECK = Check(
    id="security-hub-is-centrally-configured",
    claim="The security account configures Security Hub CSPM for the whole organization",
    why=(
        "Where each account configures itself, a new account or Region has what its own administrator switches on, and "
        "a hub in the home Region alone sees one Region."
    ),
    decided=(
        "ListOrganizationAdminAccounts, DescribeHub and DescribeOrganizationConfiguration in the home Region: the "
        "security account is the administrator, and its configuration is CENTRAL and ENABLED. Where policies of AWS "
        "Organizations govern Security Hub CSPM instead (status DISABLED), that is no failure. The evidence says so "
        "where the new Security Hub is on beside it: Config.1 then always passes, recorder or not."
    ),
    unknown=(
        "Security Hub could not be read, the configuration is PENDING, or the snapshot does not say what watches. "
        "Without a specification: each account configures itself, which may be meant."
    ),
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws securityhub update-organization-configuration --no-auto-enable "
            "--organization-configuration ConfigurationType=CENTRAL"
        ),
        cloudformation=(
            "Type: AWS::SecurityHub::OrganizationConfiguration\n"
            "Properties:\n"
            "  AutoEnable: false\n"
            "  AutoEnableStandards: NONE\n"
            "  ConfigurationType: CENTRAL"
        ),
        console="Security Hub CSPM of the security account, Configuration: Start central configuration",
    ),
    sources=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html",
        "https://docs.aws.amazon.com/securityhub/latest/APIReference/API_OrganizationConfiguration.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html",
    ),
    controls=("CL-SH-01",),
    ask=ask,
    applies=wants(lambda wish: wish.hub is not None),
    optional=True,
)
