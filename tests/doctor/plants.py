"""One planted fault for each cause: an edited Snapshot, what a live probe would have answered, and what a person says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tests.doctor import made
from tests.doctor.edits import (
    BIG,
    BUT_ACCESS,
    CONFIG,
    EVENT,
    FOREIGN,
    HOME,
    LA,
    MA,
    OPT_IN,
    ORG,
    OWN_ROLE,
    PAYMENTS,
    READER,
    RESOURCE_POLICY,
    TOOLING,
    TRAIL,
    TRAIL_ARN,
    WEB,
    adding,
    both,
    cell,
    changes,
    channel,
    detached,
    five_trails,
    key_policy,
    moving,
    old_writers,
    opt_in_home,
    opt_in_region,
    placeholder,
    policy,
    probe,
    recorder,
    region_deny,
    rows,
    rule,
    rules,
    scp,
    stopped,
    told,
    without_role,
)
from tests.setup import build
from trailkeep.doctor.verdict import Answer, Probe
from trailkeep.model.archive import Encryption, Lock
from trailkeep.model.ids import Region
from trailkeep.model.organization import State
from trailkeep.model.recorder import RecordingGroup
from trailkeep.model.snapshot import Foreign, Snapshot, Unreachable
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Selectors
from trailkeep.setup.spec import Spec

IDLE = build.REGIONS[0]
"""It does not record the IAM types."""


@dataclass(frozen=True, kw_only=True)
class Plant:
    edit: Callable[[Snapshot], Snapshot] = lambda s: s
    spec: Spec | None = made.SPEC
    answers: Mapping[Probe, Answer] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    start: Callable[[], Snapshot] = made.healthy


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
    "A35": Plant(
        edit=channel(WEB, IDLE, history=""),
        answers=changes(WEB, IDLE),
        said={"account": WEB, "region": IDLE},
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
"""B1 and B3 are confirmed by a verification (test_verified)."""
