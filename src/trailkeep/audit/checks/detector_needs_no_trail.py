"""One detector notices a stopped trail without needing one."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import differs, seen, unseen, wants, wished
from trailkeep.model.monitoring import RULES
from trailkeep.model.recorder import HOURLY


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the management account, which owns the trail."""
    said = unseen(view, RULES) or _said(view)
    yield Answer(subject=view.account(view.organization.management), said=said)


def _said(view: View) -> Said:
    wish = wished(view).detector
    assert wish is not None
    key = (wish.account, wish.region, wish.rule.name)
    found = next((r for r in seen(view).account_rules if (r.account, r.region, r.rule.name) == key), None)
    if wrong := differs(wish, found):
        return bad(wrong)
    if lost := view.lost(wish.account, wish.region, "config", whole=True):
        return unsure(f"how often AWS Config asks could not be read: {lost}")
    cell = view.snapshot.cell(wish.account, wish.region)
    channel = cell.channel if cell else None
    if channel is None:
        return unsure("there is no delivery channel, which says how often AWS Config asks")
    if channel.frequency not in ("", HOURLY):
        return bad(f"{wish.rule.name} runs only as often as AWS Config delivers snapshots: {channel.frequency}")
    return good(f"{wish.rule.name} asks CloudTrail every hour")


CHECK = Check(
    id="detector-needs-no-trail",
    claim="One detector notices a stopped trail without needing one",
    why=(
        "CloudTrail's events reach EventBridge only where a trail logs: when the only trail stops, alarms stop after "
        "the event that says so. A rule of AWS Config asks CloudTrail itself, and tells its change on its own."
    ),
    decided=(
        "DescribeConfigRules in the management account's home Region: CLOUD_TRAIL_ENABLED for the archive's bucket, "
        "every hour; and the delivery channel there delivers no snapshots less often, because AWS Config runs rules no "
        "more often than that."
    ),
    unknown=(
        "The rules or the delivery channel could not be read, there is no such channel, or the snapshot does not say "
        "what watches."
    ),
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-config-rule --config-rule ConfigRuleName=trailkeep-trail-detector,"
            "MaximumExecutionFrequency=One_Hour,Source={Owner=AWS,SourceIdentifier=CLOUD_TRAIL_ENABLED}"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigRule\n"
            "Properties:\n"
            "  ConfigRuleName: trailkeep-trail-detector\n"
            "  MaximumExecutionFrequency: One_Hour\n"
            "  Source: {Owner: AWS, SourceIdentifier: CLOUD_TRAIL_ENABLED}"
        ),
        console="AWS Config of the management account, Rules, Add rule: cloudtrail-enabled, frequency 1 hour",
    ),
    sources=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/cloudtrail-enabled.html",
        "https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigSnapshotDeliveryProperties.html",
    ),
    controls=("CL-MON-07",),
    ask=ask,
    applies=wants(lambda wish: wish.detector is not None),
    optional=True,
)
