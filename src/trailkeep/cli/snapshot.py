"""snapshot: read the organization into one file, compare two, make one that can be handed on."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode

app = typer.Typer(
    help="Read the whole organization into one file; compare two of them.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def snapshot(
    context: typer.Context,
    file: Annotated[Path, typer.Option("--output-file", help="Where the snapshot is written.")] = Path(
        "snapshot.json.gz"
    ),
    spec: Annotated[
        Path | None, typer.Option("--spec", "-f", help="The specification; without it, what can be read is read.")
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace ids, names and e-mail addresses, so that it can be handed on.")
    ] = False,
    costs: Annotated[bool, typer.Option("--costs", help="Sample event volumes.")] = False,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Read the whole organization into one file. Accounts that cannot be read are named in it."""
    if context.invoked_subcommand is not None:
        return ExitCode.OK
    from trailkeep.app import snapshot_file
    from trailkeep.app.world import now, open_cloud, read_spec, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch
    from trailkeep.model.redact import redact as redacted
    from trailkeep.report.snapshot import render_snapshot

    wanted = read_spec(spec).spec if spec else None
    cloud = open_cloud(entry.access(profile, region, workers, verbose), wanted)
    with Watch() as watch:
        taken = read_snapshot(cloud, scope_of(wanted, sample_volumes=costs), taken=now(), progress=watch)
    snapshot_file.write(redacted(taken, secrets.token_hex(16)) if redact else taken, file)
    say.err().print(render_snapshot(taken))
    say.out().print(str(file))
    return ExitCode.INCOMPLETE if taken.unreachable else ExitCode.OK


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(help="The older snapshot.")],
    after: Annotated[Path, typer.Argument(help="The newer snapshot.")],
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
) -> ExitCode:
    """Say what changed between two snapshots. Exits with 3 when something did."""
    from dataclasses import asdict

    from trailkeep.app import snapshot_file
    from trailkeep.model.diff import diff as differences
    from trailkeep.report.snapshot import render_differences

    found = differences(snapshot_file.read(before), snapshot_file.read(after))
    if output is o.Output.JSON:
        say.result_json([asdict(d) for d in found], output_file)
    else:
        say.result(render_differences(found), output_file)
    return ExitCode.FAILS if found else ExitCode.OK
