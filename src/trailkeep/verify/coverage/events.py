"""What the event history tells: when trails were stopped, changed or deleted, and by whom.

Event names and parameters as CloudTrail records its own API (botocore model cloudtrail: StopLogging, StartLogging,
DeleteTrail, CreateTrail, UpdateTrail) and account management's (EnableRegion).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from trailkeep.verify.coverage.causes import Fact, Heard
from trailkeep.verify.coverage.expected import said_at
from trailkeep.verify.coverage.row import Reason, Why

TRAIL_EVENTS: Final = ("StopLogging", "StartLogging", "DeleteTrail", "CreateTrail", "UpdateTrail")

Reach = Literal["all", "other Regions", "other accounts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event about a trail, or EnableRegion; `name` is the trail's name, `asked` its request parameters."""

    time: datetime
    action: str
    account: str
    name: str
    who: str
    asked: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Time in which a trail of an account did not hear what it should: until `end`, None while nothing ended it."""

    account: str
    name: str
    start: datetime
    end: datetime | None
    reach: Reach
    reason: Reason

    def holds(self, trail: Heard, account: str, region: str) -> bool:
        """Whether an account in a Region was lost by it."""
        its = trail[0]
        if its.name != self.name or its.owner != self.account:
            return False
        if self.reach == "other Regions":
            return region != its.home_region
        return self.reach == "all" or account != its.owner


def parse_event(record: bytes | str, time: datetime) -> Event | None:
    """An event's record as LookupEvents hands it out; None for one that failed, or that is no event."""
    try:
        told = orjson.loads(record)
        asked = told.get("requestParameters") or {}
        identity = told.get("userIdentity") or {}
        if told.get("errorCode") or not isinstance(asked, dict) or not isinstance(identity, dict):
            return None
        name = str(asked.get("name") or "").rpartition("/")[2]
        who = str(identity.get("arn") or identity.get("invokedBy") or identity.get("type") or "somebody")
        source = told.get("sourceIPAddress")
        return Event(
            time=time,
            action=str(told["eventName"]),
            account=str(told.get("recipientAccountId") or identity.get("accountId") or ""),
            name=name,
            who=f"{who} from {source}" if source else who,
            asked=asked,
        )
    except (orjson.JSONDecodeError, AttributeError, KeyError):
        return None


def outages(events: Iterable[Event]) -> Iterator[Outage]:
    """Every stretch in which a trail was stopped, deleted or cut down, from its events in any order."""
    open_: dict[tuple[str, str, str], tuple[Event, Reach, Why, str]] = {}
    for event in sorted(events, key=lambda e: e.time):
        for aspect, lost in _told(event):
            key = event.account, event.name, aspect
            before = open_.get(key)
            if lost is not None and before is None:
                open_[key] = (event, *lost)
            elif lost is None and before is not None:
                del open_[key]
                yield _outage(*before, event)
    for left in open_.values():
        yield _outage(*left, None)


def told(found: Iterable[Outage], trails: tuple[Heard, ...], account: str, region: str) -> Iterator[Fact]:
    """What outages explain of one account in one Region."""
    for outage in found:
        if any(outage.holds(t, account, region) for t in trails):
            yield Fact(start=outage.start, end=outage.end, reason=outage.reason)


def _told(event: Event) -> Iterator[tuple[str, tuple[Reach, Why, str] | None]]:
    """Which aspects of a trail an event breaks (how), or mends (None)."""
    match event.action:
        case "StopLogging":
            yield "logging", ("all", Why.STOPPED, "logging was stopped")
        case "StartLogging":
            yield "logging", None
            yield "existence", None
        case "DeleteTrail":
            yield "existence", ("all", Why.DELETED, "the trail was deleted")
            yield "logging", None
        case "UpdateTrail":
            asked = event.asked
            for member, reach, said in _CUTS:
                if member in asked:
                    yield member, None if asked[member] is True else (reach, Why.CHANGED, said)
        case _:
            return


_CUTS: Final[tuple[tuple[str, Reach, str], ...]] = (
    ("enableLogFileValidation", "all", "log file validation was switched off"),
    ("isMultiRegionTrail", "other Regions", "the trail was cut down to its home Region"),
    ("isOrganizationTrail", "other accounts", "the trail was cut down to its own account"),
)


def _outage(begun: Event, reach: Reach, why: Why, said: str, ended: Event | None) -> Outage:
    detail = f"{said} at {said_at(begun.time)} by {begun.who}"
    if ended is not None:
        detail += f", and again on at {said_at(ended.time)} by {ended.who}"
    remedy = "" if ended else "`trailkeep plan` says what brings it back"
    reason = Reason(why=why, detail=f"{detail} (trail {begun.name})", remedy=remedy)
    return Outage(
        account=begun.account,
        name=begun.name,
        start=begun.time,
        end=ended.time if ended else None,
        reach=reach,
        reason=reason,
    )
