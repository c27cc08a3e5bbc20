"""snapshot: read the organization into one file, compare two, make one that can be handed on."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.read.scope import Scope
    from trailkeep.model.organization import Organization

SHOWN = 20
"""So many things that could not be read are named; more are counted."""

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
    principals: Annotated[
        Path | None,
        typer.Option(help="Also read every role and user with its policies, into this second file."),
    ] = None,
    costs: Annotated[bool, typer.Option("--costs", help="Sample event volumes.")] = False,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Read the whole organization into one file. Accounts that cannot be read are named in it."""
    if context.invoked_subcommand is not None:
        return ExitCode.OK
    if principals is not None:
        _check_principals(principals, file, redact=redact)
    from trailkeep.app import snapshot_file
    from trailkeep.app.world import now, open_cloud, read_spec, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch
    from trailkeep.model.redact import redact as redacted
    from trailkeep.report.snapshot import render_snapshot

    wanted = read_spec(spec).spec if spec else None
    cloud = open_cloud(entry.access(profile, region, workers, verbose), wanted)
    scope = scope_of(wanted, sample_volumes=costs)
    with Watch() as watch:
        taken = read_snapshot(cloud, scope, taken=now(), progress=watch)
    snapshot_file.write(redacted(taken, secrets.token_hex(16)) if redact else taken, file)
    say.err().print(render_snapshot(taken))
    say.out().print(str(file))
    whole = principals is None or _read_principals(cloud, taken.organization, scope, principals)
    return ExitCode.OK if whole and not taken.unreachable else ExitCode.INCOMPLETE


def _check_principals(principals: Path, file: Path, *, redact: bool) -> None:
    """Before anything is read, because reading takes minutes."""
    if redact:
        raise UsageError(
            "--redact and --principals do not go together: the second file holds names and policies as they are",
            hint="hand on the redacted snapshot, and read the principals in a second run",
        )
    if principals.absolute() == file.absolute():
        raise UsageError(
            "the snapshot and the principals cannot be one file", hint="name two with --output-file and --principals"
        )
    if not principals.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {principals.parent}", hint="make it, or choose another --principals")


def _read_principals(cloud: "Cloud", organization: "Organization", scope: "Scope", file: Path) -> bool:
    """Read them into `file`; whether all could be read."""
    from trailkeep.app import principals_file
    from trailkeep.app.world import now
    from trailkeep.aws.read.principals import read_principals
    from trailkeep.cli.watch import Watch
    from trailkeep.report.words import account_name, count, printable

    with Watch() as watch:
        found = read_principals(cloud, organization, scope, taken=now(), progress=watch)
    principals_file.write(found, file)
    roles = sum(p.kind == "role" for p in found.principals)
    said = f"{count(roles, 'role')} and {count(len(found.principals) - roles, 'user')}"
    say.err().print(f"  {said} of {count(len(found.accounts), 'account')} read")
    for u in found.unreachable[:SHOWN]:
        where = f"{account_name(organization, u.account)} {printable(u.what) or 'roles and users'}"
        say.err().print(f"  ? {where}: {printable(u.reason)}", style="red")
    if len(found.unreachable) > SHOWN:
        say.err().print(f"  ? and {len(found.unreachable) - SHOWN} more that could not be read", style="red")
    say.out().print(str(file))
    return not found.unreachable


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
