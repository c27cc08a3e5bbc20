"""What a specification declares to a proof: which buckets are the archive, which roles are exempt, who reads."""

from collections.abc import Iterable, Iterator

from trailkeep.authz.prove.world import World
from trailkeep.model.change import Change, PutChannel, PutEventRule, PutRecorder, PutRole, SetRecording
from trailkeep.model.plan import after, ordered
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


def declared_after(spec: Spec, changes: Iterable[Change], snapshot: Snapshot) -> World:
    """The world of a proof as it would be once `changes` are made."""
    return declared(spec, after(ordered(_telling(changes)), snapshot))


def _telling(changes: Iterable[Change]) -> Iterator[Change]:
    """Without the many changes that no policy asks about: recorders, alarms, and channels but one of each kind."""
    channels: set[tuple[str, str, str]] = set()
    for change in changes:
        if isinstance(change, PutRecorder | SetRecording | PutRole | PutEventRule):
            continue
        if isinstance(change, PutChannel):
            kind = (change.account, change.after.bucket, change.after.prefix)
            if kind in channels:
                continue
            channels.add(kind)
        yield change
