"""What keeping the archive costs, where its volume is known."""

from collections.abc import Iterator

from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.state import Desired

STANDARD = 0.023
"""US dollars per GB and month in S3 Standard, US East list price (https://aws.amazon.com/s3/pricing/)."""
_GB = 1 << 30


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
