from dataclasses import replace

from tests.setup import build
from trailkeep.model.snapshot import Holding
from trailkeep.setup.plan import make_plan


def _costs(**archive: object) -> list[tuple[str, str]]:
    org = build.organization(accounts=build.ACCOUNTS + build.DEDICATED)
    held = Holding(bucket=build.bucket().name, objects=40_000, size=100 << 30)
    seen = build.snapshot(organization=org, buckets=(build.bucket(), build.config_bucket()), holdings=(held,))
    plan = make_plan(build.spec(archive=archive), seen)
    return [(n.text, n.hint) for n in plan.notes if n.kind == "cost"]


def test_what_a_bucket_holds_is_priced_and_other_buckets_are_not_guessed() -> None:
    assert _costs() == [("40,000 objects, 100.0 GB: about $2.30 a month today", "")]


def test_compliance_is_said_to_be_final() -> None:
    [(_, hint)] = _costs(lock={"mode": "compliance", "days": 400})
    assert hint == "new objects cannot be deleted by anybody for 400 days"


def test_costs_are_information_and_leave_the_plan_complete() -> None:
    org = build.organization(accounts=build.ACCOUNTS + build.DEDICATED)
    held = Holding(bucket=build.bucket().name, objects=1, size=1)
    seen = build.snapshot(organization=org, buckets=(build.bucket(),))
    assert (
        make_plan(build.spec(), replace(seen, holdings=(held,))).is_complete
        == make_plan(build.spec(), seen).is_complete
    )
