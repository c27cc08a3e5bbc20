"""Processes that start at once: `trailkeep` and the embedded organization, forked from ones that have imported them.

Importing is most of what a short command costs. Everything else is as if it was typed: a process of its own, with its
own folder, environment and streams. For processes that are started as a person starts them, use `subprocess` and
`trailkeep.lab.start`; with TRAILKEEP_FORKS=no these do so too.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from trailkeep.lab import Fault, Lab
from trailkeep.lab import start as start_process

Said = tuple[int, str, str]

SERVER = Path(__file__).with_name("fork_server.py")
IS_WANTED = os.environ.get("TRAILKEEP_FORKS") != "no"
FOR_EVER = 0


class Server:
    """A `fork_server.py` of this test process, started when it is first asked."""

    def __init__(self, module: str, *others: str) -> None:
        self._module = module
        self._imports = (module, *others)
        self._link: socket.socket | None = None

    def ask(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        streams: Sequence[int],
        waits: bool,
        seconds: int = FOR_EVER,
    ) -> int:
        """Fork a process; its exit code where it is waited for, otherwise its id."""
        request = {
            "module": self._module,
            "arguments": [self._module, *arguments],
            "environment": dict(environment),
            "folder": str(folder),
            "waits": waits,
            "seconds": seconds,
        }
        link = self._link = self._link or self._begun()
        line = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(link, [line], list(streams))
        link.sendall(line[sent:])
        return int(link.makefile("rb").readline())

    def _begun(self) -> socket.socket:
        here, there = socket.socketpair()
        command = [sys.executable, str(SERVER), str(there.fileno()), *self._imports]
        process = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
        there.close()
        atexit.register(_end, here, process)
        return here


def _end(link: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    link.close()
    process.wait()


_COMMAND = Server(
    "trailkeep.cli.main",
    "boto3",
    "rich.console",
    "rich.table",
    "trailkeep.app.audit",
    "trailkeep.app.doctor",
    "trailkeep.app.prove",
    "trailkeep.app.setup",
    "trailkeep.app.snapshot_file",
    "trailkeep.aws.cloud",
    "trailkeep.aws.read.snapshot",
    "trailkeep.setup.spec.load",
)
_LAB = Server("warm_lab")


def run(arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, seconds: float) -> Said:
    """`trailkeep` with these arguments: exit code, output and errors. SIGALRM ends it after so many seconds."""
    if not IS_WANTED or _of_python(environment) - _of_python(os.environ):
        return _started(arguments, environment=environment, folder=folder, seconds=seconds)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        code = _COMMAND.ask(
            arguments,
            environment=environment,
            folder=folder,
            streams=[nothing.fileno(), out.fileno(), err.fileno()],
            waits=True,
            seconds=int(seconds),
        )
        return code, _read(out), _read(err)


def _of_python(environment: Mapping[str, str]) -> set[tuple[str, str]]:
    """What an interpreter reads when it starts."""
    return {(name, value) for name, value in environment.items() if name.startswith(("PYTHON", "LC_", "LANG"))}


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


def _started(arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, seconds: float) -> Said:
    done = subprocess.run(
        [sys.executable, "-m", "trailkeep", *arguments],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


class _Forked:
    """As much of a `Popen` as a Lab asks of its process; the process ends when its standard input does."""

    def __init__(self, pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout

    def poll(self) -> int | None:
        """Whether its end of the pipe is closed; nothing is written there after the first line."""
        return 0 if self.stdout.closed or select.select([self.stdout], [], [], 0)[0] else None

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        if not self.stdout.closed:
            self.stdout.read()
        return 0


def start(scenario: str = "acme", *, seed: int = 7, faults: Iterable[Fault] = ()) -> Lab:
    """What `trailkeep.lab.start` is, sooner."""
    if not IS_WANTED:
        return start_process(scenario, seed=seed, faults=faults)
    its_input, ours = os.pipe()
    answers, its_output = os.pipe()
    pid = _LAB.ask(
        ["--scenario", scenario, "--seed", str(seed), "--until-stdin-ends"],
        environment={name: value for name, value in os.environ.items() if not name.startswith("MOTO_")},
        folder=Path.cwd(),
        streams=[its_input, its_output, sys.__stderr__.fileno() if sys.__stderr__ else 2],
        waits=False,
    )
    os.close(its_input)
    os.close(its_output)
    process = _Forked(pid, os.fdopen(ours, "w"), os.fdopen(answers))
    announced: dict[str, Any] = json.loads(process.stdout.readline())
    lab = Lab(cast("subprocess.Popen[str]", process), announced)
    chosen = tuple(faults)
    if chosen:
        lab.set_faults(chosen)
    return lab
