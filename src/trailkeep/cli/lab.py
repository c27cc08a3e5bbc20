"""lab: the embedded organization, served on this machine for any AWS client."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, MissingExtraError, TrailkeepError, UsageError

if TYPE_CHECKING:
    from trailkeep.lab import Lab

app = typer.Typer(
    help="An AWS organization on this machine, to try things on.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _lab() -> None:
    pass


@app.command("up")
def up(
    scenario: Annotated[str, typer.Option(help="acme (12 accounts), small (4), or a JSON file.")] = "acme",
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same organization.")] = 7,
) -> ExitCode:
    """Serve it until Ctrl-C, and print the environment that points any AWS client at it."""
    from trailkeep.cli import say

    with begin(scenario, port=port, seed=seed) as lab:
        for name, value in sorted(lab.environment().items()):
            sys.stdout.write(f"export {name}={value}\n")
        sys.stdout.flush()
        say.err().print(
            f"The organization {scenario} answers at {lab.url}. Paste these lines into another shell; Ctrl-C ends it."
        )
        try:
            while lab.is_up():
                time.sleep(0.5)
        except KeyboardInterrupt:
            say.err().print("gone, with everything in it")
    return ExitCode.OK


@app.command("attack")
def attack(
    spec: o.SpecFile = Path("trailkeep.yaml"),
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
) -> ExitCode:
    """Try every known way to attack logging on the lab that runs, and show what stopped each.

    For example: trailkeep lab attack --spec trailkeep.yaml

    Ends with 3 when an attempt succeeded. Before `apply` a likeness of the archive is attacked; nothing stays broken.
    """
    from trailkeep.app import attack as verb
    from trailkeep.app.world import Access, now, open_cloud, read_spec, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli import say
    from trailkeep.cli.watch import Watch
    from trailkeep.report import attack as report

    verb.need_lab()
    wanted = read_spec(spec).spec
    cloud = open_cloud(Access(), wanted)
    with Watch() as watch:
        snapshot = read_snapshot(cloud, scope_of(wanted, watching=False), taken=now(), progress=watch)
    tried = verb.attack(cloud, wanted, snapshot)
    if output is o.Output.JSON:
        say.result_json(report.attacks_json(tried), output_file)
    else:
        say.result(report.render_attacks(tried), output_file)
    if any(one.succeeded for one in tried):
        return ExitCode.FAILS
    return ExitCode.OK if all(one.was_made for one in tried) else ExitCode.INCOMPLETE


@app.command("messages")
def messages(
    topic: Annotated[str | None, typer.Option(help="Only those at topics of this name.")] = None,
    undelivered: Annotated[
        bool, typer.Option("--undelivered", help="What EventBridge could not deliver, and why, instead.")
    ] = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
) -> ExitCode:
    """Show the messages that arrived at topics of the running lab: when, where, what happened, and who did it."""
    from trailkeep.cli import say
    from trailkeep.report import messages as report

    told = ask("GET", "undelivered" if undelivered else "messages")
    member = "target" if undelivered else "topic"
    found = [one for one in told if topic is None or one[member].rpartition(":")[2] == topic]
    if output is o.Output.JSON:
        say.result_json(found, output_file)
    elif undelivered:
        say.result(report.render_undelivered(found), output_file)
    else:
        say.result(report.render_messages(found), output_file)
    return ExitCode.OK


@app.command("confirm")
def confirm(
    endpoint: Annotated[str, typer.Argument(help="An e-mail address or URL that subscribed to a topic.")],
) -> ExitCode:
    """Confirm the subscriptions of an address, as its owner does by the link that AWS sends."""
    from trailkeep.cli import say

    topics = ask("POST", "confirm", {"endpoint": endpoint})["topics"]
    if not topics:
        raise UsageError(f"no subscription of {endpoint} waits to be confirmed")
    for topic in topics:
        say.out().print(topic)
    return ExitCode.OK


def ask(method: str, path: str, body: Any = None, *, patience: float = 60.0) -> Any:  # noqa: ANN401  (JSON)
    """What the controls of the running lab answer; raises UsageError where there is none or it does not agree.

    `patience` is in seconds; TrailkeepError says that the lab does not answer.
    """
    from trailkeep.lab.client import control

    url = os.environ.get("AWS_ENDPOINT_URL", "")
    if os.environ.get("TRAILKEEP_LAB") != "1" or not url:
        raise UsageError(
            "no lab is running in this environment", hint="run `trailkeep lab up` and paste the lines it prints"
        )
    try:
        return control(url, method, path, body, patience=patience)
    except ValueError as problem:
        raise UsageError(str(problem).removeprefix("ValueError: ")) from None
    except OSError as problem:
        raise TrailkeepError(
            f"the lab at {url} does not answer: {problem}", hint="is `trailkeep lab up` still running?"
        ) from None


def begin(scenario: str, *, port: int = 0, seed: int = 7) -> "Lab":
    """Start it; raises MissingExtraError when it is not installed, TrailkeepError when it does not start."""
    need_lab()
    from trailkeep.lab import start

    try:
        return start(scenario, port=port, seed=seed)
    except RuntimeError as error:
        raise TrailkeepError(str(error), hint="what it said before it ended stands above") from error


def need_lab() -> None:
    """Raise MissingExtraError when the lab is not installed."""
    from importlib.util import find_spec

    if find_spec("moto") is None or find_spec("flask") is None:
        raise MissingExtraError("the embedded organization is not installed", hint="pip install 'trailkeep[lab]'")
