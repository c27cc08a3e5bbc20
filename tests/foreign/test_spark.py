"""verify on a real standalone Spark cluster on loopback: a master and two workers, the same answer as one process."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.foreign.conftest import FOREIGN

pytestmark = pytest.mark.foreign

SPARK = FOREIGN.parent / "spark"
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What Spark needs to find itself and this Python; without it the tests skip, which CI does not accept."""
    missing = "java" if shutil.which("java") is None else "pyspark" if not (SPARK / "pyspark").is_dir() else ""
    if missing:
        reason = f"{missing} is not installed: run .ci/run, or scripts/foreign-clients for pyspark"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SPARK_"))},
        "PYTHONPATH": str(SPARK),
        "SPARK_HOME": str(SPARK / "pyspark"),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
    }


@pytest.fixture(scope="module")
def master(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a cluster with two workers of one core each."""
    folder = tmp_path_factory.mktemp("spark")
    port, page = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1")
    commands: list[tuple[str, ...]] = [("master.Master", *here, "--port", str(port), "--webui-port", str(page))]
    commands += [
        ("worker.Worker", *here, "--cores", "1", "--memory", "2g", "--work-dir", str(folder / str(n)), url)
        for n in (1, 2)
    ]
    running = []
    try:
        for number, (role, *arguments) in enumerate(commands):
            command = [str(SPARK / "pyspark/bin/spark-class"), f"org.apache.spark.deploy.{role}", *arguments]
            with (folder / f"{number}.log").open("wb") as log:
                running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        wait(folder / "0.log", "Registering worker", times=2)
        yield url
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(30)


def wait(log: Path, words: str, *, times: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if log.read_text(errors="replace").count(words) >= times:
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


def trailkeep(folder: Path, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "trailkeep", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def verified(folder: Path, environment: dict[str, str], *more: str) -> object:
    arguments = ("verify", "archive", "--keys", "archive/public-keys.jsonl", "--offline", "-o", "json", *more)
    done = trailkeep(folder, environment, *arguments)
    assert done.returncode == 3, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def archive(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the logs of some accounts, in which something is wrong."""
    folder = tmp_path_factory.mktemp("logs")
    shape = ("--accounts", "3", "--regions", "2", "--days", "1", "--volume", "small", "--seed", "5")
    assert trailkeep(folder, environment, "lab", "logs", *shape, "--to", "archive").returncode == 0
    damage = ("object-deleted", "object-overwritten", "digest-unlinked")
    assert trailkeep(folder, environment, "lab", "tamper", *damage, "--in", "archive").returncode == 0
    return folder


def attested(archive: Path, folder: str) -> list[str]:
    return sorted(str(p.relative_to(archive / folder)) for p in (archive / folder).rglob("*.gz"))


def test_a_cluster_finds_and_attests_what_one_process_does(
    archive: Path, environment: dict[str, str], master: str
) -> None:
    alone = verified(archive, environment, "--attest", "alone")
    assert verified(archive, environment, "--attest", "cluster", "--workers", master) == alone
    assert attested(archive, "cluster") == attested(archive, "alone") != []


def test_processes_find_it_and_attest_what_one_process_attests(archive: Path, environment: dict[str, str]) -> None:
    alone = verified(archive, environment, "--attest", "one")
    assert verified(archive, environment, "--attest", "many", "--workers", "2") == alone
    assert attested(archive, "many") == attested(archive, "one") != []
    again = verified(archive, environment, "--attest", "many", "--workers", "2")
    assert again == verified(archive, environment, "--attest", "one")
