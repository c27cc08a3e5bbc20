"""Compliance of every account and Region comes together in the security account."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.audit.watching import seen, unseen, wants, wished
from trailkeep.model.monitoring import RULES


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, RULES) or _said(view))


def _said(view: View) -> Said:
    found = [a for a in seen(view).aggregators if a.owner == wished(view).security]
    whole = [a for a in found if a.role and a.all_regions]
    if whole:
        return good(f"aggregator {whole[0].name} is over the organization and all Regions")
    if any(a.role for a in found):
        return bad("no aggregator over the organization takes all Regions in")
    if found:
        return bad(f"aggregator {found[0].name} is over accounts that were listed, not over the organization")
    return bad(f"the security account has no aggregator in {wished(view).home}")


CHECK = Check(
    id="compliance-is-aggregated",
    claim="Compliance of every account and Region comes together in the security account",
    why="Rules that judge in a thousand places help nobody who does not see them in one.",
    decided=(
        "DescribeConfigurationAggregators of the security account in the home Region: one is over the organization, "
        "with all Regions. Whose it is does not matter: Control Tower's will do."
    ),
    unknown="The aggregators could not be read, or the snapshot does not say what watches.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-configuration-aggregator --configuration-aggregator-name trailkeep-organization "
            "--organization-aggregation-source RoleArn=ROLE_ARN,AllAwsRegions=true"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigurationAggregator\n"
            "Properties:\n"
            "  OrganizationAggregationSource:\n"
            "    RoleArn: ROLE_ARN\n"
            "    AllAwsRegions: true"
        ),
        console="AWS Config of the security account, Aggregators, Create aggregator: Add my organization, All Regions",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html",),
    controls=("CL-CFG-04",),
    ask=ask,
    applies=wants(lambda wish: wish.aggregator),
    optional=True,
)
