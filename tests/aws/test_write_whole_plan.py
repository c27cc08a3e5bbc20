from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.aws.write_change import ROLE, World, served
from trailkeep.aws.read.scope import Scope
from trailkeep.aws.read.snapshot import read_snapshot
from trailkeep.lab import Fault
from trailkeep.model.change import Change
from trailkeep.setup.plan import make_plan
from trailkeep.setup.spec import Spec
from trailkeep.setup.spec.load import load

SPEC = """\
version: 1
organization: {home_region: eu-west-1}
accounts:
  log_archive: {name: Log Archive, email: aws+log-archive@example.com, ou: Security}
  security: {name: Security Tooling, email: aws+security-tooling@example.com, ou: Security}
archive: {name: acme, lock: {mode: governance, days: 365}, retention_days: 2557, encryption: kms}
trail: {scope: organization, name: trailkeep, log_bucket_data_events: true}
guardrails: {canary: Root/Sandbox, attach_to: [Security, Workloads]}
tags: {owner: platform}
"""
UNRELIABLE = [Fault(kind="drop", probability=0.08), Fault(kind="throttle", probability=0.03)]


@pytest.fixture(params=[[], UNRELIABLE], ids=["reliable", "losing answers"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with served() as found:
        found.lab.set_faults(request.param)
        yield found


def plan(world: World, spec: Spec) -> tuple[Change, ...]:
    scope = Scope(
        log_archive_email=spec.accounts.log_archive.email,
        security_email=spec.accounts.security.email,
        role_names=(ROLE, spec.guardrails.break_glass_role),
        home_region=spec.organization.home_region,
    )
    found = read_snapshot(world.cloud, scope, taken=datetime(2026, 11, 23, tzinfo=UTC))
    assert [u for u in found.unreachable if "NotInLab" not in u.reason] == []
    return make_plan(spec, found).changes


def perform(world: World, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Each change, with what AWS chose for those before it."""
    bound: dict[str, str] = {}
    made = []
    for change in changes:
        known = change.bind(bound)
        assert not known.is_unbound
        bound |= world.perform(known)
        made.append(known.bind(bound))
    return tuple(made)


def test_a_plan_performed_leaves_nothing_to_plan_and_can_be_undone(world: World) -> None:
    spec = load(SPEC, "trailkeep.yaml")
    first = plan(world, spec)
    assert len(first) > 50
    made = perform(world, first)
    assert plan(world, spec) == ()
    perform(world, made)  # once more, as after a crash before anything was recorded
    assert plan(world, spec) == ()

    undone = tuple(u for u in (change.undo() for change in reversed(made)) if u)
    perform(world, undone)
    again = plan(world, spec)
    assert {type(c) for c in again} == {type(u) for u in undone}
    perform(world, again)
    assert plan(world, spec) == ()
