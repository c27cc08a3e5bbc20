"""AWS Organizations over the wire."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.lab.conftest import World, message, refusal

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}]}


def scp(
    organizations: Any, name: str, content: dict[str, Any] | str = DENY, kind: str = "SERVICE_CONTROL_POLICY"
) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    made = organizations.create_policy(Name=name, Description="", Type=kind, Content=text)
    return str(made["Policy"]["PolicySummary"]["Id"])


def unit(world: World, name: str) -> str:
    organizations = world.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    return str(next(u["Id"] for u in units if u["Name"] == name))


def test_the_acme_organization_is_as_described(acme: World) -> None:
    accounts = {
        a["Name"]: a
        for page in acme.client("organizations").get_paginator("list_accounts").paginate(MaxResults=5)
        for a in page["Accounts"]
    }
    assert len(accounts) == 12
    assert accounts["Old Experiments"]["State"] == "SUSPENDED"
    assert accounts["Acquired Billing"]["JoinedMethod"] == "INVITED"
    workloads = unit(acme, "Workloads")
    (path,) = accounts["Payments Prod"]["Paths"]
    assert path.split("/")[2] == workloads
    assert path.endswith("/555555555555/")
    assert acme.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111111111111:user/admin"


def test_an_account_is_created_a_little_later(small: World) -> None:
    organizations = small.client("organizations")
    asked = organizations.create_account(AccountName="Log Archive", Email="aws+log-archive@example.com")
    status = asked["CreateAccountStatus"]
    assert status["State"] == "IN_PROGRESS"
    request = {"CreateAccountRequestId": status["Id"]}
    organizations.describe_create_account_status(**request)
    done = organizations.describe_create_account_status(**request)["CreateAccountStatus"]
    assert done["State"] == "SUCCEEDED"
    account = organizations.describe_account(AccountId=done["AccountId"])["Account"]
    assert (account["Name"], account["State"], account["JoinedMethod"]) == ("Log Archive", "ACTIVE", "CREATED")
    iam = small.client("iam", done["AccountId"])
    assert iam.list_role_policies(RoleName="OrganizationAccountAccessRole")["PolicyNames"] == ["AdministratorAccess"]


def test_an_account_is_created_without_anybody_asking(small: World) -> None:
    organizations = small.client("organizations")
    organizations.create_account(AccountName="Quiet", Email="aws+quiet@example.com", RoleName="Landing")
    time.sleep(0.35)
    (status,) = [
        s for s in organizations.list_create_account_status()["CreateAccountStatuses"] if s["AccountName"] == "Quiet"
    ]
    assert status["State"] == "SUCCEEDED"
    role = f"arn:aws:iam::{status['AccountId']}:role/Landing"
    assert small.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]


@pytest.mark.parametrize(
    ("email", "reason"), [("aws+shop@example.com", "EMAIL_ALREADY_EXISTS"), ("a b@example.com", "INVALID_EMAIL")]
)
def test_an_email_must_be_one_and_can_be_used_once(small: World, email: str, reason: str) -> None:
    organizations = small.client("organizations")
    status = organizations.create_account(AccountName="Again", Email=email)["CreateAccountStatus"]
    for _ in range(2):
        status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])[
            "CreateAccountStatus"
        ]
    assert (status["State"], status["FailureReason"]) == ("FAILED", reason)


def test_members_may_not_look_around(small: World) -> None:
    member = small.client("organizations", "444444444444")
    assert refusal(member.list_accounts) == "AccessDeniedException"
    assert member.describe_organization()["Organization"]["MasterAccountId"] == "111111111111"


def test_a_delegated_administrator_may_look_around(small: World) -> None:
    organizations = small.client("organizations")
    delegation = {"AccountId": "222222222222", "ServicePrincipal": "securityhub.amazonaws.com"}
    assert refusal(organizations.register_delegated_administrator, **delegation) == "ConstraintViolationException"
    organizations.enable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")
    organizations.register_delegated_administrator(**delegation)
    again = organizations.register_delegated_administrator
    assert refusal(again, **delegation) == "AccountAlreadyRegisteredException"
    assert refusal(again, **{**delegation, "AccountId": "111111111111"}) == "ConstraintViolationException"
    (admin,) = organizations.list_delegated_administrators()["DelegatedAdministrators"]
    assert admin["Id"] == "222222222222"
    assert small.client("organizations", "222222222222").list_accounts()["Accounts"]
    services = organizations.list_delegated_services_for_account(AccountId="222222222222")["DelegatedServices"]
    assert [s["ServicePrincipal"] for s in services] == ["securityhub.amazonaws.com"]
    organizations.deregister_delegated_administrator(**delegation)
    assert refusal(small.client("organizations", "222222222222").list_accounts) == "AccessDeniedException"


@pytest.mark.parametrize(
    "principal",
    [
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
        "config-multiaccountsetup.amazonaws.com",
        "account.amazonaws.com",
        "member.org.stacksets.cloudformation.amazonaws.com",
    ],
)
def test_the_services_we_need_can_be_delegated(small: World, principal: str) -> None:
    organizations = small.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=principal)
    trusted = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert principal in {s["ServicePrincipal"] for s in trusted}
    organizations.register_delegated_administrator(AccountId="444444444444", ServicePrincipal=principal)
    organizations.deregister_delegated_administrator(AccountId="444444444444", ServicePrincipal=principal)
    organizations.disable_aws_service_access(ServicePrincipal=principal)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "{}",
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::"}]},
        {"Version": "2012-10-17", "Statement": [{**DENY["Statement"][0], "Principal": "*"}]},  # type: ignore[dict-item]
    ],
)
def test_malformed_policies_are_refused(small: World, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    create = small.client("organizations").create_policy
    arguments = {"Name": "x", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": text}
    assert refusal(create, **arguments) == "MalformedPolicyDocumentException"


def test_policies_have_a_largest_size(small: World) -> None:
    organizations = small.client("organizations")
    fits = json.dumps(DENY) + " " * (10_240 - len(json.dumps(DENY)))
    policy = scp(organizations, "large", fits)
    assert refusal(organizations.update_policy, PolicyId=policy, Content=fits + " ") == "ConstraintViolationException"


def test_attaching_has_its_rules(small: World) -> None:
    organizations = small.client("organizations")
    target = unit(small, "Sandbox")
    policies = [scp(organizations, f"slot-{n}") for n in range(10)]
    for policy in policies[:9]:
        organizations.attach_policy(PolicyId=policy, TargetId=target)
    attach = organizations.attach_policy
    assert refusal(attach, PolicyId=policies[0], TargetId=target) == "DuplicatePolicyAttachmentException"
    assert refusal(attach, PolicyId=policies[9], TargetId=target) == "ConstraintViolationException"
    rcp = {**DENY, "Statement": [{**DENY["Statement"][0], "Principal": "*"}]}  # type: ignore[dict-item]
    rcp_id = scp(organizations, "rcp", rcp, "RESOURCE_CONTROL_POLICY")
    assert refusal(attach, PolicyId=rcp_id, TargetId=target) == "PolicyTypeNotEnabledException"
    for policy in policies[:9]:
        organizations.detach_policy(PolicyId=policy, TargetId=target)
    detach = organizations.detach_policy
    assert refusal(detach, PolicyId="p-FullAWSAccess", TargetId=target) == "ConstraintViolationException"


def test_policy_lists_come_in_pages_of_twenty(small: World) -> None:
    organizations = small.client("organizations")
    for n in range(21):
        scp(organizations, f"page-{n}")
    first = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")
    assert len(first["Policies"]) == 20
    assert first["NextToken"]
    assert refusal(organizations.list_accounts, NextToken=first["NextToken"]) == "InvalidInputException"


def test_closing_takes_its_time(small: World) -> None:
    organizations = small.client("organizations")
    account = small.lab.add_account("Closing", "aws+closing@example.com", "Sandbox")
    organizations.close_account(AccountId=account)
    assert organizations.describe_account(AccountId=account)["Account"]["State"] == "PENDING_CLOSURE"
    time.sleep(0.35)
    assert organizations.describe_account(AccountId=account)["Account"]["State"] == "CLOSED"
    assert refusal(organizations.close_account, AccountId="111111111111") == "ConstraintViolationException"
    assert "not authorized" in message(
        small.client("sts").assume_role,
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
        RoleSessionName="test",
    )


def test_disabling_a_policy_type_detaches_everything(small: World) -> None:
    organizations = small.client("organizations")
    root, target = organizations.list_roots()["Roots"][0]["Id"], unit(small, "Workloads")
    policy = scp(organizations, "lost")
    organizations.attach_policy(PolicyId=policy, TargetId=target)
    organizations.disable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    left = organizations.list_policies_for_target(TargetId=target, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [p["Name"] for p in left] == ["FullAWSAccess"]
