"""The management account has Security Hub CSPM on in each of its Regions."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import governed, hub_of, unseen, wants
from trailkeep.model.monitoring import HUB


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the management account."""
    said = unseen(view, HUB) or _said(view)
    yield Answer(subject=view.account(view.organization.management), said=said)


def _said(view: View) -> Said:
    wanted = view.promise.cells.get(view.organization.management, ())
    off = [r for r in wanted if r not in hub_of(view).management]
    if governed(view) and off:
        return unsure(f"policies of AWS Organizations govern it, and it is off in {', '.join(off[:5])}")
    if off:
        return bad(f"it is off in {', '.join(off[:5])}{f' and {len(off) - 5} more' if len(off) > 5 else ''}")
    return good(f"it is on in {len(wanted)} Regions")


CHECK = Check(
    id="security-hub-is-on-in-the-management-account",
    claim="The management account has Security Hub CSPM on in each of its Regions",
    why=(
        "Nobody can switch it on for the management account but that account itself: a policy that is applied to the "
        "root fails there, and the account that can do most is judged by nobody."
    ),
    decided="DescribeHub of the management account answers in each Region in which it should log.",
    unknown=(
        "Security Hub could not be read, or policies of AWS Organizations govern it. Or the snapshot does not say what "
        "watches."
    ),
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws securityhub enable-security-hub --no-enable-default-standards --region REGION",
        cloudformation="Type: AWS::SecurityHub::Hub\nProperties:\n  EnableDefaultStandards: false",
        console="Security Hub CSPM of the management account, in that Region: Enable",
    ),
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policy-status.html",),
    controls=("CL-SH-01",),
    ask=ask,
    applies=wants(lambda wish: wish.hub),
    optional=True,
)
