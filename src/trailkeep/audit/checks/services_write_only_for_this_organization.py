"""Log services may write only on this organization's behalf."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.grants import allows, condition_keys, principals
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket

SERVICES = frozenset({"cloudtrail.amazonaws.com", "config.amazonaws.com"})
WHENCE = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "policy", _judge)


def _judge(bucket: Bucket) -> Said:
    for statement in allows(bucket.policy):
        named = SERVICES.intersection(principals(statement, "Service"))
        if named and not WHENCE & condition_keys(statement):
            sid = statement.get("Sid", "without Sid")
            return bad(f"statement {sid} lets {', '.join(sorted(named))} in on anybody's behalf")
    return good("services are let in on this organization's behalf")


CHECK = Check(
    id="services-write-only-for-this-organization",
    claim="Log services may write only on this organization's behalf",
    why=(
        "CloudTrail writes for whoever names the bucket: without a condition anybody's trail can fill it "
        "with forged logs."
    ),
    decided=(
        "Every Allow to CloudTrail or AWS Config has a condition on aws:SourceArn, aws:SourceAccount or "
        "aws:SourceOrgID."
    ),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-policy --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::BucketPolicy\n"
            "Properties:\n"
            "  Bucket: BUCKET\n"
            "  PolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: cloudtrail.amazonaws.com}\n"
            "        Action: s3:PutObject\n"
            "        Resource: arn:aws:s3:::BUCKET/AWSLogs/*\n"
            "        Condition:\n"
            "          StringEquals: {aws:SourceArn: TRAIL_ARN, s3:x-amz-acl: bucket-owner-full-control}"
        ),
        console="S3, the bucket, Permissions, Bucket policy",
    ),
    sources=(
        ("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"),
    ),
    controls=("CL-S3-10",),
    ask=ask,
)
