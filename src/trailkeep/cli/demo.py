"""demo: the main job, on the embedded organization, from nothing."""

from pathlib import Path
from typing import Annotated

import typer

from trailkeep.errors import ExitCode


def demo(
    folder: Annotated[
        Path, typer.Option("--output-dir", help="Where specification, snapshots and journal are written.")
    ] = Path(".demo"),
    scenario: Annotated[str, typer.Option(help="acme (12 accounts), small (4), or a JSON file.")] = "acme",
) -> ExitCode:
    """Bring up an organization of 12 accounts, show what is wrong, plan, apply, plan again. Takes a minute."""
    from trailkeep.cli.lab import need_lab

    need_lab()
    from trailkeep.cli.tour import tour

    return tour(folder, scenario)
