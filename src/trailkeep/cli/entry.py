"""From options to what `app` takes: the way into AWS, and the accounts that are meant."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trailkeep.cli import say
from trailkeep.errors import UsageError
from trailkeep.model.ids import AccountId, Region

if TYPE_CHECKING:
    from trailkeep.app.world import Access
    from trailkeep.model.organization import Organization


def access(profile: str | None, region: str | None, workers: int, verbose: bool) -> "Access":
    """How AWS is entered. Raises UsageError for something that is no Region."""
    from trailkeep.app.world import Access

    try:
        chosen = Region(region) if region else None
    except ValueError as error:
        raise UsageError(str(error), hint="for example --region eu-west-1") from error
    return Access(profile=profile, region=chosen, workers=workers, on_call=say.call if verbose else None)


def only(
    accounts: Iterable[str] | None,
    units: Iterable[str] | None,
    without: Iterable[str] | None,
    organization: "Organization",
) -> frozenset[AccountId] | None:
    """The accounts that `--account`, `--ou` and `--exclude` mean; None when nothing was said."""
    from trailkeep.setup.targets import resolve

    if not (accounts or units or without):
        return None

    def meant(names: Iterable[str] | None) -> frozenset[AccountId]:
        targets = {resolve(name, organization) for name in names or ()}
        return frozenset(a for a in organization.accounts if targets & set(organization.chain(a)))

    chosen = meant([*(accounts or ()), *(units or ())]) if accounts or units else frozenset(organization.accounts)
    left = chosen - meant(without)
    if not left:
        raise UsageError("no account is left", hint="see --account, --ou and --exclude")
    return left
