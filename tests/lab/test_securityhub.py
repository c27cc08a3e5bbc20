"""Security Hub as the delegated administrator and its members meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.forks import start
from tests.lab.conftest import World, message, refusal

HOME = "eu-west-1"
FSBP = "standards/aws-foundational-security-best-practices/v/1.0.0"
LATER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hubs:
    """An organization with Security Hub's administrator in its home Region."""

    world: World
    management: str
    admin: str
    member: str
    other: str

    def hub(self, account: str | None = None, region: str = HOME) -> Any:
        return self.world.client("securityhub", account, region)

    @property
    def central(self) -> Any:
        return self.hub(self.admin)

    def wait(self) -> None:
        self.world.lab.advance(LATER)


def policy(region: str, *standards: str, service: bool = True) -> dict[str, Any]:
    if not service:
        return {"SecurityHub": {"ServiceEnabled": False}}
    return {
        "SecurityHub": {
            "ServiceEnabled": True,
            "EnabledStandardIdentifiers": [f"arn:aws:securityhub:{region}::{one}" for one in standards],
            "SecurityControlsConfiguration": {"DisabledSecurityControlIdentifiers": ["S3.20"]},
        }
    }


def begun() -> tuple[Any, Hubs]:
    lab = start("small")
    accounts = [one["id"] for one in lab.state()["accounts"]]
    return lab, Hubs(world=World(lab), management=accounts[0], member=accounts[1], other=accounts[2], admin=accounts[3])


@pytest.fixture(scope="module")
def fresh() -> Iterator[Hubs]:
    lab, hubs = begun()
    with lab:
        yield hubs


@pytest.fixture(scope="module")
def central() -> Iterator[Hubs]:
    lab, hubs = begun()
    with lab:
        hubs.hub().enable_organization_admin_account(AdminAccountId=hubs.admin)
        hubs.central.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
        hubs.central.update_organization_configuration(
            AutoEnable=False, AutoEnableStandards="NONE", OrganizationConfiguration={"ConfigurationType": "CENTRAL"}
        )
        hubs.wait()
        yield hubs


def test_a_hub_is_off_until_somebody_enables_it(fresh: Hubs) -> None:
    hub = fresh.hub(fresh.other, "us-east-1")
    assert message(hub.describe_hub) == f"Account {fresh.other} is not subscribed to AWS Security Hub"
    assert refusal(hub.get_enabled_standards) == "InvalidAccessException"
    hub.enable_security_hub()
    assert hub.describe_hub()["HubArn"] == f"arn:aws:securityhub:us-east-1:{fresh.other}:hub/default"
    assert refusal(hub.enable_security_hub) == "ResourceConflictException"
    arns = [one["StandardsArn"] for one in hub.get_enabled_standards()["StandardsSubscriptions"]]
    assert arns == [
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
        f"arn:aws:securityhub:us-east-1::{FSBP}",
    ]
    known = [one["StandardsArn"] for one in hub.describe_standards()["Standards"]]
    assert set(arns) < set(known)
    assert refusal(fresh.hub(fresh.other).describe_hub) == "InvalidAccessException"  # another Region
    hub.disable_security_hub()
    hub.enable_security_hub(EnableDefaultStandards=False)
    assert hub.get_enabled_standards()["StandardsSubscriptions"] == []
    told = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arns[1]}])
    one = told["StandardsSubscriptions"][0]
    assert one["StandardsStatus"] == "PENDING"
    hub.batch_disable_standards(StandardsSubscriptionArns=[one["StandardsSubscriptionArn"]])
    assert hub.get_enabled_standards()["StandardsSubscriptions"] == []


def test_the_newer_security_hub_is_off_unless_enabled(fresh: Hubs) -> None:
    hub = fresh.hub(fresh.other)
    assert refusal(hub.describe_security_hub_v2) == "ResourceNotFoundException"
    arn = hub.enable_security_hub_v2()["HubV2Arn"]
    assert hub.describe_security_hub_v2()["HubV2Arn"] == arn
    hub.disable_security_hub_v2()
    assert refusal(hub.describe_security_hub_v2) == "ResourceNotFoundException"


def test_only_the_management_account_names_one_administrator(fresh: Hubs) -> None:
    assert refusal(fresh.hub(fresh.member).enable_organization_admin_account, AdminAccountId=fresh.admin) == (
        "InvalidAccessException"
    )
    hub = fresh.hub()
    assert refusal(hub.enable_organization_admin_account, AdminAccountId=fresh.management) == "InvalidInputException"
    assert hub.list_organization_admin_accounts()["AdminAccounts"] == []
    hub.enable_organization_admin_account(AdminAccountId=fresh.admin)
    assert hub.list_organization_admin_accounts()["AdminAccounts"] == [{"AccountId": fresh.admin, "Status": "ENABLED"}]
    assert fresh.hub(region="us-east-1").list_organization_admin_accounts()["AdminAccounts"] == []
    assert refusal(hub.enable_organization_admin_account, AdminAccountId=fresh.member) == "InvalidInputException"
    organizations = fresh.world.client("organizations")
    trusted = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert "securityhub.amazonaws.com" in {one["ServicePrincipal"] for one in trusted}
    delegated = organizations.list_delegated_administrators(ServicePrincipal="securityhub.amazonaws.com")
    assert [one["Id"] for one in delegated["DelegatedAdministrators"]] == [fresh.admin]
    assert fresh.central.describe_hub()
    assert refusal(fresh.central.disable_security_hub) == "InvalidAccessException"
    assert refusal(fresh.hub(fresh.member).describe_organization_configuration) == "InvalidAccessException"


def test_central_configuration_needs_an_aggregator_and_its_home_region(fresh: Hubs) -> None:
    hub = fresh.central
    told = hub.describe_organization_configuration()["OrganizationConfiguration"]
    assert told == {"ConfigurationType": "LOCAL", "Status": "ENABLED"}
    to_central = {"AutoEnable": False, "OrganizationConfiguration": {"ConfigurationType": "CENTRAL"}}
    assert refusal(hub.update_organization_configuration, **to_central) == "InvalidInputException"
    wrong = {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": [HOME]}
    assert refusal(hub.create_finding_aggregator, **wrong) == "InvalidInputException"
    assert refusal(hub.create_finding_aggregator, RegionLinkingMode="NO_REGIONS", Regions=["us-east-1"])
    made = hub.create_finding_aggregator(RegionLinkingMode="SPECIFIED_REGIONS", Regions=["us-east-1"])
    arn = made["FindingAggregatorArn"]
    assert made["FindingAggregationRegion"] == HOME
    assert hub.list_finding_aggregators()["FindingAggregators"] == [{"FindingAggregatorArn": arn}]
    assert hub.get_finding_aggregator(FindingAggregatorArn=arn)["Regions"] == ["us-east-1"]
    assert refusal(hub.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS") == "InvalidInputException"
    hub.update_finding_aggregator(FindingAggregatorArn=arn, RegionLinkingMode="ALL_REGIONS")
    assert refusal(hub.update_organization_configuration, **{**to_central, "AutoEnable": True})
    hub.update_organization_configuration(**to_central)
    assert hub.describe_organization_configuration()["OrganizationConfiguration"]["Status"] == "PENDING"
    assert refusal(hub.list_configuration_policies) == "InvalidAccessException"
    assert refusal(hub.update_organization_configuration, **to_central) == "ResourceConflictException"
    fresh.wait()
    told = hub.describe_organization_configuration()
    assert told["OrganizationConfiguration"] == {"ConfigurationType": "CENTRAL", "Status": "ENABLED"}
    assert refusal(hub.update_organization_configuration, AutoEnable=True) == "InvalidInputException"
    assert fresh.hub(region="us-east-1").list_organization_admin_accounts()["AdminAccounts"]  # linked: designated too
    hub.delete_finding_aggregator(FindingAggregatorArn=arn)
    assert hub.describe_organization_configuration()["OrganizationConfiguration"]["ConfigurationType"] == "LOCAL"


def test_an_administrator_removed_by_organizations_takes_everything_along(fresh: Hubs) -> None:
    fresh.world.client("organizations").deregister_delegated_administrator(
        AccountId=fresh.admin, ServicePrincipal="securityhub.amazonaws.com"
    )
    assert fresh.hub().list_organization_admin_accounts()["AdminAccounts"] == []
    assert refusal(fresh.central.describe_organization_configuration) == "InvalidAccessException"
    fresh.hub().enable_organization_admin_account(AdminAccountId=fresh.member)
    fresh.hub().disable_organization_admin_account(AdminAccountId=fresh.member)
    assert fresh.hub().list_organization_admin_accounts()["AdminAccounts"] == []


def test_a_policy_reaches_every_account_and_linked_region(central: Hubs) -> None:
    hub, organizations = central.central, central.world.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = hub.create_configuration_policy(Name="all", ConfigurationPolicy=policy(HOME, FSBP))
    assert hub.get_configuration_policy(Identifier=made["Arn"])["Name"] == "all"
    assert hub.get_configuration_policy(Identifier=made["Id"])["ConfigurationPolicy"] == policy(HOME, FSBP)
    assert [one["Name"] for one in hub.list_configuration_policies()["ConfigurationPolicySummaries"]] == ["all"]
    assert refusal(hub.get_configuration_policy_association, Target={"RootId": root}) == "ResourceNotFoundException"
    told = hub.start_configuration_policy_association(ConfigurationPolicyIdentifier=made["Id"], Target={"RootId": root})
    assert (told["AssociationStatus"], told["AssociationType"], told["TargetType"]) == ("PENDING", "APPLIED", "ROOT")
    assert refusal(central.hub(central.member).describe_hub) == "InvalidAccessException"
    central.wait()
    told = hub.get_configuration_policy_association(Target={"AccountId": central.member})
    assert (told["AssociationStatus"], told["AssociationType"]) == ("SUCCESS", "INHERITED")
    assert central.hub(region="us-east-1").describe_hub()
    for region in central.world.lab.state()["accounts"][1]["regions"]:
        enabled = central.hub(central.member, region).get_enabled_standards()["StandardsSubscriptions"]
        assert [one["StandardsArn"] for one in enabled] == [f"arn:aws:securityhub:{region}::{FSBP}"]
    every = hub.list_configuration_policy_associations()["ConfigurationPolicyAssociationSummaries"]
    assert {one["AssociationStatus"] for one in every} == {"SUCCESS"}
    assert {central.member, central.other, central.admin, root} < {one["TargetId"] for one in every}
    assert refusal(central.hub(central.member).disable_security_hub) == "AccessDeniedException"
    remove = central.hub().disable_organization_admin_account
    assert refusal(remove, AdminAccountId=central.admin) == "InvalidInputException"
    assert refusal(hub.delete_configuration_policy, Identifier=made["Id"]) == "ResourceConflictException"


def test_the_nearest_configuration_wins(central: Hubs) -> None:
    hub = central.central
    off = hub.create_configuration_policy(Name="off", ConfigurationPolicy=policy(HOME, service=False))
    target = {"AccountId": central.other}
    hub.start_configuration_policy_association(ConfigurationPolicyIdentifier=off["Id"], Target=target)
    assert central.hub(central.other).describe_hub()
    central.wait()
    assert refusal(central.hub(central.other).describe_hub) == "InvalidAccessException"
    assert refusal(central.hub(central.other).enable_security_hub) == "AccessDeniedException"
    hub.start_configuration_policy_association(ConfigurationPolicyIdentifier="SELF_MANAGED_SECURITY_HUB", Target=target)
    central.wait()
    central.hub(central.other).enable_security_hub(EnableDefaultStandards=False)
    told = hub.get_configuration_policy_association(Target=target)
    assert (told["ConfigurationPolicyId"], told["AssociationType"]) == ("SELF_MANAGED_SECURITY_HUB", "APPLIED")
    hub.start_configuration_policy_disassociation(
        ConfigurationPolicyIdentifier="SELF_MANAGED_SECURITY_HUB", Target=target
    )
    assert hub.get_configuration_policy_association(Target=target)["AssociationType"] == "INHERITED"
    hub.delete_configuration_policy(Identifier=off["Id"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"SecurityHub": {"ServiceEnabled": True}},
        {"SecurityHub": {}},
        policy(HOME, "standards/none/v/1.0.0"),
        {"SecurityHub": {**policy(HOME)["SecurityHub"], "SecurityControlsConfiguration": {}}},
        {"SecurityHub": {"ServiceEnabled": False, "EnabledStandardIdentifiers": ["x"]}},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(central: Hubs, wrong: dict[str, Any]) -> None:
    create = central.central.create_configuration_policy
    assert refusal(create, Name="wrong", ConfigurationPolicy=wrong) == "InvalidInputException"


def test_policies_belong_to_the_administrator_in_the_home_region(central: Hubs) -> None:
    assert refusal(central.hub(central.admin, "us-east-1").list_configuration_policies) == "InvalidAccessException"
    assert refusal(central.hub(central.member).list_configuration_policies) == "InvalidAccessException"
    assert refusal(central.hub().list_configuration_policies) == "InvalidAccessException"


def test_what_is_not_served_is_refused(fresh: Hubs) -> None:
    assert refusal(fresh.hub().list_members) == "NotInLab"
    assert refusal(fresh.hub().list_security_control_definitions) == "NotInLab"
