"""Whose credentials the archive is read with: our own, or a role's in the account that owns it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import botocore.session

from trailkeep.aws.archive.environment import Provider
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.errors import translate
from trailkeep.errors import AwsError

if TYPE_CHECKING:
    from obstore.store import S3Credential


def own(cloud: Cloud, profile: str | None) -> Provider:
    """The credentials every AWS SDK would find, refreshed as botocore does. Raises AwsError when there are none."""
    found = botocore.session.Session(profile=profile).get_credentials()
    if found is None:
        raise translate(botocore.exceptions.NoCredentialsError(), doing="read the archive", where=cloud.caller.account)

    def provide() -> "S3Credential":
        frozen = found.get_frozen_credentials()
        # obstore asks again when they expire; botocore renews those that do well before
        until = getattr(found, "_expiry_time", None)
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": until,
        }

    return provide


def of_member(cloud: Cloud, account: str) -> Provider:
    """A session of the access role in `account`, an hour at a time."""
    arn = f"arn:{cloud.caller.partition}:iam::{account}:role/{cloud.access_role}"

    def provide() -> "S3Credential":
        answer: dict[str, Any] = cloud.call(
            cloud.caller.account,
            cloud.caller.region,
            "sts",
            "assume_role",
            RoleArn=arn,
            RoleSessionName="trailkeep-verify",
            DurationSeconds=3600,
        )
        made = answer["Credentials"]
        return {
            "access_key_id": made["AccessKeyId"],
            "secret_access_key": made["SecretAccessKey"],
            "token": made["SessionToken"],
            "expires_at": _utc(made["Expiration"]),
        }

    return provide


def provider(cloud: Cloud, profile: str | None, account: str | None) -> Provider:
    """Our own credentials, or those of the access role in another account. Raises AwsError, also for a refused role."""
    chosen = own(cloud, profile) if account in {None, cloud.caller.account} else of_member(cloud, str(account))
    try:
        chosen()
    except AwsError:
        raise
    except botocore.exceptions.BotoCoreError as error:
        raise translate(error, doing="read the credentials", where=cloud.caller.account) from error
    return chosen


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)  # obstore takes no other zone
