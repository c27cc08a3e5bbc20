"""A27: AWS Config has no recorder in the account and Region."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        if lost is not None or spot.cell is None:
            yield lost or Fine()
        elif spot.cell.recorder is not None:
            yield Fine(because="DescribeConfigurationRecorders names a recorder")
        else:
            linked = ", ".join(spot.cell.service_recorders)
            said = f"there is no recorder of its own, only {linked}" if linked else "there is no recorder"
            source = "config DescribeConfigurationRecorders"
            yield Found(where=view.place(spot), said=said, source=source, fix=_fix(view))


def _fix(view: View) -> Fix:
    words = "Create recorder, channel and start it, in this order, with the service-linked role of AWS Config."
    return remedy.in_words(view, words, "the recorder and its channel")


CAUSE = Cause(
    id="A27",
    name="no-recorder",
    title="AWS Config has no recorder",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="DescribeConfigurationRecorders names no customer-managed recorder.",
    unknown="Config could not be read there.",
    remedy="`trailkeep apply` creates it: recorder, channel, start.",
    sources=("botocore model config DescribeConfigurationRecorders, PutConfigurationRecorder",),
    look=_look,
    consequences=("A29", "C6", "C8"),
)
