"""What could not be read, as a value."""

from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Unreachable

NOT_OFFERED = frozenset(
    "EndpointConnectionError UnsupportedOperation UnsupportedOperationException UnsupportedAPIEndpointException "
    "UnknownOperationException".split()
)
"""Codes of a service that is not there: features come to Regions and partitions at different times."""

REGION_OFF = frozenset("OptInRequired UnrecognizedClientException InvalidClientTokenId AuthFailure".split())
"""Codes of a Region that the account has not enabled, or not yet."""


def blind(error: AwsError, account: AccountId, region: str = "", what: str = "") -> Unreachable:
    """The Unreachable that stands for `error`."""
    return Unreachable(account=account, region=region, what=what, reason=error.message, hint=error.hint)
