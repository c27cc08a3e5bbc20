"""plan, apply, rollback."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.app.setup import Applied, Options, Planned
    from trailkeep.app.world import Wanted
    from trailkeep.aws.cloud import Cloud
    from trailkeep.cli.watch import Watch
    from trailkeep.model.organization import Organization


def plan(
    spec: o.SpecFile = Path("trailkeep.yaml"),
    check: Annotated[bool, typer.Option("--check", help="Exit with 5 when something is to change.")] = False,
    save: Annotated[Path | None, typer.Option(help="Keep the plan in this file, for `apply`.")] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Show policies in full, and why each change is made.")
    ] = False,
    costs: Annotated[
        bool, typer.Option("--costs", help="Sample event volumes, to price second copies of trails.")
    ] = False,
    retire: o.Retire = None,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    account: o.Accounts = None,
    ou: o.Units = None,
    exclude: o.Without = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Show what stands between the organization and the specification. Nothing is changed."""
    from rich.console import Group

    from trailkeep.app import plan_file
    from trailkeep.app.prove import judge
    from trailkeep.app.setup import Options, planned
    from trailkeep.app.world import open_cloud, read_spec
    from trailkeep.cli.watch import Watch
    from trailkeep.report.claims import claims_json, render_judgement
    from trailkeep.report.json import plan_json
    from trailkeep.report.plan import render_plan

    wanted = read_spec(spec)
    options = Options(retire=frozenset(retire or ()), sample_volumes=costs)
    if snapshot is not None:
        from trailkeep.app import snapshot_file

        ready = planned(wanted, snapshot_file.read(snapshot), options)
    else:
        cloud = open_cloud(entry.access(profile, region, workers, verbose), wanted.spec)
        with Watch() as watch:
            ready = _read(cloud, wanted, options, watch)
    ready, options = _narrow(ready, options, account, ou, exclude)
    if save:
        plan_file.write(save, ready, options)
        say.err().print(f"plan kept in {save}; carry it out with: trailkeep apply {save}")
    before, after = judge(ready)
    if output is o.Output.JSON:
        claims = {"claims_now": claims_json(before), "claims_after": claims_json(after)}
        say.result_json(plan_json(ready.plan, ready.snapshot.organization.id) | claims, output_file)
    else:
        shown = render_plan(ready.plan, ready.snapshot, details=details)
        say.result(Group(shown, render_judgement(before, after)), output_file)
    if not ready.plan.is_complete:
        return ExitCode.INCOMPLETE
    return ExitCode.PENDING if check and ready.plan.changes else ExitCode.OK


def apply(
    plan_file: Annotated[
        Path | None, typer.Argument(help="A plan kept with `plan --save`.", show_default=False)
    ] = None,
    spec: o.SpecFile = Path("trailkeep.yaml"),
    yes: o.Yes = False,
    confirm: o.Confirm = None,
    retire: o.Retire = None,
    max_failures: Annotated[
        int | None, typer.Option(help="Begin nothing new after so many failures.", min=1, show_default=False)
    ] = None,
    journal: o.JournalFile = None,
    break_lease: o.BreakLease = False,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    account: o.Accounts = None,
    ou: o.Units = None,
    exclude: o.Without = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Plan, ask, make the changes stage by stage, and read back what came of it.

    Ctrl-C pauses it: calls under way are finished. Run it again to go on; what is done is not done twice.
    """
    from trailkeep.app import plan_file as saved_plan
    from trailkeep.app.prove import judge
    from trailkeep.app.setup import Options, check_saved
    from trailkeep.app.setup import apply as carry_out
    from trailkeep.app.world import open_cloud, read_spec
    from trailkeep.cli.watch import Watch
    from trailkeep.report.claims import render_judgement
    from trailkeep.report.plan import render_plan

    if plan_file and (account or ou or exclude or retire):
        raise UsageError(
            "a kept plan holds itself which accounts and trails it is about", hint="give these options to `plan --save`"
        )
    saved = saved_plan.read(plan_file) if plan_file else None
    wanted = saved.wanted if saved else read_spec(spec)
    options = Options(
        retire=saved.retire if saved else frozenset(retire or ()),
        max_failures=max_failures,
        journal=journal,
        break_lease=break_lease,
        only=saved.only if saved else None,
    )
    cloud = open_cloud(entry.access(profile, region, workers, verbose), wanted.spec)
    with Watch() as watch:
        ready = _read(cloud, wanted, options, watch)
    if saved:
        check_saved(saved.changes, ready.plan)
    else:
        ready, options = _narrow(ready, options, account, ou, exclude)
    if output is o.Output.TABLE:
        say.err().print(render_plan(ready.plan, ready.snapshot))
        say.err().print(render_judgement(*judge(ready)))
    if not ready.plan.changes:
        return _nothing(ready, output, output_file)
    agreed = _agreed(cloud, ready, yes=yes, confirm=confirm)
    with Watch() as watch:
        applied = carry_out(cloud, agreed, options, watch, watch)
    _say_applied(applied, ready.snapshot.organization, output, output_file)
    return ExitCode.OK if applied.is_complete else ExitCode.INCOMPLETE


def rollback(
    spec: o.SpecFile = Path("trailkeep.yaml"),
    yes: o.Yes = False,
    confirm: o.Confirm = None,
    journal: o.JournalFile = None,
    break_lease: o.BreakLease = False,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Take back the reversible changes of the last apply, newest first. What cannot be undone is named and kept."""
    from trailkeep.app.setup import Options, last_run, read_and_plan, undo_of
    from trailkeep.app.setup import rollback as take_back
    from trailkeep.app.world import open_cloud, read_spec
    from trailkeep.cli.consent import consent
    from trailkeep.cli.watch import Watch
    from trailkeep.report.outcome import render_outcome
    from trailkeep.report.undo import render_undo

    wanted = read_spec(spec)
    options = Options(journal=journal, break_lease=break_lease)
    cloud = open_cloud(entry.access(profile, region, workers, verbose), wanted.spec)
    with Watch() as watch:
        ready = read_and_plan(cloud, wanted, options, watch)
    organization = ready.snapshot.organization
    undo = undo_of(last_run(organization.id, options))
    changes = [c for _, wave in undo.waves for c in wave]
    say.err().print(render_undo(undo.run.began, undo.waves, undo.kept, organization))
    if not changes:
        raise UsageError("nothing of the last run can be undone", hint="what it made is listed above")
    consent(changes, yes=yes, confirmed=confirm or ())
    with Watch() as watch:
        outcome = take_back(cloud, ready, undo, options, watch)
    say.out().print(render_outcome(organization, outcome))
    return ExitCode.OK if outcome.is_whole else ExitCode.INCOMPLETE


def _read(cloud: "Cloud", wanted: "Wanted", options: "Options", watch: "Watch") -> "Planned":
    from trailkeep.app.setup import read_and_plan

    return read_and_plan(cloud, wanted, options, watch)


def _agreed(cloud: "Cloud", ready: "Planned", *, yes: bool, confirm: list[str] | None) -> "Planned":
    """The same plan, once it is known that nothing of it would be denied and a person has said yes."""
    from trailkeep.app.preflight import foresee
    from trailkeep.cli.consent import consent

    for unknown in foresee(cloud, ready):
        say.err().print(f"? {unknown}", style="yellow")
    consent(ready.plan.changes, yes=yes, confirmed=confirm or ())
    return ready


def _narrow(
    ready: "Planned", options: "Options", account: list[str] | None, ou: list[str] | None, exclude: list[str] | None
) -> "tuple[Planned, Options]":
    from dataclasses import replace

    from trailkeep.app.setup import planned

    only = entry.only(account, ou, exclude, ready.snapshot.organization)
    if only is None:
        return ready, options
    options = replace(options, only=only)
    return planned(ready.wanted, ready.snapshot, options), options


def _nothing(ready: "Planned", output: o.Output, file: Path | None) -> ExitCode:
    if output is o.Output.JSON:
        from trailkeep.report.json import plan_json

        say.result_json(plan_json(ready.plan, ready.snapshot.organization.id), file)
    return ExitCode.OK if ready.plan.is_complete else ExitCode.INCOMPLETE


def _say_applied(applied: "Applied", organization: "Organization", output: o.Output, file: Path | None) -> None:
    outcome, checked = applied.outcome, applied.checked
    if output is o.Output.JSON:
        from trailkeep.report.json import outcome_json

        left, troubles = (checked.left, checked.troubles) if checked else (None, ())
        from trailkeep.report.claims import claims_json

        claims = {"claims": claims_json(checked.proofs) if checked else None}
        say.result_json(outcome_json(outcome, left, troubles, organization.id) | claims, file)
    else:
        from rich.console import Group

        from trailkeep.report.claims import render_proved
        from trailkeep.report.outcome import render_check, render_outcome

        known = checked.after.organization if checked else organization
        back = [render_check(checked.left, checked.troubles, known), render_proved(checked.proofs)] if checked else []
        say.result(Group(render_outcome(known, outcome), *back), file)
    if applied.unread:
        say.err().print(f"Not read back: {applied.unread}. `trailkeep plan` shows what is left.", style="yellow")
    say.err().print(f"journal: {applied.journal}", style="dim")
