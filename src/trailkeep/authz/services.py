"""What single services do differently: S3's bucket policy, KMS keys, role trust, what RCPs cover."""

from typing import Literal

RCP_SERVICES = frozenset("s3 sts kms sqs secretsmanager cognito-identity cognito-idp logs dynamodb ecr aoss".split())
"""Services whose actions an RCP can deny.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html and AWS's own sample
https://github.com/aws-samples/resource-control-policy-examples (March 2026).
"""

BUCKET_POLICY = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""Only the bucket owner's account may call these (anybody else gets 405); its root user may whatever the policy says.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
"""

ALWAYS = frozenset({"sts:getcalleridentity"})
"""Needs no permission, and works in spite of an explicit deny.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

_ASSUME = frozenset({
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity", "sts:setcontext",
})  # fmt: skip

WITHOUT_RCP = frozenset({"kms:retiregrant"})
"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"""

Gate = Literal["", "key policy", "trust policy"]


def gate(action: str, resource: str) -> Gate:
    """Which resource policy must say yes, even within one account.

    Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    if action in _ASSUME and ":role/" in resource:
        return "trust policy"
    parts = resource.split(":", 5)
    if action.startswith("kms:") and len(parts) == 6 and parts[5].startswith("key/"):
        return "key policy"
    return ""


def may_have_policy(action: str, resource: str) -> bool:
    """Whether the resource may have a resource policy that counts; `*` stands for no resource.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html, for the
    services logging meets.
    """
    return resource != "*" and action.partition(":")[0] in RCP_SERVICES | {"sns", "lambda", "events"}


def is_covered_by_rcp(action: str, resource: str) -> bool:
    """Whether an RCP can deny this at all; AWS managed keys are recognised by their alias alone."""
    return action.partition(":")[0] in RCP_SERVICES and action not in WITHOUT_RCP and ":alias/aws/" not in resource
