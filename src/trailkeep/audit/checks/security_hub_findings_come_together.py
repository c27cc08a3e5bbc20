"""Security Hub's findings of every Region come to the home Region."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import hub_of, linked, unseen, wants, wished
from trailkeep.model.monitoring import HUB


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, HUB) or _said(view))


def _said(view: View) -> Said:
    hub = hub_of(view)
    if not hub.enabled:
        return unsure("Security Hub CSPM is off in the home Region")
    others = frozenset(r for regions in view.promise.cells.values() for r in regions) - {wished(view).home}
    if hub.aggregator is None:
        return bad("findings stay where they are: there is no aggregator") if others else good("there is one Region")
    missing = sorted(others - linked(hub.aggregator, others))
    if missing:
        return bad(f"findings of {len(missing)} Regions stay there: {', '.join(missing[:5])}")
    return good(f"findings of {len(others)} other Regions come to {hub.region}")


CHECK = Check(
    id="security-hub-findings-come-together",
    claim="Security Hub's findings of every Region come to the home Region",
    why=(
        "Findings stay in their Region, and central configuration reaches linked Regions only: what is not linked "
        "nobody looks at."
    ),
    decided="GetFindingAggregator in the home Region: every other Region in which an account should log is linked.",
    unknown="Security Hub could not be read or is off, or the snapshot does not say what watches.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws securityhub create-finding-aggregator --region-linking-mode ALL_REGIONS",
        cloudformation=("Type: AWS::SecurityHub::FindingAggregator\nProperties:\n  RegionLinkingMode: ALL_REGIONS"),
        console="Security Hub CSPM of the security account, Settings, Regions: Link all Regions",
    ),
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html",),
    controls=("CL-SH-01",),
    ask=ask,
    applies=wants(lambda wish: wish.hub is not None),
    optional=True,
)
