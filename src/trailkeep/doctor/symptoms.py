"""Which symptoms a Snapshot shows by itself: logs that do not arrive, Regions that differ, retention not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from trailkeep.doctor import lifecycle, retention, walk
from trailkeep.doctor.cause import Family
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.model.recorder import Channel


class Sight(StrEnum):
    """What is seen of a symptom; UNASKED where a snapshot cannot show it and nobody reports it."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    UNKNOWN = "unknown"
    UNASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """A symptom with what shows it (or what is not known), and in how many places it is not there."""

    family: Family
    sight: Sight
    said: tuple[str, ...] = ()
    fine: int = 0


def look(view: View, subject: Subject, family: Family, *, asked: bool) -> Symptom:
    """What is seen of one symptom."""
    match family:
        case Family.LOGS:
            return _folded(family, _logs(view, subject), _nowhere(view, subject))
        case Family.REGIONS:
            return _folded(family, _regions(view, subject), _nowhere(view, subject))
        case Family.RETENTION:
            return _retention(view, subject, asked=asked)
        case Family.DELETION:
            said = "a snapshot holds no objects: `trailkeep verify` tells whether any are gone or changed"
            return Symptom(family=family, sight=Sight.UNKNOWN if asked else Sight.UNASKED, said=(said,))


Told = tuple[Sight, str]


def _nowhere(view: View, subject: Subject) -> str:
    """Why nothing should be there to see."""
    chosen = [a for a in view.snapshot.active() if subject.account in {None, a.id}]
    if subject.region and chosen and all(a.regions and subject.region not in a.regions for a in chosen):
        whose = view.name(chosen[0].id) if len(chosen) == 1 else "any account"
        return f"no account and Region should log: {subject.region} is not enabled in {whose} (C4)"
    return "no account and Region should log"


def _folded(family: Family, told: Iterator[Told], nowhere: str) -> Symptom:
    by_sight: dict[Sight, list[str]] = {}
    for sight, said in told:
        by_sight.setdefault(sight, []).append(said)
    fine = len(by_sight.get(Sight.NOT_SEEN, ()))
    for sight in (Sight.SEEN, Sight.UNKNOWN):
        if sight in by_sight:
            return Symptom(family=family, sight=sight, said=tuple(by_sight[sight]), fine=fine)
    if not fine:
        return Symptom(family=family, sight=Sight.UNKNOWN, said=(nowhere,))
    return Symptom(family=family, sight=Sight.NOT_SEEN, fine=fine)


def _logs(view: View, subject: Subject) -> Iterator[Told]:
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            yield Sight.UNKNOWN, f"{lost.where}: {lost.because}"
        else:
            trouble = next(troubles(view, spot), "")
            young = "" if trouble else _young(view, spot)
            said = f"{view.place(spot)}: {trouble or young}"
            yield (Sight.SEEN if trouble else Sight.UNKNOWN if young else Sight.NOT_SEEN), said


def troubles(view: View, spot: Spot) -> Iterator[str]:
    """What CloudTrail and AWS Config themselves say is wrong there; one of each service at most."""
    trail = _cloudtrail(view, spot)
    if trail:
        yield trail
    if spot.account in view.blinded and view.snapshot.unread(spot.account, spot.region, "config") is not None:
        return
    recorder, channel = (spot.cell.recorder, spot.cell.channel) if spot.cell else (None, None)
    if recorder is None or not recorder.is_recording:
        yield "AWS Config does not record"
    elif recorder.status == "failure":
        yield f"AWS Config cannot record: {recorder.error}"
    elif channel is None:
        yield "AWS Config has nowhere to deliver"
    elif "failure" in {channel.history, channel.snapshot}:
        yield f"AWS Config cannot deliver: {channel.error}"


def _cloudtrail(view: View, spot: Spot) -> str:
    hearing = [t for t in view.hearing(spot.account) if t.records(spot.account, spot.region)]
    if not hearing:
        return "no running trail hears it"
    for trail in hearing:
        status = view.status(trail, spot)
        if status is None and trail.is_organization:
            return f"the organization trail {trail.name} is not there"
        if status is not None and (status.delivery_error or status.digest_error):
            return f"CloudTrail cannot deliver: {status.delivery_error or status.digest_error}"
    return ""


def _young(view: View, spot: Spot) -> str:
    if not view.arrives(spot):
        return "CloudTrail has delivered nothing lately, and tells no error"
    channel = spot.cell.channel if spot.cell else None
    return "" if channel is None or _delivered(channel) else "AWS Config has delivered nothing yet"


def _delivered(channel: Channel) -> bool:
    return "success" in {channel.history, channel.snapshot}


def _regions(view: View, subject: Subject) -> Iterator[Told]:
    spots = walk.spots(view, Subject(account=subject.account), "trail")
    for account, pairs in groupby(spots, key=lambda pair: pair[0].account):
        known = [(spot, lost) for spot, lost in pairs]
        forms = {_form(view, spot): spot.region for spot, lost in known if lost is None}
        blind = [lost for _, lost in known if lost is not None]
        if len(forms) > 1:
            parts = (f"{region} {words}" for words, region in sorted(forms.items()))
            yield Sight.SEEN, f"{view.name(account)}: {'; '.join(parts)}"
        elif blind:
            yield Sight.UNKNOWN, f"{blind[0].where}: {blind[0].because}"
        else:
            yield Sight.NOT_SEEN, view.name(account)


def _form(view: View, spot: Spot) -> str:
    trail = any(t.records(spot.account, spot.region) for t in view.hearing(spot.account))
    config = bool(spot.cell and spot.cell.recorder and spot.cell.recorder.is_recording)
    return (
        f"is {'heard' if trail else 'not heard'} by a trail and {'recorded' if config else 'not recorded'} by AWS "
        "Config"
    )


def _retention(view: View, subject: Subject, *, asked: bool) -> Symptom:
    want = retention.wanted(view, subject)
    if want is None:
        said = "nobody says how long logs should be kept: --days N, or a specification with --spec"
        return Symptom(family=Family.RETENTION, sight=Sight.UNKNOWN if asked else Sight.UNASKED, said=(said,))
    return _folded(Family.RETENTION, _kept(view, want), "no bucket of logs is known")


def _kept(view: View, want: retention.Wanted) -> Iterator[Told]:
    for lost in walk.unseen_buckets(view):
        yield Sight.UNKNOWN, f"{lost.where}: {lost.because}"
    for bucket in view.archive:
        unread = walk.setting_lost(view, bucket, "lifecycle")
        if unread is not None:
            yield Sight.UNKNOWN, f"{unread.where}: {unread.because}"
            continue
        where = f"bucket {bucket.name}"
        early = [said for ends in _ENDS for _, said in retention.early(bucket, want, ends)]
        ends_at = {what: lifecycle.ends(bucket, key) for what, key in retention.keys(view, bucket).items()}
        kept = [
            f"{what} expire {_when(days)}, wanted is {_when(want.keep)}"
            for what, days in ends_at.items()
            if days != want.keep
        ]
        said = early or kept
        yield (Sight.SEEN, f"{where}: {said[0]}") if said else (Sight.NOT_SEEN, where)


_ENDS: tuple[retention.Ends, ...] = ("current", "noncurrent")


def _when(days: int | None) -> str:
    return f"after {days} days" if days is not None else "never"
