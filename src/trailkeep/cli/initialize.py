"""init: a first specification, from the organization as it is and a few questions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, SpecError, UsageError

if TYPE_CHECKING:
    from trailkeep.model.snapshot import Snapshot
    from trailkeep.setup.propose.decide import Answers


def init(
    file: Annotated[Path, typer.Option("--output-file", help="Where the specification is written.")] = Path(
        "trailkeep.yaml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    yes: o.Yes = False,
    snapshot: o.SnapshotIn = None,
    home_region: Annotated[str | None, typer.Option(help="Home Region of trail and archive.")] = None,
    archive_name: Annotated[str | None, typer.Option(help="Buckets are NAME-trail-… and NAME-config-….")] = None,
    log_archive_email: Annotated[str | None, typer.Option(help="E-mail address of the log-archive account.")] = None,
    security_email: Annotated[str | None, typer.Option(help="E-mail address of the security account.")] = None,
    protection: Annotated[Literal["lock", "mfa"] | None, typer.Option(help="Object Lock, or MFA Delete.")] = None,
    scope: Annotated[Literal["organization", "members"] | None, typer.Option(help="Which trails.")] = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Propose a specification from the organization as it is. Existing accounts, trails and recorders are adopted."""
    from trailkeep.setup.propose import propose
    from trailkeep.setup.propose.decide import Answers
    from trailkeep.setup.spec.load import load
    from trailkeep.setup.spec.schema import SCHEMA_FILE
    from trailkeep.setup.spec.schema import schema as schema_of

    if file.exists() and not force:
        raise UsageError(f"{file} is there already", hint="choose another --output-file, or overwrite it with --force")
    seen = _seen(snapshot, profile, region, workers, verbose)
    answers = Answers(
        home_region=home_region,
        archive_name=archive_name,
        log_archive_email=log_archive_email,
        security_email=security_email,
        protection=protection,
        scope=scope,
    )
    if say.is_person() and not yes:
        answers = _asked(seen, answers)
    text = propose(seen, answers)
    try:
        load(text, str(file))
    except SpecError as problem:
        say.error(problem)
        raise UsageError(
            "with these answers it would not be a valid specification", hint="answer differently"
        ) from problem
    _write(file, text)
    _write(file.with_name(SCHEMA_FILE), json.dumps(schema_of(), indent=2) + "\n")
    say.err().print(f"Read {file}, change what you like, then: trailkeep plan -f {file}")
    say.out().print(str(file))
    return ExitCode.INCOMPLETE if seen.unreachable else ExitCode.OK


def schema(output_file: o.OutputFile = None) -> ExitCode:
    """Print the JSON Schema of the specification, for editors."""
    from trailkeep.setup.spec.schema import schema as made

    say.result_json(made(), output_file)
    return ExitCode.OK


def _seen(snapshot: Path | None, profile: str | None, region: str | None, workers: int, verbose: bool) -> "Snapshot":
    if snapshot is not None:
        from trailkeep.app import snapshot_file

        return snapshot_file.read(snapshot)
    from trailkeep.app.world import now, open_cloud, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch

    cloud = open_cloud(entry.access(profile, region, workers, verbose), None)
    with Watch() as watch:
        return read_snapshot(cloud, scope_of(None), taken=now(), progress=watch)


def _asked(seen: "Snapshot", answers: "Answers") -> "Answers":
    from trailkeep.setup.propose.decide import decide

    proposed = decide(seen, answers)
    say.err().print("Press Enter to take what is proposed in brackets.")

    def question(text: str, given: str) -> str:
        return say.ask(f"{text} [{given}]") or given

    return replace(
        answers,
        home_region=question("Home Region of trail and archive", proposed.home),
        archive_name=question("Archive name (buckets are NAME-trail-… and NAME-config-…)", proposed.name),
        log_archive_email=question("E-mail address of the log-archive account", proposed.archive.email),
        security_email=question("E-mail address of the security account", proposed.security.email),
    )


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="choose another --output-file") from error
