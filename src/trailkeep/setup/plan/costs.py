"""What keeping the archive costs, where its volume is known, and what watching it costs at most."""

from collections import Counter
from collections.abc import Iterator

from trailkeep.model.plan import Note
from trailkeep.model.recorder import DAILY, HOURLY
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.state import Desired

STANDARD = 0.023
"""US dollars per GB and month in S3 Standard, US East list price (https://aws.amazon.com/s3/pricing/)."""
EVALUATION = 0.001
"""US dollars for one evaluation of a Config rule, before volume discounts, US East
(https://aws.amazon.com/config/pricing/)."""
_GB = 1 << 30
_RULE = '"AWS::Config::ConfigRule"'
_RUNS = {DAILY: 30.4, HOURLY: 730.0}
"""Evaluations a month of a periodic rule in one account and Region."""


def keeping(desired: Desired, snapshot: Snapshot) -> Iterator[Note]:
    """One note per bucket whose volume was sampled; COMPLIANCE is spending that nobody can end early."""
    held = {h.bucket: h for h in snapshot.holdings}
    for bucket in desired.buckets:
        holding = held.get(bucket.name)
        if holding is None:
            continue
        gigabytes = holding.size / _GB
        text = f"{holding.objects:,} objects, {gigabytes:,.1f} GB: about ${gigabytes * STANDARD:,.2f} a month today"
        final = bucket.lock is not None and bucket.lock.mode == "COMPLIANCE"
        hint = f"new objects cannot be deleted by anybody for {bucket.lock.days} days" if final and bucket.lock else ""
        yield Note(kind="cost", subject=bucket.name, text=text, hint=hint)


def watching(desired: Desired) -> Iterator[Note]:
    """What the periodic Config rules cost a month at most; those that follow changes cost by the changes there are."""
    rules = desired.monitoring.rules
    accounts = Counter(region for regions in desired.cells.values() for region in regions)
    runs = sum(_RUNS.get(r.rule.frequency, 0.0) * accounts[r.region] for r in rules.organization)
    runs += sum(_RUNS.get(r.rule.frequency, 0.0) for r in rules.account)
    if rules.pack:
        runs += _RUNS[DAILY] * rules.template.count(_RULE) * accounts[rules.pack.region]
    if runs:
        text = f"some {runs:,.0f} evaluations a month: at most ${runs * EVALUATION:,.2f}"
        hint = "Security Hub's checks and the changes that AWS Config records are billed besides"
        yield Note(kind="cost", subject="AWS Config rules", text=text, hint=hint)
