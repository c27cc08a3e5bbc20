"""Nobody can make the logs unreadable: by ending or taking away the key, or by encrypting them with another.

Without its key an archive is lost however well its objects are locked
(https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html).
"""

from trailkeep.authz.prove.claims.claim import Claim, Questions, anybody, of_objects, on_key
from trailkeep.authz.prove.world import World

KEY_ENDS = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
)
"""Action names of the Service Authorization Reference, AWS Key Management Service."""


def questions(world: World) -> Questions:
    """What ends a key, takes it away, or moves objects to another."""
    for key in world.keys:
        for action in KEY_ENDS:
            deed = on_key(world, key, action)
            yield from ((deed, attacker) for attacker in anybody(world, key.account))
    yield from of_objects(world, ("s3:UpdateObjectEncryption",))


CLAIM = Claim(
    id="readable",
    title="Nobody can make the logs unreadable",
    questions=questions,
    about=frozenset({"buckets", "keys"}),
)
