"""The requests by which CloudTrail and Config deliver, as S3 and KMS see them.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trailkeep.authz.principal import Principal
from trailkeep.authz.request import Request

CLOUDTRAIL = "cloudtrail.amazonaws.com"
CONFIG = "config.amazonaws.com"
SERVICES = (CLOUDTRAIL, CONFIG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Who delivers for whom: `source` is the ARN of the trail or of Config's recorder, `path` its place in the tree."""

    service: str
    source: str
    source_account: str
    organization: str
    partition: str
    archive: str
    path: str = ""

    def to_bucket(self, bucket: str) -> Iterator[Request]:
        """The check of the bucket, and a log file; no encryption header, since neither service sends one."""
        arn = f"arn:{self.partition}:s3:::{bucket}"
        checks = ("s3:GetBucketAcl",) if self.service == CLOUDTRAIL else ("s3:GetBucketAcl", "s3:ListBucket")
        for action in checks:
            yield self._request(action, arn, {})
        folder = "CloudTrail" if self.service == CLOUDTRAIL else "Config"
        acl = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
        yield self._request("s3:PutObject", f"{arn}/AWSLogs/{self.source_account}/{folder}/eu-west-1/log.json.gz", acl)

    def with_key(self, key: str) -> Iterator[Request]:
        """Encrypting a log file; CloudTrail looks at the key and, with Bucket Keys, also decrypts."""
        context = {"kms:encryptioncontext:aws:cloudtrail:arn": (self.source,)} if self.service == CLOUDTRAIL else {}
        yield self._request("kms:GenerateDataKey", key, context)
        yield self._request("kms:Decrypt", key, context)
        if self.service == CLOUDTRAIL:
            yield self._request("kms:DescribeKey", key, {})

    def _request(self, action: str, resource: str, more: Mapping[str, tuple[str, ...]]) -> Request:
        context = {
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (self.service,),
            "aws:securetransport": ("true",),
            "aws:sourcearn": (self.source,),
            "aws:sourceaccount": (self.source_account,),
            "aws:sourceorgid": (self.organization,),
            "aws:sourceorgpaths": (self.path,),
            "aws:requestedregion": ("eu-west-1",),
            "s3:tlsversion": ("1.3",),
            "aws:resourceaccount": (self.archive,),
            "aws:resourceorgid": (self.organization,),
            **more,
        }
        return Request(
            principal=Principal(kind="service", id=self.service),
            action=action,
            resource=resource,
            resource_account=self.archive,
            context={k: v for k, v in context.items() if v != ("",)},
        )
