"""D11: Config's own history is kept for another time than the files in the bucket, and one is taken for the other."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, retention
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View

DEFAULT = 2557
"""Days that AWS Config keeps its history unless told otherwise (botocore model config RetentionConfiguration)."""
_WORDS = (
    "Set Config's retention (config PutRetentionConfiguration), or read the bucket's files: they follow its lifecycle."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    least = min((want.keep or DEFAULT) if want else DEFAULT, DEFAULT)
    for spot in view.spots(subject):
        yield _of(view, spot, least)


def _of(view: View, spot: Spot, least: int) -> Case:
    probe = Probe(operation="describe_retention_configurations", account=spot.account, region=spot.region)
    told, where = view.told(probe), view.place(spot)
    if told is None or told.refused:
        because = f"it did not answer: {told.refused}" if told else "a snapshot does not hold it"
        return Unsure(where=where, because=because, probes=(probe,))
    days = next((int(row["days"]) for row in told.each() if row.get("days", "").isdecimal()), DEFAULT)
    if days >= least:
        return Fine(because=f"AWS Config keeps its own history for {days} days")
    said = f"its own history is kept for {days} days, the files in the bucket for {least}"
    fix = remedy.in_words(view, _WORDS)
    return Found(where=where, said=said, source="config DescribeRetentionConfigurations", fix=fix)


CAUSE = Cause(
    id="D11",
    name="config-history",
    title="Config's own history ends earlier than its files",
    family=Family.RETENTION,
    cost=Cost.CALL,
    decided="RetentionPeriodInDays of AWS Config (2557 unless set) is less than what is wanted.",
    unknown="A snapshot does not hold it; `--probe` asks, in 40 accounts and Regions at most.",
    remedy="Set it, or read the files.",
    sources=("botocore model config DescribeRetentionConfigurations, RetentionConfiguration",),
    look=_look,
)
