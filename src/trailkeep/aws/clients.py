"""One botocore client for each Region and service, shared by every account and thread."""

import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from trailkeep import __version__
from trailkeep.aws.credentials import ContextCredentials
from trailkeep.errors import AwsError

Client = Any
"""botocore makes its clients' methods while the program runs."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_lab() -> bool:
    """Whether TRAILKEEP_LAB=1 says that only an organization on this machine may be called."""
    return os.environ.get("TRAILKEEP_LAB") == "1"


def is_loopback(endpoint: str) -> bool:
    """Whether a URL's host is this machine."""
    try:
        return urlsplit(endpoint).hostname in _LOOPBACK
    except ValueError:
        return False


def lab_endpoint() -> str | None:
    """The lab's endpoint in lab mode, else None; AwsError for any endpoint that is not on this machine."""
    if not is_lab():
        return None
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not is_loopback(endpoint):
        raise AwsError(
            f"lab mode (TRAILKEEP_LAB=1) calls only this machine, and AWS_ENDPOINT_URL is {endpoint or 'not set'}",
            code="NotLoopback",
            hint="set what `trailkeep lab up` prints, or unset TRAILKEEP_LAB to call AWS",
        )
    return endpoint


class Clients:
    """Clients by (Region, service), made when first asked for.

    A client costs 20 to 60 ms and some MB, a call with a shared one about a millisecond of CPU: sharing is what makes
    an organization of thousands of accounts readable from one machine.
    """

    def __init__(self, session: botocore.session.Session, *, workers: int) -> None:
        self.session = session
        self._endpoint = lab_endpoint()
        self._local = is_loopback(self._endpoint or os.environ.get("AWS_ENDPOINT_URL", ""))
        self._workers = workers
        self._made: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()
        # create_client signs with whatever the session holds: from here on, with the current call's credentials
        session._credentials = ContextCredentials()  # noqa: SLF001 botocore has no public way to pass a credentials object

    def get(self, region: str, service: str) -> Client:
        """The client, made under a lock (creating one is not thread-safe in botocore)."""
        found = self._made.get((region, service))
        if found is not None:
            return found
        with self._lock:
            found = self._made.get((region, service))
            if found is None:
                found = self._made[region, service] = self._make(region, service)
            return found

    def pagination(self, service: str, operation: str) -> Mapping[str, Any]:
        """Botocore's pagination rule of an operation, empty if it has none."""
        loader = self.session.get_component("data_loader")
        try:
            rules = loader.load_service_model(service, "paginators-1")["pagination"]
        except botocore.exceptions.UnknownServiceError:
            return {}
        found: Mapping[str, Any] = rules.get(operation.replace("_", "").lower()) or next(
            (rule for name, rule in rules.items() if name.lower() == operation.replace("_", "")), {}
        )
        return found

    def _make(self, region: str, service: str) -> Client:
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
            tcp_keepalive=True,
            max_pool_connections=self._workers,
            user_agent_extra=f"trailkeep/{__version__}",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if self._local else "virtual"},
            **({"signature_version": "s3v4"} if service == "s3" else {}),
        )
        return self.session.create_client(service, region_name=region, endpoint_url=self._endpoint, config=config)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(tuple(self._made))
