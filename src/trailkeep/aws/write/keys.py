"""KMS keys: made once under their alias, and their settings."""

from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, ask_all, chosen, once
from trailkeep.errors import AwsError
from trailkeep.model.change import CreateKey, SetKey

_SETTLING = 30.0
_GONE = frozenset({"NotFoundException"})


def create(cloud: Cloud, change: CreateKey) -> dict[str, str]:
    """The key behind the alias, made if there is none; returns the binding of its id. Raises AwsError."""
    key = change.key
    real = _under_alias(cloud, change)
    if real is None:
        # one that was made, but whose alias was not: the run broke off in between
        real = _without_alias(cloud, change) or _make(cloud, change)
        once(
            cloud,
            change,
            "kms",
            "create_alias",
            so_already={"AlreadyExistsException"},
            AliasName=key.alias,
            TargetKeyId=real,
        )
    if key.rotates:
        once(cloud, change, "kms", "enable_key_rotation", settling=_SETTLING, KeyId=real)
    return chosen(key.arn.partition(":key/")[2], real)  # a stand-in may hold slashes


def put(cloud: Cloud, change: SetKey) -> None:
    """One setting of a key. Raises AwsError."""
    match change.setting, change.after:
        case "policy", policy:
            once(
                cloud,
                change,
                "kms",
                "put_key_policy",
                settling=_SETTLING,
                KeyId=change.arn,
                PolicyName="default",
                Policy=policy,
            )
        case "rotates", True:
            once(cloud, change, "kms", "enable_key_rotation", KeyId=change.arn)
        case "rotates", _:
            once(cloud, change, "kms", "disable_key_rotation", KeyId=change.arn)
        case "state", "Enabled":
            _enable(cloud, change)
        case _, state:
            raise ValueError(f"trailkeep never makes a key {state}")


def _make(cloud: Cloud, change: CreateKey) -> str:
    tags = [{"TagKey": k, "TagValue": v} for k, v in change.tags]
    tagged: dict[str, Any] = {"Tags": tags} if tags else {}
    made = cloud.call(
        change.account,
        change.region,
        "kms",
        "create_key",
        settling=_SETTLING,  # the policy may name a role made a moment ago
        Description=_description(change),
        Policy=change.key.policy,
        **tagged,
    )
    return str(made["KeyMetadata"]["KeyId"])


def _under_alias(cloud: Cloud, change: CreateKey) -> str | None:
    try:
        found = ask(cloud, change, "kms", "describe_key", KeyId=change.key.alias)["KeyMetadata"]
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
    if found["KeyState"] != "Enabled" or found["KeyManager"] != "CUSTOMER":
        raise AwsError(
            f"{change.key.alias} in {change.account} names a key that is {found['KeyState']}",
            code="KMSInvalidStateException",
            hint="plan again: the alias was made after the organization was read",
        )
    return str(found["KeyId"])


def _without_alias(cloud: Cloud, change: CreateKey) -> str | None:
    named = {
        a.get("TargetKeyId") for a in ask_all(cloud, change, "kms", "list_aliases", "Aliases") if a.get("TargetKeyId")
    }
    for listed in ask_all(cloud, change, "kms", "list_keys", "Keys"):
        if listed["KeyId"] in named:
            continue
        try:
            found = ask(cloud, change, "kms", "describe_key", KeyId=listed["KeyId"])["KeyMetadata"]
        except AwsError as error:  # a key whose policy shuts us out is not the one we made
            if error.code in {"AccessDenied", "AccessDeniedException", *_GONE}:
                continue
            raise
        if found.get("Description") == _description(change) and found["KeyState"] == "Enabled":
            return str(found["KeyId"])
    return None


def _description(change: CreateKey) -> str:
    return f"trailkeep: {change.key.alias.removeprefix('alias/')}"


def _enable(cloud: Cloud, change: SetKey) -> None:
    """A key whose deletion is taken back is disabled at first (botocore model kms CancelKeyDeletion)."""
    state = ask(cloud, change, "kms", "describe_key", KeyId=change.arn)["KeyMetadata"]["KeyState"]
    if state in {"PendingDeletion", "PendingReplicaDeletion"}:
        once(cloud, change, "kms", "cancel_key_deletion", KeyId=change.arn)
    if state != "Enabled":
        once(cloud, change, "kms", "enable_key", KeyId=change.arn)
