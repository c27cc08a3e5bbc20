"""Nobody but the log services can write into the archive, and these only for this organization.

A forged log is as bad as a deleted one, and a service that writes for a stranger's trail forges (the confused deputy,
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
"""

from trailkeep.authz.prove.claims.claim import Claim, Questions, of_objects
from trailkeep.authz.prove.world import World

WRITES = ("s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectVersionAcl", "s3:ReplicateDelete", "s3:ReplicateObject")
"""What puts something into the archive, or gives away what is in it."""


def questions(world: World) -> Questions:
    """Objects, their permissions and tags, replication into the bucket."""
    yield from of_objects(world, WRITES)


CLAIM = Claim(
    id="writers",
    title="Nobody but the log services can write into the archive",
    questions=questions,
    about=frozenset({"buckets"}),
)
