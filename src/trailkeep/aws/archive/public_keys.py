"""The public keys CloudTrail publishes, asked for in the Region whose digests they sign."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from trailkeep.errors import AwsError
from trailkeep.ports import Obstacle, PublicKey, ReadError

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud

LATER: Final = timedelta(hours=2)
"""A digest is signed some time after its end, perhaps with the next key (aws-cli pull request 10072)."""


class PublishedKeys:
    """A KeySource (botocore model cloudtrail ListPublicKeys, which answers in pages)."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud

    def public_keys(self, region: str, start: datetime, end: datetime) -> tuple[PublicKey, ...]:
        """See KeySource."""
        account = self._cloud.caller.account
        try:
            found = tuple(
                PublicKey(
                    region=region,
                    fingerprint=str(k["Fingerprint"]),
                    value=bytes(k["Value"]),
                    start=k["ValidityStartTime"],
                    end=k["ValidityEndTime"],
                )
                for k in self._cloud.pages(
                    account,
                    region,
                    "cloudtrail",
                    "list_public_keys",
                    "PublicKeyList",
                    StartTime=start,
                    EndTime=end + LATER,
                )
            )
        except AwsError as error:
            raise ReadError(Obstacle.OTHER, error.message) from error
        return found
