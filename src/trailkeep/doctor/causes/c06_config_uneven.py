"""C6: AWS Config records in some Regions of an account and not in others."""

from collections.abc import Iterator
from itertools import groupby

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Set up AWS Config in every Region that the account has enabled: it is Regional, once per account is not enough."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    everywhere = Subject(account=subject.account)
    for account, spots in groupby(walk.spots(view, everywhere, "config"), key=lambda pair: pair[0].account):
        on, off = [], []
        for spot, lost in spots:
            if lost is not None or spot.cell is None:
                yield lost or Fine()
            elif spot.cell.recorder is not None and spot.cell.recorder.is_recording:
                on.append(spot.region)
            else:
                off.append(spot.region)
        if on and off:
            said = f"it records in {len(on)} Regions, not in {', '.join(off)}"
            fix = remedy.in_words(view, _WORDS, "the recorders")
            source = "config DescribeConfigurationRecorderStatus"
            yield Found(where=view.name(account), said=said, source=source, fix=fix)
        else:
            yield Fine(because="every Region of the account is alike")


CAUSE = Cause(
    id="C6",
    name="config-uneven",
    title="AWS Config records in some Regions only",
    family=Family.REGIONS,
    cost=Cost.STATUS,
    decided="Recorders run in some of the account's Regions that should log, and not in others.",
    unknown="Config could not be read in a Region.",
    remedy="`trailkeep apply` completes it.",
    sources=("botocore model config DescribeConfigurationRecorderStatus",),
    look=_look,
    also=("A27", "A28"),
)
