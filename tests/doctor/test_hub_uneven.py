"""Security Hub and Config rules in some Regions only, by what a snapshot holds of what watches."""

from dataclasses import replace
from functools import cache

import pytest

from tests.doctor import made
from tests.setup import build
from trailkeep.doctor.verdict import State, Verdict
from trailkeep.model.ids import AccountId
from trailkeep.model.monitoring import FindingAggregator, Hub, HubTarget, Monitoring
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.plan import after, make_plan

SPEC = build.spec(monitoring={})
OTHERS = tuple(r for r in build.REGIONS if r != build.HOME)


@cache
def watched() -> Snapshot:
    empty = replace(made.healthy(), monitoring=Monitoring())
    return after(make_plan(SPEC, empty).changes, empty)


def monitoring(**changes: object) -> Snapshot:
    found = watched().monitoring
    assert found is not None
    return replace(watched(), monitoring=replace(found, **changes))  # type: ignore[arg-type]


def hub(**changes: object) -> Snapshot:
    found = watched().monitoring
    assert found is not None
    assert found.hub is not None
    return monitoring(hub=replace(found.hub, **changes))  # type: ignore[arg-type]


def c11(snapshot: Snapshot, account: AccountId | None = None) -> Verdict:
    diagnosis = made.found(snapshot, SPEC, account=account)
    return next(v for v in diagnosis.verdicts if v.cause == "C11")


def test_what_is_everywhere_is_ruled_out_without_a_probe() -> None:
    assert c11(watched()).state is State.RULED_OUT


def test_rules_of_the_home_region_only_are_found() -> None:
    found = watched().monitoring
    assert found is not None
    verdict = c11(monitoring(rules=tuple(r for r in found.rules if r.region == build.HOME)))
    assert verdict.state is State.CONFIRMED
    assert {f.where for f in verdict.found} == {
        "Config rule trailkeep-trail-enabled",
        "Config rule trailkeep-security-hub",
    }
    assert all(r in verdict.found[0].said for r in OTHERS)


def test_a_rule_that_aws_does_not_offer_there_is_no_cause() -> None:
    found = watched().monitoring
    assert found is not None
    unsupported = [{"rule": "SECURITYHUB_ENABLED", "regions": list(OTHERS)}]
    there = tuple(r for r in found.rules if r.region == build.HOME or r.rule.identifier != "SECURITYHUB_ENABLED")
    diagnosis = made.found(monitoring(rules=there), build.spec(monitoring={"unsupported": unsupported}))
    assert "C11" not in made.confirmed(diagnosis)


@pytest.mark.parametrize(
    "aggregator",
    [
        None,
        FindingAggregator(arn="arn:a", mode="NO_REGIONS", regions=()),
        FindingAggregator(arn="arn:a", mode="SPECIFIED_REGIONS", regions=OTHERS[:1]),
        FindingAggregator(arn="arn:a", mode="ALL_REGIONS_EXCEPT_SPECIFIED", regions=OTHERS[1:]),
    ],
)
def test_regions_that_are_not_linked_are_found(aggregator: FindingAggregator | None) -> None:
    verdict = c11(hub(aggregator=aggregator))
    assert verdict.state is State.CONFIRMED
    assert OTHERS[1] in verdict.found[0].said


@pytest.mark.parametrize(
    "changes",
    [
        {"configuration": "LOCAL", "status": "", "policies": ()},
        {"status": "PENDING"},
        {"status": "DISABLED"},
        {"administrator": build.IDENTITY},
        {"policies": ()},
    ],
)
def test_what_central_configuration_does_not_settle_is_asked_for(changes: dict[str, object]) -> None:
    verdict = c11(hub(**changes))
    assert verdict.state is State.UNKNOWN
    assert {p.region for u in verdict.unsure for p in u.probes} == set(build.REGIONS)


def test_an_association_that_failed_rules_nothing_out() -> None:
    found = watched().monitoring
    assert found is not None
    assert found.hub is not None
    failed = (HubTarget(target=build.ROOT, status="FAILED"),)
    policies = tuple(replace(p, targets=failed) for p in found.hub.policies)
    assert c11(hub(policies=policies)).state is State.UNKNOWN


def test_one_account_may_configure_itself_so_it_is_asked() -> None:
    assert c11(watched(), build.WEB).state is State.UNKNOWN


def test_nothing_is_known_of_a_hub_that_was_not_read() -> None:
    assert c11(monitoring(hub=None)).state is State.UNKNOWN
    assert c11(monitoring(hub=Hub(region=build.HOME))).state is State.UNKNOWN
