"""Which IAM action an S3 operation needs, where the two differ (Service Authorization Reference, Amazon S3)."""

from __future__ import annotations

_NAMES = {
    "ListBuckets": "ListAllMyBuckets",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "PutBucketCors": "PutBucketCORS",
    "GetBucketCors": "GetBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
}
SERVED = frozenset(
    "AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket "
    "DeleteBucketCors DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls "
    "DeleteBucketPolicy DeleteBucketReplication DeleteBucketTagging DeleteBucketWebsite DeleteObject "
    "DeleteObjectTagging DeleteObjects DeletePublicAccessBlock GetBucketAccelerateConfiguration GetBucketAcl "
    "GetBucketCors GetBucketEncryption GetBucketInventoryConfiguration GetBucketLifecycleConfiguration "
    "GetBucketLocation GetBucketLogging GetBucketNotificationConfiguration GetBucketOwnershipControls "
    "GetBucketPolicy GetBucketPolicyStatus GetBucketReplication GetBucketRequestPayment GetBucketTagging "
    "GetBucketVersioning GetBucketWebsite GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold "
    "GetObjectLockConfiguration GetObjectRetention GetObjectTagging GetPublicAccessBlock HeadBucket HeadObject "
    "ListBucketInventoryConfigurations ListBuckets ListMultipartUploads ListObjectVersions ListObjects "
    "ListObjectsV2 ListParts PutBucketAccelerateConfiguration PutBucketAcl PutBucketCors PutBucketEncryption "
    "PutBucketInventoryConfiguration PutBucketLifecycleConfiguration PutBucketLogging "
    "PutBucketNotificationConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketReplication "
    "PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutObject PutObjectAcl "
    "PutObjectLegalHold PutObjectLockConfiguration PutObjectRetention PutObjectTagging PutPublicAccessBlock UploadPart "
    "UploadPartCopy".split()
)
"""The S3 operations there are here. moto takes any other for the bare verb, an unknown Put for CreateBucket."""
_OF_A_VERSION = {"GetObject", "DeleteObject", "GetObjectAcl", "PutObjectAcl", "GetObjectTagging", "PutObjectTagging"}


_OF_AN_ACCOUNT = {
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
}


def s3control_permission(operation: str) -> str:
    """The IAM action, without its prefix, of an S3 Control API operation."""
    return _OF_AN_ACCOUNT.get(operation, operation)


def s3_permission(operation: str, *, of_a_version: bool) -> str:
    """The IAM action, without its prefix, of an S3 API operation; `of_a_version` when it names a version id."""
    name = _NAMES.get(operation, operation)
    if of_a_version and name in _OF_A_VERSION:
        return name.replace("Object", "ObjectVersion", 1)
    return name
