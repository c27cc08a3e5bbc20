"""A process that has imported what a command needs, and forks a copy of itself for every run that it is asked for.

`fork_server.py SOCKET MODULE…` reads requests, one line of JSON each with three streams, from the socket that it was
started with. A copy takes the streams, the folder, the environment and the arguments over, and from there on it is the
process that would have been started: it ends as that would, by its exit code or by a signal. Ends with its socket.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

STREAMS = 3


def main() -> None:
    link = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    while (asked := _next(link)) is not None:
        request, streams = asked
        child = os.fork()
        if child == 0:
            link.close()
            _become(request, streams)
            return
        for stream in streams:
            os.close(stream)
        answer = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if request["waits"] else child
        link.sendall(b"%d\n" % answer)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _next(link: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    line, streams, _, _ = socket.recv_fds(link, 65536, STREAMS)
    while line and not line.endswith(b"\n"):
        line += link.recv(65536)
    return (json.loads(line), streams) if line else None


def _become(request: dict[str, Any], streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  (it stays open as long as the process)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    sys.path[0] = request["folder"]
    signal.alarm(request["seconds"])
    sys.exit(importlib.import_module(request["module"]).main())


if __name__ == "__main__":
    main()
