"""The embedded organization after `trailkeep apply`, and clients that are not ours to look at it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trailkeep.lab import start

ROOT = Path(__file__).parents[2]
FOREIGN = ROOT / ".venv-foreign" / "bin"
SPEC = """\
version: 1
organization: {home_region: eu-west-1}
accounts:
  log_archive: {name: Log Archive, email: aws+log-archive@example.com, ou: Security}
  security: {name: Security Tooling, email: aws+security-tooling@example.com, ou: Security}
archive: {name: small, lock: {mode: governance, days: 365}, retention_days: 2557, encryption: kms}
trail: {scope: organization, name: trailkeep, log_bucket_data_events: true}
guardrails: {canary: Root/Sandbox, attach_to: [Security, Workloads]}
tags: {owner: platform}
"""


def client(name: str) -> Path:
    """A foreign program; without it the tests skip, which CI does not accept."""
    found = FOREIGN / name
    if found.exists():
        return found
    reason = f"{name} is not installed: run scripts/foreign-clients"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """The AWS CLI, as the management account's admin or as somebody else."""

    program: Path
    environment: dict[str, str]

    def __call__(self, service: str, operation: str, *, region: str = "eu-west-1", **arguments: str) -> Any:
        """One call's answer; `policy_id="p-1"` becomes `--policy-id p-1`."""
        done = self.run(service, operation, region=region, **arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def run(self, service: str, operation: str, *, region: str, **arguments: str) -> "subprocess.CompletedProcess[str]":
        options = [part for key, value in arguments.items() for part in (f"--{key.replace('_', '-')}", value)]
        command = [str(self.program), service, operation, "--region", region, "--output", "json", *options]
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def inside(self, account: str) -> "Aws":
        """The same client, entered into a member account."""
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        key = self("sts", "assume-role", role_arn=role, role_session_name="foreign")["Credentials"]
        return Aws(
            program=self.program,
            environment={
                **self.environment,
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
                "AWS_SESSION_TOKEN": key["SessionToken"],
            },
        )


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The AWS CLI at the organization `small`, in which `trailkeep apply` has just run."""
    program = client("aws")
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "trailkeep.yaml").write_text(SPEC)
    with start("small") as lab:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {**bare, **lab.environment(), "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        done = subprocess.run(
            [sys.executable, "-m", "trailkeep", "apply", "--yes", "--confirm", "Log Archive"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield Aws(program=program, environment=environment)
