from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.aws.write_change import HOME, MANAGEMENT, ROLE, SECURITY, SHOP, World, fresh, served
from trailkeep.errors import AwsError
from trailkeep.lab import Fault
from trailkeep.model.change import (
    AttachPolicy,
    CreateAccount,
    CreateUnit,
    EnableAllFeatures,
    EnablePolicyType,
    MoveAccount,
    PutPolicy,
    SetDelegate,
    SetTrustedAccess,
)
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, UnitId, pending
from trailkeep.model.organization import Account, Delegation, Policy, State, Unit

DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"cloudtrail:DeleteTrail","Resource":"*"}]}'
NARROWER = DENY.replace("DeleteTrail", "StopLogging")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served() as found:
        yield found


@pytest.fixture
def root(world: World) -> UnitId:
    return UnitId(world.client("organizations").list_roots()["Roots"][0]["Id"])


def test_a_unit_is_made_once_and_found_again(world: World, root: UnitId) -> None:
    unit = Unit(id=UnitId(pending("unit Logs")), name=fresh("Logs"), parent=root)
    bound = world.make(CreateUnit(**world.organization(), unit=unit))
    listed = world.client("organizations").list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    assert bound == {unit.id: next(u["Id"] for u in listed if u["Name"] == unit.name)}
    assert [u["Name"] for u in listed].count(unit.name) == 1


def _new(world: World, root: UnitId, name: str) -> CreateAccount:
    stand_in = AccountId(pending(f"account {name}"))
    return CreateAccount(
        **world.organization(),
        new=Account(
            id=stand_in,
            name=name,
            email=f"aws+{name.lower()}@example.com",
            state=State.ACTIVE,
            parent=root,
            joined=datetime(2026, 11, 23, tzinfo=UTC),
            invited=False,
            regions=(HOME,),
        ),
        role=Role(account=stand_in, name=ROLE, arn="", trust="", policies=frozenset()),
        tags=(("owner", "platform"),),
    )


def _accounts(world: World, email: str) -> list[Any]:
    pages = world.client("organizations").get_paginator("list_accounts").paginate()
    return [a for page in pages for a in page["Accounts"] if a["Email"] == email]


def test_an_account_is_made_once_and_can_be_entered(world: World, root: UnitId) -> None:
    change = _new(world, root, fresh("Archive"))
    bound = world.make(change)
    (made,) = _accounts(world, change.new.email)
    assert bound == {change.new.id: made["Id"]}
    said = world.cloud.call(made["Id"], HOME, "sts", "get_caller_identity")
    assert said["Account"] == made["Id"]
    tags = world.client("organizations").list_tags_for_resource(ResourceId=made["Id"])["Tags"]
    assert tags == [{"Key": "owner", "Value": "platform"}]


def test_a_lost_answer_makes_one_account(world: World, root: UnitId) -> None:
    change = _new(world, root, fresh("Lost"))
    world.lab.set_faults([Fault(service="organizations", action="CreateAccount", kind="drop", times=1)])
    try:
        bound = world.make(change)
    finally:
        world.lab.set_faults([])
    (made,) = _accounts(world, change.new.email)
    assert bound == {change.new.id: made["Id"]}


def test_an_account_that_is_being_created_is_waited_for(world: World, root: UnitId) -> None:
    change = _new(world, root, fresh("Racing"))
    world.client("organizations").create_account(Email=change.new.email, AccountName=change.new.name, RoleName=ROLE)
    assert _accounts(world, change.new.email) == []
    bound = world.perform(change)
    (made,) = _accounts(world, change.new.email)
    assert bound == {change.new.id: made["Id"]}


def test_another_account_of_the_same_name_is_not_taken_for_ours(world: World, root: UnitId) -> None:
    first = _new(world, root, fresh("Namesake"))
    second = replace(first, new=replace(first.new, email="aws+second@example.com"))
    assert world.perform(first) != world.perform(second)


def test_an_email_address_of_a_suspended_account_says_what_to_do() -> None:
    with served("acme") as acme:
        change = _new(acme, UnitId("r-root"), "Again")
        taken = replace(change, new=replace(change.new, email="aws+old-experiments@example.com"))
        with pytest.raises(AwsError, match="is SUSPENDED") as refused:
            acme.perform(taken)
    assert refused.value.code == "EMAIL_ALREADY_EXISTS"
    assert "reopen" in refused.value.hint


def test_the_case_of_an_email_address_makes_no_second_account(world: World, root: UnitId) -> None:
    change = _new(world, root, fresh("Case"))
    bound = world.perform(change)
    louder = replace(change, new=replace(change.new, email=change.new.email.upper()))
    assert world.perform(louder) == bound


def test_nothing_is_created_when_it_cannot_be_looked_for_first(world: World, root: UnitId) -> None:
    taken = _new(world, root, fresh("Taken"))
    world.lab.set_faults([Fault(service="organizations", action="ListAccounts", kind="deny", times=1)])
    try:
        with pytest.raises(AwsError) as refused:
            world.perform(taken)
    finally:
        world.lab.set_faults([])
    assert refused.value.code == "AccessDeniedException"
    assert _accounts(world, taken.new.email) == []


def test_an_account_moves_and_comes_back(world: World, root: UnitId) -> None:
    organizations = world.client("organizations")
    here = organizations.list_parents(ChildId=SHOP)["Parents"][0]["Id"]
    change = MoveAccount(
        **world.organization(), moved=SHOP, before=UnitId(here), after=root, names=("Workloads", "Root")
    )
    world.make(change)
    assert organizations.list_parents(ChildId=SHOP)["Parents"][0]["Id"] == root
    world.unmake(change)
    assert organizations.list_parents(ChildId=SHOP)["Parents"][0]["Id"] == here


def _trusted(world: World) -> set[str]:
    said = world.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    return {s["ServicePrincipal"] for s in said}


def _delegated(world: World, service: str) -> set[str]:
    said = world.client("organizations").list_delegated_administrators(ServicePrincipal=service)
    return {a["Id"] for a in said["DelegatedAdministrators"]}


@pytest.mark.parametrize("service", ["cloudtrail.amazonaws.com", "config.amazonaws.com"])
def test_trusted_access_and_a_delegate_come_and_go(world: World, service: str) -> None:
    trusted = SetTrustedAccess(**world.organization(), service=service, before=False, after=True)
    delegate = SetDelegate(
        **world.organization(), delegation=Delegation(account=SECURITY, service=service), before=False, after=True
    )
    world.make(trusted)
    assert service in _trusted(world)
    world.make(delegate)
    assert _delegated(world, service) == {SECURITY}
    world.unmake(delegate)
    assert _delegated(world, service) == set()
    world.unmake(trusted)
    assert service not in _trusted(world)


def test_a_delegate_without_trusted_access_is_refused(world: World) -> None:
    service = "config-multiaccountsetup.amazonaws.com"
    with pytest.raises(AwsError):
        world.perform(
            SetDelegate(
                **world.organization(), delegation=Delegation(account=SHOP, service=service), before=False, after=True
            )
        )


def test_all_features_are_on_already(world: World) -> None:
    world.make(EnableAllFeatures(**world.organization()))


def test_a_policy_type_is_enabled_when_perform_returns(world: World) -> None:
    world.make(EnablePolicyType(**world.organization(), type="RESOURCE_CONTROL_POLICY"))
    types = world.client("organizations").list_roots()["Roots"][0]["PolicyTypes"]
    assert {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"} in types


def _policy(name: str, content: str = DENY) -> Policy:
    return Policy(
        id=pending(f"policy {name}"),
        name=name,
        type="SERVICE_CONTROL_POLICY",
        aws_managed=False,
        content=content,
        targets=frozenset(),
    )


def test_a_policy_is_made_attached_changed_detached_and_deleted(world: World) -> None:
    organizations = world.client("organizations")
    policy = _policy(fresh("Protect"))
    created = PutPolicy(
        **world.organization(), before=None, after=policy, description="keeps the trail", tags=(("owner", "us"),)
    )
    bound = world.make(created)
    created = created.bind(bound)
    real = created.policy.id
    assert organizations.describe_policy(PolicyId=real)["Policy"]["Content"] == DENY

    attached = AttachPolicy(
        **world.organization(),
        policy=real,
        name=policy.name,
        type=policy.type,
        target=SHOP,
        path="Workloads/Shop",
        before=False,
        after=True,
    )
    world.make(attached)
    assert [t["TargetId"] for t in organizations.list_targets_for_policy(PolicyId=real)["Targets"]] == [SHOP]

    changed = replace(created, before=created.after, after=replace(created.policy, content=NARROWER))
    world.make(changed)
    assert organizations.describe_policy(PolicyId=real)["Policy"]["Content"] == NARROWER
    world.unmake(changed)
    assert organizations.describe_policy(PolicyId=real)["Policy"]["Content"] == DENY

    world.unmake(attached)
    assert organizations.list_targets_for_policy(PolicyId=real)["Targets"] == []
    world.unmake(created)
    with pytest.raises(organizations.exceptions.PolicyNotFoundException):
        organizations.describe_policy(PolicyId=real)


def test_a_policy_of_the_same_name_with_other_content_is_not_taken_for_ours(world: World) -> None:
    name = fresh("Other")
    world.perform(PutPolicy(**world.organization(), before=None, after=_policy(name), description=""))
    other = PutPolicy(**world.organization(), before=None, after=_policy(name, NARROWER), description="")
    with pytest.raises(AwsError, match="says something else"):
        world.perform(other)


def test_full_access_is_never_detached(world: World) -> None:
    change = AttachPolicy(
        **world.organization(),
        policy="p-FullAWSAccess",
        name="FullAWSAccess",
        type="SERVICE_CONTROL_POLICY",
        target=SHOP,
        path="Workloads/Shop",
        before=True,
        after=False,
    )
    with pytest.raises(ValueError, match="never detached"):
        world.perform(change)


def test_changes_of_the_organization_are_made_by_the_management_account(world: World) -> None:
    world.lab.forget_calls()
    world.perform(EnableAllFeatures(**world.organization()))
    assert {c["account"] for c in world.lab.calls()} == {MANAGEMENT}


DROPPED = ["CreateOrganizationalUnit", "MoveAccount", "CreatePolicy", "AttachPolicy", "DetachPolicy", "DeletePolicy"]


@pytest.mark.parametrize("action", DROPPED)
def test_a_lost_answer_is_asked_for_again(world: World, root: UnitId, action: str) -> None:
    world.lab.set_faults([Fault(service="organizations", action=action, kind="drop", times=1)])
    at = world.organization()
    try:
        unit = Unit(id=UnitId(pending("unit Lost")), name=fresh("Lost"), parent=root)
        (made,) = world.make(CreateUnit(**at, unit=unit)).values()
        here = world.client("organizations").list_parents(ChildId=SHOP)["Parents"][0]["Id"]
        moved = MoveAccount(**at, moved=SHOP, before=UnitId(here), after=UnitId(made), names=("Workloads", "Lost"))
        world.make(moved)
        world.unmake(moved)
        created = PutPolicy(**at, before=None, after=_policy(fresh("Lost")), description="")
        created = created.bind(world.make(created))
        attached = AttachPolicy(
            **at,
            policy=created.policy.id,
            name="Lost",
            type="SERVICE_CONTROL_POLICY",
            target=made,
            path="Lost",
            before=False,
            after=True,
        )
        world.make(attached)
        world.unmake(attached)
        world.unmake(created)
    finally:
        world.lab.set_faults([])
    assert world.client("organizations").list_policies_for_target(TargetId=made, Filter="SERVICE_CONTROL_POLICY")[
        "Policies"
    ] == [
        p
        for p in world.client("organizations").list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        if p["AwsManaged"]
    ]
