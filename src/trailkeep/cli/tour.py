"""The tour of `demo`: each step is a command a person could type, run for real on the embedded organization."""

import os
import time
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from trailkeep.app import snapshot_file
from trailkeep.app.setup import Applied, Options, Planned, apply, read_and_plan
from trailkeep.app.world import Access, now, open_cloud, read_spec, scope_of
from trailkeep.aws.read.snapshot import read_snapshot
from trailkeep.cli import lab, say
from trailkeep.cli.watch import Watch
from trailkeep.errors import ExitCode, UsageError
from trailkeep.model.change.guardrail import short
from trailkeep.report.outcome import render_check, render_outcome
from trailkeep.report.plan import render_plan
from trailkeep.report.snapshot import render_snapshot
from trailkeep.report.words import count
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
        spec_file = _first_look(folder)
        wanted = read_spec(spec_file)

        _step("What stands between it and central logging", f"trailkeep plan -f {spec_file}")
        cloud = open_cloud(Access(), wanted.spec)
        with Watch() as watch:
            ready = read_and_plan(cloud, wanted, options, watch)
        say.out().print(render_plan(ready.plan, ready.snapshot))

        _step("Built", f"trailkeep apply -f {spec_file} --yes")
        with Watch() as watch:
            applied = apply(cloud, ready, options, watch, watch)
        organization = applied.after.organization
        say.out().print(render_outcome(organization, applied.outcome))

        _step("Planned again", f"trailkeep plan -f {spec_file} --check")
        with Watch() as watch:
            again = read_and_plan(cloud, wanted, options, watch)
        say.out().print(render_check(again.plan, applied.troubles, organization))
        snapshot_file.write(again.snapshot, folder / "after.json.gz")
    _close(applied, again, folder, time.monotonic() - began)
    return ExitCode.OK if applied.outcome.is_whole and not again.plan.changes else ExitCode.FAILS


def _first_look(folder: Path) -> Path:
    cloud = open_cloud(Access(), None)
    with Watch() as watch:
        before = read_snapshot(cloud, scope_of(None), taken=now(), progress=watch)
    say.out().print(render_snapshot(before))
    snapshot_file.write(before, folder / "before.json.gz")
    file = folder / "trailkeep.yaml"
    file.write_text(propose(before), encoding="utf-8")
    say.out().print(Text(f"A specification was proposed from it: {file} (trailkeep init)", style="dim"))
    return file


def _step(title: str, command: str) -> None:
    say.out().print(Rule(f"{title}   $ {command}", align="left", style="cyan"))


def _close(applied: Applied, again: Planned, folder: Path, seconds: float) -> None:
    after = again.snapshot
    cells = [c for regions in after.cells.values() for c in regions.values()]
    say.out().print(Rule("In place now", align="left", style="green"))
    trail = next((t for t in after.trails if t.is_organization and t.is_logging), None)
    seen = sum(any(s.is_logging for s in c.trails) for c in cells)
    recording = sum(c.recorder is not None and c.recorder.is_recording for c in cells)
    ours = [p for p in after.organization.policies if not p.aws_managed and p.name.startswith("trailkeep")]
    lines = [
        f"{count(len(applied.outcome.done), 'change')} in {seconds:.0f} s; a second plan finds {len(again.plan.changes)}",
        f"trail {trail.name}: seen and running in {seen} of {len(cells)} account-Regions"
        if trail
        else "no organization trail",
        f"AWS Config records in {recording} of {len(cells)} account-Regions, delivering to one bucket",
        *(_bucket_line(b.name, b.versioning, b.lock is not None and b.lock.days) for b in after.buckets),
        "guardrails: "
        + ", ".join(sorted(f"{short(p.type)} {p.name} on {count(len(p.targets), 'target')}" for p in ours)),
    ]
    for line in lines:
        say.out().print(Text(f"  ✓ {line}", style="green"))
    say.out().print(Rule("Still open", align="left", style="yellow"))
    open_ = [
        *(f"{again.snapshot.organization.accounts[u.account].name}: {u.reason}" for u in again.plan.unreachable),
        *(f"trail {d.trail.name} of {d.trail.owner} is a second, billed copy" for d in again.plan.duplicates),
    ]
    for line in open_ or ["nothing"]:
        say.out().print(Text(f"  ? {line}", style="yellow"))
    say.out().print(Rule(align="left"))
    for name in ("trailkeep.yaml", "before.json.gz", "after.json.gz", "journal.jsonl"):
        say.out().print(str(folder / name))


def _bucket_line(name: str, versioning: str, days: int | bool | None) -> str:
    lock = f", locked for {days} days" if days else ""
    return f"bucket {name}: versioning {versioning.lower() or 'off'}{lock}"
