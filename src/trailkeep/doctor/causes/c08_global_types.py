"""C8: the global IAM types are recorded nowhere in an account, or several times."""

from collections.abc import Iterator
from itertools import groupby

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Record the four IAM types in exactly one Region of the account: by includeGlobalResourceTypes, or under "
    "exclusion by "
    "listing them as excluded in all the others."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    everywhere = Subject(account=subject.account)
    for account, spots in groupby(walk.spots(view, everywhere, "config"), key=lambda pair: pair[0].account):
        recording, unread, foreign = [], False, False
        for spot, lost in spots:
            unread = unread or lost is not None
            foreign = foreign or view.foreign_recorder(spot)
            if lost is not None:
                yield lost
            elif spot.cell and spot.cell.recorder and spot.cell.recorder.group.records_iam:
                recording.append(spot.region)
        if len(recording) == 1 or foreign or (unread and not recording):
            yield Fine(because="exactly one Region of the account records the IAM types")
            continue
        said = f"{len(recording)} Regions record the IAM types: {', '.join(recording) or 'none'}"
        fix = remedy.in_words(view, _WORDS, "the recorders' groups")
        yield Found(where=view.name(account), said=said, source="config DescribeConfigurationRecorders", fix=fix)


CAUSE = Cause(
    id="C8",
    name="global-types",
    title="IAM types are recorded nowhere or several times",
    family=Family.REGIONS,
    cost=Cost.SETTING,
    decided="The Regions of an account whose recording group holds the four global IAM types are counted: by "
    "includeGlobalResourceTypes for all types, by the lists for inclusion and exclusion.",
    unknown="Config could not be read in a Region.",
    remedy="Exactly one Region; `trailkeep apply` chooses the home Region.",
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",),
    look=_look,
)
