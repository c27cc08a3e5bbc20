"""What a managed rule looks at: the trails, buckets and keys of one account in one Region, and whose account it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

ACCOUNT, BUCKET, KEY, TRAIL = "AWS::::Account", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::CloudTrail::Trail"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementEvents:
    """Which management events a selector takes; `excludes` when it leaves out some service's."""

    reads: bool
    writes: bool
    excludes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFacts:
    """A trail that is seen in the account and Region, shadow and organization trails included."""

    name: str
    bucket: str
    topic: str
    log_group: str
    key: str
    logs: bool
    multi_region: bool
    global_events: bool
    validates: bool
    management: tuple[ManagementEvents, ...]

    @property
    def reads(self) -> bool:
        """Whether management events that read are recorded."""
        return any(events.reads for events in self.management)

    @property
    def writes(self) -> bool:
        """Whether management events that write are recorded."""
        return any(events.writes for events in self.management)

    @property
    def excludes(self) -> bool:
        """Whether some service's management events are left out."""
        return any(events.excludes for events in self.management)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleFacts:
    """One enabled lifecycle rule; days as they stand there, `transitions` from storage class to days."""

    prefix: str
    expiration_days: int | None
    transitions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFacts:
    """A bucket in its Region. `lock_mode` is the default retention's; `blocks` when all four settings block."""

    name: str
    versioned: bool
    mfa_delete: bool
    locks: bool
    lock_mode: str
    blocks: bool
    policy: str
    lifecycle: tuple[LifecycleFacts, ...]
    algorithm: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A KMS key; `rotatable` when KMS itself can rotate it (symmetric, made by KMS, the customer's)."""

    id: str
    arn: str
    rotatable: bool
    rotates: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the rules here look at; `management` is empty for an account outside the organization."""

    account: str
    region: str
    management: str
    hub: bool
    trails: tuple[TrailFacts, ...]
    buckets: tuple[BucketFacts, ...]
    keys: tuple[KeyFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a rule says of one resource; a resource that it says nothing of is not applicable to it."""

    kind: str
    id: str
    complies: bool
    annotation: str = ""


Evaluator = Callable[[Facts, Mapping[str, str]], Iterator[Result]]
"""A rule: from what there is and the rule's input parameters to one result a resource."""


def named(text: str | None) -> frozenset[str]:
    """The items of a parameter that lists them with commas; empty when it is not given."""
    return frozenset(item.strip() for item in (text or "").split(",") if item.strip())
