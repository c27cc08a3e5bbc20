"""Organization conformance packs (botocore model config/2014-11-12, PutOrganizationConformancePack and its sisters)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_deployment import check_reader, check_writer, chosen, deploy, settle, statuses, withdraw
from trailkeep.lab.config_organization_rules import excluded_accounts
from trailkeep.lab.config_pack_template import rules_of
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_state import Deployment, rulebook_of
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

PRINCIPAL = "config-conforms.amazonaws.com"
"""Makes the rules of packs in the accounts (botocore model config PutOrganizationConformancePack)."""
MOST_PACKS = 50
_SHOWN = ("DeliveryS3Bucket", "DeliveryS3KeyPrefix", "ConformancePackInputParameters")
_NO_SUCH = "NoSuchOrganizationConformancePackException"


def put_pack(call: Call, world: World) -> dict[str, Any]:
    """PutOrganizationConformancePack: its rules reach every active account at once."""
    name = str(call.params.get("OrganizationConformancePackName", ""))
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
        raise Refusal("ValidationException", f"Value '{name}' at 'organizationConformancePackName' is not valid.")
    if not call.params.get("TemplateBody") and not call.params.get("TemplateS3Uri"):
        raise Refusal("ValidationException", "Specify either the TemplateS3Uri or the TemplateBody parameter.")
    excluded = excluded_accounts(call)
    check_writer(call, world)
    found, book, now = _found(call, world), rulebook_of(world), world.clock.now()
    known = found.get(name)
    if known is None and len(found) >= MOST_PACKS:
        raise Refusal(
            "MaxNumberOfOrganizationConformancePacksExceededException",
            "You have reached the limit of the number of organization conformance packs you can create.",
        )
    suffix = known.suffix if known else book.draw(9)
    specs = rules_of(call, suffix)
    asked = {member: call.params[member] for member in _SHOWN if call.params.get(member)}
    if known is None:
        arn = f"arn:aws:config:{call.region}:{call.account}:organization-conformance-pack/{name}-{book.draw(8)}"
        known = found[name] = Deployment(
            owner=call.account, region=call.region, name=name, arn=arn, suffix=suffix, created_by=PRINCIPAL,
            specs=specs, asked=asked, excluded=excluded, updated=now,
        )  # fmt: skip
        book.tags[arn] = {str(t["Key"]): str(t.get("Value", "")) for t in call.params.get("Tags") or ()}
    else:
        known.specs, known.asked, known.excluded, known.updated, known.verb = specs, asked, excluded, now, "UPDATE"
    deploy(world, known)
    return {"OrganizationConformancePackArn": known.arn}


def delete_pack(call: Call, world: World) -> dict[str, Any]:
    """DeleteOrganizationConformancePack: by its owner; its rules leave every account."""
    check_reader(call, world)
    pack = _one(call, world)
    withdraw(world, pack)
    del _found(call, world)[pack.name]
    rulebook_of(world).tags.pop(pack.arn, None)
    return {}


def describe_packs(call: Call, world: World) -> dict[str, Any]:
    """DescribeOrganizationConformancePacks: those of the caller's own account."""
    return paged(call, "OrganizationConformancePacks", _named(call, world), default=100, most=100, show=_shown)


def describe_statuses(call: Call, world: World) -> dict[str, Any]:
    """DescribeOrganizationConformancePackStatuses."""
    found = _named(call, world)
    return paged(call, "OrganizationConformancePackStatuses", found, default=100, most=100, show=_status)


def detailed_status(call: Call, world: World) -> dict[str, Any]:
    """GetOrganizationConformancePackDetailedStatus: of every account, with the reason where it failed."""
    check_reader(call, world)
    settle(world)
    pack = _one(call, world)
    return statuses(
        call,
        pack,
        member="OrganizationConformancePackDetailedStatuses",
        shown="Status",
        name=f"OrgConformsPack-{pack.arn.rpartition('/')[2]}",
    )


def _found(call: Call, world: World) -> dict[str, Deployment]:
    return rulebook_of(world).packs[call.account, call.region]


def _one(call: Call, world: World) -> Deployment:
    name = str(call.params.get("OrganizationConformancePackName", ""))
    return chosen(_found(call, world), [name], missing=_NO_SUCH)[0]


def _named(call: Call, world: World) -> list[Deployment]:
    check_reader(call, world)
    settle(world)
    return chosen(_found(call, world), call.params.get("OrganizationConformancePackNames"), missing=_NO_SUCH)


def _shown(pack: Deployment) -> dict[str, Any]:
    return {
        "OrganizationConformancePackName": pack.name,
        "OrganizationConformancePackArn": pack.arn,
        **pack.asked,
        "ExcludedAccounts": sorted(pack.excluded),
        "LastUpdateTime": pack.updated,
    }


def _status(pack: Deployment) -> dict[str, Any]:
    return {"OrganizationConformancePackName": pack.name, "Status": pack.status, "LastUpdateTime": pack.updated}


ANSWERS: Mapping[str, Any] = {
    "PutOrganizationConformancePack": put_pack,
    "DeleteOrganizationConformancePack": delete_pack,
    "DescribeOrganizationConformancePacks": describe_packs,
    "DescribeOrganizationConformancePackStatuses": describe_statuses,
    "GetOrganizationConformancePackDetailedStatus": detailed_status,
}
