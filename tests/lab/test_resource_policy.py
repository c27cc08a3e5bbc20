"""The organization's resource policy: who puts it, and what it opens and closes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lab.conftest import World, refusal

SECURITY, SHOP = "222222222222", "444444444444"


def document(effect: str, account: str, *actions: str) -> str:
    statement = {"Effect": effect, "Principal": {"AWS": account}, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_member_may_what_it_allows_and_no_more(small: World) -> None:
    organizations, member = small.client("organizations"), small.client("organizations", SHOP)
    assert refusal(organizations.describe_resource_policy) == "ResourcePolicyNotFoundException"
    assert refusal(member.list_roots) == "AccessDeniedException"
    content = document("Allow", SHOP, "organizations:ListRoots")
    assert refusal(member.put_resource_policy, Content=content) == "AccessDeniedException"
    made = organizations.put_resource_policy(Content=content)["ResourcePolicy"]
    assert made["ResourcePolicySummary"]["Arn"].startswith(
        "arn:aws:organizations::111111111111:resourcepolicy/o-small1org2/rp-"
    )
    assert organizations.describe_resource_policy()["ResourcePolicy"] == made
    assert len(member.list_roots()["Roots"]) == 1
    assert refusal(member.list_accounts) == "AccessDeniedException"

    organizations.put_resource_policy(Content=document("Deny", SHOP, "organizations:DescribeOrganization"))
    assert refusal(member.describe_organization) == "AccessDeniedException"
    assert refusal(member.list_roots) == "AccessDeniedException"
    organizations.delete_resource_policy()
    assert refusal(organizations.delete_resource_policy) == "ResourcePolicyNotFoundException"
    assert member.describe_organization()["Organization"]["Id"] == "o-small1org2"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "INVALID_RESOURCE_POLICY_JSON"),
        (document("Allow", SHOP, "s3:GetObject"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "organizations:ListRoots", "Resource": "*"}],
                }
            ),
            "INVALID_PRINCIPAL",
        ),
    ],
)
def test_what_is_no_resource_policy(small: World, content: str, reason: str) -> None:
    client: Any = small.client("organizations")
    with pytest.raises(client.exceptions.InvalidInputException) as refused:
        client.put_resource_policy(Content=content)
    assert refused.value.response["Reason"] == reason


def test_a_delegated_administrator_may_read_it(small: World) -> None:
    organizations = small.client("organizations")
    organizations.put_resource_policy(Content=document("Allow", SHOP, "organizations:ListRoots"))
    assert refusal(small.client("organizations", SECURITY).describe_resource_policy) == "AccessDeniedException"
    organizations.enable_aws_service_access(ServicePrincipal="config.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=SECURITY, ServicePrincipal="config.amazonaws.com")
    assert "Content" in small.client("organizations", SECURITY).describe_resource_policy()["ResourcePolicy"]
