"""Organization rules and packs reach the accounts: who may put them, and how they fare in each account.

Sources: AWS Config Developer Guide, managing rules and conformance packs across all accounts in your organization (an
account that joins gets them, and for seven hours they are tried again where no recorder is there); botocore model
config OrganizationAccessDeniedException, PutOrganizationConfigRule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.iam.models import SERVICE_NAME_CONVERSION

from trailkeep.lab.call import Call
from trailkeep.lab.config_facts import is_running
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_rules import place, remove
from trailkeep.lab.config_state import Deployed, Deployment, rulebook_of
from trailkeep.lab.decision import Ask, decide
from trailkeep.lab.members import ensure_service_role
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.request_context import context_of
from trailkeep.lab.world import World

PRINCIPAL = "config-multiaccountsetup.amazonaws.com"
RETRIED_FOR = 7 * 3600
"""Seconds after an account joined."""
SERVICE_NAME_CONVERSION.update(
    {"config-multiaccountsetup": "ConfigMultiAccountSetup", "config-conforms": "ConfigConforms"}
)


def check_reader(call: Call, world: World) -> None:
    """Refuse everybody but the management account and the delegated administrators; and all without trusted access."""
    _check_place(call, world, PRINCIPAL)
    if not world.trusts(PRINCIPAL):
        raise denied("Trusted access for AWS Config (config-multiaccountsetup.amazonaws.com) is not enabled.")


def check_writer(call: Call, world: World) -> None:
    """The same for a call that puts: the management account's enables trusted access, and makes the service's role."""
    _check_place(call, world, PRINCIPAL)
    trust(call, world, PRINCIPAL)
    path = f"/aws-service-role/{PRINCIPAL}/"
    if not any(role.path == path for role in world.iam(call.account).roles.values()):
        role = f"arn:aws:iam::{call.account}:role{path}*"
        if not _may(call, world, "iam:CreateServiceLinkedRole", role):
            raise Refusal(
                "InsufficientPermissionsException",
                "You do not have permission to call IAM GetRole action or create a service-linked role.",
            )
        ensure_service_role(world, call.account, PRINCIPAL)


def check_aggregating(call: Call, world: World) -> None:
    """Refuse an organization aggregator of others than the management account and Config's delegated administrators."""
    _check_place(call, world, "config.amazonaws.com")
    trust(call, world, "config.amazonaws.com")


def trust(call: Call, world: World, principal: str) -> None:
    """Config calls EnableAWSServiceAccess in the name of the management account's caller."""
    if world.trusts(principal):
        return
    if call.account != world.management or not _may(call, world, "organizations:EnableAWSServiceAccess", "*"):
        raise denied(f"Trusted access for {principal} is not enabled, and you may not call EnableAWSServiceAccess.")
    world.organization.enable_aws_service_access(ServicePrincipal=principal)


def denied(message: str) -> Refusal:
    """Config's refusal of who may not act for the organization."""
    return Refusal("OrganizationAccessDeniedException", message)


def deploy(world: World, deployment: Deployment) -> None:
    """Put the rules into every active account that is not excluded, and take them from the others."""
    wanted = set(_reached(world, deployment))
    for account in sorted(set(deployment.accounts) - wanted):
        _withdraw(world, deployment, account)
    for account in sorted(wanted):
        _deploy_to(world, deployment, account, joined=None)


def withdraw(world: World, deployment: Deployment) -> None:
    """Take the rules from every account."""
    for account in tuple(deployment.accounts):
        _withdraw(world, deployment, account)


def settle(world: World) -> None:
    """What happens by itself: accounts that joined get the rules, those that left or closed lose them.

    Without trusted access AWS Config learns of neither.
    """
    if not world.trusts(PRINCIPAL):
        return
    now = world.clock.now()
    for deployment in rulebook_of(world).deployments():
        wanted = set(_reached(world, deployment))
        for account in sorted(set(deployment.accounts) - wanted):
            _withdraw(world, deployment, account)
        for account in sorted(wanted):
            known = deployment.accounts.get(account)
            if known is None:
                _deploy_to(world, deployment, account, joined=now)
            elif known.status.endswith("FAILED") and known.joined is not None and now - known.joined <= RETRIED_FOR:
                _deploy_to(world, deployment, account, joined=known.joined)


def statuses(call: Call, deployment: Deployment, *, member: str, shown: str, name: str) -> dict[str, Any]:
    """The page of how a rule or pack fares in each account, by the Filters of the call.

    `member` is the answer's list; `shown` the name of a status in an item, `name` the rule's or pack's in an account.
    """
    wanted = call.params.get("Filters") or {}
    label = "ConfigRuleName" if shown == "MemberAccountRuleStatus" else "ConformancePackName"
    found = [
        {
            "AccountId": account,
            label: name,
            shown: one.status,
            "LastUpdateTime": one.updated,
            **({"ErrorCode": one.code, "ErrorMessage": one.message} if one.code else {}),
        }
        for account, one in sorted(deployment.accounts.items())
        if wanted.get("AccountId") in {None, account} and wanted.get(shown) in {None, one.status}
    ]
    return paged(call, member, found, default=100, most=100)


def chosen(
    found: dict[str, Deployment], names: Iterable[str] | None, *, missing: str, most: int = 25
) -> list[Deployment]:
    """Those that are named, or all by name. Raises the refusal `missing` for a name that is not there."""
    asked = list(names or ())
    if len(asked) > most:
        raise Refusal("ValidationException", f"At most {most} names may be given at once.")
    for name in asked:
        if name not in found:
            raise Refusal(missing, f"{name} is not present. Ensure your names are correct and try your request again.")
    return [found[name] for name in (asked or sorted(found))]


def _check_place(call: Call, world: World, principal: str) -> None:
    if world.account(call.account) is None:
        raise Refusal("NoAvailableOrganizationException", "Your account is not a member of an organization.")
    if call.account != world.management and not world.is_delegated(call.account, principal):
        raise denied(
            "This action can only be performed by the management account of the organization, or by an account that "
            f"is a registered delegated administrator for {principal}."
        )
    if world.organization.org.feature_set != "ALL":
        raise Refusal(
            "OrganizationAllFeaturesNotEnabledException",
            "AWS Config resource cannot be created because your organization does not have all features enabled.",
        )


def _may(call: Call, world: World, action: str, resource: str) -> bool:
    ask = Ask(action=action, resource=resource, owner=call.account)
    return decide(world, call.caller, ask, context_of(call, world)).is_allowed


def _reached(world: World, deployment: Deployment) -> list[str]:
    return [a.id for a in world.members() if a.state == "ACTIVE" and a.id not in deployment.excluded]


def _deploy_to(world: World, deployment: Deployment, account: str, *, joined: float | None) -> None:
    before = deployment.accounts.get(account)
    there = before is not None and not before.status.startswith("CREATE_FAILED")
    verb = "UPDATE" if there and joined is None else "CREATE"
    state = Deployed(status=f"{verb}_SUCCESSFUL", updated=world.clock.now(), joined=joined)
    obstacle = _obstacle(world, account, deployment.region)
    if obstacle is None:
        obstacle = _place_all(world, deployment, account)
    if obstacle is not None:
        state.status, (state.code, state.message) = f"{verb}_FAILED", obstacle
    deployment.accounts[account] = state


def _place_all(world: World, deployment: Deployment, account: str) -> tuple[str, str] | None:
    cell, wanted = (account, deployment.region), {spec.name for spec in deployment.specs}
    for rule in _placed(world, deployment, account):
        if rule.spec.name not in wanted:
            remove(world, rule)
    try:
        for spec in deployment.specs:
            place(world, cell, spec, deployment.created_by)
    except Refusal as refusal:
        return refusal.code.removesuffix("Exception"), refusal.message
    ensure_service_role(world, account, deployment.created_by)
    return None


def _obstacle(world: World, account: str, region: str) -> tuple[str, str] | None:
    if world.regions.status(account, region) == "DISABLED":
        return "RegionDisabled", f"The Region {region} is not enabled in the account {account}."
    if not is_running(world, account, region):
        return "NoAvailableConfigurationRecorder", f"No configuration recorder is recording in {account} {region}."
    return None


def _withdraw(world: World, deployment: Deployment, account: str) -> None:
    for rule in _placed(world, deployment, account):
        remove(world, rule)
    deployment.accounts.pop(account, None)


def _placed(world: World, deployment: Deployment, account: str) -> list[Any]:
    rules = rulebook_of(world).rules.get((account, deployment.region), {})
    return [
        r for r in rules.values() if r.created_by == deployment.created_by and r.spec.name.endswith(deployment.suffix)
    ]
