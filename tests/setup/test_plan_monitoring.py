"""What watches: every account and Region, one bus, one hub, each in the order AWS takes it in."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.setup import build
from tests.setup.planning import notes, of, organization, settled, snapshot
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import Form, read
from trailkeep.authz.lint.finding import Severity
from trailkeep.errors import SpecError
from trailkeep.model.change import (
    ApplyHubPolicy,
    AttachGuard,
    PutAggregator,
    PutBus,
    PutChannel,
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
from trailkeep.model.ids import Region
from trailkeep.model.monitoring import FindingAggregator, Hub, HubPolicy, HubTarget, Monitoring, Subscription
from trailkeep.model.plan import Plan
from trailkeep.model.snapshot import Snapshot, Unreachable
from trailkeep.setup.documents import alarm_patterns
from trailkeep.setup.plan import make_plan
from trailkeep.setup.spec import Spec

EVERYWHERE = {(a.id, r) for a in (*build.ACCOUNTS, *build.DEDICATED) for r in build.REGIONS}


def spec(**monitoring: Any) -> Spec:
    return build.spec(monitoring=monitoring)


def plan(wanted: Spec | None = None, **changes: Any) -> Plan:
    return make_plan(wanted or spec(), snapshot(monitoring=Monitoring(), **changes))


def ready(wanted: Spec | None = None) -> Snapshot:
    return settled(wanted or spec(), monitoring=Monitoring())


def with_hub(hub: Hub) -> Plan:
    return make_plan(spec(), snapshot(monitoring=Monitoring(hub=hub)))


def test_a_specification_without_the_part_asks_for_nothing() -> None:
    made = make_plan(build.spec(), snapshot(monitoring=Monitoring()))
    assert [c for c in made.changes if c.when.label in {"monitoring", "detection"}] == []


def test_once_made_nothing_is_left_to_make() -> None:
    assert make_plan(spec(), ready()).changes == ()


def test_alarms_listen_in_every_account_and_region_and_come_together_on_one_bus() -> None:
    made = of(PutEventRule, plan())
    listening = [c for c in made if c.item.name == "trailkeep-logging"]
    assert {(c.account, c.region) for c in listening} == EVERYWHERE
    (bus,) = of(PutBus, plan())
    assert (bus.account, bus.region) == (build.TOOLING, build.HOME)
    arn = f"arn:aws:events:{build.HOME}:{build.TOOLING}:event-bus/trailkeep"
    assert {t.arn for c in made if c.item.bus == "default" for t in c.item.targets} == {arn}
    assert build.ORGANIZATION_ID in bus.item.policy
    roles = {c.item.account: c.item for c in of(PutRole, plan()) if c.item.name == "trailkeep-alarms"}
    assert set(roles) == {a for a, _ in EVERYWHERE}
    for rule in made:
        if rule.item.bus == "default":
            assert rule.item.targets[0].role == roles[rule.account].arn
            assert arn in dict(roles[rule.account].inline)["send"]


def test_each_kind_of_event_is_listened_for_where_it_appears() -> None:
    """Organizations and IAM in the first Region, S3 where the buckets are, KMS where the key is."""
    where: dict[str, set[tuple[str, str]]] = {}
    for change in of(PutEventRule, plan()):
        where.setdefault(change.item.name.removeprefix("trailkeep-"), set()).add((change.account, change.region))
    first = Region("us-east-1")
    assert where["organization"] == {(build.MANAGEMENT, first)}
    assert where["archive"] == where["public"] == {(build.LOG_ARCHIVE, build.HOME)}
    assert where["key"] == where["plumbing"] == {(build.TOOLING, build.HOME)}
    assert where["roles"] == where["root"] == {(a, first) for a, _ in EVERYWHERE}
    assert where["compliance"] == {(a, build.HOME) for a, _ in EVERYWHERE}
    assert where["tell-tampering"] == where["tell-compliance"] == {(build.TOOLING, build.HOME)}


def test_the_topic_tells_whom_the_specification_names() -> None:
    told = ["a@example.com", "https://hooks.example.com/x", f"arn:aws:sqs:{build.HOME}:{build.TOOLING}:alarms"]
    made = plan(spec(alarms={"notify": told}))
    assert {(c.protocol, c.endpoint) for c in of(SetSubscription, made)} == set(
        zip(("email", "https", "sqs"), told, strict=True)
    )
    (topic,) = of(PutTopic, made)
    statements = json.loads(topic.item.policy)["Statement"]
    allowed = next(s for s in statements if s["Sid"] == "Alarms")
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        f"arn:aws:events:{build.HOME}:{build.TOOLING}:rule/trailkeep/trailkeep-tell-{kind}"
        for kind in ("compliance", "tampering")
    ]


def test_a_listener_who_has_not_confirmed_is_said_to_be_waited_for() -> None:
    wanted = spec(alarms={"notify": ["a@example.com"]})
    (note,) = notes(make_plan(wanted, ready(wanted)), "waiting")
    assert "a@example.com" in note.text


def test_a_listener_nobody_wrote_down_stays() -> None:
    made = ready()
    assert made.monitoring is not None
    (topic,) = made.monitoring.topics
    theirs = replace(topic, subscriptions=(Subscription(protocol="sms", endpoint="+1", confirmed=True),))
    made = replace(made, monitoring=replace(made.monitoring, topics=(theirs,)))
    assert make_plan(spec(), made).changes == ()


@pytest.mark.parametrize("harm", [{"state": "DISABLED"}, {"targets": ()}, {"pattern": "another"}])
def test_a_rule_that_was_silenced_is_put_right(harm: dict[str, Any]) -> None:
    made = ready()
    cell = made.cells[build.WEB][build.HOME]
    broken = tuple(replace(r, **harm) if r.name == "trailkeep-logging" else r for r in cell.alarms)
    cells = {**made.cells, build.WEB: {**made.cells[build.WEB], build.HOME: replace(cell, alarms=broken)}}
    (change,) = make_plan(spec(), replace(made, cells=cells)).changes
    assert isinstance(change, PutEventRule)
    assert (change.account, change.region, change.item.state) == (build.WEB, build.HOME, "ENABLED")


def test_rules_of_the_organization_stand_in_every_region_and_the_archives_where_it_is() -> None:
    made = plan()
    regional = {(c.item.rule.identifier, c.region) for c in of(PutOrganizationRule, made)}
    assert regional == {(i, r) for i in ("CLOUD_TRAIL_ENABLED", "SECURITYHUB_ENABLED") for r in build.REGIONS}
    assert {c.account for c in of(PutOrganizationRule, made)} == {build.TOOLING}
    own = {(c.account, c.item.rule.identifier) for c in of(PutRule, made)}
    assert (build.LOG_ARCHIVE, "S3_BUCKET_DEFAULT_LOCK_ENABLED") in own
    assert (build.TOOLING, "KMS_CMK_NOT_SCHEDULED_FOR_DELETION") in own
    (detector,) = of(PutRule, made, account=build.MANAGEMENT)
    assert detector.item.rule.frequency == "One_Hour"
    assert {c.region for c in of(PutRule, made)} == {build.HOME}
    (aggregator,) = of(PutAggregator, made)
    assert aggregator.item.all_regions


def test_rules_that_exclude_each_other_are_never_asked_for_together() -> None:
    mfa = build.spec(archive={"protection": "mfa", "lock": None, "retention_days": None}, monitoring={})
    rules = {c.item.rule.identifier: c.item.rule for c in of(PutRule, plan(mfa))}
    assert "S3_VERSION_LIFECYCLE_POLICY_CHECK" not in rules
    assert "S3_BUCKET_DEFAULT_LOCK_ENABLED" not in rules
    assert rules["S3_BUCKET_VERSIONING_ENABLED"].parameters == (("isMfaDeleteEnabled", "true"),)
    locked = {c.item.rule.identifier: c.item.rule for c in of(PutRule, plan())}
    assert locked["S3_BUCKET_VERSIONING_ENABLED"].parameters == ()
    (policy,) = of(PutHubPolicy, plan(mfa))
    assert policy.item.disabled_controls == ("S3.15",)
    (policy,) = of(PutHubPolicy, plan())
    assert policy.item.disabled_controls == ("S3.20",)
    assert "MFA Delete" in policy.item.description


def test_an_account_that_has_not_enabled_a_region_is_left_out_there() -> None:
    far = Region("ap-southeast-4")
    member = build.account("888888888888", "far", regions=(*build.REGIONS, far))
    tooling = [replace(a, regions=(*build.REGIONS, far)) if a.id == build.TOOLING else a for a in build.DEDICATED]
    org = organization(accounts=(*build.ACCOUNTS, *tooling, member))
    made = make_plan(spec(), build.snapshot(organization=org, monitoring=Monitoring()))
    (rule, _) = of(PutOrganizationRule, made, region=far)
    assert rule.item.excluded == {a.id for a in (*build.ACCOUNTS, *build.DEDICATED)} - {build.TOOLING}
    assert all(c.item.excluded == frozenset() for c in of(PutOrganizationRule, made, region=build.HOME))


def test_an_account_whose_regions_are_not_known_is_not_left_out() -> None:
    member = build.account("888888888888", "closed door", regions=None)
    org = organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, member))
    made = make_plan(spec(), build.snapshot(organization=org, monitoring=Monitoring()))
    assert {c.item.excluded for c in of(PutOrganizationRule, made)} == {frozenset()}


def test_where_the_security_account_is_not_no_rule_can_be_and_it_is_said() -> None:
    far = Region("ap-southeast-4")
    member = build.account("888888888888", "far", regions=(*build.REGIONS, far))
    org = organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, member))
    made = make_plan(spec(), build.snapshot(organization=org, monitoring=Monitoring()))
    assert of(PutOrganizationRule, made, region=far) == []
    assert any(far in n.subject for n in notes(made, "left alone"))
    assert of(PutEventRule, made, account=member.id, region=far) != [], "alarms need no administrator there"


def test_what_aws_does_not_offer_somewhere_is_not_asked_for_there() -> None:
    wanted = spec(unsupported=[{"rule": "SECURITYHUB_ENABLED", "regions": ["eu-central-1"]}])
    made = {c.region for c in of(PutOrganizationRule, plan(wanted)) if c.item.rule.identifier == "SECURITYHUB_ENABLED"}
    assert made == {build.HOME, "us-east-1"}


def test_a_pack_is_written_again_when_its_content_changes() -> None:
    made = ready()
    wanted = build.spec(monitoring={}, archive={"encryption": "s3"})
    (pack,) = of(PutPack, make_plan(wanted, made))
    assert pack.before is not None
    assert pack.undo() is None
    resources = json.loads(pack.template)["Resources"]
    assert {r["Properties"]["Source"]["SourceIdentifier"] for r in resources.values()} == {
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
        "ACCOUNT_PART_OF_ORGANIZATIONS",
    }


def test_an_aggregator_of_another_owner_over_everything_is_enough() -> None:
    theirs = ready()
    assert theirs.monitoring is not None
    (ours,) = theirs.monitoring.aggregators
    named = replace(ours, name="aws-controltower-ConfigAggregatorForOrganizations")
    made = make_plan(spec(), snapshot(monitoring=Monitoring(aggregators=(named,))))
    assert of(PutAggregator, made) == []


def test_security_hub_is_configured_in_the_one_order_that_works() -> None:
    hub = (SetHubAdministrator, SetHub, PutFindingAggregator, SetCentralConfiguration, PutHubPolicy, ApplyHubPolicy)
    steps = [c for c in plan().changes if isinstance(c, hub)]
    own = [c for c in steps if isinstance(c, SetHub) and c.account == build.MANAGEMENT]
    assert [c.region for c in own] == list(build.REGIONS), "nobody else can switch it on there"
    assert [type(c) for c in steps if c not in own] == list(hub)
    assert steps.index(own[-1]) < next(i for i, c in enumerate(steps) if isinstance(c, ApplyHubPolicy))
    assert len({c.lane for c in steps}) == len({c.chain for c in steps}) == 1, "a later step stands on the earlier"
    assert steps[0].account == build.MANAGEMENT
    assert {c.account for c in steps[1:] if c not in own} == {build.TOOLING}


@pytest.mark.parametrize(
    ("mode", "regions", "wanted", "changes"),
    [
        ("ALL_REGIONS", (), "enabled", False),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", ("us-east-1",), "enabled", True),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", ("us-east-1",), [build.HOME, "eu-central-1"], False),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", ("eu-central-1",), [build.HOME, "eu-central-1"], True),
        ("SPECIFIED_REGIONS", ("eu-central-1", "us-east-1"), [build.HOME, "eu-central-1"], False),
        ("NO_REGIONS", (), [build.HOME, "eu-central-1"], True),
        ("NO_REGIONS", (), [build.HOME], False),
    ],
)
def test_an_aggregator_is_changed_only_where_it_links_too_little(
    mode: str, regions: tuple[str, ...], wanted: Any, changes: bool
) -> None:
    aggregator = FindingAggregator(arn="arn:x", mode=mode, regions=regions)
    hub = Hub(region=build.HOME, administrator=build.TOOLING, enabled=True, aggregator=aggregator)
    made = make_plan(
        build.spec(organization={"regions": wanted}, monitoring={}), snapshot(monitoring=Monitoring(hub=hub))
    )
    assert bool(of(PutFindingAggregator, made)) == changes


def test_no_control_is_switched_off_without_a_reason() -> None:
    off = {"control": "S3.7", "reason": "one Region only"}
    (policy,) = of(PutHubPolicy, plan(spec(security_hub={"disable": [off]})))
    assert policy.item.disabled_controls == ("S3.20", "S3.7")
    assert "S3.7 (one Region only)" in policy.item.description


def test_a_standard_that_is_not_offered_is_refused_with_those_that_are() -> None:
    offered = ("arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0",)
    seen = Monitoring(hub=Hub(region=build.HOME, administrator=build.TOOLING, enabled=True, offered=offered))
    with pytest.raises(SpecError) as caught:
        make_plan(spec(), snapshot(monitoring=seen))
    assert "nist-800-53/v/5.0.0" in caught.value.hint


def test_whoever_governs_security_hub_already_is_not_fought() -> None:
    governed = with_hub(Hub(region=build.HOME, administrator=build.TOOLING, enabled=True, status="DISABLED"))
    assert of(SetCentralConfiguration, governed) == []
    assert [n.subject for n in notes(governed, "left alone")] == ["Security Hub CSPM"]
    other = with_hub(Hub(region=build.HOME, administrator=build.IDENTITY))
    assert of(SetHubAdministrator, other) == []
    assert build.IDENTITY in notes(other, "refused")[0].text
    policy = HubPolicy(
        id="p-1",
        name="theirs",
        description="",
        enabled=True,
        standards=(),
        disabled_controls=(),
        targets=(HubTarget(target=build.ROOT, status="SUCCESS"),),
    )
    central = Hub(
        region=build.HOME, administrator=build.TOOLING, enabled=True, configuration="CENTRAL", policies=(policy,)
    )
    assert "theirs" in notes(with_hub(central), "refused")[0].text


def test_nothing_is_written_over_what_was_not_read() -> None:
    lost = Unreachable(account=build.TOOLING, region=build.HOME, what="security hub", reason="denied", hint="")
    made = make_plan(spec(), snapshot(monitoring=Monitoring(), unreachable=(lost,)))
    assert of(SetHub, made) == []
    assert of(PutBus, made) != []
    assert not made.is_complete
    blind = make_plan(spec(), snapshot(monitoring=None))
    assert of(PutBus, blind) == []
    assert [n.subject for n in notes(blind, "open")] == ["monitoring"]
    cell = Unreachable(account=build.WEB, region=build.HOME, what="alarms", reason="denied", hint="")
    made = make_plan(spec(), snapshot(monitoring=Monitoring(), unreachable=(cell,)))
    assert of(PutEventRule, made, account=build.WEB, region=build.HOME) == []


def test_a_role_made_in_the_archive_account_carries_the_deny_policy_too() -> None:
    attached = of(AttachGuard, plan(), principal="trailkeep-alarms")
    assert [c.account for c in attached] == [build.LOG_ARCHIVE]


def test_everything_that_was_made_is_undone() -> None:
    for change in plan().changes:
        if change.when.label in {"monitoring", "detection"}:
            undone = change.undo()
            assert undone is not None, change.resource
            assert isinstance(change, PutPack) or undone.undo() == change


def test_the_guardrails_keep_the_alarms() -> None:
    world = ready()
    for policy in world.organization.policies:
        if policy.name in {"trailkeep-logging", "trailkeep-archive"}:
            sids = {s["Sid"] for s in json.loads(policy.content)["Statement"]}
            assert {"Alarms", "SecurityHub"} <= sids
            assert len(policy.content) <= 10_240


def test_patterns_stay_below_the_quota() -> None:
    made = of(PutEventRule, plan())
    assert max(len(c.texts[1]) for c in made) < alarm_patterns.LONGEST


def test_events_that_bring_an_alarm_exist() -> None:
    """Every name is an operation of its service's API; S3's are prefixes of event names and have no model."""
    import botocore.session

    session = botocore.session.get_session()
    for source, names in alarm_patterns.LOGGING.items():
        operations = set(session.get_service_model(source.removeprefix("aws.")).operation_names)
        assert set(names) <= operations
    both = [session.get_service_model(service).operation_names for service in ("events", "sns")]
    assert set(alarm_patterns.PLUMBING) <= {name for names in both for name in names}
    for service, others in (("organizations", alarm_patterns.ORGANIZATION), ("kms", alarm_patterns.KEY)):
        assert set(others) <= set(session.get_service_model(service).operation_names)


def test_the_guardrails_are_free_of_mistakes() -> None:
    policies = [p for p in ready().organization.policies if not p.aws_managed]
    forms: dict[str, Form] = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
    found = lint([read(p.content, name=p.name, form=forms[p.type]) for p in policies])
    assert [f for f in found if f.severity is Severity.ERROR] == []


def test_where_the_detector_runs_snapshots_come_as_often_as_it_should() -> None:
    """A periodic rule runs as often as the less frequent of its own frequency and the channel's."""
    hourly = {(c.account, c.region) for c in of(PutChannel, plan()) if c.after.frequency == "One_Hour"}
    assert hourly == {(build.MANAGEMENT, build.HOME)}
    assert {c.after.frequency for c in of(PutChannel, make_plan(build.spec(), snapshot()))} == {"TwentyFour_Hours"}


def test_what_the_rules_cost_at_most_is_said() -> None:
    (note,) = notes(plan(), "cost")
    accounts, regions = len(build.ACCOUNTS) + len(build.DEDICATED), len(build.REGIONS)
    runs = (
        accounts * regions * 2 * 30.4 + accounts * 4 * 30.4 + 730 + 30.4
    )  # the key's rule is daily, the detector hourly
    assert f"some {runs:,.0f} evaluations a month: at most ${runs / 1000:,.2f}" in note.text
    assert notes(make_plan(build.spec(), snapshot()), "cost") == []
