"""doctor: why logs are missing, gone, uneven or not kept, and how it is put right."""

from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import doctor_tips, say
from trailkeep.cli import options as o
from trailkeep.cli.doctor_way import (
    WHAT,
    Account,
    Day,
    Details,
    ProbeToo,
    RegionOf,
    SpecFile,
    VerifiedIn,
    Way,
    prepared,
    way_of,
)
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.doctor.diagnose import Diagnosis

app = typer.Typer(
    help="Find out why logs are missing, gone, uneven or not kept: each known cause confirmed, ruled out or unknown.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def doctor(
    context: typer.Context,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    probe: ProbeToo = False,
    details: Details = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Look for every known cause of missing, deleted, uneven or badly kept logs.

    For example: trailkeep doctor --probe, or trailkeep doctor logs --account Shop --region eu-west-1

    Exits with 3 when a cause is confirmed, with 4 when one that matters could not be decided, with 0 when nothing
    is to be put right. `doctor tips` lists what else can be asked.
    """
    if context.invoked_subcommand is not None:
        if any(str(context.get_parameter_source(name)).endswith("COMMANDLINE") for name in context.params):
            hint = f"for example trailkeep doctor {context.invoked_subcommand} --snapshot org.json.gz"
            raise UsageError("options of doctor go after the symptom", hint=hint)
        return ExitCode.OK
    return _diagnose(
        None, way_of(spec, snapshot, probe, profile, workers, verbose, output, output_file, details=details)
    )


@app.command("logs")
def logs(
    account: Account = None,
    region: RegionOf = None,
    day: Day = None,
    looked_at: Annotated[
        str, typer.Option(help="Where you looked for them: s3://bucket/prefix.", rich_help_panel=WHAT)
    ] = "",
    reader: Annotated[
        str, typer.Option(help="ARN of who looked: may it list, read and decrypt?", rich_help_panel=WHAT)
    ] = "",
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    probe: ProbeToo = False,
    details: Details = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Logs do not appear in the archive: 37 causes, from the trail's status to where one looks.

    For example: trailkeep doctor logs --account Shop --region eu-west-1 --probe

    --day, --looked-at and --reader let it tell logs that are missing from logs that one does not see.
    """
    way = way_of(spec, snapshot, probe, profile, workers, verbose, output, output_file, details=details)
    return _diagnose("logs", way, account=account, region=region, day=day, looked_at=looked_at, reader=reader)


@app.command("deletion")
def deletion(
    account: Account = None,
    region: RegionOf = None,
    day: Day = None,
    verified: VerifiedIn = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    probe: ProbeToo = False,
    details: Details = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Logs were deleted by somebody who should not have been able to: 14 causes.

    For example: trailkeep doctor deletion --day 2026-11-20 --probe

    Whether files are gone or changed only the archive tells: `trailkeep verify`, whose JSON --verified takes.
    """
    way = way_of(
        spec, snapshot, probe, profile, workers, verbose, output, output_file, details=details, verified=verified
    )
    return _diagnose("deletion", way, account=account, region=region, day=day)


@app.command("regions")
def regions(
    account: Account = None,
    region: RegionOf = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    probe: ProbeToo = False,
    details: Details = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Logging differs between Regions: 12 causes.

    For example: trailkeep doctor regions --account Shop

    An account is compared in all of its Regions, whichever one is named.
    """
    way = way_of(spec, snapshot, probe, profile, workers, verbose, output, output_file, details=details)
    return _diagnose("regions", way, account=account, region=region)


@app.command("retention")
def retention(
    days: Annotated[
        int | None,
        typer.Option(help="How long logs should be kept, where no specification says it.", min=1, rich_help_panel=WHAT),
    ] = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    probe: ProbeToo = False,
    details: Details = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Logs are not kept as long as wanted, or longer: 13 causes.

    For example: trailkeep doctor retention --days 2557

    Without --days it is what the specification says.
    """
    way = way_of(spec, snapshot, probe, profile, workers, verbose, output, output_file, details=details)
    return _diagnose("retention", way, days=days)


def _diagnose(symptom: str | None, way: Way, **said: object) -> ExitCode:
    from trailkeep.app.doctor import examine
    from trailkeep.app.world import now
    from trailkeep.doctor.cause import Family
    from trailkeep.report import doctor as report

    view, subject, cloud = prepared(way, **said)
    asked = Family(symptom) if symptom else None
    diagnosis, view = examine(view, subject, asked, cloud, now(), _progress)
    if way.output is o.Output.JSON:
        say.result_json(report.diagnosis_json(diagnosis, view.organization.id), way.output_file)
    else:
        say.result(report.render(diagnosis, details=way.details), way.output_file)
    return _exit_code(diagnosis)


def _progress(questions: int) -> None:
    if say.is_person():
        say.err().print(f"asking AWS {questions:,} more questions", style="dim")


def _exit_code(diagnosis: "Diagnosis") -> ExitCode:
    if diagnosis.faults:
        return ExitCode.FAILS
    return ExitCode.INCOMPLETE if diagnosis.open or diagnosis.unexplained else ExitCode.OK


doctor_tips.add_to(app)
