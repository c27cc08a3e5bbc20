"""What should be: a pure function of the specification and the organization as it is."""

from trailkeep.model.change.hub import PRINCIPAL as HUB_PRINCIPAL
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Delegation
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Trail
from trailkeep.setup.desired.alarms import desired_alarms
from trailkeep.setup.desired.archive import desired_buckets, desired_key
from trailkeep.setup.desired.foreign import foreign_organization_trail, left_alone
from trailkeep.setup.desired.guardrails import break_glass_role, desired_guard, desired_guardrails
from trailkeep.setup.desired.hub import desired_hub
from trailkeep.setup.desired.recorders import SERVICE_ROLE, desired_cells
from trailkeep.setup.desired.rules import aggregator_role, desired_rules
from trailkeep.setup.desired.state import Desired, DesiredCell, DesiredMonitoring, Guardrail
from trailkeep.setup.desired.trails import desired_trails, writers_of
from trailkeep.setup.documents.bucket_policy import trail_bucket_policy
from trailkeep.setup.documents.key_policy import key_policy
from trailkeep.setup.places import Cells, Places, expected_cells, find
from trailkeep.setup.spec import Spec

__all__ = ["Desired", "DesiredCell", "Guardrail", "desire"]

TRUSTED = (
    "account.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config-multiaccountsetup.amazonaws.com",
    "config.amazonaws.com",
)
DELEGATED = ("cloudtrail.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com")
POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def desire(spec: Spec, snapshot: Snapshot, retire: frozenset[str] = frozenset()) -> Desired:
    """Everything steps 1 to 4 ask for; `retire` names trails (by name or ARN) that may be stopped and deleted.

    The snapshot must already hold the dedicated accounts (as stand-ins if they are still to be created). Raises
    SpecError where the specification cannot mean anything in this organization.
    """
    places = find(spec, snapshot)
    cells = expected_cells(spec, snapshot)
    other_trail = foreign_organization_trail(snapshot)
    trails = () if other_trail else desired_trails(spec, snapshot, places, cells)
    retired = _retired(snapshot, trails, retire)
    writers = () if other_trail else writers_of(spec, snapshot, places)
    narrow = () if other_trail else writers_of(spec, snapshot, places, retired)
    accounts = tuple(sorted(cells))
    buckets = desired_buckets(spec, snapshot, places, writers, accounts)
    key = desired_key(spec, places, writers, accounts)
    monitoring = _monitoring(spec, snapshot, places, cells, trails or (other_trail,))
    wishes = desired_cells(spec, snapshot, places, cells)
    return Desired(
        places=places,
        trusted_access=(*TRUSTED, *([HUB_PRINCIPAL] if monitoring.hub.hub else [])),
        delegations=tuple(Delegation(account=places.security, service=s) for s in DELEGATED),
        policy_types=POLICY_TYPES if spec.guardrails.resource_policy else POLICY_TYPES[:1],
        config_roles=tuple(a for a, regions in wishes.items() if regions and not _has_role(snapshot, a)),
        break_glass=break_glass_role(spec, places),
        key=key,
        key_narrow=key_policy(spec, places, narrow, accounts) if key else "",
        buckets=buckets,
        trail_policy_narrow=trail_bucket_policy(spec, places, narrow) if narrow else "",
        trails=trails,
        retired=retired,
        cells=wishes,
        guard=desired_guard(spec, snapshot, places, monitoring.roles),
        guardrails=desired_guardrails(spec, snapshot, places),
        monitoring=monitoring,
        notes=(*left_alone(snapshot), *_excluded(spec, snapshot, cells)),
    )


def _monitoring(
    spec: Spec, snapshot: Snapshot, places: Places, cells: Cells, trails: tuple[Trail | None, ...]
) -> DesiredMonitoring:
    """What watches; the rules ask for the bucket that the trails deliver to, whoever's they are."""
    bucket = next((t.bucket for t in trails if t), "")
    rules = desired_rules(spec, snapshot, places, cells, bucket)
    alarms = desired_alarms(spec, snapshot, places, cells)
    return DesiredMonitoring(
        roles=(*([aggregator_role(spec, places)] if rules.aggregator else []), *alarms.roles),
        rules=rules,
        hub=desired_hub(spec, snapshot, places, cells),
        alarms=alarms,
    )


def _has_role(snapshot: Snapshot, account: AccountId) -> bool:
    return SERVICE_ROLE in snapshot.service_linked_roles.get(account, frozenset())


def _retired(snapshot: Snapshot, wanted: tuple[Trail, ...], retire: frozenset[str]) -> tuple[Trail, ...]:
    keep = {t.arn for t in wanted}
    foreign = {(f.account, f.name) for f in snapshot.foreign if f.kind == "trail"}
    return tuple(
        t
        for t in snapshot.trails
        if t.arn not in keep and {t.name, t.arn} & retire and (t.owner, t.name) not in foreign
    )


def _excluded(spec: Spec, snapshot: Snapshot, cells: Cells) -> tuple[Note, ...]:
    notes = [
        Note(
            kind="excluded",
            subject=rule.account or rule.ou or "every account",
            text=(f"{', '.join(rule.regions)}: " if rule.regions else "") + rule.reason,
            hint=f"until {rule.until}" if rule.until else "",
        )
        for rule in spec.organization.exclude
        if rule.until is None or rule.until >= snapshot.taken.date()
    ]
    inactive = [a for _, a in sorted(snapshot.organization.accounts.items()) if a.id not in cells]
    notes += [
        Note(kind="excluded", subject=f"{a.name} ({a.id})", text=f"the account is {a.state}", hint="") for a in inactive
    ]
    return tuple(notes)
