"""The requests by which logs are delivered, as S3 and KMS see them, and what the policies in force say to each.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from trailkeep.authz import chain, context
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import Policy, parse
from trailkeep.authz.principal import Principal, read_principal
from trailkeep.authz.request import Decision, Layer, Policies, Reason, Request, Verdict
from trailkeep.doctor.view import View
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.trail import Trail

CLOUDTRAIL = "cloudtrail.amazonaws.com"
CONFIG = "config.amazonaws.com"
Step = Literal["check", "own folder", "organization's folder", "key"]

_FULL_CONTROL = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
ADMINISTRATOR = parse(
    {"Version": "2012-10-17", "Statement": {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="administrator rights",
    kind="identity",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request of a delivery: which step of it, by whom, and about which bucket or key."""

    step: Step
    request: Request
    subject: str


def to_bucket(view: View, trail: Trail, bucket: Bucket) -> Iterator[Ask]:
    """CloudTrail's check of the bucket, and a write into each folder that the trail fills."""
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    source = trail.owner, trail.arn
    yield Ask(
        step="check", request=_request(view, CLOUDTRAIL, "s3:GetBucketAcl", arn, bucket.account, source), subject=arn
    )
    start = f"{arn}/{trail.prefix}/AWSLogs" if trail.prefix else f"{arn}/AWSLogs"
    folders: dict[Step, str] = {"own folder": trail.owner}
    if trail.is_organization:
        folders["organization's folder"] = view.organization.id
    for step, folder in folders.items():
        below = f"{start}/{folder}/" if step == "own folder" else f"{start}/{folder}/{trail.owner}/"
        key = f"{below}CloudTrail/{trail.home_region}/2026/11/23/log.json.gz"
        request = _request(view, CLOUDTRAIL, "s3:PutObject", key, bucket.account, source, _FULL_CONTROL)
        yield Ask(step=step, request=request, subject=f"{start}/{folder}/*")


def with_key(view: View, trail: Trail, key: Key, bucket: Bucket | None) -> Iterator[Ask]:
    """CloudTrail's look at the trail's key and the encryption of a file; with Bucket Keys it also decrypts.

    A key that is only the bucket's default is used by S3 for CloudTrail, in the context of the object's ARN
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
    """
    source = trail.owner, trail.arn
    if trail.kms_key:
        encrypting = {"kms:encryptioncontext:aws:cloudtrail:arn": (trail.arn,)}
        wanted = [("kms:GenerateDataKey", encrypting), ("kms:DescribeKey", {})]
        wanted += [("kms:Decrypt", encrypting)] if bucket and bucket.encryption.bucket_key else []
    else:
        arn = f"arn:{view.partition}:s3:::{bucket.name if bucket else ''}/AWSLogs/{trail.owner}/CloudTrail/log.json.gz"
        wanted = [("kms:GenerateDataKey", {"kms:encryptioncontext:aws:s3:arn": (arn,)})]
    for action, more in wanted:
        request = _request(view, CLOUDTRAIL, action, key.arn, key.account, source, more)
        yield Ask(step="key", request=request, subject=key.arn)


def config_to_bucket(view: View, account: AccountId, bucket: Bucket, prefix: str) -> Iterator[Ask]:
    """AWS Config's check of the bucket, and a write for one account."""
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    source = account, f"arn:{view.partition}:config:{bucket.region}:{account}:x"
    request = _request(view, CONFIG, "s3:GetBucketAcl", arn, bucket.account, source)
    yield Ask(step="check", request=request, subject=arn)
    folder = f"{prefix}/AWSLogs/{account}/Config" if prefix else f"AWSLogs/{account}/Config"
    key = f"{arn}/{folder}/{bucket.region}/2026/11/23/ConfigHistory/items.json.gz"
    request = _request(view, CONFIG, "s3:PutObject", key, bucket.account, source, _FULL_CONTROL)
    yield Ask(step="own folder", request=request, subject=f"{arn}/{folder}/*")


def config_with_key(view: View, account: AccountId, key: Key) -> Iterator[Ask]:
    """AWS Config's encryption of a file for one account."""
    source = account, f"arn:{view.partition}:config:{key.region}:{account}:x"
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        yield Ask(step="key", request=_request(view, CONFIG, action, key.arn, key.account, source), subject=key.arn)


def _request(
    view: View,
    service: str,
    action: str,
    resource: str,
    owner: AccountId,
    source: tuple[AccountId, str],
    more: Mapping[str, tuple[str, ...]] | None = None,
) -> Request:
    who = Principal(kind="service", id=service)
    account, arn = source
    units = [t for t in view.organization.chain(account) if t != account]
    ours = {
        "aws:sourceaccount": (str(account),),
        "aws:sourcearn": (arn,),
        "aws:sourceorgid": (view.organization.id,),
        "aws:sourceorgpaths": ("/".join([view.organization.id, *units, ""]),),
    }
    known = context.derived(who, owner, view.organization)
    return Request(
        principal=who,
        action=action,
        resource=resource,
        resource_account=owner,
        context={**known, **ours, **(more or {})},
    )


def answer(view: View, ask: Ask, policy: Policy | None, *, with_rcp: bool = True) -> Decision:
    """What the resource's policy and the RCPs over it (unless without) say to a delivery."""
    owner = ask.request.resource_account
    rcp = chain.levels(view.organization, owner, "RESOURCE_CONTROL_POLICY") if with_rcp else ()
    facts = chain.facts(view.organization, ask.request.principal, owner)
    return evaluate(ask.request, Policies(resource=policy, rcp=rcp), facts)


def by_person(
    view: View,
    arn: str,
    action: str,
    resource: str,
    owner: str,
    *,
    region: Region | None = None,
    policy: Policy | None = None,
    layers: frozenset[Layer] = frozenset(Layer),
    more: Mapping[str, tuple[str, ...]] | None = None,
) -> Decision:
    """What becomes of a request of a principal with administrator rights; of SCPs and RCPs only `layers` are asked."""
    who = read_principal(arn)
    found = {**context.derived(who, owner, view.organization), **(more or {})}
    if region is not None:
        found["aws:requestedregion"] = (str(region),)
    request = Request(principal=who, action=action, resource=resource, resource_account=owner, context=found)
    organization = view.organization
    return evaluate(
        request,
        Policies(
            identity=(ADMINISTRATOR,),
            resource=policy,
            scp=chain.levels(organization, who.account, "SERVICE_CONTROL_POLICY") if Layer.SCP in layers else (),
            rcp=chain.levels(organization, owner, "RESOURCE_CONTROL_POLICY") if Layer.RCP in layers else (),
        ),
        chain.facts(organization, who, owner),
    )


def denying(decision: Decision) -> Reason | None:
    """The statement that denies explicitly, if one does."""
    return decision.reasons[-1] if decision.verdict is Verdict.EXPLICITLY_DENIED and decision.reasons else None


def in_words(view: View, reason: Reason) -> str:
    """Which statement of which policy, where it is attached."""
    at = f" attached to {view.organization.path(reason.level)}" if reason.level else ""
    return f"{reason.layer}: {reason.policy}{at}, statement {reason.statement}"


def delivers(ask: Ask) -> str:
    """The request in words."""
    return f"{ask.request.principal.id} {ask.request.action} on {ask.subject}"
