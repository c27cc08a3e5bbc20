"""A35: nothing changed for six hours, so AWS Config has no history to deliver.

History files come every six hours, and only for what changed: AWS shows a channel whose last history is days older than
its last snapshot. So three answers are put side by side: when history came last, when the newest item was recorded,
and, as a query finds no deleted resource, which calls of the last six hours write. An idle Region is no fault, so AWS
is asked only about the account and Region that a person names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.model.ids import leader
from trailkeep.model.recorder import Channel, Recorder

DUE = timedelta(hours=6)
"""How long a change may wait for its history file."""
PAGE = 50
"""A page of LookupEvents; so many calls that write are read."""
_NAMED = 3
_HEARTBEAT = "the snapshots are the heartbeat"
_SOURCE = "config DescribeDeliveryChannelStatus, SelectResourceConfig; cloudtrail LookupEvents"
_WORDS = (
    "Nothing is to be put right: history files are written every six hours, and only when something changed; "
    "the snapshots (`deliveryFrequency`) are the heartbeat."
)

Rows = tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What AWS answered, and when it was asked; None where no history came, or nothing is recorded."""

    asked: datetime
    fails: bool
    delivered: datetime | None
    newest: datetime | None
    resource: str
    writes: Rows


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        cell = spot.cell
        if lost is not None:
            yield lost
        elif cell is not None and cell.channel is not None:
            settled = _by_status(view, subject, spot, cell.channel)
            yield settled or _by_recorder(view, subject, spot, cell.recorder)


def _by_status(view: View, subject: Subject, spot: Spot, channel: Channel) -> Case | None:
    """What the deliveries' status settles; history of an unknown day is enough unless somebody misses it here."""
    if channel.history == "failure":
        return Fine(because="history was tried and failed (see A30)")
    if channel.history == "success" and not _is_named(subject):
        return Fine(because="configHistoryDeliveryInfo says Success: history was delivered")
    if channel.snapshot == "failure":
        return Fine(because="snapshots are tried and fail (see A30)")
    if channel.snapshot == "success" and channel.frequency:
        return None
    if channel.history == "success":
        because = "history was delivered once, and no snapshot shows that AWS Config still delivers"
        return Unsure(where=view.place(spot), because=because, tell="set deliveryFrequency: snapshots are a heartbeat")
    because = "neither history nor snapshot was delivered yet; both are due within 24 hours"
    return Unsure(where=view.place(spot), because=because, tell="look again when a day has passed")


def _is_named(subject: Subject) -> bool:
    return None not in {subject.account, subject.region}


def _by_recorder(view: View, subject: Subject, spot: Spot, recorder: Recorder | None) -> Case:
    if recorder is None or not recorder.is_recording:
        return Fine(because="nothing is recorded, whether it changes or not (see A27 and A28)")
    if recorder.status != "success":
        because = f"the recorder's last status is {recorder.status or 'not told'}"
        return Unsure(where=view.place(spot), because=because, tell=_HEARTBEAT)
    if recorder.frequency == "daily":
        because = "it records once a day: a change of the last day may not be recorded yet"
        return Unsure(where=view.place(spot), because=because, tell=_HEARTBEAT)
    if not _is_named(subject):
        because = "no history was delivered yet, and snapshots arrive: nothing may have changed, which is normal"
        tell = f"--probe with --account and --region; {_HEARTBEAT}"
        return Unsure(where=view.place(spot), because=because, tell=tell)
    return _asked(view, spot, recorder)


def _asked(view: View, spot: Spot, recorder: Recorder) -> Case:
    probes = tuple(_probes(view, spot, recorder))
    told = [view.told(probe) for probe in probes]
    answers = [one.each() for one in told if one is not None and not one.refused]
    if len(answers) < len(probes):
        refused = next((one.refused for one in told if one is not None and one.refused), "")
        because = f"AWS did not answer: {refused}" if refused else "snapshots arrive: nothing may have changed lately"
        return Unsure(where=view.place(spot), because=because, probes=probes, tell=_HEARTBEAT)
    read = _read(*answers)
    if read is None:
        return Unsure(where=view.place(spot), because="AWS told a time that cannot be read", tell=_HEARTBEAT)
    return _by_delivery(read) or _by_items(view, spot, read) or _by_events(view, spot, read)


def _probes(view: View, spot: Spot, recorder: Recorder) -> Iterator[Probe]:
    """The questions; IAM is written in one Region of the partition, wherever it is recorded."""
    yield Probe(operation="describe_delivery_channel_status", account=spot.account, region=spot.region)
    yield Probe(operation="select_resource_config", account=spot.account, region=spot.region)
    yield Probe(operation="write_events", account=spot.account, region=spot.region)
    central = leader(view.partition)
    if recorder.group.iam_types and spot.region != central:
        yield Probe(operation="write_events", account=spot.account, region=central)


def _read(status: Rows, items: Rows, *writes: Rows) -> _Told | None:
    channel, item = next(iter(status), {}), next(iter(items), {})
    try:
        return _Told(
            asked=_moment(channel.get("asked", "")),
            fails=channel.get("failed") == "true",
            delivered=_moment(channel["delivered"]) if channel.get("delivered") else None,
            newest=_moment(item.get("newest", "")) if item else None,
            resource=item.get("resource", ""),
            writes=tuple(row for rows in writes for row in _done(rows)),
        )
    except ValueError:
        return None


def _done(rows: Rows) -> Rows:
    """The calls that may have changed something: what was refused did not, unless it fills all that was read."""
    done = tuple(row for row in rows if not row.get("error"))
    return done or (rows if len(rows) >= PAGE else ())


def _by_delivery(told: _Told) -> Case | None:
    """What the status of this moment settles."""
    if told.fails:
        return Fine(because="AWS Config tries to deliver and fails (see A30)")
    if told.delivered is not None and told.delivered > told.asked - DUE:
        return Fine(because=f"history was delivered at {_at(told.delivered)}")
    return None


def _by_items(view: View, spot: Spot, told: _Told) -> Case | None:
    """What the newest item settles: None where all is older than six hours, and delivered."""
    if told.newest is None:
        return None
    recorded = f"{told.resource} was recorded at {_at(told.newest)}"
    if told.newest > told.asked - DUE:
        return Fine(because=f"{recorded}: something changed, and its history is due within six hours of that")
    if told.delivered is None:
        because = f"{recorded}, and its history never came: the channel is newer than that, or a file is missing"
        return Unsure(where=view.place(spot), because=because, tell="when the channel was made (event history)")
    if told.newest > told.delivered:
        return Fine(because=f"{recorded}, and no history came since the one of {_at(told.delivered)}")
    return None


def _by_events(view: View, spot: Spot, told: _Told) -> Case:
    where, since = view.place(spot), _at(told.asked - DUE)
    if told.writes:
        named = (f"{row.get('event')} by {row.get('who')} at {row.get('time')}" for row in told.writes[:_NAMED])
        because = f"nothing was recorded since {since}, but a deletion does not show there, and calls wrote: "
        tell = "GetResourceConfigHistory of what these calls are about"
        return Unsure(where=where, because=because + ", ".join(named), tell=tell)
    newest = f"the newest item is {told.resource} of {_at(told.newest)}" if told.newest else "nothing is recorded there"
    history = f"history last came at {_at(told.delivered)}" if told.delivered else "no history came yet"
    said = (
        f"{newest}, {history}, snapshots arrive, and the event history has no call that writes from {since} to "
        f"{_at(told.asked)}"
    )
    return Found(where=where, said=said, source=_SOURCE, fix=remedy.in_words(view, _WORDS))


def _moment(text: str) -> datetime:
    """A time of AWS, which is UTC where it does not say otherwise. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


CAUSE = Cause(
    id="A35",
    name="nothing-changed",
    title="Nothing changed, so there is no history file",
    family=Family.LOGS,
    cost=Cost.CALL,
    decided="Recorder and snapshots succeed; history last came more than six hours ago or never; the newest item that "
    "AWS Config recorded is older than six hours and no newer than that history, or there is none; and the event "
    "history has no call of these six hours that writes, as a deletion leaves no item that a query finds. It is no "
    "fault, so AWS is asked only about the account and Region that one names.",
    unknown="A snapshot does not hold when a resource last changed; `--probe` with `--account` and `--region` asks. "
    "Calls wrote, though nothing newer is recorded; items are recorded that a young channel need not deliver; the "
    "recorder records once a day; or snapshots (`deliveryFrequency`), the heartbeat that tells, do not arrive.",
    remedy="None: history files are written every six hours, and only when something changed.",
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/how-does-config-work.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/verify-delivery-status.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/query-components.html",
        "botocore models config DescribeDeliveryChannelStatus, SelectResourceConfig; cloudtrail LookupEvents",
    ),
    look=_look,
    normal=True,
    nothing="there is no delivery channel (see A29)",
)
