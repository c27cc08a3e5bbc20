"""trailkeep can do its own work, and applications theirs: what no guardrail may take away.

A guardrail that locks out the role by which it is kept up cannot be mended from within the organization's members, and
one that denies too much is taken off in anger.
"""

from trailkeep.authz.principal import Principal
from trailkeep.authz.prove.attacker import SESSION, Attacker, fixed_of, only
from trailkeep.authz.prove.attackers import ADMINISTRATOR, insiders
from trailkeep.authz.prove.claims.claim import Claim, Questions, members, on_bucket, on_key
from trailkeep.authz.prove.deed import Deed, exactly
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Facts, Policies

IN_MEMBERS = (
    "cloudtrail:CreateTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StartLogging",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
)
ON_BUCKETS = (
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
ON_KEYS = ("kms:EnableKeyRotation", "kms:PutKeyPolicy")
"""What trailkeep calls to keep logging as it should be (see docs/permissions.md)."""

OF_APPLICATIONS = (
    ("s3:DeleteObject", "arn:{partition}:s3:::an-application-of-ours/upload"),
    ("s3:PutBucketPolicy", "arn:{partition}:s3:::an-application-of-ours"),
    ("sqs:DeleteMessage", "arn:{partition}:sqs:eu-west-1:{account}:an-application-of-ours"),
    ("iam:CreateRole", "arn:{partition}:iam::{account}:role/an-application-of-ours"),
)
"""Everyday work on things that are not the archive's."""


def works(world: World) -> Questions:
    """Trailkeep's role in every account, on what it must be able to change there."""
    for account, _ in members(world) if world.operator else ():
        operator = _operator(world, account, account)
        for action in IN_MEMBERS:
            yield _in_member(world, account, action), operator
    for bucket in world.buckets if world.operator else ():
        for action in ON_BUCKETS:
            yield on_bucket(world, bucket, action), _operator(world, bucket.account, bucket.account)
    for key in world.keys if world.operator else ():
        for action in ON_KEYS:
            yield on_key(world, key, action), _operator(world, key.account, key.account)


def applications(world: World) -> Questions:
    """An administrator of each account, on what is not the archive's."""
    for account, _ in members(world):
        somebody = next(insiders(world, account, account))
        for action, arn in OF_APPLICATIONS:
            named = arn.format(partition=world.organization.partition, account=account)
            yield Deed(action=action, resource=exactly(named), account=account, subject="applications"), somebody


def _in_member(world: World, account: str, action: str) -> Deed:
    service = action.partition(":")[0]
    partition, home = (
        world.organization.partition,
        world.snapshot.trails[0].home_region if world.snapshot.trails else "",
    )
    trail = exactly(f"arn:{partition}:cloudtrail:{home or 'us-east-1'}:{account}:trail/trailkeep-member")
    return Deed(action=action, resource=trail if service == "cloudtrail" else None, account=account, subject="logging")


def _operator(world: World, account: str, owner: str) -> Attacker:
    arn = world.operator.replace("::*:", f"::{account}:")
    principal = Principal(kind="role", id=arn, account=account, role=arn)
    return Attacker(
        who=f"trailkeep in {world.organization.path(account)}",
        kind="role",
        account=account,
        arn=only(arn),
        session=SESSION,
        fixed=fixed_of(principal, owner, world.organization),
        facts=Facts(resource_in_management_account=owner == world.organization.management),
        policies=Policies(identity=(ADMINISTRATOR,), scp=world.scp(account)),
    )


WORKS = Claim(
    id="trailkeep-works",
    title="trailkeep's own role can keep logging as it should be",
    questions=works,
    nature="can",
    unasked=lambda world: "" if world.operator else "no role of trailkeep is declared",
)
APPLICATIONS = Claim(
    id="applications-work",
    title="Administrators can do their everyday work on what is not the archive's",
    questions=applications,
    nature="can",
)
