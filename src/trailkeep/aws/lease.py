"""One apply at a time: an SSM parameter in the management account that whoever applies holds for a while."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError, BusyError
from trailkeep.model.ids import Region

PARAMETER = "/trailkeep/apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to apply, held by one process until it is released or `ttl` seconds have passed since the last renewal.

    `holder` is an ARN or a name a person recognizes; times are UTC.
    """

    cloud: Cloud
    region: Region
    holder: str
    host: str
    pid: int
    started: datetime
    ttl: int

    @classmethod
    def take(
        cls,
        cloud: Cloud,
        region: Region,
        *,
        holder: str,
        host: str,
        pid: int,
        now: datetime,
        ttl: int = 900,
        break_lease: bool = False,
    ) -> Self:
        """Take the lease, also from a holder whose time is over, or whose process on this host has died.

        Creating the parameter is atomic; taking it over is a compare-and-swap on its version, which SSM raises by one
        with every write (botocore model ssm PutParameter). Raises BusyError when somebody else holds it.
        """
        lease = cls(cloud=cloud, region=region, holder=holder, host=host, pid=pid, started=now, ttl=ttl)
        try:
            lease._put(now, overwrite=False)
        except AwsError as error:
            if error.code != "ParameterAlreadyExists":
                raise
        else:
            return lease
        held, version = lease._read()
        if held is None:  # released a moment ago: the next one who creates it has it
            return cls.take(cloud, region, holder=holder, host=host, pid=pid, now=now, ttl=ttl, break_lease=break_lease)
        if lease._owns(held):  # the first answer was lost
            return lease
        if not (break_lease or _is_over(held, host=host, now=now)):
            raise _busy(held)
        lease._take_over(now, version)
        return lease

    def renew(self, now: datetime) -> None:
        """Hold it for another `ttl` seconds; raises BusyError when it was taken away."""
        held, _ = self._read()
        if not self._owns(held):
            raise _busy(held or {})
        self._put(now, overwrite=True)

    def release(self) -> None:
        """Let the next one apply; does nothing when somebody else has taken it."""
        held, _ = self._read()
        if self._owns(held):
            try:
                self._call("delete_parameter", Name=PARAMETER)
            except AwsError as error:
                if error.code != "ParameterNotFound":
                    raise

    def _take_over(self, now: datetime, version: int) -> None:
        taken = self._put(now, overwrite=True)
        if taken in {version + 1, 1}:  # 1: it was released meanwhile, and this write created it
            return
        before, _ = self._read(taken - 1)
        if before is None or self._owns(before):  # our own write, whose answer was lost
            return
        self._call("put_parameter", Name=PARAMETER, Value=json.dumps(before), Type="String", Overwrite=True)
        raise _busy(before)

    def _put(self, now: datetime, *, overwrite: bool) -> int:
        value = {
            "holder": self.holder,
            "host": self.host,
            "pid": self.pid,
            "started": self.started.isoformat(),
            "expires": (now + timedelta(seconds=self.ttl)).isoformat(),
        }
        said = self._call("put_parameter", Name=PARAMETER, Value=json.dumps(value), Type="String", Overwrite=overwrite)
        return int(said["Version"])

    def _read(self, version: int | None = None) -> tuple[dict[str, Any] | None, int]:
        """Who holds it, {} for what trailkeep did not write, None for nobody; and the parameter's version."""
        name = PARAMETER if version is None else f"{PARAMETER}:{version}"
        try:
            found = self._call("get_parameter", Name=name)["Parameter"]
        except AwsError as error:
            if error.code in {"ParameterNotFound", "ParameterVersionNotFound"}:
                return None, 0
            raise
        try:
            held = json.loads(found["Value"])
        except ValueError:
            held = {}
        return held if isinstance(held, dict) else {}, int(found["Version"])

    def _owns(self, held: dict[str, Any] | None) -> bool:
        mine = {"holder": self.holder, "host": self.host, "pid": self.pid, "started": self.started.isoformat()}
        return held is not None and all(held.get(name) == value for name, value in mine.items())

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 whatever the operation takes
        account = self.cloud.caller.account
        return self.cloud.call(account, self.region, "ssm", operation, safe=True, **params)


def _is_over(held: dict[str, Any], *, host: str, now: datetime) -> bool:
    try:
        if datetime.fromisoformat(held["expires"]) <= now:
            return True
        return held["host"] == host and not _is_alive(held["pid"])
    except (KeyError, TypeError, ValueError):  # not written by trailkeep: only a person may break it
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _busy(held: dict[str, Any]) -> BusyError:
    who = f"{held.get('holder', 'somebody')} on {held.get('host', 'an unknown host')} (process {held.get('pid', '?')})"
    return BusyError(
        f"another apply is at work: {who}, since {held.get('started', 'an unknown time')}",
        hint=f"wait until it ends, or until {held.get('expires', 'somebody looks')}; "
        "if that process is certainly dead, use --break-lease",
    )
