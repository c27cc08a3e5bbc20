"""Nobody can shorten or bypass the retention of a log object, or take the lock off its bucket."""

from trailkeep.authz.prove.claims.claim import Claim, Questions, of_buckets, of_objects
from trailkeep.authz.prove.world import World


def questions(world: World) -> Questions:
    """Retention and legal holds of objects, the bypass of governance mode, and the bucket's own rule."""
    yield from of_objects(world, ("s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:PutObjectRetention"))
    yield from of_buckets(world, ("s3:PutBucketObjectLockConfiguration",))


CLAIM = Claim(
    id="retention-kept",
    title="Nobody can shorten or bypass the retention of a log object",
    questions=questions,
    about=frozenset({"buckets"}),
)
