"""What causes walk over: cells, trails, deliveries with what the policies say to them, and whom to blame for a no."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from trailkeep.authz.policy import Policy
from trailkeep.authz.request import Layer, Reason
from trailkeep.doctor import requests, what_if
from trailkeep.doctor.requests import Ask
from trailkeep.doctor.verdict import Case, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId, Region, is_pending
from trailkeep.model.recorder import Channel
from trailkeep.model.trail import Trail

Allow = Literal["there", "source", "old accounts", "missing"]
"""Whether the bucket policy's Allows let a delivery through; if not, what is wrong with them."""
NOWHERE = Region("aa-none-0")
"""Stands for the Regions of an account that could not be told."""


def spots(view: View, subject: Subject, what: str) -> Iterator[tuple[Spot, Unsure | None]]:
    """Every account and Region that should log, with why `what` of it is not known, if so."""
    for account in _without_regions(view, subject):
        where = view.name(account)
        because = "its Regions could not be read"
        yield Spot(account=account, region=NOWHERE, cell=None), Unsure(where=where, because=because, lost=True)
    for spot in view.spots(subject):
        lost = view.lost(spot.account, spot.region, what, view.place(spot))
        if spot.cell is None and lost is None:
            lost = Unsure(where=view.place(spot), because="it was not read", tell="take a new snapshot", lost=True)
        yield spot, lost


def _without_regions(view: View, subject: Subject) -> Iterator[AccountId]:
    for account, regions in view.accounts(subject):
        if not regions and view.organization.accounts[account].regions is None:
            yield account


def trails(view: View, subject: Subject) -> tuple[Trail, ...]:
    """The trails that should hear what the person asks about."""
    return view.hearing(subject.account) if subject.account else view.trails


def unread_trails(view: View, subject: Subject) -> Iterator[Unsure]:
    """The accounts whose trails could not be read, where that matters."""
    for account, _ in view.accounts(subject):
        lost = view.lost(account, "", "trail", f"trails of {view.name(account)}")
        if lost is not None:
            yield lost


def buckets_of_trails(view: View, subject: Subject) -> Iterator[tuple[str, Bucket | None]]:
    """The buckets that the trails deliver into, by name; None for one that was not seen."""
    for name in dict.fromkeys(t.bucket for t in trails(view, subject)):
        yield name, view.snapshot.bucket(name)


def unseen(view: View, name: str) -> Unsure:
    """A bucket that logs go to and that the snapshot does not hold."""
    owner = view.archive_account.id if view.archive_account else view.organization.management
    return Unsure(
        where=f"bucket {name}",
        because="it is not in the snapshot: it is gone, or lies in an account that was not read",
        probes=(Probe(operation="head_bucket", account=owner, about=name),),
        lost=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a delivery, and what each side says by itself: the Allows, the bucket policy's Denies, the RCPs."""

    ask: Ask
    allow: Allow
    denied: Reason | None
    by_rcp: Reason | None


Steps = tuple[Step, ...]
Judge = Callable[[Trail, Bucket, Steps], Iterator[Case]]


def deliveries(view: View, subject: Subject, judge: Judge) -> Iterator[Case]:
    """What `judge` says of each trail's delivery into its bucket, where bucket and policy are known."""
    for trail in trails(view, subject):
        bucket = view.snapshot.bucket(trail.bucket)
        lost = _policy_lost(view, bucket) if bucket else unseen(view, trail.bucket)
        if bucket is None or lost is not None:
            if lost is not None:
                yield lost
            continue
        yield from judge(trail, bucket, steps_of(view, trail, bucket))
    yield from unread_trails(view, subject)


def steps_of(view: View, trail: Trail, bucket: Bucket) -> Steps:
    """The steps of a trail's delivery; worked out once."""
    kept = view.memory.get((trail.arn, bucket.name))
    if kept is None:
        kept = tuple(_step(view, bucket, ask) for ask in requests.to_bucket(view, trail, bucket))
        view.memory[trail.arn, bucket.name] = kept
    return kept  # type: ignore[return-value]


JudgeConfig = Callable[[AccountId, Bucket, Steps], Iterator[Case]]


def config_deliveries(view: View, subject: Subject, judge: JudgeConfig) -> Iterator[Case]:
    """The same for AWS Config, for each account and bucket that a channel of it delivers into."""
    for account, channel in channels(view, subject):
        bucket = view.snapshot.bucket(channel.bucket)
        if bucket is None:
            continue
        lost = _policy_lost(view, bucket)
        if lost is not None:
            yield lost
            continue
        yield from judge(account, bucket, config_steps(view, account, bucket, channel.prefix))


def config_steps(view: View, account: AccountId, bucket: Bucket, prefix: str) -> Steps:
    """The steps of Config's delivery for an account; worked out once."""
    kept = view.memory.get((account, bucket.name, prefix))
    if kept is None:
        asked = requests.config_to_bucket(view, account, bucket, prefix)
        kept = tuple(_step(view, bucket, ask) for ask in asked)
        view.memory[account, bucket.name, prefix] = kept
    return kept  # type: ignore[return-value]


def channels(view: View, subject: Subject) -> Iterator[tuple[AccountId, Channel]]:
    """The delivery channels there are, one for each account, bucket and prefix."""
    seen: set[tuple[AccountId, str, str, str]] = set()
    for spot in view.spots(subject):
        channel = spot.cell.channel if spot.cell else None
        if channel is not None:
            key = spot.account, channel.bucket, channel.prefix, channel.kms_key
            if key not in seen:
                seen.add(key)
                yield spot.account, channel


def _step(view: View, bucket: Bucket, ask: Ask) -> Step:
    """Each side is asked alone, so that a Deny does not hide a missing Allow, nor one Deny another."""
    return Step(
        ask=ask,
        allow=_allow(view, bucket, ask),
        denied=requests.denying(requests.answer(view, ask, view.policy_of(bucket), with_rcp=False)),
        by_rcp=requests.denying(requests.answer(view, ask, None)),
    )


def _allow(view: View, bucket: Bucket, ask: Ask) -> Allow:
    name = f"bucket policy of {bucket.name}"
    if requests.answer(view, ask, what_if.allows_alone(bucket.policy, name), with_rcp=False).is_allowed:
        return "there"
    if requests.answer(view, ask, what_if.without_source(bucket.policy, name), with_rcp=False).is_allowed:
        return "source"
    return "old accounts" if old_writers(view, bucket, ask) else "missing"


def old_writers(view: View, bucket: Bucket, ask: Ask) -> tuple[str, ...]:
    """Accounts outside of the organization that the bucket policy lets make the same request."""
    policy = what_if.allows_alone(bucket.policy, f"bucket policy of {bucket.name}")
    found = []
    for account in foreign_accounts(view, policy):
        root = f"arn:{view.partition}:iam::{account}:root"
        asked = ask.request
        decision = requests.by_person(
            view, root, asked.action, asked.resource, bucket.account, policy=policy, layers=_RESOURCE, more=_ACL
        )
        if decision.is_allowed:
            found.append(account)
    return tuple(found)


_RESOURCE = frozenset({Layer.RESOURCE})
_ACL = {"s3:x-amz-acl": ("bucket-owner-full-control",)}


def foreign_accounts(view: View, policy: Policy) -> tuple[str, ...]:
    """The accounts that a policy's Allows name and that are not of the organization."""
    named: set[str] = set()
    for statement in policy.statements:
        if statement.principal is not None and not statement.denies:
            named |= statement.principal.accounts
            named |= {arn.split(":")[4] for arn in statement.principal.arns if arn.count(":") >= 5}
    known = view.organization.accounts.keys()
    return tuple(sorted(a for a in named if a not in known and AccountId.pattern.fullmatch(a)))


def key_of(trail: Trail, bucket: Bucket | None) -> str:
    """The key that encrypts what a trail writes: its own, else the bucket's default; "" for none of ours."""
    return trail.kms_key or default_key(bucket)


def default_key(bucket: Bucket | None) -> str:
    """The key of a bucket's default encryption; "" for SSE-S3 and for S3's own key, whose policy nobody can change."""
    key = bucket.encryption.key if bucket else ""
    return "" if key.rpartition(":")[2].startswith("alias/aws/") else key


def unseen_key(name: str, account: str, region: str) -> Unsure:
    """A key that encrypts logs and that the snapshot does not hold."""
    parts = name.split(":")
    if len(parts) >= 6:  # an ARN says itself where the key is
        account, region = parts[4], parts[3]
    probe = Probe(operation="describe_key", account=account, region=region, about=name)
    return Unsure(
        where=f"key {name}",
        because="it is not in the snapshot, so neither its state nor its policy is known",
        probes=() if is_pending(name) else (probe,),
        lost=True,
    )


def keys_of_trails(view: View, subject: Subject) -> Iterator[tuple[Trail, Bucket | None, str, Key | None]]:
    """Each trail with the key that encrypts its files: its name, and the key if it was seen; once for each key."""
    seen: set[tuple[str, str]] = set()
    for trail in trails(view, subject):
        bucket = view.snapshot.bucket(trail.bucket)
        name = key_of(trail, bucket)
        if name and (name, "" if trail.is_organization else trail.arn) not in seen:
            seen.add((name, "" if trail.is_organization else trail.arn))
            yield trail, bucket, name, view.key(name)


def _policy_lost(view: View, bucket: Bucket) -> Unsure | None:
    return view.lost(bucket.account, bucket.region, f"bucket {bucket.name} policy", f"policy of bucket {bucket.name}")


def setting_lost(view: View, bucket: Bucket, what: str) -> Unsure | None:
    """Why a setting of a bucket is not known, if so: `what` as the reader calls it (versioning, lifecycle, …)."""
    return view.lost(bucket.account, bucket.region, f"bucket {bucket.name} {what}", f"{what} of bucket {bucket.name}")


def unseen_buckets(view: View) -> Iterator[Unsure]:
    """The archive's buckets that the snapshot does not hold: nothing about them can be ruled out."""
    names = view.archive_names
    if not names:
        yield Unsure(
            where="the archive",
            because="no bucket of it is in the snapshot",
            tell="name the specification with --spec, or take a snapshot that holds the log-archive account",
            lost=True,
        )
    for name in names:
        if view.snapshot.bucket(name) is None:
            yield unseen(view, name)


def actor(view: View, probe: Probe, about: str = "") -> str:
    """Who did it, from the event history, if it was asked."""
    told = view.told(probe)
    rows = [r for r in told.each() if about in r.get("resource", "") and not r.get("error")] if told else []
    if not rows:
        return ""
    return f"; {rows[0].get('event', '')} by {rows[0].get('who', '')} at {rows[0].get('time', '')}"


def keys_in_use(view: View, subject: Subject) -> Iterator[tuple[str, Key | None, Unsure]]:
    """The keys that encrypt logs, by name, once each; with the Unsure to give where a key was not seen."""
    seen: set[str] = set()
    named: list[tuple[str, str, str]] = []
    for trail in trails(view, subject):
        name = key_of(trail, view.snapshot.bucket(trail.bucket))
        named.append((name, trail.owner, trail.home_region))
    for account, channel in channels(view, subject):
        bucket = view.snapshot.bucket(channel.bucket)
        region = bucket.region if bucket else ""
        named.append((channel.kms_key or default_key(bucket), account, region))
    for name, owner, where in named:
        if name and name not in seen:
            seen.add(name)
            yield name, view.key(name), unseen_key(name, owner, where)


def probed_key(view: View, unsure: Unsure) -> dict[str, str]:
    """What DescribeKey answered about a key that was not seen, if it was asked."""
    told = view.told(unsure.probes[0]) if unsure.probes else None
    return next(iter(told.each()), {}) if told else {}
