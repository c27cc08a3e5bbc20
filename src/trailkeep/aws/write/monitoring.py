"""Changes to what watches, by their subject."""

from typing import assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write import alarm, hub, rules
from trailkeep.aws.write.alarm import AlarmChange
from trailkeep.aws.write.hub import HubChange
from trailkeep.aws.write.rules import RuleChange
from trailkeep.aws.write.wait import Wait
from trailkeep.model.change import (
    ApplyHubPolicy,
    PutAggregator,
    PutBus,
    PutEventRule,
    PutFindingAggregator,
    PutHubPolicy,
    PutOrganizationRule,
    PutPack,
    PutRole,
    PutRule,
    PutTopic,
    SetCentralConfiguration,
    SetHub,
    SetHubAdministrator,
    SetSubscription,
)

MonitoringChange = RuleChange | HubChange | AlarmChange


def perform(cloud: Cloud, change: MonitoringChange, *, wait: Wait) -> dict[str, str]:
    """Make one change, and return what AWS chose. Raises AwsError."""
    match change:
        case PutOrganizationRule() | PutRule() | PutPack() | PutAggregator():
            rules.perform(cloud, change, wait=wait)
        case (
            SetHubAdministrator()
            | SetHub()
            | PutFindingAggregator()
            | SetCentralConfiguration()
            | PutHubPolicy()
            | ApplyHubPolicy()
        ):
            return hub.perform(cloud, change, wait=wait)
        case PutRole() | PutBus() | PutTopic() | SetSubscription() | PutEventRule():
            alarm.perform(cloud, change)
        case _:
            assert_never(change)
    return {}
