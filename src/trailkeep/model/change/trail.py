"""Changes to trails (recipe 2.2): what a trail is, what it records, whether it runs."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from trailkeep.model.change.form import Change, Stage
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Selectors, Trail, TrailStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTrail(Change):
    """Create a trail (no `before`), update it, or delete it (no `after`); always in its home Region.

    Logging and selectors are changes of their own. `deletable` is False in members, where guardrails let nobody
    delete a trail: undoing its creation then stops it and leaves it.
    Source: botocore model cloudtrail CreateTrail, UpdateTrail, DeleteTrail.
    """

    stage: ClassVar[Stage] = Stage.TRAIL

    before: Trail | None
    after: Trail | None
    tags: tuple[tuple[str, str], ...] = ()
    deletable: bool = True

    @property
    def trail(self) -> Trail:
        """The trail in question."""
        trail = self.after or self.before
        if trail is None:
            raise ValueError("a trail change without a trail")
        return trail

    @property
    def resource(self) -> str:
        return f"trail {self.trail.name}"

    @property
    def when(self) -> Stage:
        return Stage.RETIRE if self.after is None else Stage.TRAIL

    @property
    def shown(self) -> tuple[str, str]:
        return _shown(self.before), _shown(self.after)

    @property
    def confirmation(self) -> str:
        return self.trail.name if self.after is None else ""

    @property
    def irreversible(self) -> str:  # type: ignore[override]  # it depends on whose trail it is
        return "" if self.deletable else "guardrails let nobody delete it; stopping it is what undoes it"

    def undo(self) -> Change | None:
        if self.before is None and not self.deletable:
            return None
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        trails = tuple(t for t in snapshot.trails if t.arn != self.trail.arn)
        if self.after is None:
            return _seen(replace(snapshot, trails=trails), self.trail.arn, None)
        old = snapshot.trail(self.after.owner, self.after.name)
        # what runs and what is recorded are left as they were: other changes set them
        kept = replace(
            self.after,
            is_logging=old.is_logging if old else False,
            selectors=old.selectors if old else Selectors(management="all", excluded_sources=(), data=()),
        )
        return replace(snapshot, trails=(*trails, kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSelectors(Change):
    """What a trail records. Source: botocore model cloudtrail PutEventSelectors."""

    stage: ClassVar[Stage] = Stage.TRAIL

    arn: str
    name: str
    before: Selectors | None
    after: Selectors

    @property
    def resource(self) -> str:
        return f"trail {self.name} event selectors"

    @property
    def shown(self) -> tuple[str, str]:
        return _selected(self.before), _selected(self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before) if self.before else None

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        trails = tuple(replace(t, selectors=self.after) if t.arn == self.arn else t for t in snapshot.trails)
        return replace(snapshot, trails=trails)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLogging(Change):
    """Whether a trail runs. Source: botocore model cloudtrail StartLogging, StopLogging."""

    stage: ClassVar[Stage] = Stage.TRAIL

    arn: str
    name: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"trail {self.name} logging"

    @property
    def when(self) -> Stage:
        return Stage.TRAIL if self.after else Stage.RETIRE

    @property
    def shown(self) -> tuple[str, str]:
        return ("on" if self.before else "off"), ("on" if self.after else "off")

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        trails = tuple(replace(t, is_logging=self.after) if t.arn == self.arn else t for t in snapshot.trails)
        return _seen(replace(snapshot, trails=trails), self.arn, self.after)


def _seen(snapshot: Snapshot, arn: str, is_logging: bool | None) -> Snapshot:
    """Every account and Region sees an organization trail; None when it is gone."""
    trail = next((t for t in snapshot.trails if t.arn == arn), None)
    if is_logging is not None and (trail is None or not trail.is_organization):
        return snapshot
    cells = {
        account: {
            region: replace(
                cell,
                trails=(
                    *(t for t in cell.trails if t.arn != arn),
                    *([_status(arn, is_logging)] if is_logging is not None else []),
                ),
            )
            for region, cell in regions.items()
        }
        for account, regions in snapshot.cells.items()
    }
    return replace(snapshot, cells=cells)


def _status(arn: str, is_logging: bool) -> TrailStatus:
    return TrailStatus(
        arn=arn,
        is_logging=is_logging,
        started=None,
        stopped=None,
        delivered=None,
        delivery_error="",
        digest_delivered=None,
        digest_error="",
    )


def _shown(trail: Trail | None) -> str:
    if trail is None:
        return ""
    facts = {
        "organization": trail.is_organization,
        "multi-Region": trail.is_multi_region,
        "validated": trail.validates_files,
        "global events": trail.global_events,
        "KMS": bool(trail.kms_key),
        "own deliveries too": trail.recursive,
    }
    return ", ".join([*(word for word, holds in facts.items() if holds), f"to {trail.bucket}"])


def _selected(selectors: Selectors | None) -> str:
    if selectors is None:
        return "unknown"
    out = f" except {', '.join(selectors.excluded_sources)}" if selectors.excluded_sources else ""
    data = f", {len(selectors.data)} data selector{'s' if len(selectors.data) != 1 else ''}" if selectors.data else ""
    return f"{selectors.management} management events{out}{data}"
