"""C11: Security Hub CSPM is on in some Regions only."""

from collections.abc import Iterator

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import AccountId

_WORDS = "Use central configuration from the delegated administrator's home Region, with every Region linked."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    account = subject.account or _hub_account(view)
    regions = view.organization.accounts[account].regions if account in view.organization.accounts else None
    where = f"Security Hub of {view.name(account)}"
    if regions is None:
        yield Unsure(where=where, because="the account's Regions could not be read", lost=True)
        return
    probes = tuple(Probe(operation="describe_hub", account=account, region=r) for r in sorted(regions))
    told = {p.region: view.told(p) for p in probes}
    refused = next((t.refused for t in told.values() if t and t.refused), "")
    if refused or any(t is None for t in told.values()):
        because = f"it did not answer: {refused}" if refused else "a snapshot does not hold it"
        yield Unsure(where=where, because=because, probes=probes)
        return
    on = [r for r, t in told.items() if t and any(row.get("hub") == "on" for row in t.each())]
    off = [r for r in told if r not in on]
    if on and off:
        said = f"on in {', '.join(on)}, off in {', '.join(off)}"
        yield Found(where=where, said=said, source="securityhub DescribeHub", fix=remedy.in_words(view, _WORDS))
    else:
        yield Fine(because=f"Security Hub CSPM is {'on in every Region' if on else 'not in use'}")


def _hub_account(view: View) -> AccountId:
    hub = next((d.account for d in view.organization.delegations if d.service == "securityhub.amazonaws.com"), None)
    return hub or (view.places.security if view.places else view.organization.management)


CAUSE = Cause(
    id="C11",
    name="hub-uneven",
    title="Security Hub is on in some Regions only",
    family=Family.REGIONS,
    cost=Cost.CALL,
    decided="DescribeHub answers in some Regions of the account (the delegated administrator, if none is named) and "
    "not in others.",
    unknown="A snapshot does not hold Security Hub; `--probe` asks. Its control Config.1 is no evidence: with the new "
    "Security Hub on, it passes even without a recorder.",
    remedy="Central configuration.",
    sources=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html",
        "botocore model securityhub DescribeHub",
    ),
    look=_look,
)
