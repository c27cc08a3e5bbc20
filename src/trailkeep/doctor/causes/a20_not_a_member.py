"""A20: the account is not of the organization, not active, left out, or has just joined."""

from collections.abc import Iterator
from datetime import timedelta

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

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
    yield from _left_out(view, subject)
    for account, regions in view.accounts(subject):
        joined = view.organization.accounts[account].joined
        if joined is None or view.snapshot.taken - joined > JUST:
            yield Fine(because="the account is active, and not new")
            continue
        if all(_appears(view, Subject(account=account, region=r)) for r in regions):
            yield Fine(because="the account is new, and the trail appears in it already")
        else:
            said = f"it joined at {joined:%Y-%m-%d %H:%M} UTC, and the organization trail is not there yet"
            fix = remedy.in_words(view, _NEW)
            yield Found(where=view.name(account), said=said, source="organizations ListAccounts", fix=fix)


def _left_out(view: View, subject: Subject) -> Iterator[Case]:
    """The account, or its Region, that the person names and the specification does not want."""
    if subject.account is None or view.spec is None:
        return
    wanted = dict(view.accounts(Subject(account=subject.account)))
    regions = wanted.get(subject.account, ())
    enabled = view.organization.accounts[subject.account].regions or ()
    named = subject.region is not None and subject.region in enabled and subject.region not in regions
    if named or (enabled and not regions):
        where = f"{view.name(subject.account)} {subject.region or ''}".strip()
        fix = remedy.in_words(view, "Nothing is wrong; take the exclusion out if it is no longer meant.")
        said = "the specification leaves it out (`organization.exclude` or `organization.regions`)"
        yield Found(where=where, said=said, source="specification", fix=fix)


def _appears(view: View, subject: Subject) -> bool:
    """Whether every organization trail shows in the account's cells, as far as these were read."""
    everywhere = [t for t in view.trails if t.is_organization]
    spots = [s for s in view.spots(subject) if s.cell is not None]
    return all(view.status(t, s) is not None for s in spots for t in everywhere)


CAUSE = Cause(
    id="A20",
    name="not-a-member",
    title="The account is not active, new, or left out",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="The account that is named is not ACTIVE or is left out by the specification, or one joined within 24 "
    "hours and the organization trail does not appear in it yet.",
    unknown="Never: a snapshot always holds it.",
    remedy="Wait, reopen the account, or leave it out of the specification.",
    sources=(
        "botocore model organizations ListAccounts",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-account-closure.html",
    ),
    look=_look,
    consequences=("A18", "A27", "A29", "C6", "C8"),
)
