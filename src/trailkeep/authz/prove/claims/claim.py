"""What a claim is: a sentence, and the questions whose answers make it true."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from trailkeep.authz.prove import language
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.attackers import insiders, outsiders, services
from trailkeep.authz.prove.deed import Deed, below, exactly, shaped
from trailkeep.authz.prove.world import World, bucket_policy, key_policy
from trailkeep.model.archive import Bucket, Key

Questions = Iterator[tuple[Deed, Attacker]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, with its questions.

    `nature` says what answers make it true: "nobody" that no such request is allowed, "always" that every one is, "can"
    that one is at least.
    """

    id: str
    title: str
    questions: Callable[[World], Questions]
    nature: Literal["nobody", "always", "can"] = "nobody"
    unasked: Callable[[World], str] = lambda _world: ""
    """Why it holds although there was nothing to ask; "" where that leaves it unknown."""
    one_by_one: Callable[[World], Questions] | None = None
    """Sharper questions, asked where the others, which are about more at once, found a hole."""
    about: frozenset[str] = frozenset()
    """What must have been read for it: "buckets", "keys", "trails"."""


def anybody(world: World, owner: str, *, also_our_services: bool = True) -> Iterator[Attacker]:
    """Everybody there is, inside and outside, but the log services on our behalf."""
    for account, alike in world.accounts():
        yield from insiders(world, account, owner, alike)
    if owner != world.organization.management:
        yield from insiders(world, world.organization.management, owner)
    yield from outsiders(world, owner)
    yield from services(world, owner, also_ours=also_our_services)


def strangers(world: World, owner: str) -> Iterator[Attacker]:
    """Everybody outside of the organization."""
    yield from outsiders(world, owner)
    yield from services(world, owner, also_ours=False)


def members(world: World) -> Iterator[tuple[str, int]]:
    """The accounts that policies can bind: all but the management account, one for each class."""
    yield from world.accounts()


def on_objects(world: World, bucket: Bucket, action: str, **more: object) -> Deed:
    """An action on any object of a bucket."""
    return Deed(
        action=action,
        resource=below(f"arn:{world.organization.partition}:s3:::{bucket.name}/", _LOG_FILE),
        account=bucket.account,
        subject=f"objects of {bucket.name}",
        policy=bucket_policy(bucket),
        rcp=world.rcp(bucket.account),
        mfa_code=bucket.mfa_delete and action == "s3:DeleteObjectVersion",
        pattern=f"arn:{world.organization.partition}:s3:::{bucket.name}/*",
        **more,  # type: ignore[arg-type]
    )


_LOG_FILE = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/11/23/log.json.gz"


def through_access_point(world: World, bucket: Bucket, action: str, account: str) -> Deed:
    """The same by way of an access point that belongs to `account`: SCPs see that other ARN.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    partition = world.organization.partition
    start = (*language.literal(f"arn:{partition}:s3:"), *language.some("name"))
    middle = (*language.literal(f":{account}:accesspoint/"), *language.some("name"), *language.literal("/object/"))
    direct = on_objects(world, bucket, action)
    assert direct.resource is not None
    return Deed(
        action=action,
        resource=shaped(
            (*start, *middle, *language.some("any")),
            f"arn:{partition}:s3:{bucket.region}:{account}:accesspoint/logs/object/{_LOG_FILE}",
        ),
        account=bucket.account,
        subject=f"{direct.subject}, through an access point",
        policy=direct.policy,
        rcp=direct.rcp,
        behind=shaped(
            direct.resource.domain[0].tokens, direct.resource.likely[0], "the object behind the access point"
        ),
        mfa_code=direct.mfa_code,
        pattern=f"arn:{partition}:s3:*:{account}:accesspoint/*",
    )


def on_bucket(world: World, bucket: Bucket, action: str) -> Deed:
    """An action on a bucket itself."""
    arn = f"arn:{world.organization.partition}:s3:::{bucket.name}"
    return Deed(
        action=action,
        resource=exactly(arn),
        account=bucket.account,
        subject=f"bucket {bucket.name}",
        policy=bucket_policy(bucket),
        rcp=world.rcp(bucket.account),
        mfa_code=bucket.mfa_delete and action == "s3:PutBucketVersioning",
        pattern=arn,
    )


def of_objects(world: World, actions: tuple[str, ...]) -> Questions:
    """Each action on the objects of each bucket by everybody, directly and through access points."""
    for bucket in world.buckets:
        for action in actions:
            deed = on_objects(world, bucket, action)
            for attacker in anybody(world, bucket.account):
                yield deed, attacker
                if attacker.account:
                    yield through_access_point(world, bucket, action, attacker.account), attacker


def of_buckets(world: World, actions: tuple[str, ...]) -> Questions:
    """Each action on each bucket by everybody."""
    for bucket in world.buckets:
        for action in actions:
            deed = on_bucket(world, bucket, action)
            yield from ((deed, attacker) for attacker in anybody(world, bucket.account))


def insiders_of(world: World, account: str) -> Iterator[Attacker]:
    """Everybody of one account."""
    yield from insiders(world, account, account)


def on_account(world: World, account: str, action: str) -> Deed:
    """An action that is about the account as a whole."""
    return Deed(action=action, resource=None, account=account, subject=world.organization.path(account))


def on_key(world: World, key: Key, action: str, **more: object) -> Deed:
    """An action on a key."""
    return Deed(
        action=action,
        resource=exactly(key.arn),
        account=key.account,
        subject=f"key {key.alias or key.arn}",
        policy=key_policy(key),
        rcp=world.rcp(key.account),
        pattern=key.arn,
        **more,  # type: ignore[arg-type]
    )
