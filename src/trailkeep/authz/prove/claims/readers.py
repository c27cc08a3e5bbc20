"""Nobody outside of the organization can read the archive, or decrypt what is in it."""

from trailkeep.authz.prove.claims.claim import Claim, Questions, on_bucket, on_key, on_objects, strangers
from trailkeep.authz.prove.world import World


def questions(world: World) -> Questions:
    """Objects, versions, listings, and the keys, asked about strangers alone."""
    for bucket in world.buckets:
        for action in ("s3:GetObject", "s3:GetObjectVersion"):
            deed = on_objects(world, bucket, action)
            yield from ((deed, attacker) for attacker in strangers(world, bucket.account))
        for action in ("s3:ListBucket", "s3:ListBucketVersions"):
            deed = on_bucket(world, bucket, action)
            yield from ((deed, attacker) for attacker in strangers(world, bucket.account))
    for key in world.keys:
        for action in ("kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom"):
            deed = on_key(world, key, action)
            yield from ((deed, attacker) for attacker in strangers(world, key.account))


CLAIM = Claim(
    id="readers",
    title="Nobody outside of the organization can read the archive",
    questions=questions,
    about=frozenset({"buckets", "keys"}),
)
