"""The archive: buckets of the log-archive account, the buckets that logs go to, and their keys."""

from collections.abc import Iterable
from dataclasses import dataclass

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.buckets import list_buckets, read_bucket
from trailkeep.aws.read.identity import read_guards
from trailkeep.aws.read.keys import read_keys
from trailkeep.aws.read.scope import Scope
from trailkeep.aws.sweep import sweep
from trailkeep.errors import AwsError
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.identity import GuardPolicy
from trailkeep.model.ids import AccountId, Region, leader
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Unreachable
from trailkeep.model.trail import Trail

Place = tuple[AccountId, Region]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where the logs are kept, and what could not be read of it."""

    buckets: tuple[Bucket, ...]
    keys: tuple[Key, ...]
    guards: tuple[GuardPolicy, ...]
    unreachable: tuple[Unreachable, ...]


def read_archive(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    entered: frozenset[AccountId],
    *,
    trails: Iterable[Trail],
    delivered_to: Iterable[str],
) -> Archive:
    """Every bucket of the log archive, and of the security account those that logs are `delivered_to`."""
    archive = scope.log_archive(organization)
    security = scope.security(organization)
    homes = [a.id for a in (archive, security) if a and a.id in entered]
    lost: list[Unreachable] = []
    wanted = {*delivered_to, *scope.bucket_names}
    places: list[tuple[AccountId, str, Region]] = []
    for account in dict.fromkeys(homes):
        try:
            found = list_buckets(cloud, account)
        except AwsError as error:
            lost.append(blind(error, account, what="buckets"))
            continue
        whole = bool(archive and account == archive.id)
        places += [(account, name, region) for name, region in found if whole or name in wanted]
    read = sweep(cloud, places, lambda place: read_bucket(cloud, *place))
    seen = [r for r in read if not isinstance(r, AwsError)]
    buckets = tuple(bucket for bucket, _ in seen)
    lost += [u for _, problems in seen for u in problems]
    lost += [
        blind(r, p[0], p[2], f"bucket {p[1]}") for p, r in zip(places, read, strict=True) if isinstance(r, AwsError)
    ]
    keys, problems = _keys(cloud, organization, scope, entered, homes=homes, buckets=buckets, trails=trails)
    lost += problems
    guards: tuple[GuardPolicy, ...] = ()
    if archive and archive.id in entered:
        try:
            guards = read_guards(cloud, archive.id, scope.name_prefix)
        except AwsError as error:
            lost.append(blind(error, archive.id, what="guard policies"))
    return Archive(buckets=buckets, keys=keys, guards=guards, unreachable=tuple(lost))


def _keys(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    entered: frozenset[AccountId],
    *,
    homes: Iterable[AccountId],
    buckets: Iterable[Bucket],
    trails: Iterable[Trail],
) -> tuple[tuple[Key, ...], list[Unreachable]]:
    region = scope.home_region or leader(organization.partition)
    places: dict[Place, set[str]] = {(account, region): set() for account in homes}
    named = [(b.encryption.key, (b.account, b.region)) for b in buckets if b.encryption.key.startswith("arn:")]
    named += [(t.kms_key, (t.owner, t.home_region)) for t in trails if t.is_organization and t.kms_key]
    for key, where in named:
        place = _place(key, where)
        if place[0] in entered:
            places.setdefault(place, set()).add(key)
    keys: list[Key] = []
    lost: list[Unreachable] = []
    for (account, where_), names in sorted(places.items()):
        found, problems = read_keys(cloud, account, where_, prefix=scope.name_prefix, named=sorted(names))
        keys += found
        lost += problems
    return tuple(sorted(keys, key=lambda k: k.arn)), lost


def _place(key: str, default: Place) -> Place:
    """Account and Region of a key ARN; `default` for an id or alias."""
    parts = key.split(":")
    if len(parts) < 6:
        return default
    try:
        return AccountId(parts[4]), Region(parts[3])
    except ValueError:
        return default
