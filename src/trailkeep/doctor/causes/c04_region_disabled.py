"""C4: the account has not enabled the Region; what lies under its prefix is from before."""

from collections.abc import Iterator

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = "Nothing is wrong: no resource can exist in a Region that is not enabled, and old logs stay where they are."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    if subject.region is None:
        return
    chosen = [a for a in view.snapshot.active() if subject.account in {None, a.id}]
    for account in chosen:
        where = f"{view.name(account.id)} {subject.region}"
        if account.regions is None:
            yield Unsure(where=where, because="the account's Regions could not be read", lost=True)
        elif subject.region in account.regions:
            yield Fine(because="the Region is enabled in the account")
        else:
            said = f"{subject.region} is not among the Regions of the account"
            fix = remedy.in_words(view, _WORDS)
            yield Found(where=where, said=said, source="account ListRegions", fix=fix)


CAUSE = Cause(
    id="C4",
    name="region-disabled",
    title="The Region is not enabled in the account",
    family=Family.REGIONS,
    cost=Cost.STATUS,
    decided="The Region that is asked about is not among those enabled in the account.",
    unknown="The account's Regions could not be read.",
    remedy="None: this is as it should be.",
    sources=("https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html",),
    look=_look,
    nothing="no Region was named",
)
