"""Serving an embedded organization on 127.0.0.1 until it is told to end; `python -m trailkeep.lab.serve`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from trailkeep.lab.door import Door
from trailkeep.lab.scenario import load_scenario
from trailkeep.lab.seed import build, environment


class QuietRequestHandler(MotoRequestHandler):
    """moto's request handler without a line a request, and without waiting to fill a packet."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (werkzeug's name)
        """Say nothing; what was called can be asked for under /_trailkeep/calls."""


def make_lab(scenario: str, *, port: int, seed: int) -> tuple[BaseWSGIServer, dict[str, str]]:
    """The server, bound but not serving yet, and its clients' environment. Raises ValueError for no such scenario."""
    world = build(load_scenario(scenario), seed)
    door = Door(world, DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", port, door, threaded=True, request_handler=QuietRequestHandler)
    return server, environment(world, f"http://127.0.0.1:{server.server_port}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve in the foreground; one line of JSON on standard output says when and where."""
    parser = argparse.ArgumentParser(prog="trailkeep.lab.serve", description=__doc__)
    parser.add_argument("--scenario", default="acme", help="a scenario's name, or a JSON file")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--until-stdin-ends", action="store_true", help="end with the process that started it")
    given = parser.parse_args(arguments)
    try:
        server, variables = make_lab(given.scenario, port=given.port, seed=given.seed)
    except ValueError as problem:
        sys.stderr.write(f"trailkeep lab: {problem}\n")
        return 2
    sys.stdout.write(json.dumps({"url": variables["AWS_ENDPOINT_URL"], "environment": variables}) + "\n")
    sys.stdout.flush()
    if given.until_stdin_ends:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


def _end_with_parent() -> None:
    """The pipe from the parent ends when the parent does, however it ends."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
