"""Edits of a healthy Snapshot, by what is wrong with it afterwards, and answers of live probes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.doctor import made
from tests.setup import build
from trailkeep.doctor.verdict import Answer, Probe
from trailkeep.model.archive import LifecycleRule
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Cell, Snapshot

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


def rows(*given: Mapping[str, str]) -> Answer:
    return Answer(rows=tuple(tuple(sorted(row.items())) for row in given))


def probe(operation: str, account: str, region: str = "", about: str = "") -> Probe:
    return Probe(operation=operation, account=account, region=region, about=about)


def changes(
    account: str,
    region: str,
    *,
    delivered: timedelta | None = None,
    newest: timedelta | None = None,
    writes: Answer | None = None,
) -> dict[Probe, Answer]:
    """What AWS tells of changes, asked at build.NOW: history and the newest item so long ago, and calls that write."""
    channel = {"asked": build.NOW.isoformat(), "delivered": (build.NOW - delivered).isoformat() if delivered else ""}
    item = {"newest": f"{build.NOW - newest:%Y-%m-%dT%H:%M:%S.000Z}", "resource": "AWS::S3::Bucket b"} if newest else {}
    return {
        probe("describe_delivery_channel_status", account, region): rows(channel),
        probe("select_resource_config", account, region): rows(item) if item else rows(),
        probe("write_events", account, region): writes or rows(),
    }


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
