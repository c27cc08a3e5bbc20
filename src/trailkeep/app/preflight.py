"""Before anything is changed: what the plan needs and IAM would deny, in the accounts that everything stands on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trailkeep.app.setup import Planned
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, is_pending
from trailkeep.model.organization import Organization
from trailkeep.setup.places import find

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.preflight import Forecast

SHOWN = 12


def foresee(cloud: "Cloud", ready: Planned) -> tuple[str, ...]:
    """What could not be checked beforehand, a line each. Raises AwsError that lists everything denied.

    Asked are the caller in the management account, and the access role in the log-archive and the security account
    where they exist already.
    """
    denied: list[str] = []
    unknown: list[str] = []
    for account in _dedicated(ready):
        name = _name(ready.snapshot.organization, account)
        try:
            found = _forecast(cloud, ready, account)
        except AwsError as error:
            unknown.append(f"what may be done in {name} could not be checked beforehand: {error.message}")
            continue
        denied += (
            f"{d.action}{f' on {d.resource}' if d.resource != '*' else ''} in {name}"
            f"{' (by a service control policy)' if d.by_organization else ''}"
            for d in found.denied
        )
        unknown += (f"{text}; in {name} it could not be checked beforehand" for text in found.unknown)
    if denied:
        more = f", and {len(denied) - SHOWN} more" if len(denied) > SHOWN else ""
        raise AwsError(
            f"nothing was changed, because this would be denied: {', '.join(denied[:SHOWN])}{more}",
            code="AccessDenied",
            hint="grant these actions (docs/permissions.md has the policies), then run again",
        )
    return tuple(unknown)


def _dedicated(ready: Planned) -> Iterator[AccountId]:
    places = find(ready.spec, ready.snapshot)
    for account in dict.fromkeys((places.management, places.log_archive, places.security)):
        if not is_pending(account) and ready.snapshot.blind(account) is None:
            yield account


def _forecast(cloud: "Cloud", ready: Planned, account: AccountId) -> "Forecast":
    from trailkeep.aws.preflight import forecast

    return forecast(cloud, account, (c for c in ready.plan.changes if c.account == account))


def _name(organization: Organization, account: AccountId) -> str:
    known = organization.accounts.get(account)
    return f"{known.name} ({account})" if known else account
