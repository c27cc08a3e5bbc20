"""Nobody can stop a configuration recorder, narrow it, or take away its delivery channel.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
"""

from trailkeep.authz.prove import language
from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.claims.claim import Claim, Questions, members
from trailkeep.authz.prove.deed import Deed, shaped
from trailkeep.authz.prove.variables import Text
from trailkeep.authz.prove.world import World

ON_RECORDERS = (
    "config:DeleteConfigurationRecorder",
    "config:DisassociateResourceTypes",
    "config:PutConfigurationRecorder",
    "config:StopConfigurationRecorder",
)
ON_NOTHING = ("config:DeleteDeliveryChannel", "config:PutDeliveryChannel")
"""Actions that are about no resource, as far as policies go."""


def questions(world: World) -> Questions:
    """Each account's recorders and channels, by the account itself: nobody else has a way to them."""
    for account, stands_for in members(world):
        recorder = _recorder(world, account)
        asked = [(action, recorder) for action in ON_RECORDERS] + [(action, None) for action in ON_NOTHING]
        for action, resource in asked:
            deed = Deed(action=action, resource=resource, account=account, subject="AWS Config")
            yield from ((deed, attacker) for attacker in insiders(world, account, account, stands_for))


def _recorder(world: World, account: str) -> Text:
    start = (*language.literal(f"arn:{world.organization.partition}:config:"), *language.some("name"))
    end = (*language.literal(f":{account}:configuration-recorder/"), *language.some("path"))
    example = f"arn:{world.organization.partition}:config:eu-west-1:{account}:configuration-recorder/default/abcdefgh"
    return shaped((*start, *end), example)


CLAIM = Claim(id="recorders-kept", title="Nobody can stop or narrow a recorder or its channel", questions=questions)
