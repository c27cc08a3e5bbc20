"""The pure prediction and the embedded organization agree: what a plan says will be is what is read back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.aws.write_change import Hurry
from tests.forks import start
from tests.laws.organizations import scenarios, wishes
from trailkeep.app.setup import Options, Planned, planned
from trailkeep.app.world import Wanted, now, scope_of
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.snapshot import read_snapshot
from trailkeep.aws.write import perform
from trailkeep.errors import SpecError
from trailkeep.model.change import EnableMfaDelete, bind
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import HubPolicy, Monitoring
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import Trail
from trailkeep.setup.places import expected_cells
from trailkeep.setup.plan import after
from trailkeep.setup.spec import Spec

ROLES = {"OrganizationAccountAccessRole", "TrailkeepBreakGlass"}


@contextmanager
def served(scenario: dict[str, Any], folder: Path) -> Iterator[Cloud]:
    file = folder / "scenario.json"
    file.write_text(json.dumps(scenario))
    with start(str(file)) as lab, pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment().items():
            patch.setenv(name, value)
        yield Cloud.open(access_role="OrganizationAccountAccessRole", workers=8)


def read(cloud: Cloud, spec: Spec) -> Planned:
    snapshot = read_snapshot(cloud, scope_of(spec), taken=now())
    assert snapshot.unreachable == ()
    return planned(Wanted(spec=spec, text="", file="trailkeep.yaml"), snapshot, Options())


@settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(scenario=scenarios(), spec=wishes())
def test_what_was_predicted_is_what_is_read_back(scenario: dict[str, Any], spec: Spec, tmp_path: Path) -> None:
    with served(scenario, tmp_path) as cloud:
        try:
            first = read(cloud, spec)
        except SpecError:
            return
        chosen: dict[str, str] = {}
        for change in first.plan.changes:
            if not isinstance(change, EnableMfaDelete):
                known = change.bind(chosen)
                assert not known.is_unbound
                chosen |= perform(cloud, known, wait=Hurry())
        again = read(cloud, spec)

    by_hand = tuple(c for c in first.plan.changes if isinstance(c, EnableMfaDelete))
    predicted = after(bind(first.plan.changes, chosen), first.snapshot)
    assert again.plan.changes == bind(by_hand, chosen), "a second plan finds nothing but what a person must do"
    again_predicted = planned(first.wanted, predicted, Options())
    assert again_predicted.plan.changes == ()
    seen = after(again.plan.changes, again.snapshot)
    assert essence(seen, spec) == essence(predicted, spec)
    assert again.plan.notes == again_predicted.plan.notes


def essence(snapshot: Snapshot, spec: Spec) -> dict[str, Any]:
    """All but what AWS alone chooses: times, statuses, and its own service-linked roles."""
    o = snapshot.organization
    cells = list(_cells(snapshot, spec))
    return {
        "features": (o.all_features, {t for t, s in o.policy_types.items() if s == "ENABLED"}),
        "units": {(u.name, o.path(u.id)) for u in o.units.values()},
        "accounts": {(a.id, a.email, o.path(a.id), a.regions) for a in o.accounts.values()},
        "policies": {p.name: (p.id, p.type, p.content, p.targets) for p in o.policies if not p.aws_managed},
        "trusted": o.trusted_access,
        "delegated": o.delegations,
        "trails": {t.arn: _trail(t) for t in snapshot.trails},
        "heard": {(a, r): _statuses(c, snapshot) for a, r, c in cells},
        "recorders": {(a, r): c.recorder and replace(c.recorder, status="", error="") for a, r, c in cells},
        "channels": {(a, r): c.channel and replace(c.channel, history="", snapshot="", error="") for a, r, c in cells},
        # a bucket of somebody else's is read only while something delivers there
        "buckets": {b.name: b for b in snapshot.buckets if b.name.startswith(spec.archive.name)},
        "alarms": {(a, r): c.alarms for a, r, c in cells},
        "watching": _watching(snapshot.monitoring or Monitoring(), spec) if spec.monitoring else None,
        "keys": {k.arn: k for k in snapshot.keys},
        "guards": {g.arn: g for g in snapshot.guards},
        "roles": {r.arn: r.trust for r in snapshot.roles if r.name in ROLES},
        "way back": {r.arn: r.policies for r in snapshot.roles if r.name == "TrailkeepBreakGlass"},
    }


def _watching(seen: Monitoring, spec: Spec) -> Monitoring:
    """Without statuses, and what is kept only once it is read: patterns, standards, a hub that nobody asks for."""
    asked = spec.monitoring is not None and spec.monitoring.security_hub is not None
    hub = seen.hub if asked else None
    if hub is not None:
        hub = replace(hub, offered=(), status="", policies=tuple(map(_policy, hub.policies)))
    rules = tuple(sorted((replace(r, status="", undeployed=()) for r in seen.rules), key=str))
    packs = tuple(replace(p, status="", undeployed=()) for p in seen.packs)
    own = tuple(sorted(seen.account_rules, key=str))
    return replace(seen, hub=hub, rules=rules, packs=packs, account_rules=own, patterns={})


def _policy(policy: HubPolicy) -> HubPolicy:
    return replace(policy, targets=tuple(replace(t, status="") for t in policy.targets))


def _trail(trail: Trail) -> Trail:
    """Data selectors in any order, and management ones as they are folded."""
    selectors = trail.selectors
    return replace(trail, selectors=selectors and replace(selectors, data=tuple(sorted(selectors.data))))


def _statuses(cell: Cell, snapshot: Snapshot) -> frozenset[tuple[str, bool]]:
    """Which organization trails an account and Region sees, and whether they run."""
    everywhere = {t.arn for t in snapshot.trails if t.is_organization}
    return frozenset((s.arn, s.is_logging) for s in cell.trails if s.arn in everywhere)


def _cells(snapshot: Snapshot, spec: Spec) -> Iterator[tuple[AccountId, Region, Cell]]:
    """Those that are read: asked for and not excluded."""
    for account, regions in expected_cells(spec, snapshot).items():
        for region in regions:
            yield account, region, snapshot.cells[account][region]
