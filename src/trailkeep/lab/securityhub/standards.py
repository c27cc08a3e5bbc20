"""Security standards, and which are enabled where (AWS Security Hub User Guide, standards reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.securityhub.settle import governing
from trailkeep.lab.securityhub.state import SETTLES, Hub, state_of
from trailkeep.lab.securityhub.wire import access_denied, asked, invalid_input, listed, not_subscribed
from trailkeep.lab.world import World

_CIS = "CIS AWS Foundations Benchmark"
STANDARDS: Mapping[str, str] = {
    "standards/aws-foundational-security-best-practices/v/1.0.0": "AWS Foundational Security Best Practices v1.0.0",
    "standards/aws-resource-tagging-standard/v/1.0.0": "AWS Resource Tagging Standard v1.0.0",
    "ruleset/cis-aws-foundations-benchmark/v/1.2.0": f"{_CIS} v1.2.0",
    "standards/cis-aws-foundations-benchmark/v/1.4.0": f"{_CIS} v1.4.0",
    "standards/cis-aws-foundations-benchmark/v/3.0.0": f"{_CIS} v3.0.0",
    "standards/cis-aws-foundations-benchmark/v/5.0.0": f"{_CIS} v5.0.0",
    "standards/nist-800-171/v/2.0.0": "NIST Special Publication 800-171 Revision 2",
    "standards/nist-800-53/v/5.0.0": "NIST Special Publication 800-53 Revision 5",
    "standards/pci-dss/v/3.2.1": "PCI DSS v3.2.1",
    "standards/pci-dss/v/4.0.1": "PCI DSS v4.0.1",
}
DEFAULTS = (
    "standards/aws-foundational-security-best-practices/v/1.0.0",
    "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
)
"""What EnableSecurityHub enables where nobody says no (botocore model EnableSecurityHub)."""


def arn_of(path: str, region: str) -> str:
    """A standard's ARN; that of the oldest CIS benchmark names no Region."""
    return f"arn:aws:securityhub:::{path}" if path.startswith("ruleset/") else f"arn:aws:securityhub:{region}::{path}"


def path_of(arn: str) -> str:
    """The part of a standard's ARN that is the same in every Region."""
    return arn.split(":", 5)[-1]


def describe(call: Call, _: World) -> dict[str, Any]:
    """DescribeStandards."""
    found = [
        {
            "StandardsArn": arn_of(path, call.region),
            "Name": name,
            "Description": name,
            "EnabledByDefault": path in DEFAULTS,
            "Provider": "AWS",
            "StandardsManagedBy": {"Company": "AWS", "Product": "Security Hub"},
        }
        for path, name in STANDARDS.items()
    ]
    return listed(call, "Standards", found)


def enabled(call: Call, world: World) -> dict[str, Any]:
    """GetEnabledStandards."""
    hub = _hub(call, world)
    wanted = asked(call).get("StandardsSubscriptionArns")
    every = [_shown(call, hub, arn, world) for arn in sorted(hub.standards)]
    found = [one for one in every if not wanted or one["StandardsSubscriptionArn"] in wanted]
    return listed(call, "StandardsSubscriptions", found)


def enable(call: Call, world: World) -> dict[str, Any]:
    """BatchEnableStandards."""
    hub = _own_hub(call, world)
    arns = [str(one.get("StandardsArn", "")) for one in asked(call).get("StandardsSubscriptionRequests") or ()]
    known = {arn_of(path, call.region) for path in STANDARDS}
    if not arns or not set(arns) <= known:
        raise invalid_input("Invalid parameter 'StandardsArn'")
    for arn in arns:
        hub.standards.setdefault(arn, world.clock.now())
    return {"StandardsSubscriptions": [_shown(call, hub, arn, world) for arn in arns]}


def disable(call: Call, world: World) -> dict[str, Any]:
    """BatchDisableStandards."""
    hub = _own_hub(call, world)
    by_subscription = {_subscription(call, arn): arn for arn in hub.standards}
    wanted = [str(arn) for arn in asked(call).get("StandardsSubscriptionArns") or ()]
    if not wanted or not set(wanted) <= set(by_subscription):
        raise invalid_input("Invalid parameter 'StandardsSubscriptionArns'")
    shown = [{**_shown(call, hub, by_subscription[one], world), "StandardsStatus": "DELETING"} for one in wanted]
    for one in wanted:
        del hub.standards[by_subscription[one]]
    return {"StandardsSubscriptions": shown}


def _hub(call: Call, world: World) -> Hub:
    hub = state_of(world).hubs.get((call.account, call.region))
    if hub is None:
        raise not_subscribed(call)
    return hub


def _own_hub(call: Call, world: World) -> Hub:
    if governing(world, call.account, call.region) is not None:
        raise access_denied("The account is centrally managed; its standards are set by the delegated administrator")
    return _hub(call, world)


def _subscription(call: Call, arn: str) -> str:
    name = path_of(arn).partition("/")[2]
    return f"arn:aws:securityhub:{call.region}:{call.account}:subscription/{name}"


def _shown(call: Call, hub: Hub, arn: str, world: World) -> dict[str, Any]:
    ready = world.clock.now() - hub.standards[arn] >= SETTLES
    return {
        "StandardsSubscriptionArn": _subscription(call, arn),
        "StandardsArn": arn,
        "StandardsInput": {},
        "StandardsStatus": "READY" if ready else "PENDING",
        "StandardsControlsUpdatable": "READY_FOR_UPDATES" if ready else "NOT_READY_FOR_UPDATES",
    }


ANSWERS: Mapping[str, Any] = {
    "DescribeStandards": describe,
    "GetEnabledStandards": enabled,
    "BatchEnableStandards": enable,
    "BatchDisableStandards": disable,
}
