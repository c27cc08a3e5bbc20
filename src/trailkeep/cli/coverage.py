"""coverage: is anything missing? Accounts × Regions × hours, what should be there against what is."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.app.coverage.run import Coverage
    from trailkeep.app.world import Access, Wanted
    from trailkeep.aws.cloud import Cloud
    from trailkeep.model.snapshot import Snapshot


class Form(StrEnum):
    """How coverage is said."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


_WHICH = "Which hours"
_SHOWN = "What is shown"
_MORE = "What else is looked at"


def coverage(
    place: Annotated[
        str | None,
        typer.Argument(help="s3://bucket/prefix or a folder with a copy; without it, the trails' own buckets."),
    ] = None,
    snapshot: o.SnapshotIn = None,
    spec: Annotated[
        Path | None,
        typer.Option("--spec", "-f", help="Says what is excluded and how long logs are kept; trailkeep.yaml if here."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From here on: 7d (the default), 36h, 2026-03-01 (UTC).", rich_help_panel=_WHICH)
    ] = None,
    until: Annotated[str | None, typer.Option(help="To here; 3 hours ago if left out.", rich_help_panel=_WHICH)] = None,
    accounts: o.Accounts = None,
    units: o.Units = None,
    without: o.Without = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Only this Region's logs; again for more.", rich_help_panel=_WHICH)
    ] = None,
    by_region: Annotated[
        bool, typer.Option("--regions", help="A row for each account and Region.", rich_help_panel=_SHOWN)
    ] = False,
    zoom: Annotated[
        str | None,
        typer.Option(help="The hours of one day: ACCOUNT, or ACCOUNT/REGION; with --day.", rich_help_panel=_SHOWN),
    ] = None,
    day: Annotated[str | None, typer.Option(help="The day to zoom into: 2026-03-01.", rich_help_panel=_SHOWN)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every row and every gap.", rich_help_panel=_SHOWN)] = False,
    events: Annotated[
        bool,
        typer.Option("--events", help="Ask the event history who stopped or changed what.", rich_help_panel=_MORE),
    ] = False,
    read: Annotated[
        bool, typer.Option("--read", help="Open digests for when each begins, not only ends.", rich_help_panel=_MORE)
    ] = False,
    config: Annotated[
        bool, typer.Option("--config/--no-config", help="Also AWS Config's deliveries.", rich_help_panel=_MORE)
    ] = True,
    sample: Annotated[
        int, typer.Option(help="Fetch, decrypt and parse so many objects.", min=0, max=10_000, rich_help_panel=_MORE)
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed takes the same sample.", rich_help_panel=_MORE)] = 1,
    output: Annotated[
        Form, typer.Option("--output", "-o", help="A heat-map for people; JSON, or a line for each gap.")
    ] = Form.TABLE,
    output_file: o.OutputFile = None,
    archive_account: Annotated[
        str | None, typer.Option(help="Read the bucket as this account, by the access role.", rich_help_panel="AWS")
    ] = None,
    profile: o.Profile = None,
    region_name: Annotated[
        str | None, typer.Option("--aws-region", help="Where AWS is entered.", rich_help_panel="AWS")
    ] = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Find every account, Region and hour whose logs are missing, and say why. Nothing is changed.

    For example: trailkeep coverage --since 30d --events

    or, offline: trailkeep coverage copy/ --snapshot org.json.gz -o csv --output-file gaps.csv

    A digest an hour is CloudTrail's heartbeat: only its name is needed, so only listings are made. Which accounts and
    Regions there should be is read from AWS, or from --snapshot; with PLACE alone, from the archive's own folders.

    Exits with 3 when an expected hour is uncovered, with 4 where only something could not be known.
    """
    from trailkeep.app.coverage.archive import coverage as measure
    from trailkeep.app.coverage.open import open_sources, present
    from trailkeep.app.coverage.run import Asked
    from trailkeep.app.prove import spec_beside
    from trailkeep.cli.moments import moment
    from trailkeep.cli.verify_watch import VerifyWatch

    access, now = entry.access(profile, region_name, workers, verbose), present()
    if (zoom is None) != (day is None):
        raise UsageError("--zoom and --day belong together", hint="for example --zoom Shop/eu-west-1 --day 2026-03-01")
    wanted = spec_beside(spec) if place is None or snapshot is not None or spec is not None else None
    cloud = cache(lambda: _cloud(access, wanted))
    taken = _snapshot(snapshot, place, wanted, cloud, now)
    asked = Asked(
        since=moment(since, "--since", now),
        until=moment(until, "--until", now),
        accounts=_chosen(accounts, units, without, taken),
        regions=frozenset(region or ()),
        read=read,
        events=events,
        config=config,
        sample=sample,
        seed=seed,
    )
    if asked.since and asked.until and asked.since >= asked.until:
        raise UsageError("--since is not before --until", hint="swap them")
    sources = open_sources(
        place, taken, wanted.spec if wanted else None, cloud, access, now=now, account=archive_account, config=config
    )
    with VerifyWatch() as watch:
        found = measure(sources, asked, watch)
    if zoom is not None and day is not None:
        _zoom(found, zoom, day, output_file)
    else:
        _say(found, output, output_file, by_region=by_region, everything=everything)
    return found.exit_code


def _cloud(access: "Access", wanted: "Wanted | None") -> "Cloud":
    from trailkeep.app.world import open_cloud

    return open_cloud(access, wanted.spec if wanted else None)


def _snapshot(
    file: Path | None, place: str | None, wanted: "Wanted | None", cloud: "Callable[[], Cloud]", now: datetime
) -> "Snapshot | None":
    if file is not None:
        from trailkeep.app import snapshot_file

        return snapshot_file.read(file)
    if place is not None:
        return None
    from trailkeep.app.world import scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch

    with Watch() as watch:
        scope = scope_of(wanted.spec if wanted else None, watching=False)
        return read_snapshot(cloud(), scope, taken=now, progress=watch)


def _chosen(
    accounts: list[str] | None, units: list[str] | None, without: list[str] | None, snapshot: "Snapshot | None"
) -> frozenset[str] | None:
    if snapshot is not None:
        return entry.only(accounts, units, without, snapshot.organization)
    if units or without:
        raise UsageError("--ou and --exclude need to know the organization", hint="add --snapshot FILE")
    for text in accounts or ():
        if not (len(text) == 12 and text.isdigit() and text.isascii()):
            raise UsageError(f"--account {text[:40]!r} is not an account id", hint="names need a --snapshot")
    return frozenset(accounts) if accounts else None


def _zoom(found: "Coverage", zoom: str, text: str, file: Path | None) -> None:
    from trailkeep.report.coverage import render_zoom

    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"--day {text[:40]!r} is not a day", hint="for example --day 2026-03-01") from error
    cells = next(((first, number) for d, first, number in found.window.days() if d == day), None)
    if cells is None:
        raise UsageError(
            f"{day} is not among the days that were looked at",
            hint=f"they are {_days(found.window.start, found.window.end)}: see --since and --until",
        )
    who, _, where = zoom.partition("/")
    rows = [
        r for r in found.rows if who in {r.account, found.names.get(r.account, "")} and (not where or r.region == where)
    ]
    if not rows:
        raise UsageError(
            f"--zoom {zoom[:80]!r} fits no account and Region", hint="write it as ACCOUNT or ACCOUNT/REGION"
        )
    say.result(render_zoom(found, rows, *cells), file)


def _days(start: datetime, end: datetime) -> str:
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"


def _say(found: "Coverage", output: Form, file: Path | None, *, by_region: bool, everything: bool) -> None:
    from trailkeep.report import coverage as report

    match output:
        case Form.TABLE:
            say.result(report.render(found, by_region=by_region, everything=everything), file)
        case Form.JSON:
            _lines(report.as_json(found), file)
        case Form.JSONL:
            _lines(report.json_lines(found), file)
        case Form.CSV:
            _lines(report.csv_lines(found), file)


def _lines(lines: Iterable[str], file: Path | None) -> None:
    """Write a result line by line: it may be large."""
    try:
        if file is None:
            for line in lines:
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            return
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    except BrokenPipeError:  # whoever read it has gone (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="choose another --output-file") from error
    say.err().print(f"written to {file}")
