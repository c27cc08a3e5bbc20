"""Changes to the archive: keys and buckets, one setting at a time (recipe 2.1, 3.2)."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from trailkeep.model.archive import Bucket, Key, Lock
from trailkeep.model.change.form import Change, Stage
from trailkeep.model.ids import PENDING
from trailkeep.model.snapshot import Snapshot

BucketSetting = Literal[
    "versioning", "lock", "blocks_public_access", "ownership", "encryption", "lifecycle", "policy", "tags"
]
KeySetting = Literal["policy", "rotates", "state"]

NEVER_BACK: dict[BucketSetting, str] = {
    "lock": "Object Lock can never be switched off, and locked objects stay locked",
    "versioning": "versioning can only be suspended, which would let logs be overwritten",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey(Change):
    """A KMS key with its policy and alias. Source: botocore model kms CreateKey, CreateAlias."""

    stage: ClassVar[Stage] = Stage.KEY
    irreversible: ClassVar[str] = "what is encrypted with a key is lost with it"

    key: Key
    tags: tuple[tuple[str, str], ...]

    @property
    def resource(self) -> str:
        return f"key {self.key.alias}"

    @property
    def shown(self) -> tuple[str, str]:
        return "", "customer-managed key"

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(PENDING.findall(self.key.arn.partition(":key/")[2]))

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, keys=(*snapshot.keys, self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetKey(Change):
    """One setting of a key; `state` Enabled also takes a planned deletion back."""

    stage: ClassVar[Stage] = Stage.KEY

    arn: str
    alias: str
    setting: KeySetting
    before: str | bool
    after: str | bool
    last: bool = False
    """Whether it waits until retired trails are gone."""

    @property
    def resource(self) -> str:
        return f"key {self.alias} {self.setting}"

    @property
    def when(self) -> Stage:
        return Stage.NARROW if self.last else Stage.KEY

    @property
    def shown(self) -> tuple[str, str]:
        return str(self.before), str(self.after)

    @property
    def irreversible(self) -> str:  # type: ignore[override]  # it depends on the setting
        return "what is encrypted with a key is lost with it" if self.setting == "state" else ""

    def undo(self) -> Self | None:
        return None if self.setting == "state" else replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        changed: dict[str, Any] = {self.setting: self.after}
        return replace(snapshot, keys=tuple(replace(k, **changed) if k.arn == self.arn else k for k in snapshot.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBucket(Change):
    """An empty bucket; with Object Lock asked for, S3 switches versioning on as well.

    Source: botocore model s3 CreateBucket (ObjectLockEnabledForBucket).
    """

    stage: ClassVar[Stage] = Stage.BUCKET
    irreversible: ClassVar[str] = "a bucket that may hold logs is never deleted by trailkeep"

    bucket: Bucket

    @property
    def resource(self) -> str:
        return f"bucket {self.bucket.name}"

    @property
    def lane(self) -> str:
        return self.resource

    @property
    def shown(self) -> tuple[str, str]:
        return "", "Object Lock and versioning" if self.bucket.lock else "empty bucket"

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, buckets=(*snapshot.buckets, self.bucket))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBucket(Change):
    """One setting of a bucket. A policy is written last of all settings, and narrowed after what it let in is gone."""

    stage: ClassVar[Stage] = Stage.BUCKET

    bucket: str
    setting: BucketSetting
    before: Any
    after: Any
    last: bool = False
    """Whether it waits until retired trails are gone."""

    @property
    def resource(self) -> str:
        return f"bucket {self.bucket} {self.setting.replace('_', ' ')}"

    @property
    def lane(self) -> str:
        return f"bucket {self.bucket}"

    @property
    def when(self) -> Stage:
        if self.last:
            return Stage.NARROW
        return Stage.BUCKET_POLICY if self.setting == "policy" else Stage.BUCKET

    @property
    def shown(self) -> tuple[str, str]:
        return _text(self.before), _text(self.after)

    @property
    def confirmation(self) -> str:
        compliance = isinstance(self.after, Lock) and self.after.mode == "COMPLIANCE"
        return self.bucket if compliance else ""

    @property
    def irreversible(self) -> str:  # type: ignore[override]  # it depends on the setting
        return NEVER_BACK.get(self.setting, "")

    def undo(self) -> Self | None:
        if self.setting in NEVER_BACK:
            return None
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        changed: dict[str, Any] = {self.setting: self.after}
        buckets = tuple(replace(b, **changed) if b.name == self.bucket else b for b in snapshot.buckets)
        return replace(snapshot, buckets=buckets)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableMfaDelete(Change):
    """MFA Delete, which only the root user of the bucket's account can switch on, by hand.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    """

    stage: ClassVar[Stage] = Stage.HUMAN
    irreversible: ClassVar[str] = "only the root user can switch MFA Delete off again"

    bucket: str
    procedure: tuple[str, ...]
    """The exact steps, one a line; trailkeep prints them and never takes root keys or MFA codes."""

    @property
    def resource(self) -> str:
        return f"bucket {self.bucket} MFA Delete"

    @property
    def lane(self) -> str:
        return f"bucket {self.bucket}"

    @property
    def shown(self) -> tuple[str, str]:
        return "off", "on, by the root user"

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        buckets = tuple(replace(b, mfa_delete=True) if b.name == self.bucket else b for b in snapshot.buckets)
        return replace(snapshot, buckets=buckets)


def _text(value: object) -> str:
    match value:
        case None | "" | ():
            return ""
        case bool():
            return "on" if value else "off"
        case (str(), str()):
            return "=".join(value)
        case tuple():
            return "; ".join(_text(v) for v in value)
        case _:
            return str(value)
