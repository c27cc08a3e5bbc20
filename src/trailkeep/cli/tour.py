"""The tour of `demo`: each step is a command a person could type, run for real on the embedded organization."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from trailkeep.app import snapshot_file
from trailkeep.app.attack import attack
from trailkeep.app.prove import judge
from trailkeep.app.setup import Applied, Options, Planned, apply, read_and_plan
from trailkeep.app.world import Access, Wanted, now, open_cloud, read_spec, scope_of
from trailkeep.authz.prove.prove import verdicts
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.snapshot import read_snapshot
from trailkeep.cli import lab, say, tour_told
from trailkeep.cli.tour_judged import causes, tally
from trailkeep.cli.watch import Watch
from trailkeep.errors import ExitCode, UsageError
from trailkeep.model.change.guardrail import short
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.attack import Tried, render_briefly, summary
from trailkeep.report.claims import render_judgement, render_verdicts
from trailkeep.report.outcome import render_check, render_outcome, render_troubles
from trailkeep.report.plan import render_plan
from trailkeep.report.snapshot import render_snapshot
from trailkeep.report.words import count
from trailkeep.setup.declared import declared
from trailkeep.setup.delivery import troubles
from trailkeep.setup.propose import propose


def tour(folder: Path, scenario: str) -> ExitCode:
    """Show the whole way; ends with the paths of what was written."""
    began = time.monotonic()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}", hint="choose another --output-dir") from error
    options = Options(journal=folder / "journal.jsonl", sample_volumes=False)
    with lab.begin(scenario) as running:
        os.environ.update(running.environment())
        _step("An organization, as it is", "trailkeep snapshot")
        before, spec_file = _first_look(folder)
        wanted = read_spec(spec_file)

        _heading("What is wrong with it, by that specification", "red")
        say.out().print(render_troubles(troubles(wanted.spec, before), before.organization))

        _step("Attacked, on a likeness of central logging without protection", f"trailkeep lab attack -f {spec_file}")
        cloud = open_cloud(Access(), wanted.spec)
        easy = attack(cloud, wanted.spec, before)
        say.out().print(Text(f"{summary(easy)}, such as:", style="bold red"))
        say.out().print(Text(f"  {', '.join(_some(easy))}", style="red"))

        _step("What stands between it and central logging", f"trailkeep plan -f {spec_file}")
        with Watch() as watch:
            ready = read_and_plan(cloud, wanted, options, watch)
        say.out().print(render_plan(ready.plan, ready.snapshot))
        say.out().print(render_judgement(*judge(ready)))

        _step("Built", f"trailkeep apply -f {spec_file} --yes")
        with Watch() as watch:
            applied = apply(cloud, ready, options, watch, watch)
        organization = ready.snapshot.organization
        say.out().print(render_outcome(organization, applied.outcome))
        for listener in tour_told.listeners(wanted):
            _step("Somebody wants to be told of tampering", f"trailkeep lab confirm {listener}")
            tour_told.confirm(listener)

        _step("Planned again", f"trailkeep plan -f {spec_file} --check")
        with Watch() as watch:
            again = read_and_plan(cloud, wanted, options, watch)
        say.out().print(render_check(again.plan, troubles(wanted.spec, again.snapshot), organization))
        snapshot_file.write(again.snapshot, folder / "after.json.gz")

        _step("Proved, for anybody there could ever be", f"trailkeep prove -f {spec_file}")
        say.out().print(render_verdicts(verdicts(declared(wanted.spec, again.snapshot))))

        hard = _attacked_again(cloud, wanted, again.snapshot, easy)

        _step("Audited", f"trailkeep audit -f {spec_file}")
        for when, seen in (("before", before), ("now", again.snapshot)):
            say.out().print(Text(f"  {when:7} {tally(wanted, seen)}"))

        _step("Asked what is wrong", f"trailkeep doctor -f {spec_file}")
        for when, seen in (("before", before), ("now", again.snapshot)):
            say.out().print(Text(f"  {when:7} {causes(wanted, seen)}"))
    _close(applied, again, folder, time.monotonic() - began)
    held = not any(one.succeeded for one in hard)
    return ExitCode.OK if applied.outcome.is_whole and not again.plan.changes and held else ExitCode.FAILS


def _attacked_again(cloud: Cloud, wanted: Wanted, after: Snapshot, easy: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """The same attacks on what stands now, what stopped them, and who heard of it."""
    _step("Attacked again", f"trailkeep lab attack -f {wanted.file}")
    heard = tour_told.heard()
    hard = attack(cloud, wanted.spec, after)
    say.out().print(render_briefly(hard))
    say.out().print(Text(f"Before: {summary(easy)}.", style="dim"))

    _step("Heard of", "trailkeep lab messages")
    tour_told.show(heard)
    return hard


def _some(tried: tuple[Tried, ...]) -> list[str]:
    """What succeeded, each way once, by whoever was first."""
    return list(dict.fromkeys(f"{one.what} ({one.who})" for one in tried if one.succeeded))[::6]


def _first_look(folder: Path) -> tuple[Snapshot, Path]:
    cloud = open_cloud(Access(), None)
    with Watch() as watch:
        before = read_snapshot(cloud, scope_of(None), taken=now(), progress=watch)
    say.out().print(render_snapshot(before))
    snapshot_file.write(before, folder / "before.json.gz")
    file = folder / "trailkeep.yaml"
    file.write_text(propose(before), encoding="utf-8")
    say.out().print(Text(f"A specification was proposed from it: {file} (trailkeep init)", style="dim"))
    return before, file


def _step(title: str, command: str) -> None:
    _heading(title, "cyan")
    say.out().print(Text(f"$ {command}", style="bold"))


def _heading(title: str, style: str) -> None:
    say.out().print(Text(f"\n── {title} ".ljust(78, "─"), style=style))


def _close(applied: Applied, again: Planned, folder: Path, seconds: float) -> None:
    _heading("In place now", "green")
    for holds, line in _in_place(applied, again, seconds):
        say.out().print(Text(f"  {'✓' if holds else '✗'} {line}", style="green" if holds else "red"))
    _heading("Still open", "yellow")
    for line in [*_still_open(again)] or ["nothing"]:
        say.out().print(Text(f"  ? {line}", style="yellow"))
    _heading("Written", "cyan")
    for name in ("trailkeep.yaml", "before.json.gz", "after.json.gz", "journal.jsonl"):
        say.out().print(str(folder / name))


def _in_place(applied: Applied, again: Planned, seconds: float) -> Iterator[tuple[bool, str]]:
    after, left = again.snapshot, len(again.plan.changes)
    made = count(len(applied.outcome.done), "change")
    yield left == 0, f"{made} in {seconds:.0f} s, demo and all; a second plan finds {left}"
    cells = [c for regions in after.cells.values() for c in regions.values()]
    seen = sum(any(s.is_logging for s in c.trails) for c in cells)
    yield seen == len(cells), f"the organization trail is seen running in {seen} of {len(cells)} account-Regions"
    recording = sum(c.recorder is not None and c.recorder.is_recording for c in cells)
    yield recording == len(cells), f"AWS Config records in {recording} of {len(cells)} account-Regions"
    for bucket in after.buckets:
        lock = f", objects locked for {bucket.lock.days} days" if bucket.lock else ""
        yield bucket.versioning == "Enabled", f"{bucket.name}: versioning {bucket.versioning.lower() or 'off'}{lock}"
    ours = [p for p in after.organization.policies if not p.aws_managed and p.name.startswith("trailkeep")]
    for policy in ours:
        names = ", ".join(sorted(after.organization.path(target) for target in policy.targets))
        yield bool(policy.targets), f"{short(policy.type)} {policy.name} on {names or 'nothing'}"


def _still_open(again: Planned) -> Iterator[str]:
    accounts = again.snapshot.organization.accounts
    for u in again.plan.unreachable:
        yield f"{accounts[u.account].name} {u.region} {u.what}".strip() + f": {u.hint or u.reason}"
    for d in again.plan.duplicates:
        yield f"trail {d.trail.name} of {accounts[d.trail.owner].name} is a billed copy (--retire {d.trail.name})"
