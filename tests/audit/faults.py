"""What can go wrong, one thing at a time, with the checks that must fail and those that can no longer tell."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.audit import build as b
from tests.setup import build, planning
from trailkeep.model.archive import Encryption, LifecycleRule, Lock
from trailkeep.model.ids import AccountId, Region, UnitId
from trailkeep.model.organization import State
from trailkeep.model.recorder import RecordingGroup
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import Selectors, Trail

HOME_TRAIL = f"arn:aws:cloudtrail:{build.HOME}:{build.MANAGEMENT}:trail/trailkeep"
STRANGER = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::987654321098:root"},
    "Action": "s3:GetObject",
    "Resource": "*",
}
EVERYBODY = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{b.TRAIL_BUCKET}/*",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault by name; `fails` and `unclear` are exactly the checks that turn."""

    name: str
    plant: Callable[[Snapshot], Snapshot]
    fails: frozenset[str]
    unclear: frozenset[str] = frozenset()


def fault(name: str, plant: Callable[[Snapshot], Snapshot], *fails: str, unclear: str = "") -> Fault:
    """A fault, with the checks that fail and (as words) those that become unclear."""
    return Fault(name=name, plant=plant, fails=frozenset(fails), unclear=frozenset(unclear.split()))


def rule(**changes: object) -> LifecycleRule:
    """A lifecycle rule that does nothing yet."""
    plain = LifecycleRule(
        id="clean-up", enabled=True, prefix="", expire_days=None, noncurrent_days=None, abort_multipart_days=None,
        expired_delete_markers=False, other="",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def with_rule(use: str = "trail", **changes: object) -> Callable[[Snapshot], Snapshot]:
    def plant(h: Snapshot) -> Snapshot:
        ours = next(x.lifecycle for x in h.buckets if x.name == (b.TRAIL_BUCKET if use == "trail" else b.CONFIG_BUCKET))
        return b.bucket(h, use, lifecycle=(*ours, rule(**changes)))

    return plant


def statements(h: Snapshot, use: str, edit: Callable[[list[dict[str, object]]], list[dict[str, object]]]) -> Snapshot:
    """A bucket's policy with its statements edited."""
    name = b.TRAIL_BUCKET if use == "trail" else b.CONFIG_BUCKET
    policy = json.loads(next(x.policy for x in h.buckets if x.name == name))
    return b.bucket(h, use, policy=json.dumps({**policy, "Statement": edit(policy["Statement"])}))


def without(*sids: str) -> Callable[[list[dict[str, object]]], list[dict[str, object]]]:
    return lambda found: [s for s in found if s.get("Sid") not in sids]


def key_without(h: Snapshot, sid: str) -> Snapshot:
    policy = json.loads(h.keys[0].policy)
    left = [s for s in policy["Statement"] if s.get("Sid") != sid]
    return b.key(h, policy=json.dumps({**policy, "Statement": left}))


def account(h: Snapshot, id_: AccountId, **changes: object) -> Snapshot:
    accounts = dict(h.organization.accounts)
    accounts[id_] = replace(accounts[id_], **changes)  # type: ignore[arg-type]
    return b.organization(h, accounts=accounts)


def selectors(**changes: object) -> Callable[[Snapshot], Snapshot]:
    def plant(h: Snapshot) -> Snapshot:
        if not h.trails or h.trails[0].selectors is None:
            return h
        return b.trail(h, selectors=replace(h.trails[0].selectors, **changes))  # type: ignore[arg-type]

    return plant


def detached(name: str, *targets: str) -> Callable[[Snapshot], Snapshot]:
    def plant(h: Snapshot) -> Snapshot:
        before = next(p.targets for p in h.organization.policies if p.name == name)
        return b.policy(h, name, targets=before - set(targets) if targets else frozenset())

    return plant


def member_trail(**changes: object) -> Callable[[Snapshot], Snapshot]:
    """A forgotten trail of a member, into a bucket of its own."""
    wanted = {"name": "old", "owner": build.WEB, "is_organization": False, "bucket": "web-trail", **changes}
    return lambda h: replace(h, trails=(*h.trails, build.trail(**wanted)))


def no_trail(h: Snapshot) -> Snapshot:
    return b.every_cell(replace(h, trails=()), lambda c: replace(c, trails=()))


def ago(**span: float) -> dict[str, object]:
    moment = b.NOW - timedelta(**span)
    return {"delivered": moment, "digest_delivered": moment}


def renamed(h: Snapshot, **changes: object) -> tuple[Trail, ...]:
    return (replace(h.trails[0], **changes),)  # type: ignore[arg-type]


ON_TRAILS = (
    "trail-is-multi-region trail-validates-log-files trail-records-global-events trail-is-logging "
    "trail-encrypts-with-a-key trail-records-all-management-events trail-leaves-no-source-out "
    "trail-is-at-home-in-a-default-region trail-does-not-record-its-own-deliveries trail-delivers-into-the-archive"
)
ALL_CONFIG = (
    "config-recorder-exists config-does-not-rest-on-service-linked-recorders config-recorder-records "
    "config-recorder-does-not-fail config-records-every-type config-records-iam-once config-has-a-delivery-channel "
    "config-delivers-into-the-archive config-can-deliver config-delivers-snapshots config-uses-its-service-linked-role"
)
ALL_TRAIL = (
    "every-account-and-region-is-recorded organization-trail-is-in-every-account-and-region trail-can-deliver "
    "logs-were-delivered-recently digests-were-delivered-recently"
)
WHOLE_ACCOUNT = f"{ALL_CONFIG} {ALL_TRAIL} management-events-are-copied-once exempt-roles-trust-nobody-else"
IAM_GROUP = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")

TRAIL = (
    fault("no trail at all", no_trail, "trail-exists", "trail-covers-the-organization",
          "every-account-and-region-is-recorded", "access-to-log-objects-is-recorded", "archive-access-is-logged",
          unclear=f"{ON_TRAILS} trail-can-deliver logs-were-delivered-recently digests-were-delivered-recently "
          "organization-trail-is-in-every-account-and-region"),
    fault("trail stopped", lambda h: b.every_cell(b.trail(h, is_logging=False), lambda c: replace(
        c, trails=tuple(replace(t, is_logging=False) for t in c.trails))), "trail-is-logging",
        "every-account-and-region-is-recorded", "access-to-log-objects-is-recorded", "archive-access-is-logged",
        unclear="organization-trail-is-in-every-account-and-region"),
    fault("trail of one Region", lambda h: b.trail(h, is_multi_region=False), "trail-is-multi-region",
          "every-account-and-region-is-recorded"),
    fault("trail of the management account alone", lambda h: b.trail(h, is_organization=False),
          "trail-covers-the-organization", "every-account-and-region-is-recorded", "access-to-log-objects-is-recorded",
          "archive-access-is-logged", unclear="organization-trail-is-in-every-account-and-region"),
    fault("trail into another bucket", lambda h: b.trail(h, bucket="elsewhere"), "trail-exists",
          "trail-delivers-into-the-archive"),
    fault("no log file validation", lambda h: b.trail(h, validates_files=False), "trail-validates-log-files"),
    fault("no key on the trail", lambda h: b.trail(h, kms_key=""), "trail-encrypts-with-a-key"),
    fault("no global events", lambda h: b.trail(h, global_events=False), "trail-records-global-events"),
    fault("recursive logging", lambda h: b.trail(h, recursive=True), "trail-does-not-record-its-own-deliveries"),
    fault("home in an opt-in Region", lambda h: b.trail(h, home_region=Region("me-south-1")),
          "trail-is-at-home-in-a-default-region"),
    fault("writes only", selectors(management="write"), "trail-records-all-management-events"),
    fault("no management events", selectors(management="none"), "trail-records-all-management-events"),
    fault("KMS left out", selectors(excluded_sources=("kms.amazonaws.com",)), "trail-leaves-no-source-out"),
    fault("no data events", selectors(data=()), "access-to-log-objects-is-recorded", "archive-access-is-logged"),
    fault("data events of other buckets", selectors(data=(
        '{"ReadWriteType":"All","Type":"AWS::S3::Object","Values":["arn:aws:s3:::other/"]}',)),
        "access-to-log-objects-is-recorded", "archive-access-is-logged"),
    fault("data events of writes only", selectors(data=(
        '{"ReadWriteType":"WriteOnly","Type":"AWS::S3::Object","Values":["arn:aws:s3"]}',)),
        "access-to-log-objects-is-recorded", "archive-access-is-logged"),
    fault("trusted access off", lambda h: b.organization(h, trusted_access=frozenset({"config.amazonaws.com"})),
          "trusted-access-is-on"),
    fault("no delegated administrator", lambda h: b.organization(h, delegations=frozenset()),
          "delegated-administrator-is-the-security-account"),
    fault("a second delegated administrator", lambda h: b.organization(
        h, delegations=h.organization.delegations | {build.delegation(build.WEB)}),
        "delegated-administrator-is-the-security-account"),
    fault("delivery error", lambda h: b.status(h, delivery_error="AccessDenied"), "trail-can-deliver"),
    fault("digest error", lambda h: b.status(h, digest_error="NoSuchBucket"), "trail-can-deliver"),
    fault("nothing delivered for two days", lambda h: b.status(h, **ago(days=2)), "logs-were-delivered-recently",
          "digests-were-delivered-recently"),
    fault("silent, digests arrive", lambda h: b.status(h, delivered=b.NOW - timedelta(days=9))),
    fault("digests stopped", lambda h: b.status(h, digest_delivered=b.NOW - timedelta(hours=5)),
          "digests-were-delivered-recently"),
    fault("no error and no object ever", lambda h: b.status(h, delivered=None, digest_delivered=None),
          "logs-were-delivered-recently", "digests-were-delivered-recently"),
    fault("just started", lambda h: b.status(h, delivered=None, digest_delivered=None, started=b.NOW),
          unclear="logs-were-delivered-recently digests-were-delivered-recently"),
    fault("member's copy missing", lambda h: b.cell(h, lambda c: replace(c, trails=())),
          "organization-trail-is-in-every-account-and-region",
          unclear="trail-can-deliver logs-were-delivered-recently digests-were-delivered-recently"),
    fault("member's copy stopped", lambda h: b.status(h, is_logging=False),
          "organization-trail-is-in-every-account-and-region"),
    fault("a member's forgotten trail", member_trail(), "management-events-are-copied-once"),
    fault("a member's stopped trail", member_trail(is_logging=False)),
    fault("a member's data trail", member_trail(selectors=Selectors(management="none", excluded_sources=(), data=()))),
    fault("trails of the management account unread", lambda h: no_trail(b.unread(h, build.MANAGEMENT, what="trails")),
          "every-account-and-region-is-recorded", "access-to-log-objects-is-recorded", "archive-access-is-logged",
          unclear=f"{ON_TRAILS} {ALL_TRAIL} trail-exists trail-covers-the-organization management-events-are-copied-once"),
    fault("selectors unread", lambda h: b.trail(h, selectors=None),
          unclear="trail-records-all-management-events trail-leaves-no-source-out archive-access-is-logged "
          "trail-does-not-record-its-own-deliveries access-to-log-objects-is-recorded"),
    fault("status unread", lambda h: b.trail(h, is_logging=None), "access-to-log-objects-is-recorded",
          "archive-access-is-logged",
          unclear="trail-is-logging every-account-and-region-is-recorded "
          "organization-trail-is-in-every-account-and-region"),
)  # fmt: skip

CONFIG = (
    fault("no recorder", lambda h: b.cell(h, lambda c: replace(c, recorder=None)), "config-recorder-exists",
          "config-recorder-records",
          unclear="config-recorder-does-not-fail config-records-every-type config-uses-its-service-linked-role"),
    fault("only Security Hub's own recorder", lambda h: b.cell(h, lambda c: Cell(
        trails=c.trails, service_recorders=("AWSConfigurationRecorderForSecurityHubAssets_x",))),
        "config-recorder-exists", "config-does-not-rest-on-service-linked-recorders", "config-recorder-records",
        "config-has-a-delivery-channel", "config-delivers-into-the-archive", "config-can-deliver",
        "config-delivers-snapshots",
        unclear="config-recorder-does-not-fail config-records-every-type config-uses-its-service-linked-role"),
    fault("a service-linked recorder beside ours", lambda h: b.cell(h, lambda c: replace(
        c, service_recorders=("AWSConfigurationRecorderForSecurityHubAssets_x",)))),
    fault("recorder stopped", lambda h: b.recorder(h, is_recording=False), "config-recorder-records"),
    fault("recorder fails", lambda h: b.recorder(h, status="failure", error="InsufficientPermissions"),
          "config-recorder-does-not-fail"),
    fault("some types", lambda h: b.recorder(h, group=RecordingGroup(
        strategy="include", types=("AWS::EC2::Instance",), global_types=False)), "config-records-every-type"),
    fault("a type left out", lambda h: b.recorder(h, group=RecordingGroup(
        strategy="exclude", types=("AWS::S3::Bucket", *IAM_GROUP), global_types=False)), "config-records-every-type"),
    fault("IAM types left out by name", lambda h: b.recorder(h, group=RecordingGroup(
        strategy="exclude", types=IAM_GROUP, global_types=False))),
    fault("IAM recorded twice", lambda h: b.recorder(h, group=RecordingGroup(
        strategy="all", types=(), global_types=True)), "config-records-iam-once"),
    fault("IAM recorded twice by exclusion", lambda h: b.recorder(h, group=RecordingGroup(
        strategy="exclude", types=(), global_types=False)), "config-records-iam-once"),
    fault("IAM recorded nowhere", lambda h: b.cell(h, lambda c: replace(c, recorder=replace(
        c.recorder, group=RecordingGroup(strategy="all", types=(), global_types=False))) if c.recorder else c,
        region=build.HOME), "config-records-iam-once"),
    fault("no channel", lambda h: b.cell(h, lambda c: replace(c, channel=None)), "config-has-a-delivery-channel",
          "config-delivers-into-the-archive", "config-can-deliver", "config-delivers-snapshots"),
    fault("channel elsewhere", lambda h: b.channel(h, bucket="own-bucket"), "config-delivers-into-the-archive"),
    fault("history fails", lambda h: b.channel(h, history="failure", error="AccessDenied"), "config-can-deliver"),
    fault("snapshot fails", lambda h: b.channel(h, snapshot="failure", error="NoSuchBucket"), "config-can-deliver"),
    fault("nothing delivered yet", lambda h: b.channel(h, history="", snapshot=""), unclear="config-can-deliver"),
    fault("no snapshots", lambda h: b.channel(h, frequency=""), "config-delivers-snapshots"),
    fault("a role of one's own", lambda h: b.recorder(h, role=f"arn:aws:iam::{build.PAYMENTS}:role/config"),
          "config-uses-its-service-linked-role"),
    fault("Config of a Region unread", lambda h: b.unread(h, build.PAYMENTS, build.REGIONS[0], "config"),
          unclear=ALL_CONFIG),
    fault("Config not offered in a Region", lambda h: b.unread(h, build.PAYMENTS, build.REGIONS[0], "config",
          reason="not offered")),
)  # fmt: skip

ARCHIVE = (
    fault("trail bucket gone", lambda h: replace(h, buckets=h.buckets[1:]), "archive-buckets-exist",
          unclear="archive-is-in-its-own-account archive-is-in-the-home-region archive-keeps-versions "
          "log-objects-are-locked archive-keeps-logs-as-long-as-promised archive-keeps-old-versions "
          "archive-lets-go-when-promised lock-ends-before-logs-expire digests-are-kept-as-long-as-logs "
          "archive-blocks-public-access archive-has-no-acls archive-asks-for-tls archive-is-not-public-by-policy "
          "archive-lets-no-stranger-in services-write-only-for-this-organization requester-does-not-pay "
          "archive-access-is-logged archive-encrypts-with-the-archive-key archive-is-guarded-from-outside "
          "key-is-in-the-archives-region key-lives-apart-from-the-logs"),
    fault("versioning suspended", lambda h: b.bucket(h, versioning="Suspended"), "archive-keeps-versions"),
    fault("versioning never on", lambda h: b.bucket(h, "config", versioning=""), "archive-keeps-versions"),
    fault("no lock", lambda h: b.bucket(h, lock=None), "log-objects-are-locked"),
    fault("lock without a rule", lambda h: b.bucket(h, lock=Lock(mode=None, days=None)), "log-objects-are-locked"),
    fault("lock too short", lambda h: b.bucket(h, lock=Lock(mode="GOVERNANCE", days=30)), "log-objects-are-locked"),
    fault("lock outlasts lifecycle", lambda h: b.bucket(h, lock=Lock(mode="GOVERNANCE", days=9000)),
          "lock-ends-before-logs-expire"),
    fault("a hostile rule", with_rule(expire_days=1), "archive-keeps-logs-as-long-as-promised",
          "lock-ends-before-logs-expire"),
    fault("a rule that is off", with_rule(expire_days=1, enabled=False)),
    fault("a rule by date", with_rule(other='{"Expiration":{"Date":"2027-01-01"}}'),
          "archive-keeps-logs-as-long-as-promised"),
    fault("old versions removed early", with_rule("config", noncurrent_days=2), "archive-keeps-old-versions"),
    fault("digests expire first", with_rule(prefix="AWSLogs/o-exampleorg1/111111111111/CloudTrail-Digest/",
          expire_days=400), "archive-keeps-logs-as-long-as-promised", "digests-are-kept-as-long-as-logs"),
    fault("nothing expires", lambda h: b.bucket(h, lifecycle=()), "archive-lets-go-when-promised"),
    fault("Config bucket locked", lambda h: b.bucket(h, "config", lock=Lock(mode="GOVERNANCE", days=1)),
          "config-bucket-has-no-default-retention"),
    fault("public access possible", lambda h: b.bucket(h, blocks_public_access=False), "archive-blocks-public-access"),
    fault("ACLs", lambda h: b.bucket(h, ownership="ObjectWriter"), "archive-has-no-acls"),
    fault("plain transport", lambda h: statements(h, "trail", without("DenyPlainTransport")), "archive-asks-for-tls"),
    fault("no policy at all", lambda h: b.bucket(h, "config", policy=""), "archive-asks-for-tls"),
    fault("public by policy", lambda h: statements(h, "trail", lambda s: [*s, dict(EVERYBODY)]),
          "archive-is-not-public-by-policy"),
    fault("a stranger let in", lambda h: statements(h, "config", lambda s: [*s, dict(STRANGER)]),
          "archive-lets-no-stranger-in"),
    fault("anybody's trail let in", lambda h: statements(h, "trail", lambda s: [
        {k: v for k, v in x.items() if not (k == "Condition" and x["Sid"] == "CloudTrailWrite1")} for x in s]),
        "services-write-only-for-this-organization"),
    fault("requester pays", lambda h: b.bucket(h, requester_pays=True), "requester-does-not-pay"),
    fault("SSE-S3", lambda h: b.bucket(h, encryption=Encryption(key="", bucket_key=False)),
          "archive-encrypts-with-the-archive-key"),
    fault("policy of a bucket unread", lambda h: b.unread(
        h, build.LOG_ARCHIVE, build.HOME, f"bucket {b.TRAIL_BUCKET} policy"),
        unclear="archive-asks-for-tls archive-is-not-public-by-policy archive-lets-no-stranger-in "
        "services-write-only-for-this-organization"),
    fault("lifecycle of a bucket unread", lambda h: b.unread(
        h, build.LOG_ARCHIVE, build.HOME, f"bucket {b.TRAIL_BUCKET} lifecycle"),
        unclear="archive-keeps-logs-as-long-as-promised archive-keeps-old-versions archive-lets-go-when-promised "
        "lock-ends-before-logs-expire digests-are-kept-as-long-as-logs"),
    fault("archive in another Region", lambda h: b.bucket(h, region=Region("us-east-1")),
          "archive-is-in-the-home-region", "key-is-in-the-archives-region"),
    fault("archive in the management account", lambda h: b.bucket(h, "config", account=build.MANAGEMENT),
          "archive-is-in-its-own-account", "archive-is-guarded", "archive-is-guarded-from-outside"),
    fault("archive directly below the root", lambda h: account(h, build.LOG_ARCHIVE, parent=UnitId(build.ROOT)),
          "archive-account-is-active-in-a-unit", "every-account-is-guarded"),
)  # fmt: skip

KEYS = (
    fault("key disabled", lambda h: b.key(h, state="Disabled"), "key-is-enabled"),
    fault("key being deleted", lambda h: b.key(h, state="PendingDeletion"), "key-is-enabled",
          "key-is-not-being-deleted"),
    fault("key does not rotate", lambda h: b.key(h, rotates=False), "key-rotates"),
    fault("key in another Region", lambda h: b.key(h, region=Region("us-east-1")), "key-is-in-the-archives-region"),
    fault("key in the archive's account", lambda h: b.key(h, account=build.LOG_ARCHIVE),
          "key-lives-apart-from-the-logs"),
    fault("CloudTrail may not encrypt", lambda h: key_without(h, "CloudTrailEncrypt1"), "key-lets-log-services-in"),
    fault("Config may not encrypt", lambda h: key_without(h, "ConfigEncrypt"), "key-lets-log-services-in"),
    fault("key unread", lambda h: replace(h, keys=()),
          unclear="key-is-enabled key-is-not-being-deleted key-rotates key-is-in-the-archives-region "
          "key-lives-apart-from-the-logs key-lets-log-services-in"),
    fault("key policy unread", lambda h: b.key(h, policy=""), unclear="key-lets-log-services-in"),
)  # fmt: skip

GUARDRAILS = (
    fault("no all-features mode", lambda h: b.organization(h, all_features=False), "all-features-are-on"),
    fault("RCPs off", lambda h: b.organization(h, policy_types={"SERVICE_CONTROL_POLICY": "ENABLED"}),
          "rcps-are-on", "archive-is-guarded-from-outside", "policies-are-free-of-mistakes"),
    fault("SCPs off", lambda h: b.organization(h, policy_types={"RESOURCE_CONTROL_POLICY": "ENABLED"}),
          "scps-are-on", "every-account-is-guarded", "archive-is-guarded", "policies-are-free-of-mistakes"),
    fault("guardrail off one unit", detached("trailkeep-logging", build.WORKLOADS), "every-account-is-guarded"),
    fault("archive's guardrail off", detached("trailkeep-archive"), "archive-is-guarded"),
    fault("RCP off", detached("trailkeep-archive-resources"), "archive-is-guarded-from-outside"),
    fault("FullAWSAccess off a unit", detached("FullAWSAccess", build.PROD), "nothing-cuts-an-account-off"),
    fault("an exempt role trusts another account", lambda h: replace(h, roles=(
        *h.roles, planning.role(build.WEB, trusts="arn:aws:iam::987654321098:root"))), "exempt-roles-trust-nobody-else"),
    fault("a policy too long", lambda h: b.policy(h, "trailkeep-logging", content=next(
        p.content for p in h.organization.policies if p.name == "trailkeep-logging") + " " * 9000), "guardrails-fit"),
    fault("no slot left", lambda h: b.organization(h, policies=(*h.organization.policies, *(replace(
        build.FULL_ACCESS, id=f"p-filler00{n}", name=f"filler {n}", targets=frozenset({build.PROD})) for n in range(9)))),
        "guardrails-have-a-slot-left"),
    fault("a misspelt action", lambda h: b.policy(h, "trailkeep-logging", content=next(
        p.content for p in h.organization.policies if p.name == "trailkeep-logging").replace(
        '"cloudtrail:PutInsightSelectors"', '"cloudtrail:PutInsightSelectorz"')), "policies-are-free-of-mistakes"),
    fault("a role without the deny policy", lambda h: replace(h, roles=(*h.roles, planning.role(build.LOG_ARCHIVE, "Ops"))),
          "archive-roles-carry-the-deny-policy"),
    fault("no deny policy", lambda h: replace(h, guards=()), "archive-roles-carry-the-deny-policy"),
    fault("roles of an account unread", lambda h: b.unread(h, build.WEB, what="roles"),
          unclear="exempt-roles-trust-nobody-else"),
)  # fmt: skip

ACCOUNTS = (
    fault("an account unread", lambda h: b.unread(h, build.WEB), unclear=WHOLE_ACCOUNT),
    fault("a Region unread", lambda h: b.unread(h, build.WEB, build.REGIONS[2]), unclear=f"{ALL_CONFIG} {ALL_TRAIL}"),
    fault("Regions of an account unread", lambda h: account(h, build.WEB, regions=None),
          unclear=f"{ALL_CONFIG} {ALL_TRAIL}"),
    fault("a closed account", lambda h: account(h, build.WEB, state=State.CLOSED)),
    fault("a suspended account that cannot be read", lambda h: account(
        b.unread(h, build.WEB), build.WEB, state=State.SUSPENDED)),
)  # fmt: skip

FAULTS = (*TRAIL, *CONFIG, *ARCHIVE, *KEYS, *GUARDRAILS, *ACCOUNTS)
