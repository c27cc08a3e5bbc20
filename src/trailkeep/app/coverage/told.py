"""What the event history says of trails and Regions: asked live, only where something is missing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trailkeep.errors import AwsError
from trailkeep.model.ids import leader
from trailkeep.verify.coverage.events import TRAIL_EVENTS, Event, Outage, outages, parse_event

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.model.trail import Trail

_HISTORY = timedelta(days=89, hours=23)
"""LookupEvents knows 90 days (botocore model cloudtrail LookupEvents)."""


def trail_history(
    cloud: "Cloud", trails: Iterable["Trail"], start: datetime, now: datetime
) -> tuple[tuple[Outage, ...], tuple[str, ...]]:
    """When trails were stopped, changed or deleted, and what could not be asked. Events lie in the home Region."""
    found: list[Event] = []
    notes = []
    for account, region in sorted({(t.owner, t.home_region) for t in trails}):
        try:
            for action in TRAIL_EVENTS:
                found += _events(cloud, account, region, action, start, now)
        except AwsError as error:
            notes.append(f"UNKNOWN: the event history of {account} in {region} could not be read: {error.message}")
    if start < now - _HISTORY:
        notes.append("the event history goes back 90 days: who stopped what before then, only the logs themselves tell")
    return tuple(outages(found)), tuple(notes)


def regions_enabled(
    cloud: "Cloud", accounts: Iterable[str], start: datetime, now: datetime
) -> tuple[dict[tuple[str, str], datetime], tuple[str, ...]]:
    """When accounts enabled opt-in Regions, by their own event history and the management account's."""
    found: dict[tuple[str, str], datetime] = {}
    notes = []
    for account in sorted({*accounts, cloud.caller.account}):
        try:
            for event in _events(cloud, account, leader(cloud.caller.partition), "EnableRegion", start, now):
                asked = {k.casefold(): str(v) for k, v in event.asked.items()}
                place = asked.get("accountid") or account, asked.get("regionname", "")
                found[place] = max(event.time, found.get(place, event.time))
        except AwsError as error:
            notes.append(f"UNKNOWN: the event history of {account} could not be read: {error.message}")
    return found, tuple(notes)


def _events(cloud: "Cloud", account: str, region: str, action: str, start: datetime, now: datetime) -> Iterable[Event]:
    asked = [{"AttributeKey": "EventName", "AttributeValue": action}]
    pages = cloud.pages(
        account,
        region,
        "cloudtrail",
        "lookup_events",
        "Events",
        LookupAttributes=asked,
        StartTime=max(start - timedelta(days=7), now - _HISTORY),
        EndTime=now,
    )
    found = (parse_event(e.get("CloudTrailEvent") or "", e["EventTime"]) for e in pages)
    return [e for e in found if e is not None]
