"""Log objects are locked as long as promised."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the trail bucket."""
    wanted = view.promise.lock_days

    def judge(bucket: Bucket) -> Said:
        lock = bucket.lock
        if lock is None or not lock.mode or not lock.days:
            return bad("there is no default retention")
        return good(str(lock)) if lock.days >= wanted else bad(f"{lock}; {wanted} were promised")

    return on_buckets(view, "object lock", judge, ("trail",))


CHECK = Check(
    id="log-objects-are-locked",
    claim="Log objects are locked as long as promised",
    why=("Object Lock is the only protection that holds against the account's own administrators and its root user."),
    decided=(
        "The trail bucket's default retention has a mode, and at least the days of the specification. "
        "Needed with protection: lock."
    ),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-object-lock-configuration --bucket {bucket} --object-lock-configuration "
            '\'{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":365}}}\''
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  ObjectLockEnabled: true\n"
            "  ObjectLockConfiguration:\n"
            "    ObjectLockEnabled: Enabled\n"
            "    Rule:\n"
            "      DefaultRetention: {Mode: GOVERNANCE, Days: 365}"
        ),
        console="S3, the bucket, Properties, Object Lock: Default retention",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-overview.html",),
    controls=("CL-S3-03",),
    ask=ask,
    applies=lambda view: not view.promise.mfa,
)
