"""What CloudTrail calls a call: its event name, its source, its Region, and whether it only reads."""

from __future__ import annotations

from trailkeep.lab.call import Call
from trailkeep.lab.world import World

LEADER = "us-east-1"
_IN_LEADER = frozenset({"iam", "organizations", "account"})
_SOURCES = {"cloudwatch": "monitoring", "s3control": "s3"}
_READING = ("Get", "List", "Describe", "Head", "Lookup", "Select", "Simulate", "Search", "Validate", "BatchGet")
_ALSO_READING = frozenset({"AssumeRole", "Decrypt", "Encrypt", "GenerateDataKey"})
_S3_NAMES = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetObjectLegalHold": "GetObjectLockLegalHold",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetObjectRetention": "GetObjectLockRetention",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "ListObjectsV2": "ListObjects",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutObjectLegalHold": "PutObjectLockLegalHold",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutObjectRetention": "PutObjectLockRetention",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
"""Where CloudTrail's name is not the API's (Amazon S3 User Guide, CloudTrail events)."""
_ACCOUNT_NAMES = {
    "DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}
_DATA_OF_BUCKETS = frozenset({"DeleteObjects", "HeadBucket", "ListMultipartUploads", "ListObjectVersions"})
_DATA_LISTS = frozenset({"ListObjects", "ListObjectsV2"})


def event_name(call: Call) -> str:
    """CloudTrail's name of the call."""
    table = {"s3": _S3_NAMES, "s3control": _ACCOUNT_NAMES}.get(call.service, {})
    return table.get(call.action, call.action)


def event_source(service: str) -> str:
    """The service's event source, `s3.amazonaws.com`."""
    return f"{_SOURCES.get(service, service)}.amazonaws.com"


def event_region(call: Call, world: World) -> str:
    """Where the event is recorded: global services in us-east-1, a bucket's calls in the bucket's Region."""
    if call.service in _IN_LEADER or (call.service == "s3" and not call.bucket):
        return LEADER
    bucket = world.bucket(call.bucket) if call.bucket else None
    return str(bucket.region_name) if bucket is not None else call.region


def reads_only(call: Call) -> bool:
    """Whether the call changes nothing (the event's `readOnly`)."""
    return call.action.startswith(_READING) or call.action in _ALSO_READING


def is_data(call: Call) -> bool:
    """Whether it is a data event: what is done with objects (Amazon S3 User Guide, CloudTrail object-level events)."""
    if call.service != "s3":
        return False
    return "Key" in call.uri or call.action in _DATA_OF_BUCKETS | _DATA_LISTS
