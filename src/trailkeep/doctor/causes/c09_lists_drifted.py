"""C9: recorders record different lists of resource types from Region to Region."""

from collections import Counter
from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.recorder import GLOBAL_IAM_TYPES, RecordingGroup

Form = tuple[str, tuple[str, ...]]
_ALL: Form = ("all", ())
_WORDS = "Give every recorder the same group; all supported types need no list that could age."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    seen = [
        (spot, form(spot.cell.recorder.group)) for spot in view.spots(Subject()) if spot.cell and spot.cell.recorder
    ]
    if not seen:
        yield from (lost for _, lost in walk.spots(view, subject, "config") if lost is not None)
        return
    wanted = _ALL if view.spec else Counter(f for _, f in seen).most_common(1)[0][0]
    forms = {(spot.account, spot.region): f for spot, f in seen}
    for spot, lost in walk.spots(view, subject, "config"):
        found = forms.get((spot.account, spot.region))
        if lost is not None:
            yield lost
        elif found is None or found == wanted or view.foreign_recorder(spot):
            yield Fine(because="the recorder's types are those of the others")
        else:
            said = (
                f"strategy {found[0]} with {len(found[1])} types, where others have {wanted[0]} with {len(wanted[1])}"
            )
            fix = remedy.in_words(view, _WORDS, "the recorder's group")
            yield Found(where=view.place(spot), said=said, source="config DescribeConfigurationRecorders", fix=fix)


def form(group: RecordingGroup) -> Form:
    """A group without the IAM types, which only one Region should record; excluding nothing else is recording all."""
    types = tuple(t for t in group.types if t not in GLOBAL_IAM_TYPES)
    return _ALL if group.strategy == "all" or (group.strategy == "exclude" and not types) else (group.strategy, types)


CAUSE = Cause(
    id="C9",
    name="lists-drifted",
    title="Recorders' lists of types differ",
    family=Family.REGIONS,
    cost=Cost.SETTING,
    decided="Recording groups, IAM types aside, are compared with all types (as specified), or with what most have.",
    unknown="Config could not be read there.",
    remedy="`trailkeep apply` converges them.",
    sources=("botocore model config RecordingGroup, RecordingStrategy",),
    look=_look,
    consequences=("C8",),
    nothing="there is no recorder (see A27)",
)
