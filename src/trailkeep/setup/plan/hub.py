"""Desired central configuration of Security Hub CSPM against what is, one step after the other."""

from collections.abc import Iterator
from typing import Any

from trailkeep.model.change import (
    ApplyHubPolicy,
    Change,
    PutFindingAggregator,
    PutHubPolicy,
    SetCentralConfiguration,
    SetHub,
    SetHubAdministrator,
)
from trailkeep.model.monitoring import FindingAggregator, Hub, HubPolicy
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.hub import DesiredHub


def reconcile_hub(desired: DesiredHub, snapshot: Snapshot, tags: tuple[tuple[str, str], ...]) -> Iterator[Change]:
    """Administrator, hubs, aggregator, central configuration, policy, association: AWS takes them in no other order.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/start-central-configuration.html
    """
    hub, policy = desired.hub, desired.policy
    if hub is None or policy is None or hub.administrator is None:
        return
    seen = (snapshot.monitoring.hub if snapshot.monitoring else None) or Hub(region=hub.region)
    management = snapshot.organization.management
    at: dict[str, Any] = {"account": hub.administrator, "region": hub.region, "reason": reasons.HUB}
    if seen.administrator is None:
        yield SetHubAdministrator(
            **{**at, "account": management}, administrator=hub.administrator, before=False, after=True
        )
    if not seen.enabled:
        yield SetHub(**at, before=False, after=True)
    for region in sorted(set(hub.management) - set(seen.management)):
        yield SetHub(**{**at, "account": management, "region": region}, before=False, after=True)
    if not _covers(seen.aggregator, hub.aggregator):
        yield PutFindingAggregator(**at, before=seen.aggregator, after=hub.aggregator)
    if seen.configuration != "CENTRAL" or seen.status == "FAILED":
        yield SetCentralConfiguration(**at, before=False, after=True)
    yield from _policy(policy, seen, snapshot, {**at, "reason": reasons.HUB_POLICY}, tags)


def _policy(
    policy: HubPolicy, seen: Hub, snapshot: Snapshot, at: dict[str, Any], tags: tuple[tuple[str, str], ...]
) -> Iterator[Change]:
    before = next((p for p in seen.policies if p.id == policy.id), None)
    if before is None or _said(before) != _said(policy):
        yield PutHubPolicy(**at, before=before, after=policy, tags=() if before else tags)
    root = snapshot.organization.root
    applied = before and any(t.target == root and t.status != "FAILED" for t in before.targets)
    if not applied:
        yield ApplyHubPolicy(
            **at, policy=policy.id, name=policy.name, target=root, path="Root", before=False, after=True
        )


def _said(policy: HubPolicy) -> tuple[object, ...]:
    return policy.description, policy.enabled, policy.standards, policy.disabled_controls


def _covers(seen: FindingAggregator | None, wanted: FindingAggregator | None) -> bool:
    """Whether every wanted Region is linked already; one that links more is left as it is.

    Source: botocore model securityhub CreateFindingAggregator (RegionLinkingMode).
    """
    if seen is None or wanted is None:
        return wanted is None
    if wanted.mode == "NO_REGIONS" or seen.mode == "ALL_REGIONS":
        return True
    if seen.mode == "ALL_REGIONS_EXCEPT_SPECIFIED":
        return wanted.mode == "SPECIFIED_REGIONS" and not set(wanted.regions) & set(seen.regions)
    return seen.mode == wanted.mode and set(wanted.regions) <= set(seen.regions)
