"""Auditors can read: those who were named may list, get and decrypt, as far as the archive's side goes.

What their own identity policies say is theirs to arrange; it is asked about only where these were read.
"""

from collections.abc import Iterator

from trailkeep.authz.principal import read_principal
from trailkeep.authz.prove.attacker import SESSION, Attacker, fixed_of, only
from trailkeep.authz.prove.attackers import ADMINISTRATOR
from trailkeep.authz.prove.claims.claim import Claim, Questions, on_bucket, on_key, on_objects
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Facts, Policies


def questions(world: World) -> Questions:
    """Each named reader: objects, listings, keys."""
    for bucket in world.buckets:
        for reader in _readers(world, bucket.account):
            yield on_objects(world, bucket, "s3:GetObject"), reader
            yield on_bucket(world, bucket, "s3:ListBucket"), reader
    for key in world.keys:
        via = {"kms:viaservice": (f"s3.{key.region}.amazonaws.com",)}
        for reader in _readers(world, key.account):
            yield on_key(world, key, "kms:Decrypt", fixed=via), reader


def _readers(world: World, owner: str) -> Iterator[Attacker]:
    for arn in world.readers:
        principal = read_principal(arn)
        account = principal.account
        yield Attacker(
            who=arn,
            kind="role" if principal.kind == "role" else "user",
            account=account,
            arn=only(arn),
            session=SESSION if principal.kind == "role" else None,
            fixed=fixed_of(principal, owner, world.organization),
            facts=Facts(
                management_account=account == world.organization.management,
                resource_in_management_account=owner == world.organization.management,
            ),
            policies=Policies(identity=(ADMINISTRATOR,), scp=world.scp(account)),
        )


CLAIM = Claim(
    id="auditors-read",
    title="Named auditors can read the archive",
    questions=questions,
    nature="can",
    unasked=lambda world: "" if world.readers else "no auditor is named",
)
