"""Whether a recorder's own role may look at resources: SCPs bind it, unlike the service-linked role of AWS Config.

Source: https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
"""

from trailkeep.authz.request import Layer, Reason
from trailkeep.doctor import requests
from trailkeep.doctor.view import Spot, View
from trailkeep.errors import UsageError
from trailkeep.model.ids import Region

LINKED = ":role/aws-service-role/config.amazonaws.com/"
READS = ("ec2:DescribeInstances", "s3:GetBucketPolicy", "lambda:ListFunctions")
"""Calls by which a recorder looks at resources, one each of three services."""
_SCP = frozenset({Layer.SCP})


def own_role(spot: Spot) -> str:
    """The role of the recorder, where it is not the service-linked one; "" else."""
    role = spot.cell.recorder.role if spot.cell and spot.cell.recorder else ""
    return "" if LINKED in role else role


def stopped(view: View, role: str, region: Region) -> Reason | None:
    """The SCP statement that denies the role a look at resources in a Region, if one does."""
    key = "recorder role", role, region
    if key not in view.memory:
        view.memory[key] = _stopped(view, role, region)
    return view.memory[key]  # type: ignore[return-value]


def _stopped(view: View, role: str, region: Region) -> Reason | None:
    account = role.split(":")[4] if role.count(":") >= 5 else ""
    for action in READS:
        try:
            decision = requests.by_person(view, role, action, "*", account, region=region, layers=_SCP)
        except UsageError:
            return None
        reason = decision.reasons[-1] if decision.reasons else None
        if not decision.is_allowed and reason is not None and reason.layer is Layer.SCP:
            return reason
    return None


def elsewhere(view: View, role: str, spot: Spot) -> Region | None:
    """A Region of the same account in which the role is not stopped."""
    regions = view.snapshot.cells.get(spot.account, {})
    return next((r for r in regions if stopped(view, role, r) is None), None)
