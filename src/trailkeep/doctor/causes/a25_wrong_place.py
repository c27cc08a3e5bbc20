"""A25: the logs are there, and one looks in the wrong place."""

from collections.abc import Iterator

from trailkeep.doctor import objects, remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Spot, Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    spots = [s for s, _ in zip(view.spots(subject), range(_SHOWN), strict=False)]
    right = [place for spot in spots for place in places(view, spot, subject)]
    if not right:
        return
    if not subject.looked_at:
        because = f"where you looked is not said; logs lie under {', '.join(right[:2])}"
        yield Unsure(where=view.place(spots[0]), because=because, tell="say it with --looked-at s3://bucket/prefix")
        return
    looked = subject.looked_at.rstrip("/") + "/"
    if any(place.startswith(looked) or looked.startswith(place) for place in right):
        yield Fine(because="that is where the logs lie")
        return
    said = f"you looked at {subject.looked_at}; logs lie under {', '.join(right[:2])}"
    words = (
        "Look there: an organization trail's folders carry the organization's id, Config's do not; CloudTrail "
        "pads months "
        "and days to two digits, Config does not; days are UTC."
    )
    where = view.place(spots[0]) if len(spots) == 1 else "the archive"
    yield Found(where=where, said=said, source="the grammar of the keys", fix=remedy.in_words(view, words))


_SHOWN = 2000
"""So many accounts and Regions are compared; name an account where there are more."""


def places(view: View, spot: Spot, subject: Subject) -> Iterator[str]:
    """Where the logs of an account and Region lie, CloudTrail's first; of one day if a day is asked for."""
    for trail in view.hearing(spot.account):
        start = f"s3://{trail.bucket}/"
        if subject.day is not None:
            yield start + objects.of_day(view, trail, spot.account, spot.region, subject.day)
        else:
            yield f"{start}{objects.of_trail(view, trail, spot.account)}{spot.region}/"
    channel = spot.cell.channel if spot.cell else None
    if channel is not None:
        start = f"s3://{channel.bucket}/"
        if subject.day is not None:
            yield start + objects.of_config_day(channel, spot.account, spot.region, subject.day)
        else:
            yield f"{start}{objects.of_channel(channel, spot.account)}{spot.region}/"


CAUSE = Cause(
    id="A25",
    name="wrong-place",
    title="You look in the wrong place",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="What is given with --looked-at is compared with the prefixes under which trail and channel write.",
    unknown="It is not said where one looked; the right prefixes are told.",
    remedy="Look under the prefix that is told.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/example-configuration-history-notification.html",
    ),
    look=_look,
    about_reading=True,
    nothing="no trail and no channel writes anything that could be looked for",
)
