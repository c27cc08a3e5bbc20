"""One planted fault for each cause: an edited Snapshot, what a live probe would have answered, and what a person says."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tests.doctor import made
from tests.setup import build
from trailkeep.doctor.verdict import Answer, Probe
from trailkeep.model.archive import Encryption, LifecycleRule, Lock
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import State
from trailkeep.model.recorder import RecordingGroup
from trailkeep.model.snapshot import Cell, Foreign, Snapshot, Unreachable
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Selectors
from trailkeep.setup.spec import Spec

FOREIGN = "999999999999"
MA, LA, TOOLING, PAYMENTS, WEB, HOME = (
    build.MANAGEMENT,
    build.LOG_ARCHIVE,
    build.TOOLING,
    build.PAYMENTS,
    build.WEB,
    build.HOME,
)
TRAIL, CONFIG = f"acme-trail-{LA}-{HOME}", f"acme-config-{LA}-{HOME}"
TRAIL_ARN = f"arn:aws:cloudtrail:{HOME}:{MA}:trail/trailkeep"
ORG = build.ORGANIZATION_ID
OPT_IN = Region("eu-south-1")


@dataclass(frozen=True, kw_only=True)
class Plant:
    edit: Callable[[Snapshot], Snapshot] = lambda s: s
    spec: Spec | None = made.SPEC
    answers: Mapping[Probe, Answer] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    start: Callable[[], Snapshot] = made.healthy


def rows(*given: Mapping[str, str]) -> Answer:
    return Answer(rows=tuple(tuple(sorted(row.items())) for row in given))


def probe(operation: str, account: str, region: str = "", about: str = "") -> Probe:
    return Probe(operation=operation, account=account, region=region, about=about)


def policy(kind: str, change: Callable[[str], str]) -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.with_bucket(s, kind, policy=lambda b: change(b.policy))


def adding(kind: str, **statement: Any) -> Callable[[Snapshot], Snapshot]:
    return policy(kind, lambda text: made.edited(text, lambda statements: [*statements, {"Sid": "More", **statement}]))


def cell(
    change: Callable[[Cell], Cell], account: str | None = None, region: str | None = None
) -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.with_cell(s, change, account, region)


def recorder(account: str | None = None, region: str | None = None, **changes: Any) -> Callable[[Snapshot], Snapshot]:
    return cell(lambda c: replace(c, recorder=replace(c.recorder, **changes)) if c.recorder else c, account, region)


def channel(account: str | None = None, region: str | None = None, **changes: Any) -> Callable[[Snapshot], Snapshot]:
    return cell(lambda c: replace(c, channel=replace(c.channel, **changes)) if c.channel else c, account, region)


def told(**changes: Any) -> Callable[[Snapshot], Snapshot]:
    """What GetTrailStatus says changed, everywhere."""
    return cell(lambda c: replace(c, trails=tuple(replace(t, **changes) for t in c.trails)))


def rules(*given: LifecycleRule, kind: str = "trail") -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.with_bucket(s, kind, lifecycle=given)


def rule(**changes: Any) -> LifecycleRule:
    ours = LifecycleRule(
        id="trailkeep-retention",
        enabled=True,
        prefix="",
        expire_days=2557,
        noncurrent_days=90,
        abort_multipart_days=7,
        expired_delete_markers=False,
        other="",
    )
    return replace(ours, **changes)


def moving(days: int, storage: str) -> str:
    return json.dumps({"Transitions": [{"Days": days, "StorageClass": storage}]})


BIG = json.dumps(
    {"Transitions": [{"Days": 2500, "StorageClass": "DEEP_ARCHIVE"}], "Filter": {"ObjectSizeGreaterThan": 131072}}
)


def both(*edits: Callable[[Snapshot], Snapshot]) -> Callable[[Snapshot], Snapshot]:
    def edit(snapshot: Snapshot) -> Snapshot:
        for one in edits:
            snapshot = one(snapshot)
        return snapshot

    return edit


def gone_in(account: str, region: str) -> Callable[[Snapshot], Snapshot]:
    """The organization trail does not appear there."""
    return cell(lambda c: replace(c, trails=()), account, region)


def stopped(snapshot: Snapshot) -> Snapshot:
    return told(is_logging=False, stopped=build.NOW - timedelta(hours=1))(made.with_trail(snapshot, is_logging=False))


def without_role(account: AccountId) -> Callable[[Snapshot], Snapshot]:
    linked = frozenset({"AWSServiceRoleForConfig"})
    return lambda s: replace(s, service_linked_roles={**s.service_linked_roles, account: linked})


def five_trails(snapshot: Snapshot) -> Snapshot:
    own = tuple(
        build.trail(name=f"own{n}", owner=PAYMENTS, is_organization=False, bucket="somewhere", kms_key="")
        for n in range(5)
    )
    return gone_in(PAYMENTS, HOME)(replace(snapshot, trails=(*snapshot.trails, *own)))


def opt_in_home(snapshot: Snapshot) -> Snapshot:
    """The whole organization has its trail homed in an opt-in Region that one account lacks."""
    arn = TRAIL_ARN.replace(HOME, OPT_IN)
    snapshot = made.with_trail(snapshot, home_region=OPT_IN, arn=arn)
    snapshot = told(arn=arn)(snapshot)
    snapshot = policy("trail", lambda t: t.replace(TRAIL_ARN, arn))(snapshot)
    snapshot = made.with_key(snapshot, policy=lambda k: k.policy.replace(TRAIL_ARN, arn))
    for account in snapshot.organization.accounts.values():
        if account.id != PAYMENTS:
            snapshot = made.with_account(snapshot, account.id, regions=(*build.REGIONS, OPT_IN))
            moved = snapshot.cells[account.id][build.REGIONS[0]]  # which does not record the IAM types
            snapshot = replace(
                snapshot, cells={**snapshot.cells, account.id: {**snapshot.cells[account.id], OPT_IN: moved}}
            )
    return snapshot


def opt_in_region(snapshot: Snapshot) -> Snapshot:
    """One account has an opt-in Region, with Config and without the trail."""
    snapshot = made.with_account(snapshot, WEB, regions=(*build.REGIONS, OPT_IN))
    like = snapshot.cells[WEB][build.REGIONS[0]]
    return replace(snapshot, cells={**snapshot.cells, WEB: {**snapshot.cells[WEB], OPT_IN: replace(like, trails=())}})


def region_deny(sid: str, **condition: Any) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*", "organizations:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}, **condition},
    }


OWN_ROLE = f"arn:aws:iam::{PAYMENTS}:role/ConfigRecorder"
BUT_ACCESS = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/OrganizationAccountAccessRole"}}
OLD_IDS = ["arn:aws:iam::859597730677:root", "arn:aws:iam::035351147821:root"]


def old_writers(text: str) -> str:
    def change(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for s in statements:
            if s["Sid"].startswith("CloudTrail"):
                s["Principal"] = {"AWS": OLD_IDS}
                s["Condition"] = (
                    {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}} if "Write" in s["Sid"] else {}
                )
            if s["Sid"] == "DenyWritesByPeople":
                s["Condition"]["StringNotEquals"] = {"aws:PrincipalAccount": [a.split(":")[4] for a in OLD_IDS]}
        return statements

    return made.edited(text, change)


def placeholder(text: str) -> str:
    """As the recipe prints it: the bucket's name was lost."""

    def change(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for s in statements:
            if s["Sid"] in {"Destroy", "DenyDestruction"}:
                s["Resource"] = ["arn:aws:s3:::", "arn:aws:s3:::/*"]
        return statements

    return made.edited(text, change)


def scp(change: Callable[[str], str], name: str = "trailkeep-archive") -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.changed_policies(s, lambda p: replace(p, content=change(p.content)) if p.name == name else p)


def detached(name: str) -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.changed_policies(s, lambda p: replace(p, targets=frozenset()) if p.name == name else p)


def key_policy(change: Callable[[str], str]) -> Callable[[Snapshot], Snapshot]:
    return lambda s: made.with_key(s, policy=lambda k: change(k.policy))


READER = f"arn:aws:iam::{build.IDENTITY}:role/Audit"
EVENT = {"event": "StopLogging", "time": "2026-11-22T10:00:00+00:00", "who": f"arn:aws:iam::{MA}:root", "error": ""}
RESOURCE_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "organizations:Describe*", "Resource": "*"}
        ],
    }
)


PLANTS: dict[str, Plant] = {
    "A1": Plant(edit=stopped),
    "A2": Plant(edit=lambda s: told()(replace(s, trails=()))),
    "A3": Plant(
        edit=lambda s: made.with_trail(
            replace(
                s,
                buckets=(
                    *s.buckets,
                    *(replace(b, name="elsewhere", policy=b.policy.replace(TRAIL, "elsewhere")) for b in s.buckets[:1]),
                ),
            ),
            bucket="elsewhere",
        )
    ),
    "A4": Plant(edit=lambda s: replace(s, buckets=tuple(b for b in s.buckets if b.name != TRAIL))),
    "A5": Plant(
        edit=policy(
            "trail",
            lambda t: made.edited(
                t,
                lambda ss: [
                    s | ({"Resource": s["Resource"][:1]} if s["Sid"] == "CloudTrailWrite1" else {}) for s in ss
                ],
            ),
        )
    ),
    "A6": Plant(
        edit=policy(
            "trail",
            lambda t: made.edited(
                t,
                lambda ss: [
                    s | ({"Resource": s["Resource"][1:]} if s["Sid"] == "CloudTrailWrite1" else {}) for s in ss
                ],
            ),
        )
    ),
    "A7": Plant(edit=policy("trail", lambda t: t.replace(TRAIL_ARN, TRAIL_ARN.replace(MA, TOOLING)))),
    "A8": Plant(edit=policy("trail", lambda t: made.without(t, "CloudTrailAcl"))),
    "A9": Plant(
        edit=adding(
            "trail",
            Effect="Deny",
            Principal="*",
            Action="s3:PutObject",
            Resource=f"arn:aws:s3:::{TRAIL}/*",
            Condition={"StringNotEquals": {"aws:PrincipalOrgID": ORG}},
        )
    ),
    "A10": Plant(
        edit=lambda s: made.with_policy(
            s,
            "perimeter",
            [build.SECURITY],
            {
                "Sid": "OrgOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}},
            },
            kind=made.RCP,
        )
    ),
    "A11": Plant(edit=lambda s: made.with_key(s, state="Disabled")),
    "A12": Plant(edit=key_policy(lambda t: made.without(t, "CloudTrailEncrypt"))),
    "A13": Plant(
        edit=lambda s: made.with_trail(
            replace(
                s,
                keys=(
                    *s.keys,
                    replace(s.keys[0], arn=s.keys[0].arn.replace(HOME, "us-east-1"), region=Region("us-east-1")),
                ),
            ),
            kms_key=s.keys[0].arn.replace(HOME, "us-east-1"),
        )
    ),
    "A14": Plant(
        edit=lambda s: made.with_bucket(
            s, "trail", encryption=Encryption(key=f"arn:aws:kms:{HOME}:{FOREIGN}:key/{made.KEY_ID}", bucket_key=False)
        )
    ),
    "A15": Plant(edit=lambda s: made.with_bucket(s, "trail", requester_pays=True)),
    "A16": Plant(
        edit=lambda s: made.with_organization(
            s, trusted_access=s.organization.trusted_access - {"cloudtrail.amazonaws.com"}
        )
    ),
    "A17": Plant(answers={probe("describe_resource_policy", MA): rows({"content": RESOURCE_POLICY})}),
    "A18": Plant(edit=both(without_role(PAYMENTS), cell(lambda c: replace(c, trails=()), PAYMENTS))),
    "A19": Plant(edit=opt_in_home, spec=None),
    "A20": Plant(edit=lambda s: made.with_account(s, WEB, state=State.SUSPENDED), said={"account": WEB}),
    "A21": Plant(edit=five_trails),
    "A22": Plant(
        edit=lambda s: made.with_trail(
            s,
            selectors=replace(s.trails[0].selectors or ALL_MANAGEMENT_EVENTS, excluded_sources=("kms.amazonaws.com",)),
        )
    ),
    "A23": Plant(
        edit=told(delivered=build.NOW - timedelta(minutes=40)),
        answers={probe("lookup_events", WEB, HOME): rows({"event": "PutRole", "time": build.NOW.isoformat()})},
        said={"account": WEB, "region": HOME},
    ),
    "A24": Plant(edit=told(delivered=build.NOW - timedelta(days=2), digest_delivered=build.NOW - timedelta(hours=9))),
    "A25": Plant(said={"account": WEB, "region": HOME, "looked_at": f"s3://{TRAIL}/AWSLogs/{WEB}/CloudTrail/"}),
    "A26": Plant(said={"reader": READER}),
    "A27": Plant(edit=cell(lambda c: replace(c, recorder=None, channel=None), PAYMENTS, HOME)),
    "A28": Plant(edit=recorder(PAYMENTS, HOME, is_recording=False)),
    "A29": Plant(edit=cell(lambda c: replace(c, channel=None), PAYMENTS, HOME)),
    "A30": Plant(edit=policy("config", lambda t: made.without(t, "ConfigWrite"))),
    "A31": Plant(edit=lambda s: made.with_bucket(s, "config", lock=Lock(mode="GOVERNANCE", days=30))),
    "A32": Plant(edit=key_policy(lambda t: made.without(t, "ConfigEncrypt"))),
    "A33": Plant(
        edit=recorder(PAYMENTS, HOME, role=OWN_ROLE),
        answers={probe("get_role", PAYMENTS, about="ConfigRecorder"): rows({"there": "false"})},
    ),
    "A34": Plant(
        edit=cell(
            lambda c: replace(
                c, recorder=None, channel=None, service_recorders=("AWSConfigurationRecorderForSecurityHub",)
            ),
            PAYMENTS,
            HOME,
        )
    ),
    "A36": Plant(
        answers={probe("get_trail_status", MA, HOME, TRAIL_ARN): rows({"notification_error": "AuthorizationError"})}
    ),
    "A37": Plant(said={"day": date(2015, 1, 1)}),
    "B2": Plant(
        answers={
            probe("list_object_versions", LA, HOME, f"{TRAIL}/AWSLogs/{ORG}/{WEB}/CloudTrail/{HOME}/2026/11/20/"): rows(
                {"kind": "delete marker", "key": "AWSLogs/x.json.gz", "modified": "2026-11-21"}
            )
        },
        said={"account": WEB, "region": HOME, "day": date(2026, 11, 20)},
    ),
    "B4": Plant(edit=lambda s: made.with_bucket(s, "trail", versioning="Suspended")),
    "B5": Plant(edit=lambda s: made.with_bucket(s, "trail", lock=Lock(mode=None, days=None))),
    "B6": Plant(edit=detached("trailkeep-archive")),
    "B7": Plant(edit=scp(placeholder)),
    "B8": Plant(answers={probe("lookup_events", MA, HOME, "StopLogging"): rows(EVENT)}),
    "B9": Plant(edit=policy("trail", lambda t: made.without(t, "DenyDestruction"))),
    "B10": Plant(edit=rules(rule(id="clean-up", expire_days=1, noncurrent_days=1))),
    "B11": Plant(edit=lambda s: made.with_key(s, state="PendingDeletion")),
    "B12": Plant(
        edit=both(
            adding(
                "config",
                Effect="Allow",
                Principal={"AWS": FOREIGN},
                Action="s3:GetObject",
                Resource=f"arn:aws:s3:::{CONFIG}/*",
            ),
            detached("trailkeep-archive-resources"),
        ),
        spec=build.spec(guardrails={"resource_policy": False}),
    ),
    "B13": Plant(
        edit=lambda s: made.with_trail(s, selectors=Selectors(management="all", excluded_sources=(), data=()))
    ),
    "B14": Plant(edit=lambda s: made.with_account(s, LA, state=State.PENDING_CLOSURE)),
    "C1": Plant(edit=lambda s: made.with_trail(s, is_multi_region=False)),
    "C2": Plant(edit=lambda s: made.with_trail(s, global_events=False)),
    "C3": Plant(
        edit=opt_in_region, answers={probe("list_regions", WEB): rows({"region": OPT_IN, "state": "ENABLING"})}
    ),
    "C4": Plant(said={"account": WEB, "region": OPT_IN}),
    "C5": Plant(edit=policy("trail", old_writers)),
    "C6": Plant(edit=recorder(PAYMENTS, HOME, is_recording=False)),
    "C7": Plant(
        edit=both(
            recorder(PAYMENTS, role=OWN_ROLE),
            lambda s: made.with_policy(s, "regions", [build.WORKLOADS], region_deny("Regions", **BUT_ACCESS)),
        ),
        answers={
            probe("get_role", PAYMENTS, about="ConfigRecorder"): rows(
                {
                    "there": "true",
                    "trust": '{"Statement":{"Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":"sts:AssumeRole"}}',
                }
            )
        },
    ),
    "C8": Plant(edit=recorder(PAYMENTS, group=RecordingGroup(strategy="all", types=(), global_types=False))),
    "C9": Plant(
        edit=recorder(
            WEB,
            build.REGIONS[0],
            group=RecordingGroup(strategy="include", types=("AWS::S3::Bucket",), global_types=False),
        )
    ),
    "C10": Plant(edit=lambda s: made.with_policy(s, "regions", [build.WORKLOADS], region_deny("Regions"))),
    "C11": Plant(
        answers={
            probe("describe_hub", TOOLING, region): rows({"hub": "on" if region == HOME else "off"})
            for region in build.REGIONS
        }
    ),
    "C12": Plant(
        edit=both(
            cell(lambda c: replace(c, recorder=None, channel=None), WEB, build.REGIONS[0]),
            lambda s: replace(
                s,
                unreachable=(
                    Unreachable(account=WEB, region=build.REGIONS[0], what="config", reason="not offered", hint=""),
                ),
            ),
        )
    ),
    "D1": Plant(edit=rules(rule(expire_days=1000))),
    "D2": Plant(edit=rules(rule(noncurrent_days=1))),
    "D3": Plant(edit=rules(rule(prefix=f"AWSLogs/{MA}/"))),
    "D4": Plant(edit=rules(rule(enabled=False))),
    "D5": Plant(
        edit=rules(rule(other=moving(90, "GLACIER_IR"))),
        answers={
            probe("get_bucket_lifecycle_configuration", LA, HOME, TRAIL): rows({"minimum": "all_storage_classes_128K"})
        },
    ),
    "D6": Plant(edit=lambda s: made.with_bucket(s, "trail", mfa_delete=True, lifecycle=())),
    "D7": Plant(edit=lambda s: made.with_bucket(s, "trail", lock=Lock(mode="GOVERNANCE", days=4000))),
    "D8": Plant(edit=lambda s: made.with_bucket(s, "config", versioning="")),
    "D9": Plant(edit=rules(rule(), rule(id="move", expire_days=None, noncurrent_days=None, other=BIG))),
    "D10": Plant(answers={probe("log_group_retention", MA, HOME, TRAIL_ARN): rows({"group": "trail", "days": "30"})}),
    "D11": Plant(answers={probe("describe_retention_configurations", MA, "eu-central-1"): rows({"days": "30"})}),
    "D12": Plant(
        edit=lambda s: replace(s, foreign=(Foreign(owner="Control Tower", kind="bucket", name=TRAIL, account=LA),))
    ),
    "D13": Plant(
        edit=rules(rule(), rule(id="digests", prefix=f"AWSLogs/{ORG}/{WEB}/CloudTrail-Digest/", expire_days=30))
    ),
}
"""B1 and B3 are never confirmed here (only `trailkeep verify` can), and A35 is what remains when nothing is wrong."""
