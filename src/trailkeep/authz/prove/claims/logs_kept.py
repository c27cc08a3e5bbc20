"""Nobody can delete a log object, one of its versions, or the bucket they are in."""

from trailkeep.authz.prove.claims.claim import Claim, Questions, of_buckets, of_objects
from trailkeep.authz.prove.world import World


def questions(world: World) -> Questions:
    """Deletes of objects and versions, and of the bucket."""
    yield from of_objects(world, ("s3:DeleteObject", "s3:DeleteObjectVersion"))
    yield from of_buckets(world, ("s3:DeleteBucket",))


CLAIM = Claim(
    id="logs-kept",
    title="Nobody can delete a log object or a version of one",
    questions=questions,
    about=frozenset({"buckets"}),
)
