"""What watches the logging, as far as the security account can say."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.alarms import Patterns, read_bus, read_topic
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.config_rules import (
    read_account_rules,
    read_aggregators,
    read_organization_rules,
    read_packs,
)
from trailkeep.aws.read.hub import read_hub
from trailkeep.aws.read.scope import Scope
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region, leader
from trailkeep.model.monitoring import ALARMS, HUB, RULES, AccountRule, Monitoring
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Unreachable

T = TypeVar("T")

_PRINCIPALS = ("securityhub.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com")


def watcher(organization: Organization, scope: Scope) -> AccountId | None:
    """The account that watches: the specification's security account, else the delegated administrator."""
    if (security := scope.security(organization)) is not None:
        return security.id
    named = {d.service: d.account for d in organization.delegations}
    return next((named[p] for p in _PRINCIPALS if p in named), None)


def read_monitoring(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    entered: frozenset[AccountId],
    regions: Sequence[Region],
    patterns: Patterns,
) -> tuple[Monitoring | None, tuple[Unreachable, ...]]:
    """What watches, None where no account is there to ask; `patterns` already holds those of the cells."""
    security = watcher(organization, scope)
    if security is None or security not in entered:
        return None, ()
    home, prefix = scope.home_region or leader(organization.partition), scope.name_prefix
    lost: list[Unreachable] = []

    def part(what: str, read: Callable[[], T], default: T) -> T:
        try:
            return read()
        except AwsError as error:
            lost.append(blind(error, security, home, what=what))
            return default

    heard = _enabled(organization, organization.management, regions)
    watched = _enabled(organization, security, regions)
    owners = dict.fromkeys((security, organization.management, *_archive(organization, scope, entered)))
    arn = f"arn:{organization.partition}:sns:{home}:{security}:{prefix}-tampering"
    bus = part(ALARMS, lambda: read_bus(cloud, security, home, prefix, patterns), None)
    topic = part(ALARMS, lambda: read_topic(cloud, security, home, arn), None)
    found = Monitoring(
        rules=part(RULES, lambda: tuple(read_organization_rules(cloud, security, watched, prefix)), ()),
        account_rules=part(RULES, lambda: _account_rules(cloud, list(owners), home, prefix), ()),
        packs=part(RULES, lambda: tuple(read_packs(cloud, security, home, prefix)), ()),
        aggregators=part(RULES, lambda: tuple(read_aggregators(cloud, security, home)), ()),
        hub=part(HUB, lambda: read_hub(cloud, organization.management, security, home, heard), None),
        buses=(bus,) if bus else (),
        topics=(topic,) if topic else (),
        patterns=patterns,
    )
    return found, tuple(lost)


def _enabled(organization: Organization, account: AccountId, regions: Sequence[Region]) -> list[Region]:
    """Those of `regions` that an account has enabled."""
    own = organization.accounts[account].regions or ()
    return [r for r in regions if r in own]


def _account_rules(cloud: Cloud, accounts: Sequence[AccountId], region: Region, prefix: str) -> tuple[AccountRule, ...]:
    return tuple(rule for a in accounts for rule in read_account_rules(cloud, a, region, prefix))


def _archive(organization: Organization, scope: Scope, entered: frozenset[AccountId]) -> tuple[AccountId, ...]:
    archive = scope.log_archive(organization)
    return (archive.id,) if archive and archive.id in entered else ()
