"""No member can leave the organization, or close itself: with it go the guardrails, or the archive.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_leave-as-member.html,
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-closing.html
"""

from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.claims.claim import Claim, Questions, members
from trailkeep.authz.prove.deed import Deed, exactly
from trailkeep.authz.prove.world import World


def questions(world: World) -> Questions:
    """Leaving and closing, by each account itself."""
    for account, stands_for in members(world):
        itself = exactly(f"arn:{world.organization.partition}:account::{account}:account")
        leave = Deed(action="organizations:LeaveOrganization", resource=None, account=account, subject="membership")
        close = Deed(action="account:CloseAccount", resource=itself, account=account, subject="the account")
        for attacker in insiders(world, account, account, stands_for):
            yield leave, attacker
            yield close, attacker


CLAIM = Claim(id="membership", title="No member can leave the organization or close its account", questions=questions)
