"""The archive: its buckets and keys, each with the settings that protect what is in them."""

from dataclasses import dataclass
from typing import Literal

from trailkeep.model.ids import AccountId, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Default Object Lock retention: applies to new objects; `days` None means lock on without a default rule."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"] | None
    days: int | None

    def __str__(self) -> str:
        return f"{self.mode.lower()}, {self.days} days" if self.mode else "on, without default retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """Default encryption; `key` is a KMS key ARN, "" for SSE-S3."""

    key: str
    bucket_key: bool

    def __str__(self) -> str:
        return f"KMS {self.key.rsplit(':', 1)[-1]}" if self.key else "SSE-S3"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRule:
    """One lifecycle rule; days are None where the rule does not say. `other` is the rest, as canonical JSON."""

    id: str
    enabled: bool
    prefix: str
    expire_days: int | None
    noncurrent_days: int | None
    abort_multipart_days: int | None
    expired_delete_markers: bool
    other: str

    def __str__(self) -> str:
        parts = {
            "expire after {} days": self.expire_days,
            "old versions after {}": self.noncurrent_days,
            "unfinished uploads after {}": self.abort_multipart_days,
        }
        said = ", ".join(text.format(days) for text, days in parts.items() if days)
        return f"{self.id}: {said or 'other actions'}{'' if self.enabled else ' (off)'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """An archive bucket. Every setting is what S3 answers; `policy` is canonical JSON, "" for none.

    `versioning` "" means it was never enabled; `lock` None means Object Lock is off (it can never be switched off).
    """

    name: str
    account: AccountId
    region: Region
    versioning: Literal["Enabled", "Suspended", ""] = ""
    mfa_delete: bool = False
    lock: Lock | None = None
    encryption: Encryption = Encryption(key="", bucket_key=False)
    lifecycle: tuple[LifecycleRule, ...] = ()
    policy: str = ""
    blocks_public_access: bool = False
    ownership: str = ""
    logging: str = ""
    replication: str = ""
    requester_pays: bool = False
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key known by the alias trailkeep gave it; `state` is KMS's KeyState; `policy` is canonical JSON."""

    arn: str
    alias: str
    account: AccountId
    region: Region
    state: str
    rotates: bool
    policy: str
