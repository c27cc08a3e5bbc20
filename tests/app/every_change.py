"""One or more of every kind of change there is, as a plan would hold them."""

from dataclasses import replace
from typing import Any

from tests.setup import build
from trailkeep.model.archive import Encryption, LifecycleRule, Lock
from trailkeep.model.change import (
    ApplyHubPolicy,
    AttachGuard,
    AttachPolicy,
    Change,
    CreateAccount,
    CreateBucket,
    CreateKey,
    CreateRole,
    CreateServiceLinkedRole,
    CreateUnit,
    EnableAllFeatures,
    EnableMfaDelete,
    EnablePolicyType,
    MoveAccount,
    PutAggregator,
    PutBus,
    PutChannel,
    PutEventRule,
    PutFindingAggregator,
    PutGuard,
    PutHubPolicy,
    PutOrganizationRule,
    PutPack,
    PutPolicy,
    PutRecorder,
    PutRole,
    PutRule,
    PutTopic,
    PutTrail,
    Reason,
    SetBucket,
    SetCentralConfiguration,
    SetDelegate,
    SetHub,
    SetHubAdministrator,
    SetKey,
    SetLogging,
    SetRecording,
    SetSelectors,
    SetSubscription,
    SetTrustedAccess,
)
from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import AccountId, pending
from trailkeep.model.monitoring import (
    AccountRule,
    Aggregator,
    ConfigRule,
    EventBus,
    EventRule,
    EventTarget,
    FindingAggregator,
    HubPolicy,
    HubTarget,
    OrganizationRule,
    Pack,
    Subscription,
    Topic,
    Undeployed,
)
from trailkeep.model.organization import Policy
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Selectors

WHY = Reason(step="2.1", text="because the test says so", source="https://docs.aws.amazon.com/")
POLICY = Policy(
    id="p-abcd1234",
    name="trailkeep-logging",
    type="SERVICE_CONTROL_POLICY",
    aws_managed=False,
    content='{"Version":"2012-10-17","Statement":[]}',
    targets=frozenset({build.SANDBOX, build.WEB}),
)
GUARD = GuardPolicy(
    account=build.LOG_ARCHIVE,
    name="trailkeep-deny-log-deletion",
    arn=f"arn:aws:iam::{build.LOG_ARCHIVE}:policy/trailkeep-deny-log-deletion",
    content="{}",
    roles=frozenset({"Admin", "Operator"}),
    users=frozenset(),
    groups=frozenset(),
)
ROLE = Role(
    account=build.LOG_ARCHIVE,
    name="TrailkeepBreakGlass",
    arn=f"arn:aws:iam::{build.LOG_ARCHIVE}:role/TrailkeepBreakGlass",
    trust="{}",
    policies=frozenset({"arn:aws:iam::aws:policy/AdministratorAccess"}),
)
SENDER = Role(
    account=build.TOOLING,
    name="trailkeep-alarms",
    arn=f"arn:aws:iam::{build.TOOLING}:role/trailkeep-alarms",
    trust="{}",
    policies=frozenset(),
    inline=(("send", '{"Statement":[]}'),),
)
CONFIG_RULE = ConfigRule(
    name="trailkeep-archive-versioning",
    identifier="S3_BUCKET_VERSIONING_ENABLED",
    parameters=(("isMfaDeleteEnabled", "true"),),
    types=("AWS::S3::Bucket",),
    resource="acme-trail",
)
ORGANIZATION_RULE = OrganizationRule(
    owner=build.TOOLING,
    region=build.HOME,
    rule=CONFIG_RULE,
    excluded=frozenset({build.WEB}),
    status="CREATE_FAILED",
    undeployed=(Undeployed(account=build.PAYMENTS, status="CREATE_FAILED", reason="no recorder"),),
)
PACK = Pack(owner=build.TOOLING, region=build.HOME, name="trailkeep-logging", content="a digest")
AGGREGATOR = Aggregator(
    owner=build.TOOLING, region=build.HOME, name="trailkeep-organization", role=SENDER.arn, all_regions=True
)
HUB_POLICY = HubPolicy(
    id=pending("Security Hub policy"),
    name="trailkeep-logging",
    description="made by a test",
    enabled=True,
    standards=("arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0",),
    disabled_controls=("S3.15",),
    targets=(HubTarget(target="r-root", status="SUCCESS"),),
)
EVENT_RULE = EventRule(
    name="trailkeep-logging",
    bus="default",
    pattern="a digest",
    state="ENABLED",
    targets=(EventTarget(id="bus", arn="arn:aws:events:eu-west-1:777777777777:event-bus/trailkeep", role=SENDER.arn),),
)
BUS = EventBus(account=build.TOOLING, region=build.HOME, name="trailkeep", policy="{}", rules=(EVENT_RULE,))
TOPIC = Topic(
    arn=f"arn:aws:sns:{build.HOME}:{build.TOOLING}:trailkeep-tampering",
    account=build.TOOLING,
    region=build.HOME,
    policy="{}",
    subscriptions=(Subscription(protocol="email", endpoint="a@example.com", confirmed=False),),
)
RULE = LifecycleRule(
    id="trailkeep-retention",
    enabled=True,
    prefix="",
    expire_days=400,
    noncurrent_days=90,
    abort_multipart_days=7,
    expired_delete_markers=False,
    other='{"Filter":{"Tag":{"Key":"ü","Value":"\\u202e"}}}',
)


def at(account: str = build.MANAGEMENT, region: str = "") -> dict[str, Any]:
    return {"account": AccountId(account), "region": region, "reason": WHY}


ORGANIZATION = at()
ARCHIVE = at(build.LOG_ARCHIVE, build.HOME)
TOOLING = at(build.TOOLING, build.HOME)
CELL = at(build.PAYMENTS, build.HOME)
TRAIL = build.trail()
BUCKET = build.bucket()


def bucket_setting(setting: Any, before: Any, after: Any) -> SetBucket:
    return SetBucket(**ARCHIVE, bucket=BUCKET.name, setting=setting, before=before, after=after)


EVERY: tuple[Change, ...] = (
    CreateUnit(**ORGANIZATION, unit=build.unit("ou-exam-newunit1", "New")),
    CreateUnit(**ORGANIZATION, unit=build.unit("‹unit r-exam/Logs›", "Logs")),
    CreateAccount(
        **ORGANIZATION,
        new=build.account("‹account Log Archive›", "Log Archive", joined=None),
        role=ROLE,
        tags=(("owner", "platform"), ("ü", "\u202e")),
    ),
    MoveAccount(**ORGANIZATION, moved=build.WEB, before=build.ROOT, after=build.SECURITY, names=("Root", "Security")),
    EnableAllFeatures(**ORGANIZATION),
    SetTrustedAccess(**ORGANIZATION, service="cloudtrail.amazonaws.com", before=False, after=True),
    SetDelegate(**ORGANIZATION, delegation=build.delegation(), before=False, after=True),
    EnablePolicyType(**ORGANIZATION, type="SERVICE_CONTROL_POLICY"),
    CreateServiceLinkedRole(**at(build.WEB), service="config.amazonaws.com", role="AWSServiceRoleForConfig"),
    CreateRole(**at(build.LOG_ARCHIVE), role=ROLE, path="/platform/", boundary="", tags=()),
    CreateKey(**at(build.TOOLING, build.HOME), key=build.key(), tags=(("owner", "platform"),)),
    SetKey(
        **at(build.TOOLING, build.HOME),
        arn=build.key().arn,
        alias="alias/trailkeep-archive",
        setting="rotates",
        before=False,
        after=True,
    ),
    SetKey(
        **at(build.TOOLING, build.HOME),
        arn=build.key().arn,
        alias="alias/trailkeep-archive",
        setting="policy",
        before="",
        after="{}",
        last=True,
    ),
    CreateBucket(**ARCHIVE, bucket=BUCKET),
    bucket_setting("versioning", "", "Enabled"),
    bucket_setting("lock", None, Lock(mode="COMPLIANCE", days=365)),
    bucket_setting("lock", Lock(mode=None, days=None), Lock(mode="GOVERNANCE", days=1)),
    bucket_setting("blocks_public_access", before=False, after=True),
    bucket_setting("ownership", "", "BucketOwnerEnforced"),
    bucket_setting(
        "encryption", Encryption(key="", bucket_key=False), Encryption(key=build.key().arn, bucket_key=True)
    ),
    bucket_setting("lifecycle", (), (RULE, replace(RULE, id="theirs", enabled=False))),
    bucket_setting("policy", "", '{"Statement":[]}'),
    bucket_setting("tags", (), (("owner", "platform"),)),
    PutTrail(**at(region=build.HOME), before=None, after=TRAIL, tags=(("owner", "platform"),), deletable=False),
    PutTrail(**at(region=build.HOME), before=replace(TRAIL, selectors=None, is_logging=None), after=None),
    SetSelectors(
        **at(region=build.HOME),
        arn=TRAIL.arn,
        name=TRAIL.name,
        before=ALL_MANAGEMENT_EVENTS,
        after=Selectors(management="write", excluded_sources=("kms.amazonaws.com",), data=('{"Name": "x"}',)),
    ),
    SetLogging(**at(region=build.HOME), arn=TRAIL.arn, name=TRAIL.name, before=False, after=True),
    PutRecorder(**CELL, before=None, after=build.recorder()),
    PutRecorder(**CELL, before=build.recorder(frequency="daily"), after=build.recorder()),
    PutChannel(**CELL, before=build.channel(topic="arn:aws:sns:eu-west-1:1:x"), after=build.channel()),
    SetRecording(**CELL, name="default", before=False, after=True),
    EnableMfaDelete(**ARCHIVE, bucket=BUCKET.name, procedure=("1. Sign in", '2. aws --mfa "$X $Y"')),
    PutPolicy(**ORGANIZATION, before=None, after=POLICY, description="made by a test", tags=(("a", "b"),)),
    PutPolicy(**ORGANIZATION, before=POLICY, after=None, description=""),
    AttachPolicy(
        **ORGANIZATION,
        policy=POLICY.id,
        name=POLICY.name,
        type=POLICY.type,
        target=build.SANDBOX,
        path="Sandbox",
        before=False,
        after=True,
        canary=True,
    ),
    PutGuard(**at(build.LOG_ARCHIVE), before=None, after=GUARD, path="/"),
    AttachGuard(**at(build.LOG_ARCHIVE), arn=GUARD.arn, name=GUARD.name, principal="Admin", before=False, after=True),
    PutRole(
        **at(build.TOOLING),
        before=None,
        after=SENDER,
        path="/",
        boundary="",
        tags=(("owner", "platform"),),
    ),
    PutRole(**at(build.TOOLING), before=replace(SENDER, inline=()), after=SENDER, path="/", boundary="", tags=()),
    PutOrganizationRule(**TOOLING, before=None, after=ORGANIZATION_RULE),
    PutOrganizationRule(**TOOLING, before=ORGANIZATION_RULE, after=None),
    PutRule(**ARCHIVE, before=None, after=AccountRule(account=build.LOG_ARCHIVE, region=build.HOME, rule=CONFIG_RULE)),
    PutPack(**TOOLING, before=None, after=PACK, template="{}"),
    PutPack(**TOOLING, before=PACK, after=replace(PACK, content="another"), template="{ }"),
    PutAggregator(**TOOLING, before=None, after=AGGREGATOR),
    SetHubAdministrator(**at(build.MANAGEMENT, build.HOME), administrator=build.TOOLING, before=False, after=True),
    SetHub(**TOOLING, before=False, after=True),
    PutFindingAggregator(
        **TOOLING,
        before=None,
        after=FindingAggregator(arn=pending("finding aggregator"), mode="SPECIFIED_REGIONS", regions=("us-east-1",)),
    ),
    SetCentralConfiguration(**TOOLING, before=False, after=True),
    PutHubPolicy(**TOOLING, before=None, after=HUB_POLICY, tags=(("owner", "platform"),)),
    PutHubPolicy(**TOOLING, before=HUB_POLICY, after=replace(HUB_POLICY, disabled_controls=("S3.20",))),
    ApplyHubPolicy(
        **TOOLING, policy=HUB_POLICY.id, name=HUB_POLICY.name, target="r-root", path="Root", before=False, after=True
    ),
    PutBus(**TOOLING, before=None, after=BUS),
    PutBus(**TOOLING, before=BUS, after=None),
    PutTopic(**TOOLING, before=None, after=TOPIC, tags=(("owner", "platform"),)),
    SetSubscription(**TOOLING, topic=TOPIC.arn, protocol="email", endpoint="a@example.com", before=False, after=True),
    PutEventRule(**TOOLING, before=None, after=EVENT_RULE, texts=("", '{"source":["aws.s3"]}')),
    PutEventRule(
        **TOOLING, before=EVENT_RULE, after=replace(EVENT_RULE, state="DISABLED"), texts=("{}", '{"source":["aws.s3"]}')
    ),
)
