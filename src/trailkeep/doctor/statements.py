"""Statements that fixes add to policies, as JSON, and what the statements that are there say."""

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.authz.lint.repair import but_services as but
from trailkeep.doctor.view import View
from trailkeep.model.archive import Bucket
from trailkeep.model.document import as_list, statements
from trailkeep.model.trail import Trail
from trailkeep.setup.documents.bucket_policy import FULL_CONTROL
from trailkeep.setup.documents.statement import statement

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
CONFIG = {"Service": "config.amazonaws.com"}


def may_write(view: View, trail: Trail, bucket: Bucket) -> str:
    """CloudTrail may write every folder of a trail."""
    start = f"arn:{view.partition}:s3:::{bucket.name}/{trail.prefix}/AWSLogs".replace("//", "/")
    folders = [trail.owner, *([view.organization.id] if trail.is_organization else [])]
    return text(
        statement(
            "CloudTrailWrite",
            "Allow",
            ["s3:PutObject"],
            [f"{start}/{folder}/*" for folder in folders],
            Principal=CLOUDTRAIL,
            Condition={"StringEquals": {"aws:SourceArn": trail.arn, **FULL_CONTROL}},
        )
    )


def may_check(view: View, trail: Trail, bucket: Bucket) -> str:
    """CloudTrail may read the bucket's ACL."""
    return text(
        statement(
            "CloudTrailAcl",
            "Allow",
            ["s3:GetBucketAcl"],
            [f"arn:{view.partition}:s3:::{bucket.name}"],
            Principal=CLOUDTRAIL,
            Condition={"StringEquals": {"aws:SourceArn": trail.arn}},
        )
    )


def config_may_write(view: View, bucket: Bucket, prefix: str) -> str:
    """AWS Config may write the files of every account of the organization."""
    start = f"arn:{view.partition}:s3:::{bucket.name}/{prefix}/AWSLogs".replace("//", "/")
    return text(
        statement(
            "ConfigWrite",
            "Allow",
            ["s3:PutObject"],
            [f"{start}/*/Config/*"],
            Principal=CONFIG,
            Condition={"StringEquals": {"aws:SourceOrgID": view.organization.id, **FULL_CONTROL}},
        )
    )


def config_may_check(view: View, bucket: Bucket) -> str:
    """AWS Config may look at the bucket."""
    return text(
        statement(
            "ConfigCheck",
            "Allow",
            ["s3:GetBucketAcl", "s3:ListBucket"],
            [f"arn:{view.partition}:s3:::{bucket.name}"],
            Principal=CONFIG,
            Condition={"StringEquals": {"aws:SourceOrgID": view.organization.id}},
        )
    )


def cloudtrail_may_encrypt(view: View, trail: Trail) -> str:
    """CloudTrail may encrypt a trail's files; in any context where the key is only the bucket's default."""
    context = f"arn:{view.partition}:cloudtrail:*:{trail.owner}:trail/*"
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceArn": trail.arn}}
    if trail.kms_key:
        condition["StringLike"] = {"kms:EncryptionContext:aws:cloudtrail:arn": context}
    return text(
        statement(
            "CloudTrailEncrypt", "Allow", ["kms:GenerateDataKey*"], ["*"], Principal=CLOUDTRAIL, Condition=condition
        )
    )


def cloudtrail_may_use(trail: Trail) -> str:
    """CloudTrail may look at the key, and decrypt where the bucket uses Bucket Keys."""
    return text(
        statement(
            "CloudTrailUse",
            "Allow",
            ["kms:Decrypt", "kms:DescribeKey"],
            ["*"],
            Principal=CLOUDTRAIL,
            Condition={"StringEquals": {"aws:SourceArn": trail.arn}},
        )
    )


def config_may_encrypt(view: View) -> str:
    """AWS Config may encrypt its files."""
    return text(
        statement(
            "ConfigEncrypt",
            "Allow",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            ["*"],
            Principal=CONFIG,
            Condition={"StringEquals": {"aws:SourceOrgID": view.organization.id}},
        )
    )


def but_services(policy: str, sid: str) -> str:
    """A statement of a policy, by its Sid or number, except for AWS's services; "" where that would be no remedy."""
    found = named(policy, sid)
    block = found.get("Condition", {})
    if not found or not isinstance(block, Mapping) or "server-side-encryption" in json.dumps(block, default=str):
        return ""
    return text({**found, "Condition": but(dict(block))})


def named(policy: str, sid: str) -> Mapping[str, Any]:
    """The statement of that Sid, or of that number where it has none."""
    for number, found in enumerate(statements(policy), 1):
        if sid in (found.get("Sid"), str(number)):  # a Sid may be any JSON
            return found
    return {}


def sources_named(policy: str) -> str:
    """The sources that Allows for CloudTrail ask for, as a person reads them."""
    said: dict[str, None] = {}
    for found in statements(policy):
        block = found.get("Condition")
        if found.get("Effect") != "Allow" or not isinstance(block, Mapping):
            continue
        for tests in block.values():
            for key, value in tests.items() if isinstance(tests, Mapping) else ():
                if str(key).lower() in {"aws:sourcearn", "aws:sourceaccount"}:
                    said |= dict.fromkeys(str(v) for v in as_list(value))
    return ", ".join(list(said)[:3])


def text(found: Mapping[str, Any]) -> str:
    """A statement as JSON for people."""
    return json.dumps(found, indent=2, ensure_ascii=False)
