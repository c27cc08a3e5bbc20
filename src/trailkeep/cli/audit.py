"""audit."""

import os
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.app.audit_notify import Topic, Webhook
    from trailkeep.app.world import Wanted
    from trailkeep.audit.check import Check
    from trailkeep.aws.cloud import Cloud
    from trailkeep.model.snapshot import Snapshot
    from trailkeep.report.findings import Report

_FILES = "Files"
_TELL = "Tell others"
_MUTES = "YAML list of accepted findings: check, subject, owner, reason, until."


class As(StrEnum):
    """How an audit is said."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"
    ASFF = "asff"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


class Place(StrEnum):
    """Where findings may be sent."""

    SECURITY_HUB = "security-hub"


class When(StrEnum):
    """When `--notify` tells of an audit."""

    NEW = "new"
    FAIL = "fail"
    ALWAYS = "always"


class Grade(StrEnum):
    """The severities, as `--fail-on` takes them."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


def audit(
    spec: Annotated[
        Path | None,
        typer.Option("--spec", "-f", help="What was promised; trailkeep.yaml if it lies here."),
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(help="Only this check, by its id or a glob such as 'config-*'; again for more.")
    ] = None,
    framework: Annotated[
        list[str] | None,
        typer.Option(help="Also the requirements of this framework with the evidence behind each; again for more."),
    ] = None,
    fail_on: Annotated[
        Grade, typer.Option(help="The lowest severity of a failing check that makes the command exit with 3.")
    ] = Grade.LOW,
    proofs: Annotated[bool, typer.Option(help="Also prove what nobody can do: see trailkeep prove.")] = True,
    listed: Annotated[bool, typer.Option("--list", help="List checks and frameworks, and ask nothing.")] = False,
    verified: Annotated[
        Path | None, typer.Option(help="Result of `trailkeep verify -o json`.", rich_help_panel=_FILES)
    ] = None,
    covered: Annotated[
        Path | None, typer.Option(help="Result of `trailkeep coverage -o json`.", rich_help_panel=_FILES)
    ] = None,
    mutes: Annotated[
        Path | None,
        typer.Option(help=_MUTES, rich_help_panel=_FILES),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="An earlier `audit -o json`: says what is new and what is fixed.", rich_help_panel=_FILES),
    ] = None,
    output: Annotated[
        list[As] | None,
        typer.Option("--output", "-o", help="How it is said; again for several at once, into files."),
    ] = None,
    output_file: Annotated[
        Path | None, typer.Option(help="Write to this file; {format} in its name stands for each format.")
    ] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Write every format into this folder, as audit.json, …")] = None,
    send: Annotated[
        Place | None,
        typer.Option(
            help="Send findings to Security Hub of the security account (of the caller's own without --spec); asks.",
            rich_help_panel=_TELL,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.", rich_help_panel=_TELL)] = False,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            help="Tell this SNS topic (ARN) or webhook (URL) in a few lines; again for more.",
            envvar="TRAILKEEP_NOTIFY",
            show_envvar=True,
            rich_help_panel=_TELL,
        ),
    ] = None,
    notify_on: Annotated[
        When, typer.Option(help="Tell what is new since --baseline, any failure, or always.", rich_help_panel=_TELL)
    ] = When.FAIL,
    snapshot: o.SnapshotIn = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Ask whether the organization's logging is as it should be, and show the evidence for every answer.

    For example: trailkeep audit --snapshot org.json.gz --framework cis-aws-7.0 -o json -o sarif --out-dir reports

    Every check answers PASS, FAIL or UNKNOWN for each account, Region, trail, bucket, key and policy it is about, all
    judged on the organization as a whole: members of an organization trail need no trail of their own. Exits with 3
    when a check fails, with 4 when nothing fails and something is unknown. Muted findings do not count.
    """
    from trailkeep import __version__
    from trailkeep.app.audit import Beside, chosen, judge
    from trailkeep.app.prove import spec_beside
    from trailkeep.audit.finding import Severity
    from trailkeep.audit.frameworks import framework as known
    from trailkeep.report.findings import Report

    checks = chosen(check, proofs=proofs)
    if listed:
        return _list(checks)
    whom = _whom(notify, notify_on, baseline, send=send, yes=yes)
    frameworks = tuple(known(id_) for id_ in dict.fromkeys(framework or ()))
    places = _places(output or [As.TABLE], output_file, out_dir)
    wanted = spec_beside(spec)
    cloud = _cloud(wanted, profile, region, workers, verbose)
    seen = _snapshot(snapshot, wanted, cloud)
    beside = Beside(mutes=mutes, baseline=baseline, verified=verified, covered=covered)
    audited = judge(wanted, seen, checks, beside, progress=_progress)
    report = Report(audited=audited, frameworks=frameworks, version=__version__)
    for form, place in places:
        _say(report, form, place)
    code = audited.exit_code(Severity(fail_on.value))
    return _tell(report, code, whom, notify_on, cloud, send=send, yes=yes)


def _whom(
    targets: Iterable[str] | None, when: When, baseline: Path | None, *, send: Place | None, yes: bool
) -> tuple["Topic | Webhook", ...]:
    """Who is to be told; UsageError for what cannot be done, before anything is read."""
    if send is not None:
        from trailkeep.cli.audit_tell import need_consent

        need_consent(yes)
    if not targets:
        return ()
    from trailkeep.app.audit_notify import target

    if when is When.NEW and baseline is None:
        raise UsageError("what is new can be told beside an earlier audit only", hint="add --baseline FILE")
    return tuple(target(t) for t in dict.fromkeys(targets))


def _tell(
    report: "Report",
    code: ExitCode,
    whom: tuple["Topic | Webhook", ...],
    when: When,
    cloud: "Callable[[], Cloud]",
    *,
    send: Place | None,
    yes: bool,
) -> ExitCode:
    """Notices go first: that findings could not be sent is no reason to keep silent about the audit."""
    if whom:
        from trailkeep.app.audit_notify import When as Due
        from trailkeep.cli.audit_tell import notify

        code = notify(whom, Due(when.value), report, code, cloud)
    if send is None:
        return code
    from trailkeep.cli.audit_tell import send as send_findings

    return send_findings(report, code, cloud(), yes=yes)


def _list(checks: Iterable["Check"]) -> ExitCode:
    from rich.table import Table

    from trailkeep.audit.frameworks import frameworks

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("check", "severity", "claim"):
        table.add_column(column, overflow="fold")
    for check in checks:
        table.add_row(check.id, check.severity.value, check.claim)
    say.result(table, None)
    say.out().print("\nFrameworks: " + ", ".join(f.id for f in frameworks()))
    return ExitCode.OK


def _places(forms: list[As], file: Path | None, folder: Path | None) -> list[tuple[As, Path | None]]:
    """Where each format goes; None is standard output, which takes one."""
    from trailkeep.report.formats import FORMATS

    once = list(dict.fromkeys(forms))
    if file is not None and folder is not None:
        raise UsageError("--output-file and --out-dir both say where to", hint="give one of them")
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}: {error.strerror}", hint="choose another --out-dir") from error
        return [(form, folder / f"audit.{FORMATS[form].suffix}") for form in once]
    if len(once) > 1 and (file is None or "{format}" not in file.name):
        raise UsageError(
            f"{len(once)} formats cannot go to one place",
            hint="use --out-dir reports, or --output-file 'audit-{format}'",
        )
    if file is None:
        return [(once[0], None)]
    return [(form, file.with_name(file.name.replace("{format}", form))) for form in once]


def _say(report: "Report", form: As, place: Path | None) -> None:
    from trailkeep.report.audit import render_audit
    from trailkeep.report.formats import FORMATS

    if form is As.TABLE:
        say.result(render_audit(report), place)
    else:
        _write(FORMATS[form].pieces(report), place)


def _write(pieces: Iterable[str], file: Path | None) -> None:
    """Write a result piece by piece: it may be larger than memory."""
    try:
        if file is None:
            for piece in pieces:
                sys.stdout.write(piece)
            sys.stdout.flush()
            return
        how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(file, how, 0o600), "w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
    except BrokenPipeError:  # whoever read it has gone (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="choose another place") from error
    say.err().print(f"written to {file}")


def _progress(what: str) -> None:
    if say.is_person() and what == "proofs":
        say.err().print("proving what nobody can do", style="dim")


def _cloud(
    wanted: "Wanted | None", profile: str | None, region: str | None, workers: int, verbose: bool
) -> "Callable[[], Cloud]":
    """The way into AWS, opened when it is first needed: a snapshot file may be judged without any."""

    @cache
    def opened() -> "Cloud":
        from trailkeep.app.world import open_cloud

        return open_cloud(entry.access(profile, region, workers, verbose), wanted.spec if wanted else None)

    return opened


def _snapshot(file: Path | None, wanted: "Wanted | None", cloud: "Callable[[], Cloud]") -> "Snapshot":
    if file is not None:
        from trailkeep.app import snapshot_file

        return snapshot_file.read(file)
    from trailkeep.app.world import now, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch

    entered = cloud()
    with Watch() as watch:
        return read_snapshot(entered, scope_of(wanted.spec if wanted else None), taken=now(), progress=watch)
