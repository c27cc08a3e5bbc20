"""Changes to the organization: units, where accounts are, and what is switched on."""

from typing import assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.account import create_account
from trailkeep.aws.write.once import ask, ask_all, chosen, once
from trailkeep.aws.write.wait import Wait, until
from trailkeep.errors import AwsError
from trailkeep.model.change import (
    CreateAccount,
    CreateUnit,
    EnableAllFeatures,
    EnablePolicyType,
    MoveAccount,
    SetDelegate,
    SetTrustedAccess,
)

MembershipChange = (
    CreateUnit | CreateAccount | MoveAccount | EnableAllFeatures | SetTrustedAccess | SetDelegate | EnablePolicyType
)

_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_TYPE_TAKES = 300.0
_MOVED = frozenset({"DuplicateAccountException", "SourceParentNotFoundException", "AccountNotFoundException"})
_ACCEPTED = "ENABLE_ALL_FEATURES"


def perform(cloud: Cloud, change: MembershipChange, wait: Wait) -> dict[str, str]:
    """Make one change to the organization. Raises AwsError."""
    match change:
        case CreateUnit():
            return _create_unit(cloud, change)
        case CreateAccount():
            return create_account(cloud, change, wait)
        case MoveAccount():
            _move(cloud, change)
        case EnableAllFeatures():
            _enable_all_features(cloud, change)
        case SetTrustedAccess():
            _set_trusted_access(cloud, change)
        case SetDelegate():
            _set_delegate(cloud, change)
        case EnablePolicyType():
            _enable_policy_type(cloud, change, wait)
        case _:
            assert_never(change)
    return {}


def _create_unit(cloud: Cloud, change: CreateUnit) -> dict[str, str]:
    unit = change.unit
    made = once(
        cloud,
        change,
        "organizations",
        "create_organizational_unit",
        so_already={"DuplicateOrganizationalUnitException"},
        ParentId=unit.parent,
        Name=unit.name,
    )
    if made:
        return chosen(unit.id, made["OrganizationalUnit"]["Id"])
    siblings = ask_all(
        cloud,
        change,
        "organizations",
        "list_organizational_units_for_parent",
        "OrganizationalUnits",
        ParentId=unit.parent,
    )
    # Organizations compares names without regard to case when it refuses a duplicate
    found = next(s["Id"] for s in siblings if s["Name"].casefold() == unit.name.casefold())
    return chosen(unit.id, found)


def _move(cloud: Cloud, change: MoveAccount) -> None:
    here = _parent(cloud, change)  # where it really is: an account created a moment ago is in the root
    if here == change.after:
        return
    try:
        once(
            cloud,
            change,
            "organizations",
            "move_account",
            AccountId=change.moved,
            SourceParentId=here,
            DestinationParentId=change.after,
        )
    except AwsError as error:
        # when the first answer was lost, the second says that the account is not where it was
        if error.code not in _MOVED or _parent(cloud, change) != change.after:
            raise


def _parent(cloud: Cloud, change: MoveAccount) -> str:
    return str(ask(cloud, change, "organizations", "list_parents", ChildId=change.moved)["Parents"][0]["Id"])


def _enable_all_features(cloud: Cloud, change: EnableAllFeatures) -> None:
    """Ask for it, finish it when every invited account has agreed, and say so when some have not.

    Source: botocore model organizations EnableAllFeatures, AcceptHandshake.
    """
    if _has_all_features(cloud, change):
        return
    # the refusal says that it is asked for already
    once(cloud, change, "organizations", "enable_all_features", so_already={"HandshakeConstraintViolationException"})
    if _has_all_features(cloud, change):
        return
    open_ones = ask_all(
        cloud,
        change,
        "organizations",
        "list_handshakes_for_organization",
        "Handshakes",
        Filter={"ActionType": _ACCEPTED},
    )
    for handshake in open_ones:
        if handshake.get("State") == "OPEN":
            once(cloud, change, "organizations", "accept_handshake", HandshakeId=handshake["Id"])
    if not _has_all_features(cloud, change):
        raise AwsError(
            "all features are asked for, but not every invited account has agreed yet",
            code="AllFeaturesPending",
            hint="an administrator of each invited account accepts the handshake within 90 days; then run again",
        )


def _has_all_features(cloud: Cloud, change: EnableAllFeatures) -> bool:
    said = ask(cloud, change, "organizations", "describe_organization")["Organization"]
    return bool(said["FeatureSet"] == "ALL")


def _set_trusted_access(cloud: Cloud, change: SetTrustedAccess) -> None:
    operation = "enable_aws_service_access" if change.after else "disable_aws_service_access"
    once(cloud, change, "organizations", operation, ServicePrincipal=change.service)


def _set_delegate(cloud: Cloud, change: SetDelegate) -> None:
    """CloudTrail registers its own: that also makes its service-linked role in the management account.

    Source: botocore model cloudtrail RegisterOrganizationDelegatedAdmin.
    """
    who, service = change.delegation.account, change.delegation.service
    on, off = {"AccountRegisteredException", "AccountAlreadyRegisteredException"}, {"AccountNotRegisteredException"}
    match service == _CLOUDTRAIL, change.after:
        case True, True:
            once(
                cloud,
                change,
                "cloudtrail",
                "register_organization_delegated_admin",
                so_already=on,
                MemberAccountId=who,
            )
        case True, False:
            once(
                cloud,
                change,
                "cloudtrail",
                "deregister_organization_delegated_admin",
                so_already=off,
                DelegatedAdminAccountId=who,
            )
        case _, _:
            once(
                cloud,
                change,
                "organizations",
                "register_delegated_administrator" if change.after else "deregister_delegated_administrator",
                so_already=on if change.after else off,
                AccountId=who,
                ServicePrincipal=service,
            )


def _enable_policy_type(cloud: Cloud, change: EnablePolicyType, wait: Wait) -> None:
    """Asynchronous: other changes are refused until the root says ENABLED (botocore model EnablePolicyType)."""
    root = ask(cloud, change, "organizations", "list_roots")["Roots"][0]["Id"]
    once(
        cloud,
        change,
        "organizations",
        "enable_policy_type",
        so_already={"PolicyTypeAlreadyEnabledException"},
        RootId=root,
        PolicyType=change.type,
    )
    if not until(wait, _TYPE_TAKES, lambda: _is_enabled(cloud, change) or None):
        raise AwsError(
            f"policy type {change.type} was asked for {_TYPE_TAKES:.0f} s ago and is not enabled yet",
            code="PolicyTypePending",
            hint="run again in a few minutes",
        )


def _is_enabled(cloud: Cloud, change: EnablePolicyType) -> bool:
    root = ask(cloud, change, "organizations", "list_roots")["Roots"][0]
    return any(t["Type"] == change.type and t["Status"] == "ENABLED" for t in root.get("PolicyTypes", ()))
