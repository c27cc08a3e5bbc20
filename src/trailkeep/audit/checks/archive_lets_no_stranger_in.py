"""No statement lets an account of another organization in."""

import re
from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.grants import allows, principals
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    known = {*view.organization.accounts, *(arn.split(":")[4] for arn in view.promise.readers)}

    def judge(bucket: Bucket) -> Said:
        named = {a for s in allows(bucket.policy) for p in principals(s, "AWS") for a in _ACCOUNT.findall(p)}
        others = sorted(named - known)
        return bad(f"it lets in {', '.join(others[:5])}") if others else good("it names nobody else's account")

    return on_buckets(view, "policy", judge)


_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


CHECK = Check(
    id="archive-lets-no-stranger-in",
    claim="No statement lets an account of another organization in",
    why="A grant that was left over from a tool or a partner reads every call in every account.",
    decided=(
        "Every account that an Allow of the bucket policy names is of the organization, "
        "or a reader's of the specification."
    ),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-policy --bucket {bucket}",
        cloudformation=(
            "# without a statement for an account outside of the organization\n"
            "Type: AWS::S3::BucketPolicy\n"
            "Properties:\n"
            "  Bucket: BUCKET"
        ),
        console="S3, the bucket, Permissions, Bucket policy",
    ),
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    controls=("CL-S3-10", "CL-POL-06"),
    ask=ask,
)
