"""D10: the log group that the trail copies to keeps its events for another time than the bucket."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, retention, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.trail import Trail

_WORDS = "Decide how long the log group should keep events (logs PutRetentionPolicy); the bucket is the archive."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        probe = Probe(operation="log_group_retention", account=trail.owner, region=trail.home_region, about=trail.arn)
        told = view.told(probe)
        if told is None or told.refused:
            because = f"it did not answer: {told.refused}" if told else "a snapshot does not hold log groups"
            yield Unsure(where=f"log group of trail {trail.name}", because=because, probes=(probe,))
            continue
        yield from _of(view, subject, trail, told.each())


def _of(view: View, subject: Subject, trail: Trail, rows: tuple[dict[str, str], ...]) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    if not rows:
        yield Fine(because="the trail copies to no log group")
    for row in rows:
        days, keep = row.get("days", ""), want.keep if want else None
        if want is None:
            because = f"it keeps events for {days or 'ever'}; nobody says how long logs should be kept"
            yield Unsure(where=f"log group {row.get('group')}", because=because, tell="--days N, or --spec")
        elif days == ("" if keep is None else str(keep)):
            yield Fine(because="the log group keeps events as long as the bucket does")
        else:
            said = (
                f"retentionInDays = {days or 'never'}; the archive keeps logs {f'{keep} days' if keep else 'for ever'}"
            )
            fix = remedy.in_words(view, _WORDS)
            source = "logs DescribeLogGroups"
            yield Found(where=f"log group {row.get('group')} of {trail.name}", said=said, source=source, fix=fix)


CAUSE = Cause(
    id="D10",
    name="log-group",
    title="The log group keeps events for another time",
    family=Family.RETENTION,
    cost=Cost.CALL,
    decided="retentionInDays of the trail's log group is compared with the retention that is wanted.",
    unknown="A snapshot does not hold log groups; `--probe` asks.",
    remedy="Set it on purpose; it costs by the gigabyte.",
    sources=("botocore model logs DescribeLogGroups, PutRetentionPolicy",),
    look=_look,
    nothing="there is no trail",
)
