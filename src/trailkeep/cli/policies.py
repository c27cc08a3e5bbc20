"""policies: show what is attached where, explain one request, test an organization's policies."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, lint, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.authz.event import Asked
    from trailkeep.model.snapshot import Snapshot

app = typer.Typer(
    help="What the organization's policies say: where they are attached, whether a request goes through, and why.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("lint")(lint.lint)


class Form(StrEnum):
    """How outcomes of cases are said."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"


@app.command("show")
def show(
    account: Annotated[
        str | None, typer.Option("--account", help="The levels above this account (id, name or path); with --action.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="What each level says about it, e.g. s3:DeleteObject.")] = None,
    resource: Annotated[str | None, typer.Option(help="Only statements about this ARN.")] = None,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Show the tree with each SCP and RCP where it is attached; for one account and action, the level that decides.

    For example: trailkeep policies show --account Sandbox --action cloudtrail:StopLogging

    An SCP must allow at every level from the root to the account; one deny at any level denies.
    """
    from trailkeep.report import policies as report

    if (account is None) != (action is None) or (resource and not action):
        raise UsageError(
            "--account and --action go together", hint="for example --account Prod --action s3:DeleteObject"
        )
    organization = _snapshot(snapshot, profile, region, workers, verbose).organization
    if account is None or action is None:
        if output is o.Output.JSON:
            say.result_json(report.tree_json(organization), output_file)
        else:
            say.result(report.render_tree(organization), output_file)
        return ExitCode.OK
    from trailkeep.app.policies import say_levels
    from trailkeep.setup.targets import resolve

    target = resolve(account, organization, "account")
    said, notes = say_levels(organization, target, action, resource)
    if output is o.Output.JSON:
        say.result_json(report.levels_json(target, action, said, notes), output_file)
    else:
        say.result(report.render_levels(organization, target, action, said, notes), output_file)
    return ExitCode.OK


@app.command("explain")
def explain(
    principal: Annotated[
        str | None, typer.Option(help="ARN of a user, role, session or root; <service>.amazonaws.com; or anonymous.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="For example s3:DeleteObject.")] = None,
    resource: Annotated[
        str | None, typer.Option(help="The ARN, taken literally; * for actions about no resource.")
    ] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="A condition key as KEY=VALUE; again for more keys or more values.")
    ] = None,
    event: Annotated[
        Path | None, typer.Option(help="A CloudTrail event as JSON, - for standard input; instead of the above.")
    ] = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Assume that identity policies allow everything.")
    ] = False,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Say whether a request goes through, and which statement of which policy at which level decides.

    For example: trailkeep policies explain --event - < denied.json

    Uses the organization's SCPs and RCPs and the bucket, key and trust policies of the snapshot. Identity policies are
    not in it: where they would decide, the answer is UNKNOWN (exit 4) unless --administrator is given.
    """
    from trailkeep.app import policies as verbs
    from trailkeep.report import policies as report

    asked = _asked(principal, action, resource, context or [], event)
    taken = _snapshot(snapshot, profile, region, workers, verbose)
    answer = verbs.explain(asked, taken, administrator=administrator)
    notes = (*answer.notes, *([f"AWS answered: {asked.answered}"] if asked.answered else []))
    if output is o.Output.JSON:
        found = report.decision_json(answer.request, answer.decision, notes, is_known=answer.is_known)
        say.result_json(found, output_file)
    else:
        organization = taken.organization
        names = {str(t): organization.path(t) for t in (*organization.units, *organization.accounts)}
        view = report.render_decision(answer.request, answer.decision, notes, names, is_known=answer.is_known)
        say.result(view, output_file)
    return ExitCode.OK if answer.is_known else ExitCode.INCOMPLETE


@app.command("test")
def run_cases(
    cases: Annotated[list[Path], typer.Argument(help="Files or folders of cases, JSON or YAML.")],
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help="Where policies come from that a case leaves out.")
    ] = None,
    output: Annotated[
        Form, typer.Option("--output", "-o", help="A table, JSON, a line of JSON for each case, JUnit XML.")
    ] = Form.TABLE,
    output_file: o.OutputFile = None,
) -> ExitCode:
    """Test policies: each case is a request and the decision that is expected. Exits with 3 on a mismatch.

    For example: trailkeep policies test tests/policies -o junit --output-file policies.xml

    A case has an id, a request (principal, action, resource, resource_account, context), policies (identity, boundary,
    session, resource, scp, rcp, vpc_endpoint) and what is expected: the decision Allowed, ImplicitlyDenied or
    ExplicitlyDenied. docs/policies.md shows one in full.
    """
    import json

    from trailkeep.app import policies as verbs
    from trailkeep.report import policies as report

    taken = None
    if snapshot is not None:
        from trailkeep.app import snapshot_file

        taken = snapshot_file.read(snapshot)
    outcomes = verbs.run_cases(verbs.read_cases(cases), taken)
    match output:
        case Form.TABLE:
            say.result(report.render_outcomes(outcomes), output_file)
        case Form.JSON:
            say.result_json([report.outcome_json(x) for x in outcomes], output_file)
        case Form.JSONL:
            from rich.text import Text

            lines = "\n".join(json.dumps(report.outcome_json(x)) for x in outcomes)
            say.result(Text(lines, no_wrap=True, overflow="ignore"), output_file)
        case Form.JUNIT:
            from rich.text import Text

            say.result(Text(report.junit(outcomes), no_wrap=True, overflow="ignore"), output_file)
    return ExitCode.OK if all(x.is_as_expected for x in outcomes) else ExitCode.FAILS


def _asked(
    principal: str | None, action: str | None, resource: str | None, context: list[str], event: Path | None
) -> "Asked":
    from trailkeep.app.policies import read_event, read_text
    from trailkeep.authz.event import Asked

    if event is not None:
        if principal or action or resource or context:
            raise UsageError("an event says itself who asked for what", hint="leave out the other options")
        return read_event(sys.stdin.read() if str(event) == "-" else read_text(event))
    if principal is None or action is None or resource is None:
        raise UsageError(
            "--principal, --action and --resource are needed", hint="or an event: trailkeep policies explain --event -"
        )
    return Asked(principal=principal, action=action, resource=resource, context=_context(context))


def _context(pairs: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"{pair[:80]!r} is no condition key", hint="write KEY=VALUE, e.g. aws:SourceIp=203.0.113.9"
            )
        found[key.strip().lower()] = (*found.get(key.strip().lower(), ()), value)
    return found


def _snapshot(file: Path | None, profile: str | None, region: str | None, workers: int, verbose: bool) -> "Snapshot":
    if file is not None:
        from trailkeep.app import snapshot_file

        return snapshot_file.read(file)
    from trailkeep.app.world import now, open_cloud, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch

    cloud = open_cloud(entry.access(profile, region, workers, verbose), None)
    with Watch() as watch:
        return read_snapshot(cloud, scope_of(None, watching=False), taken=now(), progress=watch)
