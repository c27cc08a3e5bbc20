"""Nobody who is not of the management account can stop, redirect or narrow a trail that fills the archive.

The organization trail belongs to the management account: members see it and cannot change it, delegated administrators
of CloudTrail can do whatever the management account can
(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html).
"""

from collections.abc import Iterator

from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.claims.claim import Claim, Questions, members
from trailkeep.authz.prove.deed import Deed, exactly
from trailkeep.authz.prove.world import World
from trailkeep.model.trail import Trail

ACTIONS = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventConfiguration",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:PutInsightSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
)
"""UpdateTrail redirects to another bucket, drops Regions, validation and the key; PutEventSelectors drops events."""


def questions(world: World) -> Questions:
    """Members' own trails by their own account, the organization trail by delegated administrators."""
    for account, stands_for in members(world):
        for trail in (*_own(world, account), *_delegated(world, account)):
            for action in ACTIONS:
                deed = Deed(
                    action=action,
                    resource=exactly(trail.arn),
                    account=account,  # a delegated administrator acts on it as the owner does
                    subject=f"trail {trail.name}",
                    pattern=f"arn:{world.organization.partition}:cloudtrail:*:*:trail/*",
                )
                yield from ((deed, attacker) for attacker in insiders(world, account, account, stands_for))


def _own(world: World, account: str) -> Iterator[Trail]:
    return (t for t in world.trails if t.owner == account and not t.is_organization)


def _delegated(world: World, account: str) -> Iterator[Trail]:
    if any(d.account == account and d.service == "cloudtrail.amazonaws.com" for d in world.organization.delegations):
        yield from (t for t in world.trails if t.is_organization)


def _nobody_to_ask(world: World) -> str:
    if not any(t.is_organization for t in world.trails):
        return ""
    return "the organization trail is the management account's, and CloudTrail has no delegated administrator"


CLAIM = Claim(
    id="trails-kept",
    title="Nobody outside of the management account can stop, redirect or narrow a trail",
    questions=questions,
    unasked=_nobody_to_ask,
    about=frozenset({"trails"}),
)
