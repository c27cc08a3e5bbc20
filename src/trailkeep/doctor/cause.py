"""What a cause is: a claim about what went wrong, the symptom it makes, and how it is looked for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from trailkeep.doctor.remedy import offered
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, State, Unsure, Verdict
from trailkeep.doctor.view import Subject, View


class Family(StrEnum):
    """The symptoms."""

    LOGS = "logs"
    DELETION = "deletion"
    REGIONS = "regions"
    RETENTION = "retention"


class Cost(IntEnum):
    """What it takes to look: cheap first."""

    STATUS = 1
    SETTING = 2
    POLICY = 3
    CALL = 4
    OBJECTS = 5


Look = Callable[[View, Subject], Iterator[Case]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One known cause.

    `decided` says what settles it, `unknown` what leaves it open, `remedy` how it is put right; `consequences` are the
    causes that it brings about by itself, so that a person starts with this one; `also` are the same fact as another
    symptom shows it. `about_reading` marks what keeps a person from seeing logs that are there: it explains nothing
    that AWS itself reports. `normal` marks what is as it should be: it answers who misses logs in one place,
    and explains nothing that AWS itself reports either. `nothing` is why it is ruled out where there was nothing to
    look at.
    """

    id: str
    name: str
    title: str
    family: Family
    cost: Cost
    decided: str
    unknown: str
    remedy: str
    sources: tuple[str, ...]
    look: Look
    consequences: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    about_reading: bool = False
    normal: bool = False
    nothing: str = "there is nothing here that it could be about"

    def examine(self, view: View, subject: Subject) -> Verdict:
        """Confirmed where it is at work anywhere, unknown where that is open somewhere, else ruled out."""
        return _judged(self.look(view, subject), self, view)


def _judged(cases: Iterable[Case], cause: Cause, view: View) -> Verdict:
    found: list[Found] = []
    unsure: list[Unsure] = []
    fine, because = 0, ""
    for case in cases:
        match case:
            case Found():
                found.append(case)
            case Unsure():
                unsure.append(case)
            case Fine():
                fine += 1
                because = because or case.because
    state = State.CONFIRMED if found else State.UNKNOWN if unsure else State.RULED_OUT
    fixes = dict.fromkeys(f.fix for f in found if f.fix is not None)
    return Verdict(
        cause=cause.id,
        state=state,
        found=tuple(found),
        unsure=tuple(unsure),
        fine=fine,
        because=because or ("" if fine else cause.nothing),
        fixes=_merged(offered(view, fix) for fix in fixes),
    )


def _merged(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """One fix for all places that differ in their commands only."""
    merged: dict[tuple[str, str, str, str], Fix] = {}
    for fix in fixes:
        key = fix.words, fix.statement, fix.into, fix.trailkeep
        known = merged.get(key)
        if known is not None:
            commands = tuple(dict.fromkeys((*known.commands, *fix.commands)))
            withheld = tuple(dict.fromkeys((*known.withheld, *fix.withheld)))
            merged[key] = replace(known, commands=commands, withheld=withheld)
        else:
            merged[key] = fix
    return tuple(merged.values())
