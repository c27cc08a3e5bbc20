from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from tests.aws.write_change import MANAGEMENT, SECURITY, SHOP, World, fresh, served
from trailkeep.aws.write import Performable
from trailkeep.errors import AwsError
from trailkeep.lab import Fault
from trailkeep.model.change import CHANGES, AttachGuard, CreateRole, CreateServiceLinkedRole, PutGuard
from trailkeep.model.document import canonical
from trailkeep.model.identity import GuardPolicy, Role

PATH = "/trailkeep/"
READING = f"arn:aws:iam::{SECURITY}:policy/reading"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served() as found:
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
        found.client("iam", SECURITY).create_policy(PolicyName="reading", PolicyDocument=canonical(allow))
        yield found


def test_every_kind_of_change_can_be_performed() -> None:
    assert set(get_args(Performable)) == set(CHANGES)


def test_a_service_linked_role_is_made_once(world: World) -> None:
    change = CreateServiceLinkedRole(
        **world.cell(SHOP, ""), service="config.amazonaws.com", role="AWSServiceRoleForConfig"
    )
    world.make(change)
    found = world.client("iam", SHOP).get_role(RoleName="AWSServiceRoleForConfig")["Role"]
    assert found["Path"] == "/aws-service-role/config.amazonaws.com/"


def trust(who: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def role_change(world: World, name: str, who: str = f"arn:aws:iam::{MANAGEMENT}:root") -> CreateRole:
    role = Role(
        account=SECURITY,
        name=name,
        arn=f"arn:aws:iam::{SECURITY}:role{PATH}{name}",
        trust=trust(who),
        policies=frozenset({READING}),
    )
    return CreateRole(
        **world.cell(SECURITY, ""),
        role=role,
        path=PATH,
        boundary="arn:aws:iam::aws:policy/ReadOnlyAccess",
        tags=(("owner", "platform"),),
    )


def test_a_role_is_made_with_path_boundary_tags_and_policies(world: World) -> None:
    iam, change = world.client("iam", SECURITY), role_change(world, fresh("BreakGlass"))
    world.make(change)
    found = iam.get_role(RoleName=change.role.name)["Role"]
    assert found["Arn"] == change.role.arn
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == change.boundary
    assert found["Tags"] == [{"Key": "owner", "Value": "platform"}]
    assert canonical(found["AssumeRolePolicyDocument"]) == change.role.trust
    attached = iam.list_attached_role_policies(RoleName=change.role.name)["AttachedPolicies"]
    assert {p["PolicyArn"] for p in attached} == change.role.policies


def test_a_role_that_trusts_somebody_else_is_not_taken_for_ours(world: World) -> None:
    name = fresh("BreakGlass")
    world.perform(role_change(world, name, f"arn:aws:iam::{SHOP}:root"))
    with pytest.raises(AwsError, match="trusts somebody else"):
        world.perform(role_change(world, name))


def guard(name: str, action: str = "s3:DeleteObject") -> GuardPolicy:
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    return GuardPolicy(
        account=SECURITY,
        name=name,
        arn=f"arn:aws:iam::{SECURITY}:policy{PATH}{name}",
        content=canonical({"Version": "2012-10-17", "Statement": [statement]}),
        roles=frozenset(),
        users=frozenset(),
        groups=frozenset(),
    )


def put_guard(world: World, before: GuardPolicy | None, after: GuardPolicy | None) -> PutGuard:
    return PutGuard(**world.cell(SECURITY, ""), before=before, after=after, path=PATH, tags=(("owner", "us"),))


def content(world: World, arn: str) -> str:
    iam = world.client("iam", SECURITY)
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return canonical(document)


def test_a_guard_is_made_attached_detached_and_deleted(world: World) -> None:
    iam, mine = world.client("iam", SECURITY), guard(fresh("trailkeep-deny"))
    role = role_change(world, fresh("Worker"))
    world.perform(role)
    created = put_guard(world, None, mine)
    world.make(created)
    assert content(world, mine.arn) == mine.content
    attached = AttachGuard(
        **world.cell(SECURITY, ""), arn=mine.arn, name=mine.name, principal=role.role.name, before=False, after=True
    )
    world.make(attached)
    bound = iam.list_entities_for_policy(PolicyArn=mine.arn)
    assert [r["RoleName"] for r in bound["PolicyRoles"]] == [role.role.name]
    world.unmake(attached)
    assert iam.list_entities_for_policy(PolicyArn=mine.arn)["PolicyRoles"] == []
    world.unmake(created)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=mine.arn)


def test_a_guard_is_changed_more_often_than_iam_keeps_versions(world: World) -> None:
    iam, mine = world.client("iam", SECURITY), guard(fresh("trailkeep-deny"))
    world.perform(put_guard(world, None, mine))
    for number in range(7):
        changed = replace(guard(mine.name, f"s3:Action{number}"))
        world.make(put_guard(world, mine, changed))
        assert content(world, mine.arn) == changed.content
    assert len(iam.list_policy_versions(PolicyArn=mine.arn)["Versions"]) == 5


@pytest.mark.parametrize("action", ["CreatePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "DeletePolicy"])
def test_a_lost_answer_changes_nothing(world: World, action: str) -> None:
    iam, mine = world.client("iam", SECURITY), guard(fresh("trailkeep-deny"))
    world.lab.set_faults([Fault(service="iam", action=action, kind="drop", times=1)])
    try:
        world.make(put_guard(world, None, mine))
        changed = guard(mine.name, "s3:DeleteBucket")
        world.make(put_guard(world, mine, changed))
        assert content(world, mine.arn) == changed.content
        assert len(iam.list_policy_versions(PolicyArn=mine.arn)["Versions"]) == 2
        world.make(put_guard(world, mine, None))
    finally:
        world.lab.set_faults([])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=mine.arn)


def test_a_guard_in_use_is_deleted_with_its_attachments(world: World) -> None:
    iam, mine = world.client("iam", SECURITY), guard(fresh("trailkeep-deny"))
    role, user, group = role_change(world, fresh("Worker")), fresh("user"), fresh("group")
    world.perform(role)
    world.perform(put_guard(world, None, mine))
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.attach_user_policy(UserName=user, PolicyArn=mine.arn)
    iam.attach_group_policy(GroupName=group, PolicyArn=mine.arn)
    iam.attach_role_policy(RoleName=role.role.name, PolicyArn=mine.arn)
    world.perform(put_guard(world, mine, guard(mine.name, "s3:DeleteBucket")))
    world.make(put_guard(world, mine, None))
    assert iam.list_attached_user_policies(UserName=user)["AttachedPolicies"] == []
    assert iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"] == []


def test_a_policy_of_the_same_name_with_other_content_is_not_taken_for_ours(world: World) -> None:
    mine = guard(fresh("trailkeep-deny"))
    world.perform(put_guard(world, None, mine))
    with pytest.raises(AwsError, match="says something else"):
        world.perform(put_guard(world, None, guard(mine.name, "s3:DeleteBucket")))
