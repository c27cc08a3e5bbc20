"""Credentials that stand in the environment, taken without botocore, which takes longer to load than much of a run."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from obstore.store import S3Credential

Provider = Callable[[], "S3Credential"]
"""Whom obstore asks for credentials."""

_MORE: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CREDENTIAL_EXPIRATION", "TRAILKEEP_LAB")
"""With any of these there is more to be known than what stands in the environment: botocore's business."""


def from_environment() -> tuple[Provider, str] | None:
    """Credentials and Region as botocore would find them first; None where it has to be asked.

    Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html and botocore's EnvProvider.
    """
    told = os.environ
    key, secret, region = (
        told.get(name, "") for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    )
    if not (key and secret and region) or any(name in told for name in _MORE):
        return None
    token = told.get("AWS_SECURITY_TOKEN", told.get("AWS_SESSION_TOKEN")) or None

    def provide() -> "S3Credential":
        return {"access_key_id": key, "secret_access_key": secret, "token": token, "expires_at": None}

    return provide, region
