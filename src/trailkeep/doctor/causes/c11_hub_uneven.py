"""C11: Security Hub CSPM, or the organization's Config rules, are in some Regions only."""

from collections.abc import Iterator

from trailkeep.audit.watching import linked
from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import AccountId, Region

_RULES = "Put the organization's Config rules into every Region: AWS Config is Regional, and so are its rules."
_WORDS = "Use central configuration from the delegated administrator's home Region, with every Region linked."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    yield from _rules(view, subject)
    yield from _hub(view, subject)


def _rules(view: View, subject: Subject) -> Iterator[Case]:
    """Each rule that AWS Config keeps in the organization, as far as a snapshot holds them.

    Where the account that keeps them has not enabled a Region, it can keep none there, and the plan says so.
    """
    found = view.snapshot.monitoring
    if found is None or not found.rules:
        return
    regions = {r for _, mine in view.accounts(Subject(account=subject.account)) for r in mine}
    for name in sorted({r.rule.name for r in found.rules}):
        alike = [r for r in found.rules if r.rule.name == name]
        on = {r.region for r in alike if subject.account not in r.excluded}
        there = frozenset(view.organization.accounts[alike[0].owner].regions or ())
        off = sorted((regions & there) - on - _unsupported(view, alike[0].rule.identifier))
        where = f"Config rule {name}"
        if on & regions and off:
            said = f"it stands in {', '.join(sorted(on & regions))}, not in {', '.join(off)}"
            source = "config DescribeOrganizationConfigRules"
            yield Found(where=where, said=said, source=source, fix=remedy.in_words(view, _RULES, "the rules"))
        else:
            yield Fine(because="the organization's Config rules are alike in every Region")


def _unsupported(view: View, identifier: str) -> frozenset[str]:
    """Where AWS does not offer a rule, as the specification says."""
    part = view.spec.monitoring if view.spec else None
    return frozenset(r for u in (part.unsupported if part else ()) if u.rule == identifier for r in u.regions)


def _hub(view: View, subject: Subject) -> Iterator[Case]:
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
        known = None if refused else _central(view, subject, account, frozenset(regions))
        yield known or Unsure(where=where, because=because, probes=probes)
        return
    on = [r for r, t in told.items() if t and any(row.get("hub") == "on" for row in t.each())]
    off = [r for r in told if r not in on]
    if on and off:
        said = f"on in {', '.join(on)}, off in {', '.join(off)}"
        yield Found(where=where, said=said, source="securityhub DescribeHub", fix=remedy.in_words(view, _WORDS))
    else:
        yield Fine(because=f"Security Hub CSPM is {'on in every Region' if on else 'not in use'}")


def _central(view: View, subject: Subject, account: AccountId, regions: frozenset[Region]) -> Case | None:
    """What central configuration settles: it reaches the home Region and those that are linked.

    An account may have been let configure itself, so of a single one only its administrator's is known.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
    """
    hub = view.snapshot.monitoring.hub if view.snapshot.monitoring else None
    if hub is None or hub.administrator != account or hub.configuration != "CENTRAL" or hub.status != "ENABLED":
        return None
    others = regions - {hub.region}
    missing = sorted(others - linked(hub.aggregator, others))
    if missing:
        said = f"central configuration reaches {hub.region} and linked Regions, not {', '.join(missing)}"
        source, fix = "securityhub GetFindingAggregator", remedy.in_words(view, _WORDS)
        return Found(where=f"Security Hub of {view.name(account)}", said=said, source=source, fix=fix)
    root = view.organization.root
    applied = any(t.target == root and t.status == "SUCCESS" and p.enabled for p in hub.policies for t in p.targets)
    everybody = subject.account is None
    return Fine(because="central configuration reaches every Region") if applied and everybody else None


def _hub_account(view: View) -> AccountId:
    hub = next((d.account for d in view.organization.delegations if d.service == "securityhub.amazonaws.com"), None)
    return hub or (view.places.security if view.places else view.organization.management)


CAUSE = Cause(
    id="C11",
    name="hub-uneven",
    title="Security Hub or Config rules are in some Regions only",
    family=Family.REGIONS,
    cost=Cost.CALL,
    decided="A Config rule of the organization stands in some Regions and not in others. Or central configuration of "
    "Security Hub CSPM does not reach every Region. Or DescribeHub answers in some Regions of the account (the "
    "delegated administrator, if none is named) and not in others.",
    unknown="A snapshot holds what central configuration reaches, not what is on in a Region where there is none; "
    "`--probe` asks. Its control Config.1 is no evidence: with the new Security Hub on, it passes even without a "
    "recorder.",
    remedy="Central configuration; `trailkeep apply` puts it and the rules into every Region.",
    sources=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html",
        "botocore model securityhub DescribeHub",
    ),
    look=_look,
)
