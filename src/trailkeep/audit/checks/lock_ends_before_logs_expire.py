"""The lock of a log ends before the log expires."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "lifecycle", _judge, ("trail",))


def _judge(bucket: Bucket) -> Said:
    days = (bucket.lock.days or 0) if bucket.lock else 0
    ends = min((r.expire_days for r in bucket.lifecycle if r.enabled and r.expire_days), default=None)
    if ends is not None and ends < days:
        return bad(f"objects expire after {ends} days and are locked for {days}")
    return good(f"locked for {days} days, expired {f'after {ends}' if ends else 'never'}")


CHECK = Check(
    id="lock-ends-before-logs-expire",
    claim="The lock of a log ends before the log expires",
    why=(
        "A lock that outlasts the lifecycle keeps objects that everybody thinks are gone: expiry waits without a word."
    ),
    decided="The default retention is no longer than the earliest expiry.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-object-lock-configuration --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  ObjectLockConfiguration:\n"
            "    ObjectLockEnabled: Enabled\n"
            "    Rule:\n"
            "      DefaultRetention: {Mode: GOVERNANCE, Days: 365}\n"
            "  LifecycleConfiguration:\n"
            "    Rules:\n"
            "      - Id: retention\n"
            "        Status: Enabled\n"
            "        ExpirationInDays: 2557"
        ),
        console="S3, the bucket: Properties, Object Lock; Management, Lifecycle rules",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html",),
    controls=("CL-S3-08", "CL-S3-03"),
    ask=ask,
    applies=lambda view: not view.promise.mfa,
)
