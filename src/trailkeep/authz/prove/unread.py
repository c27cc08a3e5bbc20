"""What a proof would have had to know and does not: each such thing leaves the claims about it open."""

from collections.abc import Iterator

from trailkeep.authz.prove.proof import Unsettled
from trailkeep.authz.prove.world import World
from trailkeep.model.snapshot import Unreachable


def unread(world: World, about: frozenset[str]) -> Iterator[Unsettled]:
    """Why claims about buckets, keys or trails cannot be settled."""
    if "buckets" in about:
        yield from _buckets(world)
    if "keys" in about:
        yield from _keys(world)
    if "trails" in about:
        yield from _trails(world)


def _buckets(world: World) -> Iterator[Unsettled]:
    if not world.buckets:
        yield Unsettled(subject="the archive", because="no bucket of it was seen")
    for bucket in world.buckets:
        for what in ("policy", "versioning"):
            lost = world.snapshot.unread(bucket.account, bucket.region, f"bucket {bucket.name} {what}")
            if lost is not None:
                yield Unsettled(subject=f"bucket {bucket.name}", because=f"its {what} could not be read: {lost.reason}")
    known = {b.name for b in world.snapshot.buckets}
    for name in sorted((world.names or frozenset()) - known):
        yield Unsettled(subject=f"bucket {name}", because="it is declared to be of the archive, and was not seen")
    for trail in world.snapshot.trails:
        if trail.is_organization and trail.bucket not in known:
            yield Unsettled(
                subject=f"bucket {trail.bucket}", because=f"trail {trail.name} delivers into it, and it was not read"
            )


def _keys(world: World) -> Iterator[Unsettled]:
    used = {b.encryption.key for b in world.buckets} | {t.kms_key for t in world.trails}
    known = {k.arn for k in world.snapshot.keys} | {k.alias for k in world.snapshot.keys}
    for name in sorted(used - known - {""}):
        yield Unsettled(subject=f"key {name}", because="it encrypts the archive, and its policy was not read")
    for key in world.keys:
        if not key.policy:
            yield Unsettled(subject=f"key {key.alias or key.arn}", because="its policy could not be read")


def _trails(world: World) -> Iterator[Unsettled]:
    for account in world.snapshot.active():
        lost = next((u for u in world.snapshot.unreachable if u.account == account.id and _hides_trails(u)), None)
        if lost is not None:
            yield Unsettled(subject=f"trails of {account.name}", because=f"they could not be read: {lost.reason}")


def _hides_trails(lost: Unreachable) -> bool:
    """A whole account, a whole Region of it, or the trails there."""
    return lost.what in {"", "trails"}
