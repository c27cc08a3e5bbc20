"""What a specification declares to a proof: which buckets are the archive, which roles are exempt, who reads."""

from trailkeep.authz.prove.world import World
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.places import find
from trailkeep.setup.spec import Spec


def declared(spec: Spec, snapshot: Snapshot) -> World:
    """The world of a proof. Raises SpecError where the specification does not fit the organization."""
    places = find(spec, snapshot)
    return World(
        snapshot=snapshot,
        exempt=places.exempt,
        operator=places.access_role,
        readers=tuple(sorted(spec.archive.readers)),
        names=frozenset({places.trail_bucket, places.config_bucket}),
    )
