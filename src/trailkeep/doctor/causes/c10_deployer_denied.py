"""C10: an SCP denies whoever sets up logging its calls in some Regions."""

from collections.abc import Iterator

from trailkeep.authz.request import Layer, Reason
from trailkeep.doctor import remedy, requests
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import AccountId, Region

ACTIONS = ("config:PutConfigurationRecorder", "cloudtrail:GetTrailStatus")
_WORDS = (
    "Exempt the access role from the SCP's Region condition, or leave the Region out with a reason "
    "(`organization.exclude`)."
)
_SCP = frozenset({Layer.SCP})


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for account, regions in view.accounts(subject):
        if account == view.organization.management:
            continue
        said = {r: denied(view, account, r) for r in view.organization.accounts[account].regions or ()}
        free = next((r for r, reason in said.items() if reason is None), None)
        for region in regions:
            reason = said.get(region)
            if reason is None or free is None:
                yield Fine(because="no SCP treats the access role in this Region unlike in others")
                continue
            where = f"{view.name(account)} {region}"
            words = requests.in_words(view, reason) if reason.policy else f"no SCP allows it at {reason.level}"
            fix = remedy.in_words(view, _WORDS)
            text = f"{view.access_role} may not set up logging here, as it may in {free}: {words}"
            yield Found(where=where, said=text, source="organizations DescribePolicy, evaluated", fix=fix)


def denied(view: View, account: AccountId, region: Region) -> Reason | None:
    """The SCP that denies the access role in a Region; asked once for all accounts that the same policies are above."""
    organization = view.organization
    named = _special(view)
    above = organization.chain(account) if account in named else organization.chain(account)[:-1]
    key = "access role", above, region
    if key not in view.memory:
        view.memory[key] = _denied(view, account, region)
    return view.memory[key]  # type: ignore[return-value]


def _special(view: View) -> frozenset[str]:
    """Accounts that policies name, or to which some are attached."""
    kept = view.memory.get("special accounts")
    if kept is None:
        own = [p for p in view.organization.policies if not p.aws_managed]
        attached = {t for p in own for t in p.targets}
        text = " ".join(p.content for p in own)
        kept = frozenset(a for a in view.organization.accounts if a in attached or a in text)
        view.memory["special accounts"] = kept
    return kept  # type: ignore[return-value]


def _denied(view: View, account: AccountId, region: Region) -> Reason | None:
    role = f"arn:{view.partition}:iam::{account}:role/{view.access_role}"
    for action in ACTIONS:
        decision = requests.by_person(view, role, action, "*", account, region=region, layers=_SCP)
        if not decision.is_allowed and decision.reasons:
            return decision.reasons[-1]
    return None


CAUSE = Cause(
    id="C10",
    name="deployer-denied",
    title="An SCP denies the access role in some Regions",
    family=Family.REGIONS,
    cost=Cost.POLICY,
    decided="Setting up AWS Config and reading a trail's status are evaluated for the access role, Region by Region: "
    "denied by SCPs here and allowed in another Region of the account.",
    unknown="Never: a snapshot always holds the SCPs.",
    remedy="Exempt the role, or exclude the Region.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",),
    look=_look,
    consequences=("A27", "A29", "C6"),
)
