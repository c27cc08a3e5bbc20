"""AWS Config's aggregators (botocore model config/2014-11-12, PutConfigurationAggregator and its sisters).

An organization aggregator sees every active account, with the role that was given; one of accounts sees its own and
those that have authorized it. Source: AWS Config Developer Guide, multi-account multi-Region data aggregation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.caller import Caller
from trailkeep.lab.config_deployment import check_aggregating
from trailkeep.lab.config_facts import is_running
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_rule_spec import invalid
from trailkeep.lab.config_state import Aggregator, Cell, rulebook_of
from trailkeep.lab.decision import Ask, decide
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.request_context import about_principal
from trailkeep.lab.world import World

MOST_AGGREGATORS = 50
_SERVICE = "config.amazonaws.com"
_ROLE_ASKS = (
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListDelegatedAdministrators",
)
_FAILED = ("InvalidRole", "The role does not exist any more, does not trust AWS Config, or may not ask Organizations.")


def put_aggregator(call: Call, world: World) -> dict[str, Any]:
    """PutConfigurationAggregator: of the organization or of accounts, in some Regions or all; tags count once."""
    name = str(call.params.get("ConfigurationAggregatorName", ""))
    if not re.fullmatch(r"[\w-]{1,256}", name, re.ASCII):
        raise Refusal("ValidationException", f"Value '{name}' at 'configurationAggregatorName' is not valid.")
    asked = _asked(call, world)
    found, book, now = _found(call, world), rulebook_of(world), world.clock.now()
    known = found.get(name)
    if known is None and len(found) >= MOST_AGGREGATORS:
        raise Refusal("LimitExceededException", f"There are {MOST_AGGREGATORS} aggregators already.")
    if known is None:
        arn = f"arn:aws:config:{call.region}:{call.account}:config-aggregator/config-aggregator-{book.draw(8)}"
        known = found[name] = Aggregator(
            name=name, arn=arn, account=call.account, region=call.region, asked=asked, created=now, updated=now
        )
        book.tags[arn] = {str(t["Key"]): str(t.get("Value", "")) for t in call.params.get("Tags") or ()}
    known.asked, known.updated = asked, now
    return {"ConfigurationAggregator": _shown(known)}


def describe_aggregators(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigurationAggregators."""
    found, names = _found(call, world), call.params.get("ConfigurationAggregatorNames")
    chosen = [_named(found, str(name)) for name in names] if names else [found[name] for name in sorted(found)]
    return paged(call, "ConfigurationAggregators", chosen, default=100, most=100, show=_shown)


def delete_aggregator(call: Call, world: World) -> dict[str, Any]:
    """DeleteConfigurationAggregator."""
    gone = aggregator_of(call, world)
    del _found(call, world)[gone.name]
    rulebook_of(world).tags.pop(gone.arn, None)
    return {}


def sources_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigurationAggregatorSourcesStatus: of the organization, and of each account and Region in it."""
    aggregator, now = aggregator_of(call, world), world.clock.now()
    sound = is_sound(world, aggregator)
    listed = []
    if "OrganizationAggregationSource" in aggregator.asked:
        listed.append(_source(aggregator, "Organization", "ORGANIZATION", aggregator.region, sound=sound, now=now))
    for account, region in cells_of(world, aggregator) if sound else ():
        sees = _authorized(world, aggregator, account, region)
        listed.append(_source(aggregator, account, "ACCOUNT", region, sound=sees, now=now))
    wanted = call.params.get("UpdateStatus")
    shown = [one for one in listed if not wanted or one["LastUpdateStatus"] in wanted]
    return paged(call, "AggregatedSourceStatusList", shown, default=100, most=100)


def aggregator_of(call: Call, world: World) -> Aggregator:
    """The aggregator a call names. Raises NoSuchConfigurationAggregatorException."""
    return _named(_found(call, world), str(call.params.get("ConfigurationAggregatorName", "")))


def is_sound(world: World, aggregator: Aggregator) -> bool:
    """Whether an organization aggregator may still ask Organizations: its account's standing, and its role."""
    source = aggregator.asked.get("OrganizationAggregationSource")
    if source is None:
        return True
    account = aggregator.account
    stands = account == world.management or world.is_delegated(account, _SERVICE)
    return stands and world.trusts(_SERVICE) and _role_serves(world, account, str(source.get("RoleArn", "")))


def readable_cells(world: World, aggregator: Aggregator) -> Iterator[Cell]:
    """The accounts and Regions whose data the aggregator has: they record, and have let it in."""
    if is_sound(world, aggregator):
        for account, region in cells_of(world, aggregator):
            if is_running(world, account, region) and _authorized(world, aggregator, account, region):
                yield account, region


def cells_of(world: World, aggregator: Aggregator) -> Iterator[Cell]:
    """The accounts and Regions that an aggregator is asked to see, as far as they are enabled."""
    for source, accounts in _sources(world, aggregator):
        for account in accounts:
            for region in world.regions.enabled(account):
                if source.get("AllAwsRegions") or region in (source.get("AwsRegions") or ()):
                    yield account, region


def _asked(call: Call, world: World) -> dict[str, Any]:
    if call.params.get("AggregatorFilters"):
        raise not_in_lab(call, "filters of an aggregator")
    accounts, organization = (
        call.params.get("AccountAggregationSources"),
        call.params.get("OrganizationAggregationSource"),
    )
    if bool(accounts) == bool(organization):
        raise invalid("You must choose one of AccountAggregationSources and OrganizationAggregationSource.")
    for source in accounts or [organization]:
        if bool(source.get("AllAwsRegions")) == bool(source.get("AwsRegions")):
            raise invalid("Your request does not specify either AllAwsRegions or a list of AwsRegions.")
    if accounts:
        return {"AccountAggregationSources": accounts}
    role = str((organization or {}).get("RoleArn") or "")
    if not role or not _trusts_config(world, call.account, role):
        raise Refusal(
            "InvalidRoleException",
            f"You have provided a role that does not exist or that AWS Config may not use: {role}",
        )
    check_aggregating(call, world)
    return {"OrganizationAggregationSource": organization}


def _sources(world: World, aggregator: Aggregator) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    organization = aggregator.asked.get("OrganizationAggregationSource")
    if organization is not None:
        yield organization, [a.id for a in world.members() if a.state == "ACTIVE"]
    for source in aggregator.asked.get("AccountAggregationSources") or ():
        yield source, [str(one) for one in source.get("AccountIds") or () if world.account(str(one)) is not None]


def _role_serves(world: World, account: str, arn: str) -> bool:
    if not _trusts_config(world, account, arn):
        return False
    session = f"arn:aws:sts::{account}:assumed-role/{arn.rpartition('/')[2]}/AWSConfig-OrgAggregator"
    caller = Caller(account=account, arn=session, role=arn, mfa=False)
    context = {"aws:securetransport": ("true",), **about_principal(caller, world)}
    asks = (Ask(action=action, resource="*", owner=account) for action in _ROLE_ASKS)
    return all(decide(world, caller, ask, context).is_allowed for ask in asks)


def _trusts_config(world: World, account: str, arn: str) -> bool:
    role = next((r for r in world.iam(account).roles.values() if r.arn == arn), None)
    if role is None:
        return False
    document = role.assume_role_policy_document
    statements = (json.loads(document) if isinstance(document, str) else document or {}).get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        who = statement.get("Principal") or {}
        services = who.get("Service") if isinstance(who, dict) else None
        if statement.get("Effect") == "Allow" and _SERVICE in (services if isinstance(services, list) else [services]):
            return True
    return False


def _authorized(world: World, aggregator: Aggregator, account: str, region: str) -> bool:
    """By PutAggregationAuthorization in the source account; an organization's accounts need none."""
    if "OrganizationAggregationSource" in aggregator.asked or account == aggregator.account:
        return True
    given = world.backend("config", account, region).aggregation_authorizations.values()
    here = aggregator.account, aggregator.region
    return any((one.authorized_account_id, one.authorized_aws_region) == here for one in given)


def _source(
    aggregator: Aggregator, identity: str, kind: str, region: str, *, sound: bool, now: float
) -> dict[str, Any]:
    told = {"LastUpdateStatus": "SUCCEEDED"} if sound else {"LastUpdateStatus": "FAILED"}
    if not sound:
        not_let_in = ("AccessDenied", f"{identity} has not authorized {aggregator.account} {aggregator.region}.")
        told["LastErrorCode"], told["LastErrorMessage"] = _FAILED if kind == "ORGANIZATION" else not_let_in
    return {"SourceId": identity, "SourceType": kind, "AwsRegion": region, "LastUpdateTime": now, **told}


def _found(call: Call, world: World) -> dict[str, Aggregator]:
    return rulebook_of(world).aggregators[call.account, call.region]


def _named(found: Mapping[str, Aggregator], name: str) -> Aggregator:
    if name not in found:
        raise Refusal(
            "NoSuchConfigurationAggregatorException",
            "The configuration aggregator does not exist. Check the configuration aggregator name and try again.",
        )
    return found[name]


def _shown(aggregator: Aggregator) -> dict[str, Any]:
    return {
        "ConfigurationAggregatorName": aggregator.name,
        "ConfigurationAggregatorArn": aggregator.arn,
        **aggregator.asked,
        "CreationTime": aggregator.created,
        "LastUpdatedTime": aggregator.updated,
    }


ANSWERS: Mapping[str, Any] = {
    "PutConfigurationAggregator": put_aggregator,
    "DescribeConfigurationAggregators": describe_aggregators,
    "DeleteConfigurationAggregator": delete_aggregator,
    "DescribeConfigurationAggregatorSourcesStatus": sources_status,
}
