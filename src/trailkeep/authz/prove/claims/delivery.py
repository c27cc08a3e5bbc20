"""CloudTrail and Config can deliver: the opposite direction, because a guardrail that stops logs helps an attacker.

Every request of the kind must be allowed, whatever it leaves open. Sources:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
"""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.authz.principal import Principal
from trailkeep.authz.prove import language
from trailkeep.authz.prove.attacker import Attacker, Fixed, fixed_of
from trailkeep.authz.prove.claims.claim import Claim, Questions
from trailkeep.authz.prove.deed import Deed, below, exactly, shaped
from trailkeep.authz.prove.variables import Choice, Text
from trailkeep.authz.prove.world import World, bucket_policy, key_policy
from trailkeep.authz.request import Facts, Policies
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail

_FULL_CONTROL: Fixed = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
_NEVER: Fixed = dict.fromkeys(
    (
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:username", "aws:userid",
        "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip",
        "aws:sourceorgpaths", "aws:referer",
    ),
    (),
)  # fmt: skip
"""What a request of a log service does not have: it is nobody's user, and comes from no VPC."""


def trails(world: World) -> Questions:
    """Each trail, into each folder that it fills."""
    for trail in world.trails:
        bucket = next(b for b in world.buckets if b.name == trail.bucket)
        service = _service(world, "cloudtrail.amazonaws.com", bucket.account, trail.owner, trail.arn)
        yield _check(world, bucket), service
        for folder in _folders(world, trail):
            yield _write(world, bucket, folder, "CloudTrail/eu-west-1/2026/11/23/log.json.gz"), service
        for deed in _encryption(world, trail):
            yield deed, service


def _folders(world: World, trail: Trail) -> tuple[str, ...]:
    start = f"{trail.prefix}/AWSLogs" if trail.prefix else "AWSLogs"
    own = f"{start}/{trail.owner}/"
    return (own, f"{start}/{world.organization.id}/") if trail.is_organization else (own,)


def _encryption(world: World, trail: Trail) -> Iterator[Deed]:
    for key in world.keys:
        if trail.kms_key in {key.arn, key.alias}:
            context = {"kms:encryptioncontext:aws:cloudtrail:arn": (trail.arn,)}
            yield _use(world, key, "kms:GenerateDataKey", context)
            yield _use(world, key, "kms:DescribeKey", {})


def _bucket_encryption(world: World, bucket: Bucket) -> Iterator[Deed]:
    """Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html."""
    for key in world.keys:
        if bucket.encryption.key in {key.arn, key.alias}:
            yield from (_use(world, key, action, {}) for action in ("kms:GenerateDataKey", "kms:Decrypt"))


def _use(world: World, key: Key, action: str, fixed: Fixed) -> Deed:
    return Deed(
        action=action,
        resource=exactly(key.arn),
        account=key.account,
        subject=f"key {key.alias or key.arn}",
        policy=key_policy(key),
        rcp=world.rcp(key.account),
        fixed={**fixed, "aws:resourceaccount": (key.account,)},
        pattern=key.arn,
    )


def recorders(world: World) -> Questions:
    """Config, for each bucket and prefix that channels deliver into: for all their accounts at once."""
    for (bucket, prefix), accounts in _channels(world).items():
        service = _for_all(world, bucket, accounts)
        yield _check(world, bucket), service
        yield _write_for_all(world, bucket, prefix), service
        yield from ((deed, service) for deed in _bucket_encryption(world, bucket))


def recorders_one_by_one(world: World) -> Questions:
    """The same for each account: where policies list accounts, the number in a key goes with the one that is asked."""
    for (bucket, prefix), accounts in _channels(world).items():
        for account in accounts:
            source = f"arn:{world.organization.partition}:config:{bucket.region}:{account}:x"
            service = _service(world, "config.amazonaws.com", bucket.account, account, source)
            yield _check(world, bucket), service
            yield _write(world, bucket, f"{_start(prefix)}{account}/Config/", _HISTORY), service
            yield from ((deed, service) for deed in _bucket_encryption(world, bucket))


_HISTORY = "eu-west-1/2026/11/23/ConfigHistory/items.json.gz"


def _start(prefix: str) -> str:
    return f"{prefix}/AWSLogs/" if prefix else "AWSLogs/"


def _channels(world: World) -> dict[tuple[Bucket, str], tuple[AccountId, ...]]:
    """The accounts whose channels deliver into each bucket of the archive, under each prefix."""
    buckets = {b.name: b for b in world.buckets}
    found: dict[tuple[Bucket, str], dict[AccountId, None]] = {}
    for account, cells in sorted(world.snapshot.cells.items()):
        for cell in cells.values():
            if cell.channel and cell.channel.bucket in buckets:
                found.setdefault((buckets[cell.channel.bucket], cell.channel.prefix), {})[account] = None
    return {where: tuple(accounts) for where, accounts in found.items()}


def _for_all(world: World, bucket: Bucket, accounts: tuple[AccountId, ...]) -> Attacker:
    one = _service(world, "config.amazonaws.com", bucket.account, accounts[0], "")
    numbered = (
        *language.literal(f"arn:{world.organization.partition}:config:"), *language.some("name"),
        *language.literal(":"), *_NUMBER, *language.literal(":"), *language.some("any"),
    )  # fmt: skip
    source = f"arn:{world.organization.partition}:config:{bucket.region}:{accounts[0]}:x"
    return replace(
        one,
        who="config.amazonaws.com for every account",
        stands_for=len(accounts),
        fixed={k: v for k, v in one.fixed.items() if k not in {"aws:sourceaccount", "aws:sourcearn"}},
        open={
            "aws:sourceaccount": Choice(name="aws:sourceaccount", values=tuple(map(str, accounts))),
            "aws:sourcearn": Text(name="aws:sourcearn", domain=(language.pattern(numbered),), likely=(source,)),
        },
        present=frozenset({"aws:sourceaccount", "aws:sourcearn"}),
    )


_NUMBER = (language.Token(among="digit"),) * 12


def _write_for_all(world: World, bucket: Bucket, prefix: str) -> Deed:
    deed = _write(world, bucket, f"{_start(prefix)}111111111111/Config/", _HISTORY)
    assert deed.resource is not None
    start = f"arn:{world.organization.partition}:s3:::{bucket.name}/{_start(prefix)}"
    tokens = (*language.literal(start), *_NUMBER, *language.literal("/Config/"), *language.some("any"))
    return replace(
        deed, resource=shaped(tokens, deed.resource.likely[0]), subject=f"{_start(prefix)}*/Config/ in {bucket.name}"
    )


def _service(world: World, name: str, owner: str, source: AccountId, arn: str) -> Attacker:
    known = fixed_of(Principal(kind="service", id=name), owner, world.organization)
    ours = {
        "aws:sourceaccount": (str(source),),
        "aws:sourcearn": (arn,),
        "aws:sourceorgid": (world.organization.id,),
        "aws:securetransport": ("true",),
    }
    return Attacker(
        who=f"{name} for {world.organization.path(source)}",
        kind="service",
        account="",
        arn=None,
        session=None,
        fixed={**_NEVER, **known, **ours},
        facts=Facts(resource_in_management_account=owner == world.organization.management),
        policies=Policies(),
        service=name,
    )


def _check(world: World, bucket: Bucket) -> Deed:
    arn = f"arn:{world.organization.partition}:s3:::{bucket.name}"
    return Deed(
        action="s3:GetBucketAcl",
        resource=exactly(arn),
        account=bucket.account,
        subject=f"bucket {bucket.name}",
        policy=bucket_policy(bucket),
        rcp=world.rcp(bucket.account),
        pattern=arn,
    )


def _write(world: World, bucket: Bucket, folder: str, likely: str) -> Deed:
    arn = f"arn:{world.organization.partition}:s3:::{bucket.name}/{folder}"
    return Deed(
        action="s3:PutObject",
        resource=below(arn, likely),
        account=bucket.account,
        subject=f"{folder} in {bucket.name}",
        policy=bucket_policy(bucket),
        rcp=world.rcp(bucket.account),
        fixed=_FULL_CONTROL,
        pattern=f"{arn}*",
    )


_READ = frozenset({"buckets", "keys", "trails"})
CLOUDTRAIL = Claim(
    id="cloudtrail-delivers", title="CloudTrail can deliver", questions=trails, nature="always", about=_READ
)
CONFIG = Claim(
    id="config-delivers",
    title="AWS Config can deliver",
    questions=recorders,
    one_by_one=recorders_one_by_one,
    nature="always",
    about=_READ,
)
