"""A19: the trail's home Region is an opt-in Region that the account has not enabled."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import is_opt_in

_WORDS = (
    "Make a new organization trail whose home Region is enabled in every account; the home Region cannot be changed."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        if not trail.is_organization or not is_opt_in(trail.home_region):
            yield Fine(because="the trail's home Region is enabled in every account by default")
            continue
        for account, _ in view.accounts(subject):
            regions = view.organization.accounts[account].regions
            if regions is None:
                yield Unsure(where=view.name(account), because="its Regions could not be read", lost=True)
            elif trail.home_region in regions:
                yield Fine(because="the account has enabled the trail's home Region")
            else:
                yield Found(
                    where=view.name(account),
                    said=f"{trail.home_region}, home of trail {trail.name}, is opt-in and not enabled here",
                    source="account ListRegions",
                    fix=remedy.in_words(view, _WORDS, "organization.home_region"),
                )


CAUSE = Cause(
    id="A19",
    name="home-region",
    title="The trail's home Region is not enabled in the account",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="The home Region of the organization trail is opt-in and not among the account's Regions.",
    unknown="The account's Regions could not be read.",
    remedy="A home Region that is enabled by default.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html",
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html",
    ),
    look=_look,
    consequences=("A18", "A24"),
    nothing="there is no trail",
)
