"""The decisions behind a first specification: what is adopted, what is made, and how strong the protection is."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from trailkeep.model.archive import Bucket
from trailkeep.model.organization import Account
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.places import by_email
from trailkeep.setup.propose import observed
from trailkeep.setup.spec import AccountPart, LockPart
from trailkeep.setup.spec.names import bucket_fault

RETENTION_DAYS = 2557
"""Seven years with their leap days: what most audits ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person has decided; None leaves it to the proposal."""

    home_region: str | None = None
    log_archive_email: str | None = None
    security_email: str | None = None
    archive_name: str | None = None
    protection: Literal["lock", "mfa"] | None = None
    retention_days: int | None = None
    scope: Literal["organization", "members"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedicated:
    """One dedicated account as proposed; `existing` is the account that is adopted."""

    name: str
    email: str
    ou: str
    existing: Account | None
    is_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Every decision, before it is written."""

    home: str
    home_because: str
    archive: Dedicated
    security: Dedicated
    name: str
    trail_bucket: Bucket | None
    config_bucket: Bucket | None
    protection: Literal["lock", "mfa"]
    lock: LockPart
    retention: int | None
    scope: Literal["organization", "members"]


def decide(snapshot: Snapshot, answers: Answers) -> Proposal:
    """The proposal for the organization in `snapshot`, with a person's answers taken as they are."""
    home: str
    home, because = observed.home_region(snapshot)
    if answers.home_region is not None and answers.home_region != home:
        home, because = answers.home_region, "chosen"
    archive, security = _dedicated(snapshot, answers)
    trail_bucket = None
    if answers.scope != "members":
        trail_bucket = observed.trail_bucket(snapshot, archive.existing, home)
    protection = answers.protection or _protection(trail_bucket)
    config_bucket = observed.config_bucket(snapshot, archive.existing, home, trail_bucket)
    if config_bucket is not None and config_bucket.mfa_delete and protection == "lock":
        config_bucket = None  # it could not have the lifecycle rules that go with a lock
    adopted = [b for b in (trail_bucket, config_bucket) if b is not None]
    retention = answers.retention_days
    if retention is None and not any(b.mfa_delete for b in adopted):
        retention = _retention(adopted)
    return Proposal(
        home=home,
        home_because=because,
        archive=archive,
        security=security,
        name=answers.archive_name or _slug(snapshot, home),
        trail_bucket=trail_bucket,
        config_bucket=config_bucket,
        protection=protection,
        lock=_lock(trail_bucket, retention),
        retention=retention if protection == "lock" else None,
        scope=answers.scope or "organization",
    )


def _dedicated(snapshot: Snapshot, answers: Answers) -> tuple[Dedicated, Dedicated]:
    """Both accounts, each under a name and address of its own."""
    organization = snapshot.organization
    archive_found = observed.log_archive(snapshot)
    if answers.log_archive_email is not None:
        archive_found = by_email(organization, answers.log_archive_email)
    security_found = observed.security(snapshot, archive_found)
    if answers.security_email is not None:
        security_found = by_email(organization, answers.security_email)
    home = _ou(snapshot, archive_found, security_found)
    archive = _part(snapshot, archive_found, "Log Archive", answers.log_archive_email, home, taken=None)
    security = _part(snapshot, security_found, "Security Tooling", answers.security_email, home, taken=archive)
    return archive, security


def _part(
    snapshot: Snapshot, found: Account | None, name: str, asked: str | None, ou: str, taken: Dedicated | None
) -> Dedicated:
    organization = snapshot.organization
    emails, names = ([taken.email], [taken.name]) if taken else ([], [])
    if found is None:
        tag = {"Log Archive": "log-archive"}.get(name, "security")
        email = asked or observed.new_email(tag, organization, emails)
        new = observed.new_name(name, organization, names)
        return Dedicated(name=new, email=email, ou=ou, existing=None, is_asked=asked is not None)
    sayable = re.fullmatch(r"[!-~]([ -~]{0,48}[!-~])?", found.name) and found.name.casefold() not in map(
        str.casefold, names
    )
    return Dedicated(
        name=found.name if sayable else observed.new_name(name, organization, names),
        email=found.email,
        ou=observed.unit_name(found.parent, organization),
        existing=found,
    )


def _ou(snapshot: Snapshot, *found: Account | None) -> str:
    """Where a new dedicated account goes: beside the other one, else into Security, which is made if need be."""
    organization = snapshot.organization
    for account in found:
        if account is not None and account.parent != organization.root:
            return observed.unit_name(account.parent, organization)
    named = [u for u in organization.units.values() if u.name.casefold() == "security" and u.id != organization.root]
    best = min(named, key=lambda u: (len(organization.chain(u.id)), u.id), default=None)
    default: str = AccountPart.model_fields["ou"].default
    return observed.unit_name(best.id, organization) if best else default


def _protection(bucket: Bucket | None) -> Literal["lock", "mfa"]:
    """MFA Delete where it is on already, unless the bucket has Object Lock as well."""
    is_locked = bucket is not None and bucket.lock is not None and bucket.lock.days is not None
    return "mfa" if bucket is not None and bucket.mfa_delete and not is_locked else "lock"


def _retention(adopted: Iterable[Bucket]) -> int | None:
    """At least as long as the adopted buckets keep and lock their objects today."""
    rules = [[r.expire_days for r in b.lifecycle if r.enabled and not r.prefix and r.expire_days] for b in adopted]
    kept = [min(days) for days in rules if days]
    locked = [b.lock.days for b in adopted if b.lock and b.lock.days]
    longest = max([RETENTION_DAYS, *kept, *locked])
    return longest if longest <= 36500 else None


def _lock(bucket: Bucket | None, retention: int | None) -> LockPart:
    """As the adopted bucket has it, if that is more than usual; never longer than the retention."""
    days = LockPart().days if retention is None else min(LockPart().days, retention)
    has = bucket.lock if bucket else None
    if has is None or has.days is None:
        return LockPart(days=days)
    is_longer = has.days <= (retention or 36500)
    mode: Literal["governance", "compliance"] = "compliance" if has.mode == "COMPLIANCE" else "governance"
    return LockPart(days=max(days, has.days) if is_longer else days, mode=mode)


def _slug(snapshot: Snapshot, home: str) -> str:
    """A name for the buckets: the management account's, else the organization's id, in S3's letters."""
    organization = snapshot.organization
    management = organization.accounts.get(organization.management)
    for text in (management.name if management else "", organization.id, "trailkeep"):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:24].strip("-")
        if len(slug) > 1 and not bucket_fault(f"{slug}-config-{'0' * 12}-{home}"):
            return slug
    return "trailkeep"
