"""One trail covers the organization, or every member has its own."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization as a whole."""
    yield Answer(subject=view.whole, said=_said(view))


def _said(view: View) -> Said:
    if view.organization_trails:
        return good(f"the organization trail {view.organization_trails[0].name} covers every member")
    without = [a for a, regions in view.promise.cells.items() if regions and a not in view.own_trails]
    if not without:
        return good("every expected account has a trail of its own")
    lost = [a for a in {view.organization.management, *without} if view.lost(a, "", "trails")]
    if lost:
        return unsure(f"the trails of {', '.join(sorted(lost)[:5])} could not be read")
    more = f" and {len(without) - 5} more" if len(without) > 5 else ""
    return bad(f"no organization trail, and no trail of their own in {', '.join(without[:5])}{more}")


CHECK = Check(
    id="trail-covers-the-organization",
    claim="One trail covers the organization, or every member has its own",
    why=(
        "Accounts that are created next week are covered only by an organization trail; per-member "
        "trails miss them until somebody acts."
    ),
    decided=(
        "An organization trail delivers into the archive, or each expected account has a trail of its own that does."
    ),
    unknown="Trails of the management account or of a member without one could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --is-organization-trail",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  IsOrganizationTrail: true"),
        console="CloudTrail, Trails, the trail, Edit, Enable for all accounts in my organization",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",),
    controls=("CL-CT-01",),
    ask=ask,
)
