"""S3: bucket policies, MFA Delete, Object Lock, defaults, where moto is wrong (botocore model s3/2006-03-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab import delete_objects, object_lock
from trailkeep.lab.bucket_policy import check_bucket_policy
from trailkeep.lab.call import Call
from trailkeep.lab.new_buckets import give_default_encryption, give_defaults
from trailkeep.lab.refusal import Refusal, Reply, access_denied
from trailkeep.lab.s3_xml import NAMESPACE, bad_state, malformed_xml, text_of, xml_reply
from trailkeep.lab.world import World


def put_bucket_policy(call: Call, world: World) -> None:
    """Refuse malformed policies, and public ones where they are blocked."""
    bucket = world.bucket(call.bucket)
    if bucket is not None:
        check_bucket_policy(call.body, bucket, world)


def put_bucket_versioning(call: Call, world: World) -> None:
    """MFA Delete takes the root user and a code; neither exists here, so only `/_trailkeep/mfa-delete` sets it."""
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return
    wanted = text_of(call.body, "Status")
    touches_mfa = "MfaDelete" in call.body.decode("utf-8", "replace") or bucket.name in world.mfa_delete
    if touches_mfa:
        raise Refusal(
            "AccessDenied", "This operation may only be performed by the bucket owner's root user with MFA.", 403
        )
    if wanted == "Suspended" and bucket.object_lock_enabled:
        raise bad_state(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )


def get_bucket_versioning(call: Call, world: World) -> Reply | None:
    """The state, and MFADelete once it was ever set."""
    if call.bucket not in world.mfa_delete:
        return None
    status = f"<Status>{world.bucket(call.bucket).versioning_status}</Status>"  # type: ignore[union-attr]
    return xml_reply(
        f'<VersioningConfiguration xmlns="{NAMESPACE}">{status}<MfaDelete>Enabled</MfaDelete></VersioningConfiguration>'
    )


def get_request_payment(call: Call, world: World) -> Reply:
    """Who pays for requests: the owner unless somebody said otherwise (botocore model s3 GetBucketRequestPayment)."""
    if world.bucket(call.bucket) is None:
        raise _no_such_bucket()
    payer = "Requester" if call.bucket in world.requester_pays else "BucketOwner"
    return xml_reply(
        f'<RequestPaymentConfiguration xmlns="{NAMESPACE}"><Payer>{payer}</Payer></RequestPaymentConfiguration>'
    )


def put_request_payment(call: Call, world: World) -> Reply:
    """Say who pays for requests."""
    if world.bucket(call.bucket) is None:
        raise _no_such_bucket()
    match text_of(call.body, "Payer"):
        case "Requester":
            world.requester_pays.add(call.bucket)
        case "BucketOwner":
            world.requester_pays.discard(call.bucket)
        case _:
            raise malformed_xml()
    return Reply()


def put_lifecycle(call: Call, world: World) -> None:
    """Not on a bucket with MFA Delete (Amazon S3 User Guide, lifecycle and other bucket configurations)."""
    if call.bucket in world.mfa_delete:
        raise bad_state("Lifecycle configuration on MFA-enabled buckets is not supported.")


def delete_object(call: Call, world: World) -> None:
    """Deleting a version of a bucket with MFA Delete takes the MFA code (Amazon S3 User Guide, MFA delete)."""
    if call.bucket in world.mfa_delete and "versionId" in call.uri:
        raise delete_objects.mfa_needed()


def put_acl(call: Call, world: World) -> None:
    """ACLs are off in new buckets; public ones may be blocked (Amazon S3 User Guide, controlling ownership)."""
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return
    if bucket.ownership_rule == "BucketOwnerEnforced":
        raise Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
    block, wanted = bucket.public_access_block, call.headers.get("x-amz-acl", "")
    if block is not None and block.block_public_acls and wanted.startswith(("public-", "authenticated-read")):
        raise access_denied(
            call, "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access"
        )


def put_object(call: Call, world: World) -> None:
    """Where ACLs are off an upload may only ask for the owner's full control."""
    if call.headers.get("x-amz-acl", "bucket-owner-full-control") != "bucket-owner-full-control":
        put_acl(call, world)


def bucket_created(call: Call, world: World) -> None:
    """Give a new bucket AWS's defaults."""
    bucket = world.bucket(call.bucket)
    if bucket is not None and bucket.ownership_rule is None:
        give_defaults(bucket)


def encryption_deleted(call: Call, world: World) -> None:
    """Without a configuration of its own a bucket falls back to AES256."""
    give_default_encryption(world.bucket(call.bucket))


def bucket_deleted(call: Call, world: World) -> None:
    """MFA Delete and who pays go with the bucket."""
    if world.bucket(call.bucket) is None:
        world.requester_pays.discard(call.bucket)
        world.mfa_delete.discard(call.bucket)


def _no_such_bucket() -> Refusal:
    return Refusal("NoSuchBucket", "The specified bucket does not exist", 404)


ANSWERS: Mapping[str, Any] = {
    "PutBucketPolicy": put_bucket_policy,
    "PutBucketVersioning": put_bucket_versioning,
    "GetBucketVersioning": get_bucket_versioning,
    "PutBucketLifecycleConfiguration": put_lifecycle,
    "GetBucketRequestPayment": get_request_payment,
    "PutBucketRequestPayment": put_request_payment,
    **object_lock.ANSWERS,
    "DeleteObject": delete_object,
    "DeleteObjects": delete_objects.delete_objects,
    "PutBucketAcl": put_acl,
    "PutObjectAcl": put_acl,
    "PutObject": put_object,
}
AFTERWARDS: Mapping[str, Any] = {
    "CreateBucket": bucket_created,
    "DeleteBucketEncryption": encryption_deleted,
    "DeleteBucket": bucket_deleted,
}
