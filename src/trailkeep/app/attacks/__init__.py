"""The known ways to attack central logging, one file a family."""

from trailkeep.app.attacks import archive, exemption, key, membership, objects, recorder, trail
from trailkeep.app.attacks.attempt import Attempt

ATTEMPTS: tuple[Attempt, ...] = (
    *trail.ATTEMPTS,
    *recorder.ATTEMPTS,
    *objects.ATTEMPTS,
    *archive.ATTEMPTS,
    *key.ATTEMPTS,
    *membership.ATTEMPTS,
    *exemption.ATTEMPTS,
)
"""In the order in which they are made."""
