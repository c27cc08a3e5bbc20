"""KMS keys of the archive: those with our alias, and those that buckets and trails name."""

from collections.abc import Iterable

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.errors import AwsError
from trailkeep.model.archive import Key
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Unreachable

Lost = tuple[Unreachable, ...]


def read_aliases(cloud: Cloud, account: AccountId, region: Region) -> dict[str, str]:
    """Key id by alias name (alias/…), of one account and Region. Raises AwsError."""
    found = cloud.pages(account, region, "kms", "list_aliases", "Aliases")
    return {a["AliasName"]: a["TargetKeyId"] for a in found if a.get("TargetKeyId")}


def read_keys(
    cloud: Cloud, account: AccountId, region: Region, *, prefix: str, named: Iterable[str]
) -> tuple[tuple[Key, ...], Lost]:
    """Keys whose alias begins with alias/`prefix`, and those `named` by id or ARN, once each."""
    try:
        aliases = read_aliases(cloud, account, region)
    except AwsError as error:
        aliases, lost = {}, [blind(error, account, region, what="key aliases")]
    else:
        lost = []
    wanted = {key: alias for alias, key in sorted(aliases.items()) if alias.startswith(f"alias/{prefix}")}
    by_id = {key: alias for alias, key in sorted(aliases.items())}
    for name in named:
        key = aliases.get(name.split(":")[-1], name.rpartition("/")[2])
        wanted.setdefault(key, by_id.get(key, ""))
    keys = []
    for key, alias in sorted(wanted.items()):
        found, problem = _key(cloud, account, region, key, alias)
        keys += [found] if found else []
        lost += problem
    return tuple(keys), tuple(lost)


def _key(
    cloud: Cloud, account: AccountId, region: Region, key: str, alias: str
) -> tuple[Key | None, list[Unreachable]]:
    what = f"key {alias or key}"
    try:
        told = cloud.call(account, region, "kms", "describe_key", KeyId=key)["KeyMetadata"]
        policy = cloud.call(account, region, "kms", "get_key_policy", KeyId=told["KeyId"], PolicyName="default")
    except AwsError as error:
        return None, [blind(error, account, region, what=what)]
    rotates, lost = _rotates(cloud, account, region, told["KeyId"], what)
    found = Key(
        arn=told["Arn"],
        alias=alias,
        account=account,
        region=region,
        state=told.get("KeyState", ""),
        rotates=rotates,
        policy=canonical(policy.get("Policy") or ""),
    )
    return found, lost


def _rotates(cloud: Cloud, account: AccountId, region: Region, key: str, what: str) -> tuple[bool, list[Unreachable]]:
    """KMS refuses the question for keys pending deletion and imported ones, which do not rotate."""
    try:
        told = cloud.call(account, region, "kms", "get_key_rotation_status", KeyId=key)
    except AwsError as error:
        does_not = error.code in {"KMSInvalidStateException", "UnsupportedOperationException"}
        return False, [] if does_not else [blind(error, account, region, what=f"{what} rotation")]
    return bool(told.get("KeyRotationEnabled")), []
