"""Security Hub CSPM as it should be (recipe 4.2), and whom it leaves alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.errors import SpecError
from trailkeep.model.ids import pending
from trailkeep.model.monitoring import FindingAggregator, Hub, HubPolicy
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import SecurityHubPart, Spec

SUBJECT = "Security Hub CSPM"
CSPM_POLICY = "SECURITYHUB_CSPM_POLICY"
CONTRADICTING = {
    "lock": ("S3.20", "MFA Delete: the archive is protected by Object Lock, and the two exclude lifecycle together"),
    "mfa": ("S3.15", "Object Lock: the archive is protected by MFA Delete"),
}
"""The control that asks for the protection that was not chosen.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html
"""
_LONGEST_DESCRIPTION = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredHub:
    """What central configuration should say; None where it is not ours to say."""

    hub: Hub | None = None
    policy: HubPolicy | None = None
    notes: tuple[Note, ...] = ()


def desired_hub(spec: Spec, snapshot: Snapshot, places: Places, cells: Cells) -> DesiredHub:
    """The hub of the security account. Raises SpecError for a standard that Security Hub does not offer."""
    part = spec.monitoring.security_hub if spec.monitoring else None
    if part is None:
        return DesiredHub()
    seen = snapshot.monitoring.hub if snapshot.monitoring else None
    notes = tuple(_owners(snapshot, places, seen))
    if any(n.kind in {"refused", "left alone"} for n in notes):
        return DesiredHub(notes=notes)
    if seen and seen.unified:
        text = "the new Security Hub is on too; it is left as it is, and Config.1 then always passes: no evidence"
        notes = (*notes, Note(kind="excluded", subject="Security Hub", text=text))
    hub = Hub(
        region=places.home,
        administrator=places.security,
        enabled=True,
        aggregator=_aggregator(spec, places, seen),
        configuration="CENTRAL",
        management=cells.get(places.management, ()),
    )
    return DesiredHub(hub=hub, policy=_policy(spec, part, places, seen), notes=notes)


def _owners(snapshot: Snapshot, places: Places, seen: Hub | None) -> Iterator[Note]:
    """Whoever governs Security Hub already is not fought."""
    if seen is None:
        return
    if snapshot.organization.policy_types.get(CSPM_POLICY) == "ENABLED" or seen.status == "DISABLED":
        yield Note(
            kind="left alone",
            subject=SUBJECT,
            text="policies of AWS Organizations govern it",
            hint="write `monitoring.security_hub: null`, or disable that policy type",
        )
    elif seen.administrator and seen.administrator != places.security:
        yield Note(
            kind="refused",
            subject=SUBJECT,
            text=f"{seen.administrator} administers it, and another administrator would delete its policies",
            hint="name that account as `accounts.security`, or write `monitoring.security_hub: null`",
        )
    else:
        root = snapshot.organization.root
        for policy in seen.policies:
            if policy.name != _name(places) and any(t.target == root for t in policy.targets):
                yield Note(
                    kind="refused",
                    subject=SUBJECT,
                    text=f"policy {policy.name} is applied to the root already",
                    hint="disassociate it there, or write `monitoring.security_hub: null`",
                )


def _name(places: Places) -> str:
    return f"{places.key_alias.removeprefix('alias/').removesuffix('-archive')}-logging"


def _aggregator(spec: Spec, places: Places, seen: Hub | None) -> FindingAggregator:
    regions = spec.organization.regions
    others = () if regions == "enabled" else tuple(sorted(r for r in regions if r != places.home))
    mode = "ALL_REGIONS" if regions == "enabled" else "SPECIFIED_REGIONS" if others else "NO_REGIONS"
    arn = seen.aggregator.arn if seen and seen.aggregator else pending("finding aggregator")
    return FindingAggregator(arn=arn, mode=mode, regions=others)


def _policy(spec: Spec, part: SecurityHubPart, places: Places, seen: Hub | None) -> HubPolicy:
    known = next((p for p in seen.policies if p.name == _name(places)), None) if seen else None
    control, why = CONTRADICTING[spec.archive.protection]
    off = {control: why, **{d.control: d.reason for d in part.disable}}
    said = "Managed by trailkeep. Off: " + "; ".join(f"{c} ({reason})" for c, reason in sorted(off.items()))
    return HubPolicy(
        id=known.id if known else pending("Security Hub policy"),
        name=_name(places),
        description=said[:_LONGEST_DESCRIPTION],
        enabled=True,
        standards=tuple(sorted(_standard(s, places, seen) for s in part.standards)),
        disabled_controls=tuple(sorted(off)),
        targets=known.targets if known else (),
    )


def _standard(wanted: str, places: Places, seen: Hub | None) -> str:
    """The ARN as DescribeStandards gives it; before there is a hub to ask, as its documentation writes it.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
    """
    offered = seen.offered if seen else ()
    found = next((arn for arn in offered if arn.endswith(f"/{wanted}")), None)
    if offered and found is None:
        names = ", ".join(sorted("/".join(a.split("/")[-3:]) for a in offered))
        raise SpecError(f"Security Hub offers no standard `{wanted}` in {places.home}", hint=f"it offers {names}")
    return found or f"arn:{places.partition}:securityhub:{places.home}::standards/{wanted}"
