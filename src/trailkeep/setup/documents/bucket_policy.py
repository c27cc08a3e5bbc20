"""The bucket policies: one log service may write, nobody may delete, named auditors may read."""

from trailkeep.setup.documents.statement import (
    DESTROY,
    FORGE,
    Statement,
    bucket_and_objects,
    document,
    statement,
)
from trailkeep.setup.documents.writers import Writer
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec

FULL_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""CloudTrail and Config send this header also when ACLs are off."""


def trail_bucket_policy(spec: Spec, places: Places, writers: tuple[Writer, ...]) -> str:
    """The policy of the trail bucket, for each of `writers`.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    bucket = f"arn:{places.partition}:s3:::{places.trail_bucket}"
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    allows: list[Statement] = []
    for number, writer in enumerate(writers, 1):
        folders = [f"{bucket}/AWSLogs/{folder}/*" for folder in writer.folders]
        equal = {**writer.condition.get("StringEquals", {}), **FULL_CONTROL}
        allows += [
            statement(
                f"CloudTrailAcl{number}",
                "Allow",
                ["s3:GetBucketAcl"],
                [bucket],
                Principal=cloudtrail,
                Condition=writer.condition,
            ),
            statement(
                f"CloudTrailWrite{number}",
                "Allow",
                ["s3:PutObject"],
                folders,
                Principal=cloudtrail,
                Condition={**writer.condition, "StringEquals": equal},
            ),
        ]
    return document([*allows, *_everybody(spec, places, places.trail_bucket)])


def config_bucket_policy(spec: Spec, places: Places, accounts: tuple[str, ...]) -> str:
    """The policy of the Config bucket; `accounts` matter only with `recorder.write_condition: accounts`.

    AWS's pages disagree on whether aws:SourceOrgID satisfies Config's delivery, so the condition can be chosen.
    Sources: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html,
    https://docs.aws.amazon.com/controltower/latest/userguide/logging-s3-audit-bucket.html
    """
    bucket = f"arn:{places.partition}:s3:::{places.config_bucket}"
    config = {"Service": "config.amazonaws.com"}
    by_organization = spec.recorder.write_condition == "organization"
    source = {"aws:SourceOrgID": places.organization} if by_organization else {"aws:SourceAccount": sorted(accounts)}
    allows = [
        statement(
            "ConfigCheck",
            "Allow",
            ["s3:GetBucketAcl", "s3:ListBucket"],
            [bucket],
            Principal=config,
            Condition={"StringEquals": source},
        ),
        statement(
            "ConfigWrite",
            "Allow",
            ["s3:PutObject"],
            [f"{bucket}/AWSLogs/*/Config/*"],
            Principal=config,
            Condition={"StringEquals": {**source, **FULL_CONTROL}},
        ),
    ]
    return document([*allows, *_everybody(spec, places, places.config_bucket)])


def _everybody(spec: Spec, places: Places, bucket: str) -> list[Statement]:
    """What holds for everybody else: encrypted transport, no forged logs, no deletion, named readers.

    A header condition on encryption is left out on purpose: a policy sees the request, not the bucket's default,
    and AWS's own sample ships it commented out because CreateTrail then fails.
    """
    both = bucket_and_objects(places.partition, bucket)
    everybody = {"Principal": "*"}
    return [
        statement(
            "DenyPlainTransport",
            "Deny",
            ["s3:*"],
            both,
            **everybody,
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
        statement(
            "DenyWritesByPeople",
            "Deny",
            FORGE,
            both[1:],
            **everybody,
            Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
        ),
        statement("DenyDestruction", "Deny", DESTROY, both, **everybody),
        *_readers(spec, both),
    ]


def _readers(spec: Spec, both: list[str]) -> list[Statement]:
    if not spec.archive.readers:
        return []
    who = {"AWS": sorted(spec.archive.readers)}
    listing = ["s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"]
    return [
        statement("ReadersList", "Allow", listing, both[:1], Principal=who),
        statement("ReadersGet", "Allow", ["s3:GetObject", "s3:GetObjectVersion"], both[1:], Principal=who),
    ]
