"""A34: only a service-linked recorder is there, which delivers nothing to the archive."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Add a customer-managed recorder beside it: a service-linked one serves its own service and does not deliver here."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        if lost is not None or spot.cell is None:
            yield lost or Fine()
        elif spot.cell.recorder is not None or not spot.cell.service_recorders:
            yield Fine(because="there is a customer-managed recorder, or none at all")
        else:
            said = f"only {', '.join(spot.cell.service_recorders)}"
            fix = remedy.in_words(view, _WORDS, "the recorder")
            source = "config DescribeConfigurationRecorders servicePrincipal"
            yield Found(where=view.place(spot), said=said, source=source, fix=fix)


CAUSE = Cause(
    id="A34",
    name="service-recorder",
    title="Only a service-linked recorder is there",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="Recorders with a servicePrincipal exist, and none of the customer's own.",
    unknown="Config could not be read there.",
    remedy="A customer-managed recorder; both can exist side by side.",
    sources=("botocore model config ListConfigurationRecorders, ConfigurationRecorder servicePrincipal",),
    look=_look,
    consequences=("A27", "A29", "C6", "C8"),
)
