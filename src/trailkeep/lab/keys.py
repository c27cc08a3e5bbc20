"""KMS keys as the services that encrypt with them see them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trailkeep.lab.decision import Ask, service_may
from trailkeep.lab.world import World


def find_key(world: World, name: str, *, account: str, region: str) -> Any | None:
    """Moto's record of a key by ARN, id, alias or alias ARN, in the ARN's Region or else the one given."""
    bare = name
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) != 6:
            return None
        region, account, bare = parts[3], parts[4], parts[5].removeprefix("key/")
    backend = world.backend("kms", account, region)
    if bare.startswith("alias/"):
        bare = backend.get_key_id_from_alias(bare) or ""
    return backend.keys.get(bare)


def service_may_encrypt(
    world: World,
    key: Any,
    *,
    service: str,
    source_arn: str,
    source_account: str,
    decrypt: bool,
    describe: bool = True,
) -> bool:
    """Whether the key policy lets a service make data keys with the key and, where it must, describe it and decrypt."""
    about = key_ask(key)
    encrypting = {"kms:encryptioncontext:aws:cloudtrail:arn": (source_arn,)}
    wanted = [("kms:GenerateDataKey", encrypting)]
    if describe:
        wanted.append(("kms:DescribeKey", {}))
    if decrypt:
        wanted.append(("kms:Decrypt", {}))
    via = {"kms:viaservice": (f"s3.{key.region}.amazonaws.com",), "kms:calleraccount": (source_account,)}
    return all(
        service_may(
            world,
            service,
            replace(about, action=action, context={**via, **context}),
            source_arn=source_arn,
            source_account=source_account,
        )
        for action, context in wanted
    )


def key_ask(key: Any) -> Ask:
    """A question about a key, still without its action."""
    return Ask(
        action="", resource=key.arn, owner=key.arn.split(":")[4], policy=key.policy, named=f"policy of key {key.id}"
    )
