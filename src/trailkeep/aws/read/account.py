"""One account as a whole: its Regions, its trails, the roles that logging depends on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.identity import read_own_roles, read_role_with_inline, read_roles, read_service_linked
from trailkeep.aws.read.regions import read_regions
from trailkeep.aws.read.scope import Scope
from trailkeep.aws.read.trails import NOTHING, Own, read_trails
from trailkeep.errors import AwsError
from trailkeep.model.identity import Role
from trailkeep.model.ids import Region, leader
from trailkeep.model.organization import Account, Organization
from trailkeep.model.snapshot import Unreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What was seen of one account; `regions` are those enabled in it, None when that could not be read."""

    account: Account
    regions: tuple[Region, ...] | None = None
    entered: bool = False
    own: Own = NOTHING
    roles: tuple[Role, ...] = ()
    service_linked: frozenset[str] | None = None
    unreachable: tuple[Unreachable, ...] = ()


def visit(cloud: Cloud, organization: Organization, scope: Scope, account: Account) -> Visit:
    """Enter an active account and read it; one Unreachable stands for an account that cannot be entered."""
    try:
        cloud.enter(account.id)
    except AwsError as error:
        refused = _refused(cloud, organization, account, error)
        return Visit(account=account, regions=_regions_outside(cloud, organization, account), unreachable=(refused,))
    lost: list[Unreachable] = []

    def part(what: str, read: Callable[[], T], default: T) -> T:
        try:
            return read()
        except AwsError as error:
            lost.append(blind(error, account.id, what=what))
            return default

    # without its Regions nothing of the account can be looked at: that is the whole account, not a part of it
    regions = part("", lambda: read_regions(cloud, organization, account.id), None)
    is_archive = account == scope.log_archive(organization)
    read = read_own_roles if is_archive else read_roles  # the archive's deny policy goes to every role it has
    roles: tuple[Role, ...] = part("roles", lambda: read(cloud, account.id, scope.role_names), ())
    if scope.sender_role:
        sender: tuple[Role, ...] = part(
            "roles", lambda: read_role_with_inline(cloud, account.id, scope.sender_role), ()
        )
        roles = (*(r for r in roles if r.name != scope.sender_role), *sender)
    linked = part("service-linked roles", lambda: read_service_linked(cloud, account.id), None)
    own = read_trails(cloud, account.id, _listening(organization, scope, regions))
    return Visit(
        account=account,
        regions=regions,
        entered=True,
        own=own,
        roles=roles,
        service_linked=linked,
        unreachable=(*lost, *own.unreachable),
    )


def _listening(organization: Organization, scope: Scope, regions: tuple[Region, ...] | None) -> Region:
    """A Region that answers for all: the home Region where it is enabled, else the partition's first."""
    first = leader(organization.partition)
    if scope.home_region and (regions is None or scope.home_region in regions):
        return scope.home_region
    return first if regions is None or first in regions or not regions else regions[0]


def _regions_outside(cloud: Cloud, organization: Organization, account: Account) -> tuple[Region, ...] | None:
    """The management account may know the Regions of an account that cannot be entered."""
    try:
        return read_regions(cloud, organization, account.id)
    except AwsError:  # the account is told as unreachable already
        return None


def _refused(cloud: Cloud, organization: Organization, account: Account, error: AwsError) -> Unreachable:
    hint = error.hint
    if account.invited and error.code in {"AccessDenied", "AccessDeniedException"}:
        hint = (
            f"the account was invited, so AWS made no role in it: create {cloud.access_role} there with "
            f"AdministratorAccess, trusting the management account {organization.management}"
        )
    return Unreachable(account=account.id, region="", what="", reason=error.message, hint=hint)
