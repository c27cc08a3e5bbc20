"""The organization as one thing to call: any account, any Region, any operation."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

import botocore.exceptions as boto
import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials

from trailkeep.aws import retry
from trailkeep.aws.calls import Call, Tally
from trailkeep.aws.clients import Clients, is_lab
from trailkeep.aws.clock import Clock
from trailkeep.aws.credentials import CURRENT, Memberships
from trailkeep.aws.errors import code_of, translate
from trailkeep.aws.pace import Pace
from trailkeep.aws.paging import next_request, no_rule
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Partition, Region, leader

Answer = dict[str, Any]
OnCall = Callable[[Call], None]

GLOBAL = frozenset({"organizations", "iam", "account"})
"""Services that answer in one Region of a partition only."""

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_REFUSED = frozenset({"AccessDenied", "AccessDeniedException", "NoSuchEntity"})
_UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"})
_SESSION = "trailkeep"
_SESSION_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who we are: `region` is where regional STS is asked, and where the profile points to."""

    account: AccountId
    arn: str
    partition: Partition
    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    account: str
    region: str
    service: str
    operation: str
    params: Answer
    settling: float = 0.0
    safe: bool


class Cloud:
    """Calls to any account of an organization, from credentials of one of them.

    `call` and `pages` may be used by many threads at once. They raise AwsError and nothing else, and repeat what may
    succeed the next time (see `retry`).
    """

    def __init__(
        self,
        *,
        clients: Clients,
        own: Credentials,
        region: Region,
        access_role: str,
        external_id: str | None = None,
        workers: int = 32,
        on_call: OnCall | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.workers = workers
        self._stopped = threading.Event()
        clock = clock or Clock()
        self._clock = Clock(now=clock.now, sleep=partial(self._sleep, clock.sleep), chance=clock.chance)
        self._clients = clients
        self._own = own
        self.access_role = access_role
        self._external_id = external_id
        self._on_call = on_call
        self._tally = Tally()
        self._haste = 0.05 if is_lab() else 1.0  # an AWS on this machine settles in milliseconds
        self._patience = retry.hurried(retry.PATIENCE, self._haste)
        self._pace = Pace(self._clock, enabled=not is_lab())
        self._members = Memberships(self._assume, self._clock)
        self._silent: set[tuple[str, str]] = set()
        self.caller = self._identity(region)

    @classmethod
    def open(
        cls,
        *,
        profile: str | None = None,
        region: Region | None = None,
        access_role: str,
        external_id: str | None = None,
        workers: int = 32,
        on_call: OnCall | None = None,
    ) -> Self:
        """Find credentials as every AWS SDK does, and ask STS whose they are (GetCallerIdentity needs no permission).

        Raises AwsError when there are none, when they have expired, or when STS cannot be reached.
        """
        try:
            session = botocore.session.Session(profile=profile)
            own = session.get_credentials()
            where = Region(region or session.get_config_variable("region") or leader(Partition("aws")))
        except (boto.BotoCoreError, ValueError) as error:
            raise translate(error, doing="read the credentials", where=f"profile {profile or 'default'}") from error
        if own is None:
            raise translate(boto.NoCredentialsError(), doing="call AWS", where=f"profile {profile or 'default'}")
        return cls(
            clients=Clients(session, workers=workers),
            own=own,
            region=where,
            access_role=access_role,
            external_id=external_id,
            workers=workers,
            on_call=on_call,
        )

    def call(
        self,
        account: str,
        region: str,
        service: str,
        operation: str,
        /,
        *,
        settling: float = 0.0,
        safe: bool | None = None,
        **params: Any,  # noqa: ANN401 whatever the operation takes
    ) -> Answer:
        """Call one operation (botocore's snake_case name) as `account`, in `region` ("" for global services).

        `settling` allows that many seconds for something made a moment ago to be seen everywhere. `safe` overrides
        whether a lost answer may be asked for again (see `retry.is_safe`). Raises AwsError.
        """
        asked = _Request(
            account=account,
            region=self._region(region, service),
            service=service,
            operation=operation,
            params=params,
            settling=settling,
            safe=retry.is_safe(operation) if safe is None else safe,
        )
        try:
            return self._as_account(asked)
        except AwsError as error:
            if error.code not in _EXPIRED or account == self.caller.account:
                raise
            self._members.expire(account)  # a suspended computer's monotonic clock stands still, the session's does not
        return self._as_account(asked)

    def pages(
        self,
        account: str,
        region: str,
        service: str,
        operation: str,
        key: str,
        /,
        *,
        settling: float = 0.0,
        **params: Any,  # noqa: ANN401 whatever the operation takes
    ) -> Iterator[Any]:
        """Every item under `key` of every page, empty pages included. Raises AwsError."""
        rule = self._clients.pagination(service, operation) or no_rule()
        seen: set[str] = set()
        more: dict[str, Any] = {}
        while True:
            answer = self.call(account, region, service, operation, settling=settling, **{**params, **more})
            yield from answer.get(key) or ()
            more = next_request(rule, answer)
            if not more:
                return
            if repr(more) in seen:
                raise AwsError(
                    f"could not {operation.replace('_', ' ')} in {account}: AWS repeats a page", code="Pagination"
                )
            seen.add(repr(more))

    def enter(self, account: str, *, settling: float = 0.0) -> None:
        """Make sure `account` can be entered, so that a refusal is told once; raises AwsError."""
        if account != self.caller.account:
            self._members.enter(account, settling=settling)

    def forget(self, account: str) -> None:
        """Assume the role of `account` again next time; it was just created or changed."""
        self._members.forget(account)

    def tally(self) -> Tally:
        """Counts so far, by service and operation."""
        return self._tally

    def interrupt(self) -> None:
        """Let every waiting call fail at once; the person wants to stop."""
        self._stopped.set()

    def _as_account(self, asked: _Request) -> Answer:
        if asked.account == self.caller.account:
            return self._signed(self._own_frozen(), asked)
        return self._signed(self._members.enter(asked.account, settling=asked.settling), asked)

    def _signed(self, signer: ReadOnlyCredentials, asked: _Request) -> Answer:
        """One call with its pace, its repetitions and its record."""
        began = self._clock.now()
        repeats: list[retry.Kind] = []
        code = request_id = ""
        try:
            answer = self._repeated(signer, asked, repeats)
            request_id = answer.get("ResponseMetadata", {}).get("RequestId", "")
        except (boto.ClientError, boto.BotoCoreError) as error:
            code, request_id = code_of(error), _request_id(error)
            if isinstance(error, boto.EndpointConnectionError):
                self._silent.add((asked.region, asked.service))
            doing = asked.operation.replace("_", " ")
            raise translate(error, doing=doing, where=f"{asked.account} {asked.region}".strip()) from error
        finally:
            self._record(asked, began, repeats, code=code, request_id=request_id)
        self._silent.discard((asked.region, asked.service))
        return answer

    def _repeated(self, signer: ReadOnlyCredentials, asked: _Request, repeats: list[retry.Kind]) -> Answer:
        settle = replace(self._patience[retry.Kind.SETTLING], budget=asked.settling * self._haste)
        return retry.repeat(
            partial(self._once, signer, asked),
            kind=partial(self._kind, asked),
            clock=self._clock,
            patience={**self._patience, retry.Kind.SETTLING: settle},
            on_retry=repeats.append,
        )

    def _once(self, signer: ReadOnlyCredentials, asked: _Request) -> Answer:
        self._pace.wait(asked.account, asked.region, asked.service, asked.operation)
        client = self._clients.get(asked.region, asked.service)
        token = CURRENT.set(signer)
        try:
            answer: Answer = getattr(client, asked.operation)(**asked.params)
        finally:
            CURRENT.reset(token)
        return answer

    def _record(self, asked: _Request, began: float, repeats: list[retry.Kind], *, code: str, request_id: str) -> None:
        throttles = repeats.count(retry.Kind.THROTTLE)
        self._tally.add(asked.service, asked.operation, retries=len(repeats), throttles=throttles)
        if self._on_call:
            self._on_call(
                Call(
                    account=asked.account,
                    region=asked.region,
                    service=asked.service,
                    operation=asked.operation,
                    seconds=self._clock.now() - began,
                    code=code,
                    attempts=len(repeats) + 1,
                    request_id=request_id,
                )
            )

    def _kind(self, asked: _Request, error: Exception) -> retry.Kind | None:
        if (asked.region, asked.service) in self._silent and isinstance(error, boto.EndpointConnectionError):
            return None  # it did not answer others a moment ago: thousands of accounts need not each try three times
        return retry.kind_of(error, safe=asked.safe, settling=asked.settling > 0)

    def _assume(self, account: str, settling: float) -> ReadOnlyCredentials:
        arn = f"arn:{self.caller.partition}:iam::{account}:role/{self.access_role}"
        params: Answer = {"RoleArn": arn, "RoleSessionName": _SESSION, "DurationSeconds": _SESSION_SECONDS}
        if self._external_id:
            params["ExternalId"] = self._external_id
        caller = self.caller
        asked = _Request(
            account=caller.account,
            region=caller.region,
            service="sts",
            operation="assume_role",
            params=params,
            settling=settling,
            safe=True,
        )
        try:
            found = self._signed(self._own_frozen(), asked)["Credentials"]
        except AwsError as error:
            said = error.message.partition(": ")[2]
            hint = f"{arn} must exist and trust {caller.arn}"
            raise AwsError(
                f"could not enter account {account} as {self.access_role}: {said}",
                code=error.code,
                hint=hint if error.code in _REFUSED else error.hint,
            ) from error
        return ReadOnlyCredentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], account)

    def _own_frozen(self) -> ReadOnlyCredentials:
        try:
            found: ReadOnlyCredentials = self._own.get_frozen_credentials()
        except boto.BotoCoreError as error:  # refreshing them (SSO, a process, instance metadata) can fail at any time
            raise translate(error, doing="renew the credentials", where="this session") from error
        return found

    def _identity(self, region: Region) -> Caller:
        asked = _Request(
            account="", region=region, service="sts", operation="get_caller_identity", params={}, safe=True
        )
        try:
            who = self._signed(self._own_frozen(), asked)
        except AwsError as error:
            if error.code not in _UNKNOWN_KEY:
                raise
            hint = "check --profile and --region: the key is unknown in that Region's partition, or deleted"
            raise AwsError(error.message, code=error.code, hint=hint) from error
        arn = str(who["Arn"])
        partition = Partition(arn.split(":")[1])
        return Caller(account=AccountId(who["Account"]), arn=arn, partition=partition, region=region)

    def _region(self, region: str, service: str) -> str:
        if service in GLOBAL:
            return leader(self.caller.partition)
        return region or self.caller.region

    def _sleep(self, sleep: Callable[[float], None], seconds: float) -> None:
        while seconds > 0 and not self._stopped.is_set():  # in pieces, so that an interrupt is noticed within a second
            sleep(min(seconds, 1.0))
            seconds -= 1.0
        if self._stopped.is_set():
            raise AwsError("interrupted while waiting for AWS", code="Interrupted")


def _request_id(error: Exception) -> str:
    if isinstance(error, boto.ClientError):
        return str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    return ""
