"""Nobody can become a role that the guardrails exempt: make it, change it, or be let in by it.

An exemption by name is a door with that name on it: whoever may create the role in an account, or write its trust or
its policies, walks through (Organizations User Guide, example SCPs).
"""

from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.claims.claim import Claim, Questions, members
from trailkeep.authz.prove.deed import Deed, exactly
from trailkeep.authz.prove.world import World

ACTIONS = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)
"""What makes an exempt role serve somebody else (action names: Service Authorization Reference, AWS IAM)."""


def questions(world: World) -> Questions:
    """Every exempt role in every account, by that account."""
    for account, stands_for in members(world):
        for pattern in world.exempt:
            arn = _in(pattern, account)
            for action in ACTIONS:
                deed = Deed(
                    action=action,
                    resource=exactly(arn),
                    account=account,
                    subject=f"role {arn.partition(':role')[2].rpartition('/')[2]}",
                    pattern=pattern,
                )
                yield from ((deed, attacker) for attacker in insiders(world, account, account, stands_for))


def _in(pattern: str, account: str) -> str:
    """The role of that name in an account; what is left open in the name is filled with a name."""
    parts = pattern.split(":", 5)
    if len(parts) == 6:
        parts[4] = account
    return ":".join(parts).replace("*", "x").replace("?", "x")


CLAIM = Claim(
    id="exempt-roles",
    title="Nobody can become a role that the guardrails exempt",
    questions=questions,
    unasked=lambda world: "" if world.exempt else "no role is exempt",
)
