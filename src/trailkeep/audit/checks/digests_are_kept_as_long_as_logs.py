"""Digests are kept as long as the logs they prove."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket

_FOLDER = "CloudTrail-Digest"


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the trail bucket."""
    return on_buckets(view, "lifecycle", _judge, ("trail",))


def _judge(bucket: Bucket) -> Said:
    rules = [r for r in bucket.lifecycle if r.enabled and r.expire_days]
    logs = min((r.expire_days or 0 for r in rules if _FOLDER not in r.prefix), default=None)
    for rule in rules:
        if _FOLDER in rule.prefix and (logs is None or (rule.expire_days or 0) < logs):
            kept = f"after {logs}" if logs else "never"
            return bad(f"rule {rule.id} expires digests after {rule.expire_days} days, logs expire {kept}")
    return good("no rule expires digests before logs")


CHECK = Check(
    id="digests-are-kept-as-long-as-logs",
    claim="Digests are kept as long as the logs they prove",
    why="Logs whose digests expired can no longer be shown to be whole.",
    decided=("No enabled rule whose prefix is about CloudTrail-Digest expires before the rules that are about logs."),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-lifecycle-configuration --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  LifecycleConfiguration:\n"
            "    Rules:\n"
            "      - Id: retention\n"
            "        Status: Enabled\n"
            "        ExpirationInDays: 2557  # and no rule of its own for digests"
        ),
        console="S3, the bucket, Management, Lifecycle rules",
    ),
    sources=(
        (
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html"
        ),
    ),
    controls=("CL-S3-08", "CL-INT-01"),
    ask=ask,
)
