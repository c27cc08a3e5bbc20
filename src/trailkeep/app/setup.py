"""plan, apply, rollback: read, decide, act."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from trailkeep.app.codec import encode
from trailkeep.app.execute import Execution, Outcome, Watcher, Wave, waves
from trailkeep.app.journal import Journal, Run, runs
from trailkeep.app.world import Wanted, host, journal_path, new_run, now, scope_of
from trailkeep.authz.prove.proof import Proof
from trailkeep.authz.prove.prove import verdicts
from trailkeep.errors import AwsError, PlanMovedError, SpecError, UsageError
from trailkeep.model.change import AttachPolicy, Change, CreateServiceLinkedRole, PutRole, SetDelegate, Stage, bind
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization
from trailkeep.model.plan import Plan
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.declared import declared
from trailkeep.setup.delivery import Trouble, troubles
from trailkeep.setup.places import find
from trailkeep.setup.plan import make_plan
from trailkeep.setup.spec import Spec
from trailkeep.setup.spec.load import located

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.read.scope import Progress

LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a plan is made and carried out."""

    retire: frozenset[str] = frozenset()
    only: frozenset[AccountId] | None = None
    """The member accounts to change, None for all; the archive and the organization are always included."""
    max_failures: int | None = None
    journal: Path | None = None
    break_lease: bool = False
    sample_volumes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what it was made from."""

    wanted: Wanted
    snapshot: Snapshot
    plan: Plan

    @property
    def spec(self) -> Spec:
        """The specification itself."""
        return self.wanted.spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was read back after an apply: what is still to change, what keeps logs from arriving, what is proved."""

    after: Snapshot
    left: Plan
    troubles: tuple[Trouble, ...]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply came to. `checked` is None when it was paused or could not be read back; `unread` says why."""

    outcome: Outcome
    checked: Checked | None
    unread: str
    journal: Path

    @property
    def is_complete(self) -> bool:
        """Whether everything that AWS offers is in place, and everything could be read."""
        left = self.checked.left if self.checked else None
        missing = {_what(f.change) for f in self.outcome.unsupported}
        done = left is not None and left.is_complete and all(_what(c) in missing for c in left.changes)
        return self.outcome.is_whole and done


def _what(change: Change) -> tuple[str, str, str]:
    return change.account, change.region, change.resource


def read_and_plan(cloud: "Cloud", wanted: Wanted, options: Options, progress: "Progress | None" = None) -> Planned:
    """Read the organization, and decide what stands between it and the specification."""
    from trailkeep.aws.read.snapshot import read_snapshot

    taken = now()
    scope = scope_of(wanted.spec, sample_volumes=options.sample_volumes, watching=False, day=taken)
    snapshot = read_snapshot(cloud, scope, taken=taken, progress=progress)
    return planned(wanted, snapshot, options)


def planned(wanted: Wanted, snapshot: Snapshot, options: Options) -> Planned:
    """The plan for a snapshot, narrowed to the accounts that were asked for. Raises SpecError with places."""
    spec = wanted.spec
    conflicts = contradictions_with(spec, snapshot)
    if conflicts:
        raise SpecError(
            f"{wanted.file} does not fit this organization", problems=located(conflicts, wanted.text, wanted.file)
        )
    plan = make_plan(spec, snapshot, options.retire)
    if options.only is not None:
        places = find(spec, snapshot)
        always = {places.management, places.log_archive, places.security}
        chosen = tuple(c for c in plan.changes if _concerns(c, options.only, frozenset(always), snapshot.organization))
        plan = replace(
            plan, changes=chosen, unreachable=tuple(u for u in plan.unreachable if u.account in options.only)
        )
    return Planned(wanted=wanted, snapshot=snapshot, plan=plan)


def _concerns(
    change: Change, only: frozenset[AccountId], always: frozenset[AccountId], organization: Organization
) -> bool:
    if isinstance(change, AttachPolicy):
        below = {a for a in organization.accounts if change.target in organization.chain(a)}
        return bool(below) and below <= only | always
    return change.account in only | always or change.account not in organization.accounts


def apply(
    cloud: "Cloud", ready: Planned, options: Options, watcher: Watcher, progress: "Progress | None" = None
) -> Applied:
    """Carry out a plan that was agreed to, then read back what came of it."""
    path = journal_path(ready.snapshot.organization.id, options.journal)
    outcome = _act(cloud, ready, waves(ready.plan.changes), "apply", options, watcher)

    checked, unread = None, "it was paused"
    if not outcome.paused:
        try:
            again = read_and_plan(cloud, ready.wanted, options, progress)
            found = troubles(ready.spec, again.snapshot)
            proofs = verdicts(declared(ready.spec, again.snapshot))
            checked, unread = Checked(after=again.snapshot, left=again.plan, troubles=found, proofs=proofs), ""
        except (AwsError, SpecError) as error:  # what was done must be told all the same
            unread = error.message
    return Applied(outcome=outcome, checked=checked, unread=unread, journal=path)


def last_run(organization: str, options: Options) -> Run:
    """The last apply that was not rolled back yet. Raises UsageError when there is none."""
    path = journal_path(organization, options.journal)
    all_runs = runs(path)
    undone = {r.undoes for r in all_runs}
    for run in reversed(all_runs):
        if run.verb == "apply" and (run.done or run.perhaps) and run.id not in undone:
            return run
    raise UsageError(
        f"no run to roll back in {path}", hint="the journal of the machine that ran apply is needed: --journal FILE"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How a run is taken back: what can be undone, newest first, and what is kept, with the reason."""

    run: Run
    waves: tuple[Wave, ...]
    kept: tuple[tuple[Change, str], ...]


def undo_of(run: Run) -> Undo:
    """The reversible changes of a run in reverse order; a stage is undone before the one it stood on."""
    made = (*run.done, *run.perhaps)
    latest_first = sorted(enumerate(made), key=lambda pair: (pair[1].when, pair[0]), reverse=True)
    backward = tuple(change for _, change in latest_first)
    groups = ((stage, tuple(group)) for stage, group in groupby(backward, key=lambda c: c.when))
    stages = tuple((Stage(s).label, tuple(u for c in group if (u := c.undo()) is not None)) for s, group in groups)
    kept = tuple((c, c.irreversible or "it cannot be put back") for c in made if c.undo() is None)
    return Undo(run=run, waves=tuple((name, changes) for name, changes in stages if changes), kept=kept)


def rollback(cloud: "Cloud", ready: Planned, undo: Undo, options: Options, watcher: Watcher) -> Outcome:
    """Take back what a run did; written to the journal as a run of its own."""
    return _act(cloud, ready, list(undo.waves), "rollback", options, watcher, undoes=undo.run.id)


def _act(
    cloud: "Cloud", ready: Planned, plan: list[Wave], verb: str, options: Options, watcher: Watcher, undoes: str = ""
) -> Outcome:
    from trailkeep.aws.lease import Lease

    journal = Journal(journal_path(ready.snapshot.organization.id, options.journal), new_run())
    lease = Lease.take(
        cloud,
        ready.spec.organization.home_region,
        holder=cloud.caller.arn,
        host=host(),
        pid=_pid(),
        now=now(),
        ttl=int(LEASE.total_seconds()),
        break_lease=options.break_lease,
    )
    members = frozenset(ready.snapshot.organization.accounts) - _dedicated(ready)
    execution = Execution(
        perform=_performing(cloud, ready, lambda: lease.renew(now())),
        journal=journal,
        now=now,
        watcher=watcher,
        foundation=lambda change: _carries_all(change, members),
        hurry=cloud.interrupt,
        workers=cloud.workers,
        max_failures=options.max_failures,
    )
    try:
        journal.write("begin", now(), verb=verb, undoes=undoes)
        outcome = execution.run(plan)
        journal.write("end", now(), done=len(outcome.done), failed=len(outcome.failed), stopped=outcome.stopped)
    finally:
        journal.close()
        with suppress(AwsError):  # it ends by itself, and the next run on this machine takes it over at once
            lease.release()
    return outcome


def _dedicated(ready: Planned) -> frozenset[AccountId]:
    places = find(ready.spec, ready.snapshot)
    return frozenset({places.management, places.log_archive, places.security})


def _carries_all(change: Change, members: frozenset[AccountId]) -> bool:
    """Whether everything after it stands on it: the archive and the organization do, one member does not.

    A trail that could not be stopped still delivers, so the policies that let it in are not narrowed.
    """
    return change.when is Stage.RETIRE or (
        change.when < Stage.RECORDER
        and change.account not in members
        and not isinstance(change, CreateServiceLinkedRole | SetDelegate | PutRole)
    )


def _performing(cloud: "Cloud", ready: Planned, renew: Callable[[], None]) -> Callable[[Change], dict[str, str]]:
    from trailkeep.aws.clock import Clock
    from trailkeep.aws.write import perform

    beat = _Heartbeat(renew)

    def make(change: Change) -> dict[str, str]:
        beat.tick()
        chosen = perform(cloud, change, wait=Clock())
        if isinstance(change, AttachPolicy) and change.after and not change.type.startswith("RESOURCE"):
            _try_under(cloud, ready, change)
        return chosen

    return make


@dataclass(slots=True)
class _Heartbeat:
    """Renews the lease while there is work, a few times in its life."""

    renew: Callable[[], None]
    last: float = field(default_factory=lambda: now().timestamp())

    def tick(self) -> None:
        moment = now().timestamp()
        if moment - self.last > LEASE.total_seconds() / 4:
            self.last = moment
            with suppress(AwsError):  # three more attempts fit into its life
                self.renew()


def _try_under(cloud: "Cloud", ready: Planned, attached: AttachPolicy) -> None:
    """After a guardrail is attached, see that we still get in below it; if not, take it off at once.

    Raises AwsError, so that no further target gets it.
    """
    from trailkeep.aws.clock import Clock
    from trailkeep.aws.write import perform

    organization, home = ready.snapshot.organization, ready.spec.organization.home_region
    below = [a for a in organization.accounts.values() if attached.target in organization.chain(a.id) and a.is_active]
    for account in [a for a in below if ready.snapshot.blind(a.id) is None][:3]:
        if account.id == organization.management:
            continue
        try:
            cloud.call(account.id, home, "config", "describe_configuration_recorders")
        except AwsError as error:
            perform(cloud, bind(replace(attached, before=True, after=False), {}), wait=Clock())
            raise AwsError(
                f"{attached.name} was taken off {attached.path} again: under it {account.name} could not be entered "
                f"({error.message})",
                code=error.code,
                hint="see that the exempt roles of the specification are the ones trailkeep enters with",
            ) from error


def _pid() -> int:
    import os

    return os.getpid()


def check_saved(saved: tuple[Change, ...], plan: Plan) -> None:
    """A saved plan is carried out only while it is still what stands between. Raises PlanMovedError."""
    before, after = [_text(c) for c in saved], [_text(c) for c in plan.changes]
    if before != after:
        gone = (Counter(before) - Counter(after)).total()
        new = (Counter(after) - Counter(before)).total()
        raise PlanMovedError(
            "the organization has moved on since this plan was made: "
            f"{gone} of its changes no longer fit, {new} are new",
            hint="make a new plan, read it, and apply that",
        )


def _text(change: Change) -> str:
    return json.dumps(encode(change), sort_keys=True)
