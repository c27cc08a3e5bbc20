"""D11: Config's own history is kept for another time than the files in the bucket, and one is taken for the other."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, retention
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View

DEFAULT = 2557
"""Days that AWS Config keeps its history unless told otherwise (botocore model config RetentionConfiguration: 30 to 2557)."""
_WORDS = (
    "Set Config's retention (config PutRetentionConfiguration), or read the bucket's files: they follow its lifecycle."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    accounts = [account for account, regions in view.accounts(Subject(account=subject.account)) if regions]
    account = subject.account or next((a for a in accounts), None)
    if account is None or account not in view.organization.accounts:
        return
    regions = view.organization.accounts[account].regions or ()
    region = subject.region or next(iter(sorted(regions)), None)
    if region is None:
        return
    probe = Probe(operation="describe_retention_configurations", account=account, region=region)
    told, where = view.told(probe), f"AWS Config of {view.name(account)} {region}"
    if told is None or told.refused:
        because = f"it did not answer: {told.refused}" if told else "a snapshot does not hold it"
        yield Unsure(where=where, because=because, probes=(probe,))
        return
    days = next((int(row["days"]) for row in told.each() if row.get("days", "").isdigit()), DEFAULT)
    want = retention.wanted(view, subject)
    least = min((want.keep or DEFAULT) if want else DEFAULT, DEFAULT)
    if days >= least:
        yield Fine(because=f"AWS Config keeps its own history for {days} days")
    else:
        said = f"its own history is kept for {days} days, the files in the bucket for {least}"
        fix = remedy.in_words(view, _WORDS)
        yield Found(where=where, said=said, source="config DescribeRetentionConfigurations", fix=fix)


CAUSE = Cause(
    id="D11",
    name="config-history",
    title="Config's own history ends earlier than its files",
    family=Family.RETENTION,
    cost=Cost.CALL,
    decided="RetentionPeriodInDays of AWS Config (2557 unless set) is less than what is wanted; asked in the account and "
    "Region that are named, else in the first.",
    unknown="A snapshot does not hold it; `--probe` asks.",
    remedy="Set it, or read the files.",
    sources=("botocore model config DescribeRetentionConfigurations, RetentionConfiguration",),
    look=_look,
)
