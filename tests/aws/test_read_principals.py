"""Roles and users with all that speaks for them and bounds them; what cannot be read is told, never left out."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.forks import start
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read import Scope
from trailkeep.aws.read.organization import read_organization
from trailkeep.aws.read.principals import read_principals
from trailkeep.errors import AwsError
from trailkeep.lab import Fault, Lab
from trailkeep.model.ids import AccountId, Partition, UnitId
from trailkeep.model.organization import Account, Organization, State
from trailkeep.model.principals import IamPrincipal, Principals

ROLE = "OrganizationAccountAccessRole"
BOSS, SECURITY, SHOP, SANDBOX = map(AccountId, ("111111111111", "222222222222", "444444444444", "121212121212"))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def document(action: str, effect: str = "Allow") -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}


def trust(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start("small") as running:
        before = {n: os.environ.pop(n) for n in list(os.environ) if n.startswith("AWS_")}
        os.environ.update(running.environment())
        yield running
        for name in running.environment():
            os.environ.pop(name, None)
        os.environ.update(before)


@pytest.fixture(scope="module")
def cloud(lab: Lab) -> Cloud:
    return Cloud.open(access_role=ROLE)


@pytest.fixture(autouse=True)
def _healthy(lab: Lab) -> None:
    lab.set_faults([])


@pytest.fixture(scope="module")
def seen(cloud: Cloud) -> Principals:
    _build(cloud)
    return read_principals(cloud, read_organization(cloud), Scope(), taken=NOW)


def _build(cloud: Cloud) -> None:
    def iam(operation: str, **params: Any) -> Any:
        made: dict[str, Any] = {k: json.dumps(v) if k.endswith("Document") else v for k, v in params.items()}
        return cloud.call(SHOP, "", "iam", operation, **made)

    bound = iam("create_policy", PolicyName="bound", PolicyDocument=document("s3:*"))["Policy"]["Arn"]
    mine = iam("create_policy", PolicyName="mine", PolicyDocument=document("s3:Get*"))["Policy"]["Arn"]
    iam("create_policy_version", PolicyArn=mine, PolicyDocument=document("s3:List*"), SetAsDefault=True)
    iam("create_role", RoleName="app", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"), PermissionsBoundary=bound)
    iam("put_role_policy", RoleName="app", PolicyName="own", PolicyDocument=document("kms:*"))
    iam("attach_role_policy", RoleName="app", PolicyArn=mine)
    iam("attach_role_policy", RoleName="app", PolicyArn=READ_ONLY)
    iam("create_user", UserName="jane")
    iam("put_user_policy", UserName="jane", PolicyName="no", PolicyDocument=document("ec2:*", "Deny"))
    iam("create_group", GroupName="staff")
    iam("put_group_policy", GroupName="staff", PolicyName="staff-own", PolicyDocument=document("sns:*"))
    iam("attach_group_policy", GroupName="staff", PolicyArn=mine)
    iam("add_user_to_group", GroupName="staff", UserName="jane")
    iam("create_service_linked_role", AWSServiceName="config.amazonaws.com")
    cloud.call(SANDBOX, "", "iam", "create_role", RoleName="r", AssumeRolePolicyDocument=json.dumps(trust("x")))
    cloud.call(SANDBOX, "", "iam", "attach_role_policy", RoleName="r", PolicyArn=READ_ONLY)


def one(found: Principals, account: AccountId, name: str) -> IamPrincipal:
    (who,) = [p for p in found.of(account) if p.name == name]
    return who


def test_a_role_has_its_inline_and_managed_policies_in_the_default_version(seen: Principals) -> None:
    role = one(seen, SHOP, "app")
    assert (role.kind, role.arn) == ("role", f"arn:aws:iam::{SHOP}:role/app")
    assert json.loads(role.trust) == trust("ec2.amazonaws.com")
    by_name = {p.name: p for p in role.policies}
    assert set(by_name) == {"own", "mine", "ReadOnlyAccess"}
    assert by_name["own"].arn == ""
    assert json.loads(by_name["own"].content) == document("kms:*")
    assert by_name["mine"].arn == f"arn:aws:iam::{SHOP}:policy/mine"
    assert json.loads(by_name["mine"].content) == document("s3:List*")
    assert "s3:Get*" in by_name["ReadOnlyAccess"].content
    assert role.boundary
    assert json.loads(role.boundary.content) == document("s3:*")


def test_a_user_has_the_policies_of_its_groups(seen: Principals) -> None:
    user = one(seen, SHOP, "jane")
    assert (user.kind, user.trust, user.boundary) == ("user", "", None)
    assert {p.name for p in user.policies} == {"no", "staff-own", "mine"}


def test_service_linked_roles_are_told_by_their_path(seen: Principals) -> None:
    linked = [p.name for p in seen.of(SHOP) if p.is_service_linked]
    assert linked == ["AWSServiceRoleForConfig"]


def test_every_account_is_read_and_a_policy_of_aws_is_kept_once(seen: Principals) -> None:
    assert seen.accounts == {BOSS, SECURITY, SHOP, SANDBOX}
    assert seen.unreachable == ()
    assert all(seen.blind(account) is None for account in seen.accounts)
    assert one(seen, BOSS, "admin").kind == "user"
    (theirs,) = one(seen, SANDBOX, "r").policies
    assert any(p is theirs for p in one(seen, SHOP, "app").policies)


def test_an_account_that_cannot_be_entered_is_unreachable_and_the_others_are_read(lab: Lab, seen: Principals) -> None:
    cloud = Cloud.open(access_role=ROLE)
    organization = read_organization(cloud)
    lab.set_faults(
        [
            Fault(account=SANDBOX, action="GetAccountAuthorizationDetails", kind="deny"),
            Fault(action="GetAccountAuthorizationDetails", kind="throttle", times=3),
        ]
    )
    found = read_principals(cloud, organization, Scope(), taken=NOW)
    assert found.accounts == {BOSS, SECURITY, SHOP}
    assert found.of(SHOP) == seen.of(SHOP)
    told = found.blind(SANDBOX)
    assert told is not None
    assert told in found.unreachable
    assert "AccessDenied" in told.reason


def test_an_account_that_was_left_out_is_not_known_but_not_unreachable_either(cloud: Cloud) -> None:
    scope = Scope(excluded=lambda _: frozenset({(SANDBOX, None)}))
    found = read_principals(cloud, read_organization(cloud), scope, taken=NOW)
    assert found.unreachable == ()
    told = found.blind(SANDBOX)
    assert told
    assert "not read" in told.reason


def organization() -> Organization:
    account = Account(
        id=BOSS,
        name="Boss",
        email="",
        state=State.ACTIVE,
        parent=UnitId("r-ab12"),
        joined=None,
        invited=False,
        regions=None,
    )
    return Organization(
        id="o-abcdefghij",
        partition=Partition("aws"),
        management=BOSS,
        all_features=True,
        root=UnitId("r-ab12"),
        units={},
        accounts={BOSS: account},
        policy_types={},
        policies=(),
        trusted_access=frozenset(),
        delegations=frozenset(),
    )


class Pages:
    """IAM with several pages, which the embedded organization never has, and with what it cannot hold."""

    def __init__(self, pages: Mapping[str, Mapping[str, Any]], policies: Mapping[str, Any] | None = None) -> None:
        self.pages, self.policies, self.workers = pages, policies or {}, 1

    def enter(self, _account: str) -> None:
        """Nothing refuses."""

    def interrupt(self) -> None:
        """Nothing waits."""

    def call(self, _account: str, _region: str, _service: str, operation: str, **asked: Any) -> Any:
        if operation == "get_account_authorization_details":
            return self.pages[asked.get("Marker", "")]
        if asked["PolicyArn"] not in self.policies:
            raise AwsError("could not get policy: no", code="AccessDenied", hint="ask for it")
        if operation == "get_policy":
            return {"Policy": {"DefaultVersionId": "v7"}}
        assert asked["VersionId"] == "v7"
        return {"PolicyVersion": {"Document": self.policies[asked["PolicyArn"]]}}


def told(pages: Mapping[str, Mapping[str, Any]], policies: Mapping[str, Any] | None = None) -> Principals:
    return read_principals(cast("Cloud", Pages(pages, policies)), organization(), Scope(), taken=NOW)


def role(name: str, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{BOSS}:role/{name}"
    return {"RoleName": name, "Arn": arn, "AssumeRolePolicyDocument": trust("x"), **more}


def attached(name: str) -> dict[str, Any]:
    return {"AttachedManagedPolicies": [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{BOSS}:policy/{name}"}]}


def test_a_policy_on_a_later_page_is_found() -> None:
    arn = f"arn:aws:iam::{BOSS}:policy/late"
    version = {"VersionId": "v1", "Document": document("s3:*"), "IsDefaultVersion": True}
    late = {"PolicyName": "late", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
    found = told(
        {
            "": {"RoleDetailList": [role("a", **attached("late"))], "IsTruncated": True, "Marker": "2"},
            "2": {"IsTruncated": True, "Marker": "3"},
            "3": {"RoleDetailList": [role("b")], "Policies": [late], "IsTruncated": False},
        }
    )
    assert [p.name for p in found.of(BOSS)] == ["a", "b"]
    assert json.loads(one(found, BOSS, "a").policies[0].content) == document("s3:*")


def test_a_page_that_comes_again_makes_the_account_unknown() -> None:
    found = told({"": {"IsTruncated": True, "Marker": "2"}, "2": {"IsTruncated": True, "Marker": "2"}})
    blind = found.blind(BOSS)
    assert blind
    assert "repeats" in blind.reason


def test_a_policy_that_is_in_force_but_not_listed_is_fetched_or_told() -> None:
    arn = f"arn:aws:iam::{BOSS}:policy/limit"
    page = {"RoleDetailList": [role("a", PermissionsBoundary={"PermissionsBoundaryArn": arn}, **attached("gone"))]}
    found = told({"": page}, {arn: document("s3:*")})
    who = one(found, BOSS, "a")
    assert who.boundary
    assert json.loads(who.boundary.content) == document("s3:*")
    assert [(p.name, p.content) for p in who.policies] == [("gone", "")]
    assert found.blind(BOSS) is None
    assert [(u.what, u.hint) for u in found.unreachable] == [(f"policy arn:aws:iam::{BOSS}:policy/gone", "ask for it")]


def test_a_document_that_is_not_json_is_kept_as_text() -> None:
    page = {"RoleDetailList": [role("a", RolePolicyList=[{"PolicyName": "odd", "PolicyDocument": "not%20json%7B"}])]}
    assert one(told({"": page}), BOSS, "a").policies[0].content == "not json{"
