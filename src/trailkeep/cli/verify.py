"""verify: whether the logs are what CloudTrail wrote, and nothing is missing."""

import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.app.verify.archive import Verified
    from trailkeep.model.snapshot import Snapshot


class Form(StrEnum):
    """How a verification is said."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    JUNIT = "junit"
    AWS_CLI = "aws-cli"


_WHICH = "Which logs"
_MEMORY = "What is remembered"


def verify(
    place: Annotated[str, typer.Argument(help="s3://bucket/prefix, or a folder with a copy of it.")],
    account: Annotated[
        list[str] | None, typer.Option(help="Only this account; again for more.", rich_help_panel=_WHICH)
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Only this Region's logs; again for more.", rich_help_panel=_WHICH)
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From here on: 7d, 36h, 2026-03-01 (UTC).", rich_help_panel=_WHICH)
    ] = None,
    until: Annotated[str | None, typer.Option(help="To here, and by here complete.", rich_help_panel=_WHICH)] = None,
    organization: Annotated[
        str, typer.Option(help="Only what this organization's trails wrote: o-…", rich_help_panel=_WHICH)
    ] = "",
    trail: Annotated[str | None, typer.Option(help="Only the trail of this name.", rich_help_panel=_WHICH)] = None,
    original: Annotated[
        str | None,
        typer.Option(help="Where a copy or replica was written first: s3://bucket/prefix.", rich_help_panel=_WHICH),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="File of public keys; new ones are added, for audits offline.", rich_help_panel=_MEMORY),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask CloudTrail for no public keys.", rich_help_panel=_MEMORY)
    ] = False,
    attest: Annotated[
        Path | None,
        typer.Option(help="Folder of attestations: what is VALID need not be fetched again.", rich_help_panel=_MEMORY),
    ] = None,
    signing_key: Annotated[
        Path | None, typer.Option(help="Ed25519 key (PEM) that signs them.", rich_help_panel=_MEMORY)
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Compare what was verified by version id.", rich_help_panel=_MEMORY),
    ] = False,
    inventory: Annotated[
        str | None,
        typer.Option(
            help="Compare with this S3 Inventory instead of a listing: its manifest.json, s3://… or here.",
            rich_help_panel=_MEMORY,
        ),
    ] = None,
    follow: Annotated[
        list[str] | None,
        typer.Option(
            help="Another bucket that chains may go on in, whoever owns it: s3://bucket.", rich_help_panel=_WHICH
        ),
    ] = None,
    no_follow: Annotated[
        bool, typer.Option("--no-follow", help="Read no other bucket.", rich_help_panel=_WHICH)
    ] = False,
    snapshot: Annotated[
        Path | None,
        typer.Option("--snapshot", help="Which accounts and Regions there should be.", rich_help_panel=_WHICH),
    ] = None,
    output: Annotated[
        Form, typer.Option("--output", "-o", help="For people, programs, CI, or as the AWS CLI.")
    ] = Form.TABLE,
    output_file: o.OutputFile = None,
    archive_account: Annotated[
        str | None,
        typer.Option(help="Read the bucket as this account, by the access role.", rich_help_panel="AWS"),
    ] = None,
    profile: o.Profile = None,
    workers: Annotated[
        str, typer.Option(help="Processes that share the work, or a Spark master (spark://host:7077).")
    ] = "1",
    requests: Annotated[
        int,
        typer.Option(help="Requests made at the same time, by each process.", min=1, max=512, rich_help_panel="AWS"),
    ] = 128,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Verify digests, their chains and every log file, and find what is missing. Nothing is changed.

    For example: trailkeep verify s3://acme-trail --since 2d --attest attestations --snapshot now.json.gz

    Exits with 3 for a bad object or an uncovered hour, with 4 where only something could not be read.
    """
    from trailkeep.app.verify.archive import verify as check
    from trailkeep.app.verify.place import How, Location, open_place
    from trailkeep.app.verify.run import Asked
    from trailkeep.app.world import now
    from trailkeep.cli.moments import moment
    from trailkeep.cli.verify_watch import VerifyWatch

    moments = moment(since, "--since", now()), moment(until, "--until", now())
    if moments[0] and moments[1] and moments[0] >= moments[1]:
        raise UsageError("--since is not before --until", hint="swap them")
    known = _snapshot(snapshot)
    location = Location(text=place, original=original, account=archive_account)
    how = How(
        keys=keys,
        offline=offline,
        attest=attest,
        signing_key=signing_key,
        recheck=recheck,
        inventory=inventory,
        snapshot=known,
        follow=not no_follow,
        vouched=_buckets(follow or (), no_follow=no_follow),
    )
    access = entry.access(profile, None, requests, verbose)
    opened, prefix = open_place(location, access, how)
    if workers != "1" and inventory is not None:
        raise UsageError("--inventory is looked up by one process", hint="leave --workers out; little is fetched")
    if workers != "1":
        from trailkeep.app.verify.spread import spread_out
        from trailkeep.spread import spread_over

        opened = spread_out(opened, spread_over(workers), location, access, how)
    asked = Asked(
        prefix=prefix,
        accounts=_accounts(account, known),
        regions=frozenset(region or ()),
        organization=organization,
        trail=trail,
        since=moments[0],
        until=moments[1],
    )
    with VerifyWatch() as watch:
        verified = check(opened, asked, watch)
    _say(verified, output, output_file)
    return verified.exit_code


def _buckets(given: Iterable[str], *, no_follow: bool) -> frozenset[str]:
    found = frozenset(g.removeprefix("s3://").strip("/") for g in given)
    if wrong := next((b for b in found if not b or "/" in b), None):
        raise UsageError(f"--follow {wrong[:80]!r} is not a bucket", hint="write it as s3://bucket")
    if found and no_follow:
        raise UsageError("--follow and --no-follow contradict each other", hint="leave one out")
    return found


def _snapshot(file: Path | None) -> "Snapshot | None":
    if file is None:
        return None
    from trailkeep.app import snapshot_file

    return snapshot_file.read(file)


def _accounts(names: list[str] | None, snapshot: "Snapshot | None") -> frozenset[str]:
    if snapshot is not None:
        return frozenset(entry.only(names, None, None, snapshot.organization) or ())
    for name in names or ():
        if not (len(name) == 12 and name.isdigit() and name.isascii()):
            raise UsageError(f"--account {name[:40]!r} is not an account id", hint="names need a --snapshot")
    return frozenset(names or ())


def _say(verified: "Verified", output: Form, file: Path | None) -> None:
    from trailkeep.report import verify_lines as report

    match output:
        case Form.TABLE:
            from trailkeep.report.verify import render_verified

            say.result(render_verified(verified, verified.findings), file)
        case Form.JSON:
            _lines(report.json_pieces(verified, verified.findings), file)
        case Form.JSONL:
            _lines(report.json_lines(verified, verified.findings), file)
        case Form.CSV:
            _lines(report.csv_lines(verified.findings), file)
        case Form.JUNIT:
            _lines(report.junit_pieces(verified, verified.findings), file)
        case Form.AWS_CLI:
            _lines(report.aws_cli_lines(verified, verified.findings), file)
    verified.findings.close()


def _lines(lines: Iterable[str], file: Path | None) -> None:
    """Write a result line by line: it may be larger than memory."""
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
