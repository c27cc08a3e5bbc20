"""What is proposed for an organization: it loads, it fits, it adopts what exists and weakens nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.setup import build
from trailkeep.model.archive import Lock
from trailkeep.model.ids import AccountId, Partition, Region, UnitId
from trailkeep.model.organization import Account, Organization, State, Unit
from trailkeep.model.snapshot import Cell, Foreign, Snapshot, Unreachable
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.propose import propose
from trailkeep.setup.propose.decide import Answers
from trailkeep.setup.spec import Spec
from trailkeep.setup.spec.load import load

WITH_DEDICATED = build.organization(accounts=build.ACCOUNTS + build.DEDICATED)


def proposed(snapshot: Snapshot, **answers: Any) -> Spec:
    return load(propose(snapshot, Answers(**answers)), "proposed.yaml")


def test_an_untouched_organization_gets_both_accounts_and_a_canary() -> None:
    spec = proposed(build.snapshot())
    assert spec.organization.home_region == "us-east-1"
    assert spec.accounts.log_archive.email == "aws+log-archive@example.com"
    assert spec.accounts.security.ou == "Security"
    assert spec.archive.name == "example-corp"
    assert spec.guardrails.canary == "Sandbox"
    assert spec.guardrails.attach_to == ("Security", "Workloads")
    assert (spec.archive.retention_days, spec.archive.encryption, spec.trail.name) == (2557, "kms", "trailkeep")


def test_editors_find_the_schema_in_the_first_line() -> None:
    assert propose(build.snapshot()).startswith("# yaml-language-server: $schema=trailkeep.schema.json\n")


@pytest.mark.parametrize("name", ["Log Archive", "log-archive", "logarchive", "Acme Log Archive", "Logging"])
def test_a_log_archive_is_adopted_under_its_name(name: str) -> None:
    found = build.account(build.LOG_ARCHIVE, name, build.PROD, email="logs@acme.org")
    part = proposed(
        build.snapshot(organization=build.organization(accounts=(*build.ACCOUNTS, found)))
    ).accounts.log_archive
    assert (part.name, part.email, part.ou) == (name, "logs@acme.org", "Prod")


@pytest.mark.parametrize("broken", [{"state": State.SUSPENDED}, {"email": "bad address"}])
def test_an_account_that_cannot_be_used_is_not_adopted(broken: dict[str, Any]) -> None:
    found = build.account(build.LOG_ARCHIVE, "Log Archive", build.SECURITY, **broken)
    part = proposed(
        build.snapshot(organization=build.organization(accounts=(*build.ACCOUNTS, found)))
    ).accounts.log_archive
    assert part.name == "Log Archive 2"
    assert part.email != found.email


def test_the_log_archive_of_control_tower_is_known_by_its_bucket() -> None:
    mark = Foreign(
        owner="Control Tower",
        kind="bucket",
        name=f"aws-controltower-logs-{build.WEB}-eu-west-1",
        account=build.WEB,
    )
    snapshot = build.snapshot(foreign=(mark,))
    assert proposed(snapshot).accounts.log_archive.name == "web"
    assert "AWS Control Tower is at work here" in propose(snapshot)


def test_a_delegated_administrator_becomes_the_security_account() -> None:
    organization = build.organization(delegations=frozenset({build.delegation(build.IDENTITY)}))
    assert proposed(build.snapshot(organization=organization)).accounts.security.name == "identity"


def test_new_addresses_are_derived_from_the_management_account_and_free() -> None:
    manager = replace(build.MANAGER, email="root+org@acme.org")
    other = build.account("888888888888", "x", email="root+log-archive@acme.org")
    spec = proposed(build.snapshot(organization=build.organization(accounts=(manager, other))))
    assert spec.accounts.log_archive.email == "log-archive@acme.org"
    assert spec.accounts.security.email == "root+security@acme.org"


def test_the_organization_trail_and_its_bucket_are_adopted() -> None:
    snapshot = build.snapshot(
        organization=WITH_DEDICATED, trails=(build.trail(name="corp"),), buckets=(build.bucket(),)
    )
    spec = proposed(snapshot)
    assert spec.organization.home_region == build.HOME
    assert (spec.trail.name, spec.archive.trail_bucket) == ("corp", build.bucket().name)
    assert contradictions_with(spec, snapshot) == ()


def test_the_trail_of_control_tower_is_left_alone() -> None:
    trail = build.trail(name="aws-controltower-BaselineCloudTrail", home_region=Region("eu-central-1"))
    text = propose(build.snapshot(trails=(trail,)))
    spec = load(text, "proposed.yaml")
    assert (spec.trail.name, spec.organization.home_region) == ("trailkeep", "eu-central-1")
    assert "stays as it is" in text


def test_an_adopted_bucket_loses_nothing() -> None:
    rule = replace(build.bucket().lifecycle[0], expire_days=3653)
    bucket = build.bucket(lock=Lock(mode="COMPLIANCE", days=3000), lifecycle=(rule,))
    snapshot = build.snapshot(organization=WITH_DEDICATED, trails=(build.trail(),), buckets=(bucket,))
    spec = proposed(snapshot)
    assert spec.lock is not None
    assert (spec.lock.mode, spec.lock.days, spec.archive.retention_days) == ("compliance", 3000, 3653)
    assert contradictions_with(spec, snapshot) == ()


def test_a_bucket_with_mfa_delete_keeps_it() -> None:
    bucket = build.bucket(mfa_delete=True, lock=None, lifecycle=())
    snapshot = build.snapshot(organization=WITH_DEDICATED, trails=(build.trail(),), buckets=(bucket,))
    spec = proposed(snapshot)
    assert (spec.archive.protection, spec.archive.retention_days) == ("mfa", None)
    assert contradictions_with(spec, snapshot) == ()


def test_the_config_bucket_in_use_is_adopted_unless_it_is_locked() -> None:
    given_cells = {build.WEB: {build.HOME: Cell(recorder=build.recorder(name="old"), channel=build.channel())}}
    trails = (build.trail(),)
    for lock, expected in ((None, build.config_bucket().name), (Lock(mode=None, days=None), None)):
        bucket = build.config_bucket(lock=lock)
        snapshot = build.snapshot(organization=WITH_DEDICATED, given=given_cells, trails=trails, buckets=(bucket,))
        text = propose(snapshot)
        assert load(text, "proposed.yaml").archive.config_bucket == expected
        assert "recorders exist under other names (old)" in text


def test_an_opt_in_region_is_never_home() -> None:
    trail = build.trail(home_region=Region("af-south-1"))
    assert proposed(build.snapshot(trails=(trail,))).organization.home_region == "us-east-1"


def test_without_an_organization_trail_home_is_where_most_trails_are() -> None:
    homes = ("eu-central-1", "eu-west-1", "eu-central-1", "af-south-1", "af-south-1", "af-south-1")
    trails = tuple(
        build.trail(name=f"t{i}", owner=build.WEB, is_organization=False, home_region=Region(r))
        for i, r in enumerate(homes)
    )
    text = propose(build.snapshot(trails=trails))
    assert load(text, "proposed.yaml").organization.home_region == "eu-central-1"
    assert "Trails of single accounts (6)" in text
    assert "and 1 more" in text


def test_without_a_sandbox_nothing_is_attached_yet() -> None:
    units = tuple(u for u in build.UNITS if u.name != "Sandbox")
    accounts = tuple(a for a in build.ACCOUNTS if a.parent != build.SANDBOX)
    text = propose(build.snapshot(organization=build.organization(accounts=accounts, units=units)))
    rails = load(text, "proposed.yaml").guardrails
    assert (rails.canary, rails.attach_to) == (None, ())
    assert "# attach_to: [Security, Workloads]" in text


def test_a_sandbox_that_holds_the_log_archive_is_no_canary() -> None:
    archive = build.account(build.LOG_ARCHIVE, "Log Archive", build.SANDBOX)
    organization = build.organization(accounts=(*build.ACCOUNTS, archive))
    assert proposed(build.snapshot(organization=organization)).guardrails.canary is None


def test_sleeping_invited_and_unreachable_accounts_are_named() -> None:
    accounts = (
        *build.ACCOUNTS,
        build.account("888888888888", "old", state=State.SUSPENDED),
        build.account("999999999999", "guest", invited=True),
    )
    blind = Unreachable(account=build.WEB, region="", what="", reason="AccessDenied", hint="")
    text = propose(build.snapshot(organization=build.organization(accounts=accounts), unreachable=(blind,)))
    assert "old (888888888888, SUSPENDED)" in text
    assert "without the role OrganizationAccountAccessRole: guest." in text
    assert "may miss what is there: web." in text.replace("\n# ", " ")


def test_answers_win() -> None:
    spec = proposed(
        build.snapshot(),
        home_region="eu-north-1",
        log_archive_email="logs@acme.org",
        security_email="aws+identity@example.com",
        archive_name="acme",
        protection="lock",
        retention_days=200,
        scope="members",
    )
    assert spec.organization.home_region == "eu-north-1"
    assert spec.accounts.log_archive.email == "logs@acme.org"
    assert spec.accounts.security.name == "identity"
    assert (spec.archive.name, spec.archive.retention_days, spec.trail.scope) == ("acme", 200, "members")
    assert spec.lock is not None
    assert spec.lock.days == 200


def test_mfa_goes_without_retention() -> None:
    assert proposed(build.snapshot(), protection="mfa", retention_days=100).archive.retention_days is None


def test_china_has_its_own_leader() -> None:
    organization = build.organization(partition=Partition("aws-cn"))
    assert proposed(build.snapshot(organization=organization)).organization.home_region == "cn-northwest-1"


NAMES = st.one_of(
    st.sampled_from(
        [
            "Log Archive",
            "log-archive",
            "Audit",
            "Security",
            "Sandbox",
            "Security Tooling",
            "Prod",
            "root",
            "Root",
            "null",
            "yes",
            "a: b",
            "#x",
            "[x]",
            "- x",
            "x\ny",
            "é",
            " x",
            "a/b",
            "1e3",
            "012345678901",
            "‹x›",
            "xn--a",
            "sthree-a",
            "🙂",
            "\u2028",
        ]
    ),
    st.text(min_size=1, max_size=60),
)
EMAILS = st.one_of(
    st.emails(), st.sampled_from(["", "x", "aws@example.com", "a+b@c.de", f"{'l' * 60}@a.de", "LOGS@acme.org"])
)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    units = [Unit(id=build.ROOT, name="Root", parent=None)]
    for number in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from(units)).id
        units.append(Unit(id=UnitId(f"ou-exam-unit{number:05}"), name=draw(NAMES), parent=parent))
    emails = draw(st.lists(EMAILS, min_size=1, max_size=6, unique_by=str.casefold))  # AWS lets each be used once
    states = st.sampled_from([State.ACTIVE, State.ACTIVE, State.SUSPENDED])
    accounts = [
        Account(
            id=AccountId(f"{number + 1:012}"),
            name=draw(NAMES),
            email=email,
            state=draw(states) if number else State.ACTIVE,
            parent=draw(st.sampled_from(units)).id if number else build.ROOT,
            joined=None,
            invited=draw(st.booleans()),
            regions=build.REGIONS,
        )
        for number, email in enumerate(emails)
    ]
    return build.organization(
        accounts=accounts, units=units, management=accounts[0].id, id=draw(st.sampled_from(["o-exampleorg1", "o-x"]))
    )


@given(organization=organizations(), data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_organization_the_proposal_loads_and_fits_it(
    organization: Organization, data: st.DataObject
) -> None:
    owners = st.sampled_from(sorted(organization.accounts))
    names = st.sampled_from(["corp", "a..b", "aws-controltower-x", "x\ny", "yes", "trailkeep"])
    trails = tuple(
        build.trail(
            name=data.draw(names),
            owner=data.draw(owners),
            is_organization=data.draw(st.booleans()),
            bucket="logs-of-acme",
        )
        for _ in range(data.draw(st.integers(0, 2)))
    )
    locks = st.sampled_from([None, Lock(mode="GOVERNANCE", days=400), Lock(mode="COMPLIANCE", days=36500)])
    buckets = tuple(
        build.bucket(
            name=name,
            account=data.draw(owners),
            lock=(lock := data.draw(locks)),
            mfa_delete=(mfa := data.draw(st.booleans())),
            lifecycle=() if mfa else build.bucket().lifecycle,
            versioning="Enabled" if lock or mfa else data.draw(st.sampled_from(["Enabled", "Suspended", ""])),
        )
        for name in ("logs-of-acme", "config-of-acme")
    )
    cells = {build.MANAGEMENT: {build.HOME: Cell(channel=build.channel(bucket="config-of-acme"))}}
    snapshot = build.snapshot(organization=organization, trails=trails, buckets=buckets, cells=cells)
    spec = proposed(snapshot)
    assert contradictions_with(spec, snapshot) == ()
