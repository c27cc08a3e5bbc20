"""The condition keys that AWS adds to every request, as far as principal, resource and organization tell them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator, Mapping

from trailkeep.authz.principal import Principal
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization

_TYPES = {"user": "User", "role": "AssumedRole", "session": "AssumedRole", "federated user": "FederatedUser"}


def derived(
    principal: Principal, resource_account: str, organization: Organization | None
) -> Mapping[str, tuple[str, ...]]:
    """Keys in lower case with their values; what cannot be known from here is left out."""
    return dict(_about_principal(principal, organization)) | dict(_about_resource(resource_account, organization))


def _about_principal(who: Principal, organization: Organization | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "aws:securetransport", ("true",)
    yield "aws:principalisawsservice", ("true" if who.kind == "service" else "false",)
    if who.kind == "service":
        yield "aws:principalservicename", (who.id,)
    if who.kind == "anonymous":
        yield "aws:principaltype", ("Anonymous",)
    if not who.account:
        return
    yield "aws:principalarn", (who.role or who.id,)
    yield "aws:principalaccount", (who.account,)
    yield "aws:principaltype", (_TYPES.get(who.kind, "Account"),)
    if who.kind == "user":
        yield "aws:username", (who.id.rpartition("/")[2],)
    if organization and who.account in organization.accounts:
        yield "aws:principalorgid", (organization.id,)
        yield "aws:principalorgpaths", (_path(organization, who.account),)


def _about_resource(account: str, organization: Organization | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not account:
        return
    yield "aws:resourceaccount", (account,)
    if organization and account in organization.accounts:
        yield "aws:resourceorgid", (organization.id,)
        yield "aws:resourceorgpaths", (_path(organization, account),)


def _path(organization: Organization, account: str) -> str:
    units = [target for target in organization.chain(AccountId(account)) if target != account]
    return "/".join([organization.id, *units, ""])
