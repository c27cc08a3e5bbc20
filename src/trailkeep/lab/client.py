"""Starting the embedded organization in a process of its own, and talking to its controls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

from trailkeep.lab.faults import Fault

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback is never reached through a proxy."""


class Lab:
    """One running embedded organization.

    Use it as a context manager, or call `stop()`. The server also ends by itself when this process does.
    """

    def __init__(self, process: subprocess.Popen[str], announced: dict[str, Any]) -> None:
        self._process = process
        self._environment: dict[str, str] = announced["environment"]
        self.url: str = announced["url"]
        self.pid: int = process.pid

    def environment(self) -> dict[str, str]:
        """The environment variables that point an AWS client at this organization as its management account's admin."""
        return dict(self._environment)

    def state(self) -> dict[str, Any]:
        """The scenario, the accounts with their enabled Regions, and the clock."""
        return dict(self._control("GET", "state"))

    def calls(self) -> list[dict[str, Any]]:
        """Every AWS call seen since the last reset, oldest first.

        Each has seq, time, account, region, service, action, principal, resource, and error (a code, None for success).
        """
        return list(self._control("GET", "calls"))

    def forget_calls(self) -> None:
        """Start the list of seen calls afresh."""
        self._control("DELETE", "calls")

    def set_faults(self, faults: Iterable[Fault]) -> None:
        """Put these faults in force instead of the present ones; none for a healthy AWS."""
        self._control("PUT", "faults", [fault.to_json() for fault in faults])

    def faults(self) -> tuple[Fault, ...]:
        """The faults in force."""
        return tuple(Fault(**value) for value in self._control("GET", "faults"))

    def add_account(self, name: str, email: str, ou: str = "Root") -> str:
        """Somebody else adds an account, at once, in the OU of this path (`Workloads/Prod`); its id."""
        return str(self._control("POST", "accounts", {"name": name, "email": email, "ou": ou})["id"])

    def enable_region(self, account: str, region: str) -> None:
        """Somebody else enables an opt-in Region in an account."""
        self._control("POST", "regions", {"account": account, "region": region})

    def enable_mfa_delete(self, bucket: str) -> None:
        """The root user of the bucket's account turns on versioning with MFA Delete by hand."""
        self._control("POST", "mfa-delete", {"bucket": bucket})

    def set_clock(self, offset: float) -> None:
        """Set the organization's clock `offset` seconds ahead of this machine's."""
        self._control("PUT", "clock", {"offset": offset})

    def advance(self, time: timedelta) -> None:
        """Let time pass at once: logs, digests and configuration files that have become due are delivered."""
        self._control("POST", "advance", {"seconds": time.total_seconds()}, patience=900)

    def hold(self, account: str, region: str, delay: timedelta) -> None:
        """From now on CloudTrail delivers the events of an account and Region this much later; zero ends it."""
        self._control("PUT", "hold", {"account": account, "region": region, "seconds": delay.total_seconds()})

    def backfill(self, account: str, region: str) -> list[str]:
        """Deliver the waiting events now, listed by a backfill digest instead of an hourly one; the keys written."""
        return list(self._control("POST", "backfill", {"account": account, "region": region})["keys"])

    def insight(self, account: str, region: str, source: str, name: str) -> list[str]:
        """Deliver an Insights event of an unusual rate of calls (`s3.amazonaws.com`, `PutObject`); the keys written."""
        asked = {"account": account, "region": region, "source": source, "name": name}
        return list(self._control("POST", "insight", asked)["keys"])

    def tamper(
        self, kind: str, bucket: str, *, seed: int = 1, accounts: Iterable[str] = (), regions: Iterable[str] = ()
    ) -> list[str]:
        """Damage what lies in a bucket, by the name of the damage (`trailkeep lab tamper` lists them); the keys hit."""
        asked = {"kind": kind, "bucket": bucket, "seed": seed, "accounts": list(accounts), "regions": list(regions)}
        return list(self._control("POST", "tamper", asked)["keys"])

    def is_up(self) -> bool:
        """Whether the server's process is still running."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        if self.is_up():
            self._process.terminate()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _control(self, method: str, path: str, body: Any = None, *, patience: float = 30) -> Any:
        return control(self.url, method, path, body, patience=patience)


def control(url: str, method: str, path: str, body: Any = None, *, patience: float = 30) -> Any:
    """Ask the controls of the lab at an address; waits `patience` seconds at most.

    Raises ValueError with what the lab said where it refuses, OSError where it cannot be reached.
    """
    request = urllib.request.Request(  # noqa: S310  (the address is a loopback server's)
        f"{url}/_trailkeep/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with _DIRECT.open(request, timeout=patience) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise ValueError(json.load(refused)["error"]) from None


def start(scenario: str = "acme", *, port: int = 0, seed: int = 7, faults: Iterable[Fault] = ()) -> Lab:
    """Serve the organization of a scenario (a name, or the path of a JSON file) on 127.0.0.1; port 0 takes a free one.

    Returns when it answers. Raises RuntimeError when the server ends instead, for example for an unknown scenario.
    """
    command = [sys.executable, "-m", "trailkeep.lab.serve", "--scenario", scenario, "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603  (our own module, no shell)
        [*command, "--seed", str(seed), "--until-stdin-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MOTO_")},
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        with process:
            process.wait()
        raise RuntimeError(f"the embedded organization did not start (exit code {process.returncode})")
    lab = Lab(process, json.loads(line))
    chosen = tuple(faults)
    if chosen:
        lab.set_faults(chosen)
    return lab
