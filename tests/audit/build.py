"""A healthy organization as it is on an ordinary day, and its audit: make a healthy thing, say what is wrong with it.

healthy()                           everything as the specification says, delivered minutes ago
bucket(snapshot, "trail", **new)    with other settings of a bucket; so for trail(), key(), cell(), organization()
audited(snapshot)                   every check but the proofs; judged(snapshot) proves too
watched()                           healthy, and watched as WATCHING says; monitoring(), hub(), alarm() change that
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from tests.setup import build, planning
from trailkeep.audit.audit import Audited, audit
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.checks.proved import CHECKS as PROVED
from trailkeep.audit.finding import Status
from trailkeep.audit.promise import implied, promised
from trailkeep.audit.view import View
from trailkeep.authz.prove.prove import verdicts
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import EventRule, Hub, Monitoring
from trailkeep.model.snapshot import Cell, Snapshot, Unreachable
from trailkeep.setup.declared import declared
from trailkeep.setup.spec import Spec

NOW = build.NOW
TRAIL_BUCKET = f"acme-trail-{build.LOG_ARCHIVE}-{build.HOME}"
CONFIG_BUCKET = f"acme-config-{build.LOG_ARCHIVE}-{build.HOME}"
LISTENER = "ops@example.com"
WATCHING = build.spec(monitoring={"alarms": {"notify": [LISTENER]}})
PLAIN = tuple(c for c in CHECKS if c not in PROVED)


@cache
def healthy() -> Snapshot:
    """As `planning.settled`, after everything delivered for a while."""
    return delivering(planning.settled())


@cache
def watched() -> Snapshot:
    """As `healthy`, after everything that watches was put there, and whoever listens has confirmed."""
    settled = delivering(planning.settled(WATCHING, monitoring=Monitoring()))
    found = settled.monitoring or Monitoring()
    assert found.hub is not None
    return replace(
        settled,
        monitoring=replace(
            found,
            rules=tuple(replace(r, status="CREATE_SUCCESSFUL") for r in found.rules),
            packs=tuple(replace(p, status="CREATE_SUCCESSFUL") for p in found.packs),
            topics=tuple(
                replace(t, subscriptions=tuple(replace(s, confirmed=True) for s in t.subscriptions))
                for t in found.topics
            ),
        ),
    )


def delivering(snapshot: Snapshot) -> Snapshot:
    """What the services report when nothing is wrong."""
    return every_cell(snapshot, _delivering)


def _delivering(cell: Cell) -> Cell:
    recorder = replace(cell.recorder, status="success") if cell.recorder else None
    channel = replace(cell.channel, history="success", snapshot="success") if cell.channel else None
    trails = tuple(
        replace(
            t,
            started=NOW - timedelta(days=90),
            delivered=NOW - timedelta(minutes=7),
            digest_delivered=NOW - timedelta(minutes=40),
        )
        for t in cell.trails
    )
    return replace(cell, recorder=recorder, channel=channel, trails=trails)


def every_cell(snapshot: Snapshot, change: Callable[[Cell], Cell]) -> Snapshot:
    """Every cell changed alike."""
    return replace(snapshot, cells={a: {r: change(c) for r, c in rs.items()} for a, rs in snapshot.cells.items()})


def cell(
    snapshot: Snapshot,
    change: Callable[[Cell], Cell],
    account: AccountId = build.PAYMENTS,
    region: Region = build.REGIONS[0],
) -> Snapshot:
    """One account and Region changed."""
    regions = {**snapshot.cells[account], region: change(snapshot.cells[account][region])}
    return replace(snapshot, cells={**snapshot.cells, account: regions})


def recorder(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """The recorder of one account and Region with other settings."""
    return cell(snapshot, lambda c: replace(c, recorder=replace(c.recorder, **changes) if c.recorder else None))


def channel(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """The delivery channel of one account and Region with other settings."""
    return cell(snapshot, lambda c: replace(c, channel=replace(c.channel, **changes) if c.channel else None))


def status(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """What CloudTrail says of itself in one account and Region."""
    return cell(snapshot, lambda c: replace(c, trails=tuple(replace(t, **changes) for t in c.trails)))


def bucket(snapshot: Snapshot, /, use: str = "trail", **changes: Any) -> Snapshot:
    """One of the archive's buckets with other settings."""
    name = TRAIL_BUCKET if use == "trail" else CONFIG_BUCKET
    found = tuple(replace(b, **changes) if b.name == name else b for b in snapshot.buckets)
    return replace(snapshot, buckets=found)


def trail(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """The organization trail with other settings."""
    return replace(snapshot, trails=(*(replace(t, **changes) for t in snapshot.trails[:1]), *snapshot.trails[1:]))


def key(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """The archive's key with other settings."""
    return replace(snapshot, keys=(replace(snapshot.keys[0], **changes),))


def monitoring(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """What watches, with other parts."""
    assert snapshot.monitoring is not None
    return replace(snapshot, monitoring=replace(snapshot.monitoring, **changes))


def hub(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """Security Hub with other settings."""
    assert snapshot.monitoring is not None
    return monitoring(snapshot, hub=replace(snapshot.monitoring.hub or Hub(region=build.HOME), **changes))


def alarm(
    snapshot: Snapshot,
    change: Callable[[EventRule], EventRule],
    name: str = "trailkeep-logging",
    account: AccountId = build.PAYMENTS,
    region: Region = build.REGIONS[0],
) -> Snapshot:
    """One event rule of one account and Region changed."""
    return cell(
        snapshot,
        lambda c: replace(c, alarms=tuple(change(r) if r.name == name else r for r in c.alarms)),
        account,
        region,
    )


def organization(snapshot: Snapshot, /, **changes: Any) -> Snapshot:
    """The organization with other settings."""
    return replace(snapshot, organization=replace(snapshot.organization, **changes))


def policy(snapshot: Snapshot, name: str, /, **changes: Any) -> Snapshot:
    """One SCP or RCP changed."""
    found = tuple(replace(p, **changes) if p.name == name else p for p in snapshot.organization.policies)
    return organization(snapshot, policies=found)


def unread(
    snapshot: Snapshot, account: str, region: str = "", what: str = "", reason: str = "AccessDenied"
) -> Snapshot:
    """Something that could not be read, and is not in the snapshot either where it is a whole account or Region."""
    lost = Unreachable(account=AccountId(account), region=region, what=what, reason=reason, hint="")
    cells: Mapping[AccountId, Mapping[Region, Cell]] = snapshot.cells
    if not what:
        cells = {
            a: {r: c for r, c in rs.items() if a != account or region not in {"", r}}
            for a, rs in snapshot.cells.items()
        }
    return replace(snapshot, cells=cells, unreachable=(*snapshot.unreachable, lost))


def view(snapshot: Snapshot, spec: Spec | str | None = "the tests'", **more: Any) -> View:
    """What checks see; without a specification with `spec=None`."""
    wanted = build.spec() if isinstance(spec, str) else spec
    promise = promised(wanted, snapshot) if wanted else implied(snapshot)
    return View(snapshot=snapshot, promise=promise, now=more.pop("now", snapshot.taken), **more)


def audited(snapshot: Snapshot, spec: Spec | str | None = "the tests'", **more: Any) -> Audited:
    """Every check but the proofs."""
    return audit(view(snapshot, spec, **more), PLAIN)


def judged(snapshot: Snapshot, spec: Spec | None = None) -> Audited:
    """Every check, the proofs among them."""
    wanted = spec or build.spec()
    proofs = {p.claim: p for p in verdicts(declared(wanted, snapshot))}
    return audit(view(snapshot, wanted, proofs=proofs))


def failing(done: Audited) -> set[str]:
    """The checks that fail somewhere."""
    return {f.check.id for f in done.findings if f.status is Status.FAIL}


def unknown(done: Audited) -> set[str]:
    """The checks that are unknown somewhere."""
    return {f.check.id for f in done.findings if f.status is Status.UNKNOWN}


def of(done: Audited, check: str, subject: str = "") -> Status:
    """What a check says, of one subject or of all alike."""
    (found,) = {f.status for f in done.findings if f.check.id == check and (not subject or f.subject.id == subject)}
    return found
