"""B12: an account outside of the organization, or everybody, may touch the archive."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_OBJECT = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
_BUCKET = ("s3:ListBucket", "s3:PutBucketAcl", "s3:DeleteBucket")
_ACL = {"s3:x-amz-acl": ("bucket-owner-full-control",)}


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "policy")
        if lost is not None:
            yield lost
            continue
        yield from _by_policy(view, bucket)
        yield from _by_acl(view, bucket)
    yield from walk.unseen_buckets(view)


def _by_policy(view: View, bucket: Bucket) -> Iterator[Case]:
    policy = view.policy_of(bucket)
    accounts = walk.foreign_accounts(view, policy) if policy else ()
    everybody = () if bucket.blocks_public_access else ("anonymous",)
    who = [*(f"arn:{view.partition}:iam::{a}:root" for a in accounts), *everybody]
    if not who:
        yield Fine(because="the policy names no account outside of the organization, and public access is blocked")
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    asked = [*((a, arn) for a in _BUCKET), *((a, f"{arn}/AWSLogs/x/log.json.gz") for a in _OBJECT)]
    for principal in who:
        may = [a for a, on in asked if _may(view, bucket, principal, a, on)]
        name = "everybody" if principal == "anonymous" else f"account {principal.split(':')[4]}"
        if may:
            words = f"Take {name} out of the bucket's policy."
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{name}, which is not of the organization, may {', '.join(may)}",
                source="s3 GetBucketPolicy, evaluated",
                fix=put_policy(view, bucket, words),
            )
        else:
            yield Fine(because="no one outside of the organization may do anything with the archive")


def _may(view: View, bucket: Bucket, principal: str, action: str, resource: str) -> bool:
    policy = view.policy_of(bucket)
    return requests.by_person(view, principal, action, resource, bucket.account, policy=policy, more=_ACL).is_allowed


def _by_acl(view: View, bucket: Bucket) -> Iterator[Case]:
    if bucket.ownership == "BucketOwnerEnforced":
        yield Fine(because="ACLs are off (BucketOwnerEnforced)")
        return
    where = f"ACL of bucket {bucket.name}"
    probe = Probe(operation="get_bucket_acl", account=bucket.account, region=bucket.region, about=bucket.name)
    told = view.told(probe)
    if told is None or told.refused:
        because = f"it did not answer: {told.refused}" if told else "ACLs are on, and a snapshot does not hold them"
        yield Unsure(where=where, because=because, probes=(probe,))
        return
    others = [row for row in told.each() if row.get("owner") != "true"]
    if not others:
        yield Fine(because="GetBucketAcl grants only its owner")
        return
    said = ", ".join(f"{row.get('permission')} to {row.get('grantee')}" for row in others)
    call = ("put-bucket-ownership-controls", "--ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerEnforced}]")
    fix = remedy.on_bucket(view, bucket, "Switch ACLs off.", "s3:PutBucketOwnershipControls", *call)
    yield Found(where=where, said=f"grants {said}", source="s3 GetBucketAcl", fix=fix)


CAUSE = Cause(
    id="B12",
    name="foreign-grant",
    title="Somebody outside of the organization may touch the archive",
    family=Family.DELETION,
    cost=Cost.POLICY,
    decided="Requests of every account that the bucket policy names and that is not of the organization, and of "
    "anonymous callers where public access is not blocked, are evaluated with all policies in force.",
    unknown="The bucket policy could not be read; ACLs are on (`--probe` asks GetBucketAcl).",
    remedy="Take the grant out; switch ACLs off.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",),
    look=_look,
)
