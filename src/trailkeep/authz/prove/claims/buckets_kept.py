"""Nobody can take protection off a bucket of the archive.

Lifecycle and replication are among it: a rule of one day deletes what no Deny of s3:DeleteObject saves, because S3's
own deletions ask no policy.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
"""

from trailkeep.authz.prove.claims.claim import Claim, Questions, insiders_of, of_buckets, on_account
from trailkeep.authz.prove.world import World

SETTINGS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""Action names of the Service Authorization Reference, Amazon S3."""


def questions(world: World) -> Questions:
    """Every setting of a bucket that protects what is in it, and the account's own block of public access."""
    yield from of_buckets(world, SETTINGS)
    for owner in sorted({b.account for b in world.buckets}):
        deed = on_account(world, owner, "s3:PutAccountPublicAccessBlock")
        yield from ((deed, attacker) for attacker in insiders_of(world, owner))


CLAIM = Claim(
    id="buckets-kept",
    title="Nobody can weaken a bucket of the archive",
    questions=questions,
    about=frozenset({"buckets"}),
)
