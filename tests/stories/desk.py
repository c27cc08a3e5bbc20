"""A desk to sit at: an embedded organization, a folder, and a shell in which `trailkeep` is typed.

desk.run("plan", "--check")          what a person types; its exit code, output and errors
desk.spec(archive={"name": "acme"})  writes trailkeep.yaml, keywords merged into SPEC
desk.client("s3", LOG_ARCHIVE)       plain boto3, as any account, to look at the result
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests import forks
from trailkeep.app import snapshot_file
from trailkeep.lab import Lab
from trailkeep.model.snapshot import Snapshot

MANAGEMENT, SECURITY, SHOP, SANDBOX = "111111111111", "222222222222", "444444444444", "121212121212"
LOG_ARCHIVE_EMAIL = "aws+log-archive@example.com"
HOME = "us-east-1"
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
ROLE = "OrganizationAccountAccessRole"
READING = ("Get", "List", "Describe", "Head", "Lookup", "Select", "Simulate", "AssumeRole")
LEASE = ("ssm", "PutParameter"), ("ssm", "DeleteParameter")

SPEC: dict[str, Any] = {
    "version": 1,
    "organization": {"home_region": HOME},
    "accounts": {
        "log_archive": {"name": "Log Archive", "email": LOG_ARCHIVE_EMAIL, "ou": "Security"},
        "security": {"name": "Security Tooling", "email": "aws+security-tooling@example.com", "ou": "Security"},
    },
    "archive": {
        "name": "small",
        "protection": "lock",
        "lock": {"mode": "governance", "days": 30},
        "retention_days": 400,
    },
    "trail": {"scope": "organization", "name": "trailkeep"},
    "guardrails": {"canary": "Root/Sandbox", "attach_to": ["Security", "Workloads"]},
}
MFA = {"archive": {"protection": "mfa", "lock": None, "retention_days": None}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return f"{self.out}\n{self.err}"

    def expect(self, code: int, *words: str) -> "Said":
        """The exit code, and every one of these words somewhere in what was said; never a traceback."""
        assert self.code == code, f"exit code {self.code}, not {code}\n{self.all}"
        assert "Traceback" not in self.all, self.all
        for word in words:
            assert word in self.all, f"{word!r} is not said in\n{self.all}"
        return self

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    def __init__(self, folder: Path, lab: Lab | None = None) -> None:
        self.folder = folder
        self.lab_or_none = lab
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "TRAILKEEP_", "MOTO_", "XDG_", "PYTEST"))
            and name != "PYTHONDONTWRITEBYTECODE"
        } | {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "COLUMNS": "200"}
        if lab:
            self.environment |= lab.environment()

    @property
    def lab(self) -> Lab:
        assert self.lab_or_none is not None
        return self.lab_or_none

    def run(self, *arguments: str, environment: Mapping[str, str | None] | None = None, seconds: float = 120) -> Said:
        code, out, err = forks.run(arguments, environment=self._with(environment), folder=self.folder, seconds=seconds)
        return Said(code=code, out=out, err=err)

    def begin(self, *arguments: str, environment: Mapping[str, str | None] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "trailkeep", *arguments],
            env=self._with(environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hears_ctrl_c,  # noqa: PLW1509 no thread of ours holds a lock there
        )

    def apply(self, *more: str) -> Said:
        return self.run("apply", "--yes", "--confirm", "Log Archive", *more)

    def _with(self, more: Mapping[str, str | None] | None) -> dict[str, str]:
        merged = {**self.environment, **(more or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def spec(self, **changes: Any) -> Path:
        """Write trailkeep.yaml (JSON is YAML); None takes a member out."""
        path = self.folder / "trailkeep.yaml"
        path.write_text(json.dumps(_merged(SPEC, changes), indent=2))
        return path

    def snapshot(self) -> Snapshot:
        said = self.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "now.json.gz")
        assert said.code in {0, 4}, said.all
        return snapshot_file.read(self.folder / "now.json.gz")

    def client(self, service: str, account: str = MANAGEMENT, region: str = HOME) -> Any:
        keys = {
            "aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        if account != MANAGEMENT:
            sts = self.client("sts")
            role = f"arn:aws:iam::{account}:role/{ROLE}"
            made = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            keys = {
                "aws_access_key_id": made["AccessKeyId"],
                "aws_secret_access_key": made["SecretAccessKey"],
                "aws_session_token": made["SessionToken"],
            }
        return boto3.Session(**keys).client(
            service, region_name=region, endpoint_url=self.lab.url, config=Config(s3={"addressing_style": "path"})
        )

    def accounts(self) -> list[dict[str, Any]]:
        return list(self.client("organizations").list_accounts()["Accounts"])

    def log_archive(self) -> str:
        (found,) = (a["Id"] for a in self.accounts() if a["Email"] == LOG_ARCHIVE_EMAIL)
        return str(found)

    def writes(self) -> list[dict[str, Any]]:
        """The successful calls since the last reset that change something, but for the lease."""
        return [c for c in self.lab.calls() if c["error"] is None and is_write(c)]

    def wait_for_calls(self, count: int, process: subprocess.Popen[str], seconds: float = 60) -> None:
        """Return when so many calls were seen, or the process has ended."""
        end = time.monotonic() + seconds
        while len(self.lab.calls()) < count and process.poll() is None:
            assert time.monotonic() < end, "the process makes no progress"
            time.sleep(0.01)

    def wait_for_write(self, action: str, process: subprocess.Popen[str], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not any(c["action"] == action for c in self.lab.calls()) and process.poll() is None:
            assert time.monotonic() < end, f"no {action} was seen"
            time.sleep(0.01)


def _hears_ctrl_c() -> None:
    """A shell that begins something in the background lets it ignore Ctrl-C, and whatever that begins too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill(process: subprocess.Popen[str], sign: int = signal.SIGKILL) -> Said:
    """Send a signal to a process that we started, and read what it still says."""
    if process.poll() is None:
        process.send_signal(sign)
    out, err = process.communicate(timeout=60)
    return Said(code=process.returncode, out=out, err=err)


def is_write(call: Mapping[str, Any]) -> bool:
    return not call["action"].startswith(READING) and (call["service"], call["action"]) not in LEASE


def scenario(path: Path, **members: Any) -> str:
    """A scenario file: the small organization with other members."""
    small = {
        "name": "made",
        "organization_id": "o-small1org2",
        "ous": ["Security", "Workloads", "Sandbox"],
        "regions": list(REGIONS),
        "management": _seed(MANAGEMENT, "Small", ""),
        "accounts": [
            _seed(SECURITY, "Security Tooling", "Security"),
            _seed(SHOP, "Shop", "Workloads"),
            _seed(SANDBOX, "Sandbox", "Sandbox"),
        ],
    }
    file = path / "scenario.json"
    file.write_text(json.dumps({**small, **members, "accounts": small["accounts"] + list(members.get("accounts", ()))}))  # type: ignore[operator]
    return str(file)


def account(account_id: str, name: str, ou: str = "Workloads", **more: Any) -> dict[str, Any]:
    return {**_seed(account_id, name, ou), **more}


def _seed(account_id: str, name: str, ou: str) -> dict[str, Any]:
    return {"id": account_id, "name": name, "ou": ou, "email": f"aws+{name.lower().replace(' ', '-')}@example.com"}


def order(calls: Sequence[Mapping[str, Any]], *actions: str) -> list[str]:
    return [c["action"] for c in calls if c["action"] in actions]


def _merged(whole: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(whole)
    for name, value in changes.items():
        if isinstance(value, Mapping) and isinstance(found.get(name), Mapping):
            found[name] = _merged(found[name], value)
        elif value is None and name == "lock":
            found.pop(name, None)
        else:
            found[name] = value
    return found


def named(items: Iterable[Any], name: str) -> list[Any]:
    return [item for item in items if getattr(item, "name", None) == name]
