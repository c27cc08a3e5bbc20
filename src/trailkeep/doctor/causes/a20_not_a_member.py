"""A20: the account is not of the organization, not active, or has just joined."""

from collections.abc import Iterator
from datetime import timedelta

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Spot, Subject, View

JUST = timedelta(hours=24)
_OUT = (
    "Nothing of it is expected: what is in the archive stays. Reopen the account (possible for 90 days), or leave it."
)
_NEW = "Wait: CloudTrail adds a new account within hours. `trailkeep apply` completes AWS Config there."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    if subject.account is not None:
        known = view.organization.accounts.get(subject.account)
        if known is None or not known.is_active:
            state = known.state if known else "not in the organization"
            fix = remedy.in_words(view, _OUT)
            where = view.name(subject.account)
            yield Found(where=where, said=f"the account is {state}", source="organizations ListAccounts", fix=fix)
            return
    for account, regions in view.accounts(subject):
        joined = view.organization.accounts[account].joined
        if joined is None or view.snapshot.taken - joined > JUST:
            yield Fine(because="the account is active, and not new")
            continue
        cells = view.snapshot.cells.get(account, {})
        spots = [Spot(account=account, region=r, cell=cells.get(r)) for r in regions]
        if spots and all(view.heard(s) for s in spots):
            yield Fine(because="the account is new, and the trail hears it already")
        else:
            said = f"it joined at {joined:%Y-%m-%d %H:%M} UTC"
            fix = remedy.in_words(view, _NEW)
            yield Found(where=view.name(account), said=said, source="organizations ListAccounts", fix=fix)


CAUSE = Cause(
    id="A20",
    name="not-a-member",
    title="The account is not active, or has just joined",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="The account's State is not ACTIVE (asked only of an account that is named), or it joined within 24 hours "
    "and no running trail appears in it yet.",
    unknown="Never: a snapshot always holds it.",
    remedy="Wait, reopen the account, or leave it out of the specification.",
    sources=(
        "botocore model organizations ListAccounts",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-account-closure.html",
    ),
    look=_look,
    consequences=("A18", "A27", "A29", "C6", "C8"),
)
