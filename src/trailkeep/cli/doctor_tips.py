"""doctor tips, calls, rules, errors: the five debugging tips, asked of AWS or of a snapshot."""

from typing import TYPE_CHECKING

import typer

from trailkeep.cli import options as o
from trailkeep.cli import say
from trailkeep.cli.doctor_way import Account, RegionOf, SpecFile, Way, prepared, way_of
from trailkeep.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailkeep.aws.cloud import Cloud
    from trailkeep.doctor.verdict import Probe
    from trailkeep.doctor.view import View


def add_to(app: typer.Typer) -> None:
    """Add the commands to doctor's own."""
    app.command("tips")(tips)
    app.command("calls")(calls)
    app.command("rules")(rules)
    app.command("errors")(errors)


def tips(output: o.OutputAs = o.Output.TABLE, output_file: o.OutputFile = None) -> ExitCode:
    """List five things to ask when logging puzzles you, each with its command."""
    from dataclasses import asdict

    from rich.console import Group
    from rich.text import Text

    from trailkeep.doctor.tips import TIPS

    if output is o.Output.JSON:
        say.result_json([asdict(tip) for tip in TIPS], output_file)
        return ExitCode.OK
    lines = []
    for number, tip in enumerate(TIPS, 1):
        lines += [Text(f"{number}. {tip.title}", style="bold"), Text(f"   {tip.words}", style="dim")]
        lines.append(Text(f"   {tip.command}", style="cyan"))
    say.result(Group(*lines), output_file)
    return ExitCode.OK


def calls(
    account: Account = None,
    region: RegionOf = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Show which calls by CloudTrail and AWS Config were refused in the last days, by the event history.

    For example: trailkeep doctor calls --account "Log Archive" --region eu-west-1

    Exits with 3 where a call was refused (harmless ones aside), with 4 where the history did not answer.
    """
    from trailkeep.doctor import tips as ask

    way = way_of(spec, snapshot, True, profile, workers, verbose, output, output_file)
    view, subject, cloud = prepared(way, account=account, region=region)
    probes = ask.call_probes(view, subject)
    rows = list(ask.failed_calls(_asked(view, probes, cloud), probes))
    fails = any(isinstance(r, ask.FailedCall) and not r.noise for r in rows)
    nothing = "no call of theirs was refused in the last seven days"
    return _rows("Calls by the log services that were refused", rows, nothing, way, fails=fails)


def rules(
    account: Account = None,
    region: RegionOf = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Show what the rules of AWS Config say; without a rule nothing is known.

    For example: trailkeep doctor rules --account "Log Archive"

    Exits with 3 where a rule is not complied with, with 4 where there is no rule, no answer, or nothing
    was judged.
    """
    from trailkeep.doctor import tips as ask

    way = way_of(spec, snapshot, True, profile, workers, verbose, output, output_file)
    view, subject, cloud = prepared(way, account=account, region=region)
    probes = ask.rule_probes(view, subject)
    rows = list(ask.rule_states(_asked(view, probes, cloud), probes))
    fails = any(isinstance(r, ask.RuleState) and r.state == "NON_COMPLIANT" for r in rows)
    return _rows("Rules of AWS Config", rows, "no place to ask is known", way, fails=fails)


def errors(
    account: Account = None,
    region: RegionOf = None,
    spec: SpecFile = None,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Show what CloudTrail and AWS Config say is wrong, in every account and Region.

    For example: trailkeep doctor errors --snapshot org.json.gz

    Exits with 3 where they tell an error, with 4 where something could not be read.
    """
    from trailkeep.doctor import tips as ask

    way = way_of(spec, snapshot, False, profile, workers, verbose, output, output_file)
    view, subject, _ = prepared(way, account=account, region=region)
    rows = list(ask.recent_errors(view, subject))
    fails = any(isinstance(r, ask.Error) for r in rows)
    return _rows("Errors of CloudTrail and AWS Config", rows, "neither service tells of any", way, fails=fails)


def _rows(title: str, rows: "Sequence[object]", nothing: str, way: Way, *, fails: bool) -> ExitCode:
    from trailkeep.doctor.tips import Silence
    from trailkeep.report import doctor as report

    if way.output is o.Output.JSON:
        say.result_json(report.rows_json(rows), way.output_file)
    else:
        say.result(report.render_rows(title, rows, nothing), way.output_file)
    if fails:
        return ExitCode.FAILS
    return ExitCode.INCOMPLETE if any(isinstance(r, Silence) for r in rows) else ExitCode.OK


def _asked(view: "View", probes: "tuple[Probe, ...]", cloud: "Cloud | None") -> "View":
    from trailkeep.app.doctor import ask
    from trailkeep.app.world import now

    return ask(view, probes, cloud, now())
