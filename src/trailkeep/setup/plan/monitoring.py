"""What should watch against what does (recipe 4.1, 4.2)."""

from collections.abc import Iterator

from trailkeep.model.change import Change
from trailkeep.model.ids import is_pending
from trailkeep.model.monitoring import ALARMS, HUB, RULES
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.state import Desired
from trailkeep.setup.places import Places
from trailkeep.setup.plan.alarms import reconcile_alarms, reconcile_roles
from trailkeep.setup.plan.hub import reconcile_hub
from trailkeep.setup.plan.rules import reconcile_rules
from trailkeep.setup.spec import Spec


def reconcile_monitoring(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """The changes of every part that was read; nothing is written over what is not known."""
    if spec.monitoring is None or _unread(spec, snapshot):
        return
    wanted, places = desired.monitoring, desired.places
    yield from reconcile_roles(spec, wanted.roles, wanted.alarms, snapshot)
    if not _blind(places, snapshot, RULES):
        yield from reconcile_rules(wanted.rules, snapshot)
    if not _blind(places, snapshot, HUB):
        yield from reconcile_hub(wanted.hub, snapshot, tuple(sorted(spec.tags.items())))
    if not _blind(places, snapshot, ALARMS):
        yield from reconcile_alarms(spec, wanted.alarms, snapshot)


def monitoring_notes(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Note]:
    """What is left alone or refused, what was not read, and who has not confirmed that they want to be told."""
    if spec.monitoring is None:
        return
    yield from (*desired.monitoring.rules.notes, *desired.monitoring.hub.notes)
    if _unread(spec, snapshot):
        hint = "take the snapshot again with this version of trailkeep"
        yield Note(kind="open", subject="monitoring", text="the snapshot does not say what watches", hint=hint)
    for topic in snapshot.monitoring.topics if snapshot.monitoring else ():
        if desired.monitoring.alarms.topic and topic.arn == desired.monitoring.alarms.topic.arn:
            for listener in topic.subscriptions:
                if not listener.confirmed:
                    text = f"{listener.endpoint} has not confirmed, so it hears nothing"
                    yield Note(kind="waiting", subject=topic.arn, text=text, hint="open the link that AWS sent there")


def _unread(spec: Spec, snapshot: Snapshot) -> bool:
    """A snapshot from before monitoring was read; an account that is still to be created has nothing to read."""
    return snapshot.monitoring is None and spec.accounts.security.email.casefold() in {
        a.email.casefold() for a in snapshot.organization.accounts.values() if not is_pending(a.id)
    }


def _blind(places: Places, snapshot: Snapshot, what: str) -> bool:
    return snapshot.unread(places.security, places.home, what) is not None
