"""A14: the bucket's default encryption names a key that is foreign, gone or unusable."""

import json
from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "encryption")
        if lost is not None:
            yield lost
        elif not bucket.encryption.key:
            yield Fine(because="the bucket's default is SSE-S3")
        else:
            yield from _key(view, bucket, bucket.encryption.key)
    yield from walk.unseen_buckets(view)


def _key(view: View, bucket: Bucket, name: str) -> Iterator[Case]:
    parts = name.split(":")
    owner = parts[4] if len(parts) >= 6 else bucket.account
    key = view.key(name)
    unsure = walk.unseen_key(name, bucket.account, bucket.region)
    told = walk.probed_key(view, unsure) if key is None else {}
    state = key.state if key else told.get("state", "")
    if name.startswith("alias/aws/"):
        yield Fine(because="the bucket's default is S3's own key")
    elif owner not in view.organization.accounts:
        yield _found(view, bucket, f"{name} belongs to account {owner}, which is not of the organization")
    elif state == "Enabled":
        yield Fine(because="the bucket's default key is enabled")
    elif state:
        yield _found(view, bucket, f"{name} has KeyState = {state}")
    else:
        yield unsure


def _found(view: View, bucket: Bucket, said: str) -> Found:
    words = "Name a key of the organization as the bucket's default (PutBucketEncryption does not check the key)."
    key = view.desired.key.arn if view.desired and view.desired.key else ""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = (
        json.dumps({"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}) if key else "file://encryption.json"
    )
    call = ("put-bucket-encryption", "--server-side-encryption-configuration", rules)
    fix = remedy.on_bucket(view, bucket, words, "s3:PutEncryptionConfiguration", *call)
    return Found(where=f"bucket {bucket.name}", said=said, source="s3 GetBucketEncryption, kms DescribeKey", fix=fix)


CAUSE = Cause(
    id="A14",
    name="default-key",
    title="The bucket's default key is foreign, gone or unusable",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="The key of the bucket's default encryption is of no account of the organization, or its KeyState is not "
    "Enabled. It counts for what is delivered without a key of its own.",
    unknown="The bucket's encryption or the key could not be read; DescribeKey (`--probe`) tells.",
    remedy="Set the default to the archive's key, by its full ARN.",
    sources=("botocore model s3 GetBucketEncryption, PutBucketEncryption", "botocore model kms DescribeKey"),
    look=_look,
    consequences=("A12", "A13", "A32"),
)
