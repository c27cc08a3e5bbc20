"""The plan: what should be minus what is, in an order in which nothing stands without what it stands on."""

from trailkeep.model.plan import Plan, after, ordered
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired import desire
from trailkeep.setup.places import excluded, refuse_blindness
from trailkeep.setup.plan.access import reconcile_access
from trailkeep.setup.plan.archive import reconcile_buckets, reconcile_key
from trailkeep.setup.plan.costs import keeping, watching
from trailkeep.setup.plan.ground import ground
from trailkeep.setup.plan.guardrails import reconcile_guardrails
from trailkeep.setup.plan.harm import without_harm
from trailkeep.setup.plan.monitoring import monitoring_notes, reconcile_monitoring
from trailkeep.setup.plan.recorders import reconcile_recorders
from trailkeep.setup.plan.trails import duplicates, homeless, reconcile_retired, reconcile_trails
from trailkeep.setup.spec import Spec

__all__ = ["after", "make_plan"]


def make_plan(spec: Spec, snapshot: Snapshot, retire: frozenset[str] = frozenset()) -> Plan:
    """What stands between this organization and this specification; an empty plan means nothing does.

    Raises SpecError where the specification cannot be met here, with the reason and what to write instead.
    """
    first = tuple(ground(spec, snapshot))
    settled = after(first, snapshot)
    desired = desire(spec, settled, retire)
    refuse_blindness(desired.places, settled)
    gone = excluded(spec, settled.organization, settled.taken.date())
    guardrails, objections = reconcile_guardrails(spec, desired, settled)
    wanted = [
        *first,
        *reconcile_access(spec, desired, settled),
        *reconcile_key(spec, desired, settled),
        *reconcile_buckets(desired, settled),
        *reconcile_trails(spec, desired, settled),
        *reconcile_recorders(desired, settled),
        *reconcile_monitoring(spec, desired, settled),
        *guardrails,
        *reconcile_retired(desired, settled),
    ]
    told = monitoring_notes(spec, desired, settled)
    changes, harm = without_harm(spec, wanted, snapshot)
    return Plan(
        changes=ordered(changes),
        notes=(
            *keeping(desired, settled),
            *watching(desired),
            *desired.notes,
            *homeless(desired, settled),
            *objections,
            *harm,
            *told,
        ),
        duplicates=duplicates(desired, settled),
        unreachable=tuple(
            u for u in settled.unreachable if (u.account, None) not in gone and (u.account, u.region) not in gone
        ),
    )
