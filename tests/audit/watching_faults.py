"""What can go wrong with what watches, one thing at a time, in an organization that is watched."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.audit import build as b
from tests.audit.faults import ALL_CONFIG, Fault, fault
from tests.setup import build
from trailkeep.model.ids import Region
from trailkeep.model.monitoring import (
    AccountRule,
    Aggregator,
    EventRule,
    FindingAggregator,
    HubTarget,
    Monitoring,
    OrganizationRule,
    Subscription,
    Undeployed,
)
from trailkeep.model.organization import Policy
from trailkeep.model.recorder import DAILY
from trailkeep.model.snapshot import Cell, Snapshot

HOME, ELSEWHERE = build.HOME, build.REGIONS[0]
ALARMS = "alarms-are-let-in alarms-are-passed-on alarms-are-heard"
RULES = (
    "config-rules-stand-in-every-region config-rules-stand-in-every-account config-rules-watch-the-archive "
    "conformance-pack-stands-as-written compliance-is-aggregated detector-needs-no-trail"
)
HUB = (
    "security-hub-is-centrally-configured security-hub-findings-come-together "
    "security-hub-is-on-in-the-management-account security-hub-policy-reaches-every-account security-hub-asks-for-the-chosen-protection"
)
STANDS, DEPLOYED = "config-rules-stand-in-every-region", "config-rules-stand-in-every-account"
NO_RECORDER = Undeployed(
    account=build.WEB, status="CREATE_FAILED", reason="NoAvailableConfigurationRecorderException: no recorder"
)

Plant = Callable[[Snapshot], Snapshot]


def watching(h: Snapshot) -> Monitoring:
    assert h.monitoring is not None
    return h.monitoring


def rules(
    change: Callable[[OrganizationRule], OrganizationRule | None], region: Region = ELSEWHERE, name: str = "enabled"
) -> Plant:
    """A rule of the organization changed in one Region, or gone there."""

    def plant(h: Snapshot) -> Snapshot:
        there = [change(r) if r.region == region and r.rule.name.endswith(name) else r for r in watching(h).rules]
        return b.monitoring(h, rules=tuple(r for r in there if r))

    return plant


def own(change: Callable[[AccountRule], AccountRule | None], name: str) -> Plant:
    """A rule of one account changed, or gone."""

    def plant(h: Snapshot) -> Snapshot:
        there = [change(r) if r.rule.name.endswith(name) else r for r in watching(h).account_rules]
        return b.monitoring(h, account_rules=tuple(r for r in there if r))

    return plant


def pack(**changes: Any) -> Plant:
    return lambda h: b.monitoring(h, packs=tuple(replace(p, **changes) for p in watching(h).packs))


def hub_policy(**changes: Any) -> Plant:
    def plant(h: Snapshot) -> Snapshot:
        hub = watching(h).hub
        assert hub is not None
        return b.hub(h, policies=tuple(replace(p, **changes) for p in hub.policies))

    return plant


def at_root(status: str, message: str = "") -> Plant:
    return hub_policy(targets=(HubTarget(target=build.ROOT, status=status, message=message),))


def bus(**changes: Any) -> Plant:
    return lambda h: b.monitoring(h, buses=tuple(replace(x, **changes) for x in watching(h).buses))


def telling(change: Callable[[EventRule], EventRule]) -> Plant:
    def plant(h: Snapshot) -> Snapshot:
        (found,) = watching(h).buses
        there = tuple(change(r) if r.name.endswith("tell-tampering") else r for r in found.rules)
        return bus(rules=there)(h)

    return plant


def topic(**changes: Any) -> Plant:
    return lambda h: b.monitoring(h, topics=tuple(replace(t, **changes) for t in watching(h).topics))


def topic_without(sid: str) -> Plant:
    def plant(h: Snapshot) -> Snapshot:
        (found,) = watching(h).topics
        said = json.loads(found.policy)
        left = [s for s in said["Statement"] if s["Sid"] != sid]
        return topic(policy=json.dumps({**said, "Statement": left}))(h)

    return plant


def bus_with(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Plant:
    def plant(h: Snapshot) -> Snapshot:
        (found,) = watching(h).buses
        said = json.loads(found.policy)
        return bus(policy=json.dumps({**said, "Statement": [edit(s) for s in said["Statement"]]}))(h)

    return plant


def sender(**changes: Any) -> Plant:
    """The role that sends alarms, in one account."""

    def plant(h: Snapshot) -> Snapshot:
        ours = (build.WEB, "trailkeep-alarms")
        return replace(h, roles=tuple(replace(r, **changes) if (r.account, r.name) == ours else r for r in h.roles))

    return plant


def no_sender(h: Snapshot) -> Snapshot:
    return replace(h, roles=tuple(r for r in h.roles if (r.account, r.name) != (build.WEB, "trailkeep-alarms")))


def scp(statement: Mapping[str, object], target: str = build.WORKLOADS) -> Plant:
    """One more SCP, at a unit."""
    content = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Resource": "*", **statement}]})
    more = Policy(
        id="p-somebodys1", name="somebody's", type="SERVICE_CONTROL_POLICY", aws_managed=False, content=content,
        targets=frozenset({target}),
    )  # fmt: skip
    return lambda h: b.organization(h, policies=(*h.organization.policies, more))


def daily(cell: Cell) -> Cell:
    return replace(cell, channel=replace(cell.channel, frequency=DAILY) if cell.channel else None)


def gone(_found: object) -> None:
    return None


ELSEWHERE_DENIED = {
    "NotAction": ["iam:*", "organizations:*", "sts:*"],
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": [HOME]}},
}
LISTED = Aggregator(owner=build.TOOLING, region=HOME, name="some", role="", all_regions=True)
TOWERS = Aggregator(owner=build.TOOLING, region=HOME, name="aws-controltower", role="arn:r", all_regions=True)
ELSEBODY = Subscription(protocol="email", endpoint="other@example.com", confirmed=True)
ONE_REGION = FindingAggregator(arn="arn:a", mode="SPECIFIED_REGIONS", regions=("us-east-1",))


CONFIG_RULES = (
    fault("rule missing in one Region", rules(gone), STANDS),
    fault("rules in the home Region only", lambda h: b.monitoring(
        h, rules=tuple(r for r in watching(h).rules if r.region == HOME)), STANDS),
    fault("no rule at all", lambda h: b.monitoring(h, rules=()), STANDS, unclear=DEPLOYED),
    fault("rule about another bucket", rules(lambda r: replace(r, rule=replace(
        r.rule, parameters=(("s3BucketName", "elsewhere"),)))), STANDS),
    fault("rule that leaves an account out", rules(lambda r: replace(r, excluded=frozenset({build.WEB}))), STANDS),
    fault("rule of somebody else", rules(lambda r: replace(r, owner=build.IDENTITY)), STANDS),
    fault("rule not deployed in an account", rules(lambda r: replace(
        r, status="CREATE_FAILED", undeployed=(NO_RECORDER,))), DEPLOYED),
    fault("rule not deployed, nobody says where", rules(lambda r: replace(r, status="UPDATE_FAILED")),
          unclear=DEPLOYED),
    fault("rule on its way", rules(lambda r: replace(r, status="CREATE_IN_PROGRESS")), unclear=DEPLOYED),
    fault("rule of which no status is told", rules(lambda r: replace(r, status="")), unclear=DEPLOYED),
    fault("rule on the lock gone", own(gone, "archive-lock"), "config-rules-watch-the-archive"),
    fault("rule on the lock about another mode", own(lambda r: replace(r, rule=replace(
        r.rule, parameters=(("mode", "COMPLIANCE"),))), "archive-lock"), "config-rules-watch-the-archive"),
    fault("rule on the lock about another bucket", own(lambda r: replace(r, rule=replace(
        r.rule, resource="elsewhere")), "archive-lock"), "config-rules-watch-the-archive"),
    fault("rule on the key gone", own(gone, "key-deletion"), "config-rules-watch-the-archive"),
    fault("detector gone", own(gone, "trail-detector"), "detector-needs-no-trail"),
    fault("detector once a day", own(lambda r: replace(r, rule=replace(
        r.rule, frequency="TwentyFour_Hours")), "trail-detector"), "detector-needs-no-trail"),
    fault("detector that runs once a day", lambda h: b.cell(h, daily, build.MANAGEMENT, HOME),
          "detector-needs-no-trail"),
    fault("detector beside no channel", lambda h: b.cell(h, lambda c: replace(c, channel=None), build.MANAGEMENT, HOME),
          "config-has-a-delivery-channel", "config-can-deliver", "config-delivers-into-the-archive",
          "config-delivers-snapshots", unclear="detector-needs-no-trail"),
    fault("Config of the detector unread", lambda h: b.unread(h, build.MANAGEMENT, HOME, "config"),
          unclear=f"{ALL_CONFIG} detector-needs-no-trail"),
    fault("pack gone", lambda h: b.monitoring(h, packs=()), "conformance-pack-stands-as-written"),
    fault("pack of yesterday", pack(content="0" * 24), "conformance-pack-stands-as-written"),
    fault("pack without content", pack(content=""), "conformance-pack-stands-as-written"),
    fault("pack that leaves an account out", pack(excluded=frozenset({build.WEB})),
          "conformance-pack-stands-as-written"),
    fault("pack not deployed in an account", pack(status="CREATE_FAILED", undeployed=(NO_RECORDER,)),
          "conformance-pack-stands-as-written"),
    fault("pack failed", pack(status="UPDATE_FAILED"), "conformance-pack-stands-as-written"),
    fault("pack on its way", pack(status="UPDATE_IN_PROGRESS"), unclear="conformance-pack-stands-as-written"),
    fault("aggregator gone", lambda h: b.monitoring(h, aggregators=()), "compliance-is-aggregated"),
    fault("aggregator of some Regions", lambda h: b.monitoring(h, aggregators=tuple(
        replace(a, all_regions=False) for a in watching(h).aggregators)), "compliance-is-aggregated"),
    fault("aggregator of listed accounts", lambda h: b.monitoring(h, aggregators=(LISTED,)),
          "compliance-is-aggregated"),
    fault("aggregator of Control Tower", lambda h: b.monitoring(h, aggregators=(TOWERS, LISTED))),
    fault("rules unread", lambda h: b.unread(h, build.TOOLING, HOME, "rules"), unclear=RULES),
)  # fmt: skip

SECURITY_HUB = (
    fault("hub of another administrator", lambda h: b.hub(h, administrator=build.IDENTITY, configuration="LOCAL",
          status="", policies=()), "security-hub-is-centrally-configured",
          unclear="security-hub-policy-reaches-every-account security-hub-asks-for-the-chosen-protection"),
    fault("hub of nobody", lambda h: b.monitoring(h, hub=None), "security-hub-is-centrally-configured",
          "security-hub-is-on-in-the-management-account",
          unclear="security-hub-policy-reaches-every-account security-hub-asks-for-the-chosen-protection "
          "security-hub-findings-come-together"),
    fault("every account configures itself", lambda h: b.hub(h, configuration="LOCAL", status="", policies=()),
          "security-hub-is-centrally-configured",
          unclear="security-hub-policy-reaches-every-account security-hub-asks-for-the-chosen-protection"),
    fault("central configuration failed", lambda h: b.hub(h, status="FAILED", message="no trusted access"),
          "security-hub-is-centrally-configured"),
    fault("central configuration on its way", lambda h: b.hub(h, status="PENDING"),
          unclear="security-hub-is-centrally-configured"),
    fault("policies of Organizations govern", lambda h: b.hub(h, status="DISABLED"),
          unclear="security-hub-policy-reaches-every-account security-hub-asks-for-the-chosen-protection"),
    fault("hub off in a Region of the management account", lambda h: b.hub(h, management=(HOME,)),
          "security-hub-is-on-in-the-management-account"),
    fault("findings stay where they are", lambda h: b.hub(h, aggregator=None), "security-hub-findings-come-together"),
    fault("findings of one Region come", lambda h: b.hub(h, aggregator=ONE_REGION),
          "security-hub-findings-come-together"),
    fault("policy nowhere", hub_policy(targets=()), "security-hub-policy-reaches-every-account",
          unclear="security-hub-asks-for-the-chosen-protection"),
    fault("policy at a unit only", hub_policy(targets=(HubTarget(target=build.PROD, status="SUCCESS"),)),
          "security-hub-policy-reaches-every-account"),
    fault("association failed", at_root("FAILED", "3 accounts have no recorder"),
          "security-hub-policy-reaches-every-account"),
    fault("association on its way", at_root("PENDING"), unclear="security-hub-policy-reaches-every-account"),
    fault("policy without the standard", hub_policy(standards=()), "security-hub-policy-reaches-every-account"),
    fault("policy that switches off", hub_policy(enabled=False), "security-hub-policy-reaches-every-account",
          unclear="security-hub-asks-for-the-chosen-protection"),
    fault("control for MFA Delete on", hub_policy(disabled_controls=()), "security-hub-asks-for-the-chosen-protection"),
    fault("the new Security Hub beside it", lambda h: b.hub(h, unified=True)),
    fault("Security Hub unread", lambda h: b.unread(h, build.TOOLING, HOME, "security hub"), unclear=HUB),
)  # fmt: skip

ON_ALARMS = (
    fault("alarm gone in one cell", lambda h: b.cell(h, lambda c: replace(c, alarms=())), "alarms-listen-everywhere"),
    fault("alarm switched off", lambda h: b.alarm(h, lambda r: replace(r, state="DISABLED")),
          "alarms-listen-everywhere"),
    fault("alarm with reads", lambda h: b.alarm(h, lambda r: replace(
        r, state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"))),
    fault("pattern of an alarm changed", lambda h: b.alarm(h, lambda r: replace(r, pattern="0" * 24)),
          "alarms-listen-everywhere"),
    fault("target of an alarm gone", lambda h: b.alarm(h, lambda r: replace(r, targets=())),
          "alarms-listen-everywhere"),
    fault("target of an alarm elsewhere", lambda h: b.alarm(h, lambda r: replace(r, targets=(
        replace(r.targets[0], arn="arn:aws:sqs:eu-central-1:333333333333:hole"),))), "alarms-listen-everywhere"),
    fault("alarm sent as another role", lambda h: b.alarm(h, lambda r: replace(r, targets=(
        replace(r.targets[0], role="arn:aws:iam::333333333333:role/other"),))), "alarms-listen-everywhere"),
    fault("one more target", lambda h: b.alarm(h, lambda r: replace(r, targets=(
        *r.targets, replace(r.targets[0], id="more", arn="arn:aws:sqs:eu-central-1:333333333333:more"))))),
    fault("alarm on the archive off", lambda h: b.alarm(
        h, lambda r: replace(r, state="DISABLED"), "trailkeep-archive", build.LOG_ARCHIVE, HOME),
        "alarms-listen-everywhere"),
    fault("event rules of a cell unread", lambda h: b.unread(h, build.PAYMENTS, ELSEWHERE, "alarms"),
          unclear="alarms-listen-everywhere"),
    fault("no sender", no_sender, "alarms-can-be-sent"),
    fault("sender trusts nobody", sender(trust='{"Statement":[]}'), "alarms-can-be-sent"),
    fault("sender trusts another service", sender(trust=json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})),
        "alarms-can-be-sent"),
    fault("sender trusts for another account", sender(trust=json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}}]})), "alarms-can-be-sent"),
    fault("sender trusts for its own alarms only", sender(trust=json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{build.WEB}:rule/trailkeep-*"}}}]}))),
    fault("sender may do nothing", sender(inline=()), "alarms-can-be-sent"),
    fault("sender may send elsewhere", sender(inline=(("send", json.dumps({"Statement": [{
        "Effect": "Allow", "Action": "events:PutEvents", "Resource": "arn:aws:events:*:*:event-bus/other"}]})),)),
        "alarms-can-be-sent"),
    fault("sender's policy is no policy", sender(inline=(("send", "?"),)), unclear="alarms-can-be-sent"),
    fault("sender's trust is no policy", sender(trust="?"), unclear="alarms-can-be-sent"),
    fault("an SCP denies sending", scp({"Action": "events:PutEvents"}), "alarms-can-be-sent"),
    fault("an SCP denies sending below another unit", scp({"Action": "events:*"}, build.SANDBOX),
          "alarms-can-be-sent"),
    fault("an SCP denies other Regions", scp(ELSEWHERE_DENIED)),
    fault("roles of an account unread too", lambda h: b.unread(h, build.WEB, what="roles"),
          unclear="alarms-can-be-sent exempt-roles-trust-nobody-else"),
    fault("bus gone", lambda h: b.monitoring(h, buses=()), "alarms-are-let-in", unclear="alarms-are-passed-on"),
    fault("bus without a policy", bus(policy=""), "alarms-are-let-in"),
    fault("bus for another organization", bus_with(lambda s: {
        **s, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-elsewhere00"}}}), "alarms-are-let-in"),
    fault("bus for everybody", bus_with(lambda s: {k: v for k, v in s.items() if k != "Condition"}),
          "alarms-are-let-in"),
    fault("bus for one account", bus_with(lambda s: {
        **s, "Principal": {"AWS": f"arn:aws:iam::{build.WEB}:root"}}), "alarms-are-let-in"),
    fault("bus' policy is no policy", bus(policy="?"), unclear="alarms-are-let-in"),
    fault("topic's policy is no policy", topic(policy="?"), unclear="alarms-are-passed-on"),
    fault("telling rule off", telling(lambda r: replace(r, state="DISABLED")), "alarms-are-passed-on"),
    fault("telling rule hears less", telling(lambda r: replace(r, pattern="0" * 24)), "alarms-are-passed-on"),
    fault("telling rule tells nobody", telling(lambda r: replace(r, targets=())), "alarms-are-passed-on"),
    fault("no telling rules", bus(rules=()), "alarms-are-passed-on"),
    fault("topic lets no alarm in", topic_without("Alarms"), "alarms-are-passed-on"),
    fault("topic gone", lambda h: b.monitoring(h, topics=()), "alarms-are-passed-on", unclear="alarms-are-heard"),
    fault("listener not confirmed", topic(subscriptions=(
        Subscription(protocol="email", endpoint=b.LISTENER, confirmed=False), ELSEBODY)), "alarms-are-heard"),
    fault("listener gone", topic(subscriptions=(ELSEBODY,)), "alarms-are-heard"),
    fault("nobody subscribed", topic(subscriptions=()), "alarms-are-heard"),
    fault("bus and topic unread", lambda h: b.unread(h, build.TOOLING, HOME, "alarms"),
          unclear=f"{ALARMS} alarms-listen-everywhere"),
)  # fmt: skip

NOTHING_READ = fault(
    "an older snapshot",
    lambda h: replace(h, monitoring=None),
    unclear=f"{RULES} {HUB} {ALARMS} alarms-listen-everywhere alarms-can-be-sent",
)

FAULTS: tuple[Fault, ...] = (*CONFIG_RULES, *SECURITY_HUB, *ON_ALARMS, NOTHING_READ)
