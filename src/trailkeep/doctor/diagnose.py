"""A diagnosis: the symptoms, every cause of theirs with its verdict, which explains which, and what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from trailkeep.doctor.cause import Cause, Family
from trailkeep.doctor.causes import BY_ID, CAUSES
from trailkeep.doctor.symptoms import Sight, Symptom, look
from trailkeep.doctor.verdict import Probe, State, Verdict
from trailkeep.doctor.view import Subject, View

PROBES = 40
"""So many questions are asked for one cause; what they would tell of more places stays unknown."""


_ARRIVING = frozenset({Family.LOGS, Family.REGIONS})
"""Symptoms of one kind: a log that does not arrive from one Region makes the Regions differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found; `asked` is the symptom that the person reports, None for whatever is seen."""

    asked: Family | None
    subject: Subject
    symptoms: tuple[Symptom, ...]
    verdicts: tuple[Verdict, ...]

    def of(self, state: State) -> tuple[Verdict, ...]:
        """The verdicts of one state, in order."""
        return tuple(v for v in self.verdicts if v.state is state)

    @property
    def faults(self) -> tuple[Verdict, ...]:
        """The confirmed causes that are to be put right; others only say why there is nothing."""
        return tuple(v for v in self.of(State.CONFIRMED) if not BY_ID[v.cause].normal)

    @property
    def open(self) -> tuple[Verdict, ...]:
        """The unknown causes that matter: their symptom may be there, or something they need could not be read."""
        return tuple(v for v in self.of(State.UNKNOWN) if v.lost or self._may_be(BY_ID[v.cause]))

    @property
    def idle(self) -> tuple[Verdict, ...]:
        """The unknown causes of a symptom that is not there."""
        matter = {v.cause for v in self.open}
        return tuple(v for v in self.of(State.UNKNOWN) if v.cause not in matter)

    @property
    def unexplained(self) -> tuple[Symptom, ...]:
        """Symptoms that are seen although no cause of theirs is confirmed."""
        causes = (BY_ID[v.cause] for v in self.faults)
        confirmed = {cause.family for cause in causes if not cause.about_reading}
        if confirmed & _ARRIVING:
            confirmed |= _ARRIVING
        return tuple(s for s in self.symptoms if s.sight is Sight.SEEN and s.family not in confirmed)

    @property
    def doubtful(self) -> tuple[Symptom, ...]:
        """Symptoms of which it is not known whether they are there."""
        return tuple(s for s in self.symptoms if s.sight is Sight.UNKNOWN)

    def _may_be(self, cause: Cause) -> bool:
        symptom = next(s for s in self.symptoms if s.family is cause.family)
        reported = self.asked is not None or not cause.about_reading
        return reported and symptom.sight in {Sight.SEEN, Sight.UNKNOWN}


def diagnose(view: View, subject: Subject, asked: Family | None = None) -> Diagnosis:
    """Examine every cause of the symptom that is reported, or of all symptoms."""
    families = (asked,) if asked else tuple(Family)
    symptoms = tuple(look(view, subject, family, asked=asked is not None) for family in families)
    found = [cause.examine(view, subject) for cause in CAUSES if cause.family in families]
    verdicts = _told_once(_ordered(_explained(found)))
    return Diagnosis(asked=asked, subject=subject, symptoms=symptoms, verdicts=verdicts)


def probes(diagnosis: Diagnosis) -> tuple[Probe, ...]:
    """What to ask AWS: what would settle unknown causes, and what would tell more of confirmed ones."""
    found: dict[Probe, None] = {}
    for verdict in diagnosis.verdicts:
        if verdict.state is not State.RULED_OUT:
            found |= dict.fromkeys(verdict.probes[:PROBES])
    return tuple(found)


def _explained(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Each confirmed cause with the confirmed ones that bring it about; where two name each other neither counts."""
    listed = list(verdicts)
    confirmed: Mapping[str, Cause] = {v.cause: BY_ID[v.cause] for v in listed if v.state is State.CONFIRMED}
    return [replace(v, explained_by=_before(BY_ID[v.cause], confirmed)) if v.cause in confirmed else v for v in listed]


def _before(cause: Cause, confirmed: Mapping[str, Cause]) -> tuple[str, ...]:
    return tuple(
        other.id
        for other in confirmed.values()
        if cause.id in other.consequences and other.id not in cause.consequences
    )


def _told_once(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Each confirmed cause with those before it that another symptom shows the same fact by."""
    told: list[str] = []
    found = []
    for verdict in verdicts:
        same = tuple(i for i in told if i in BY_ID[verdict.cause].also)
        confirmed = verdict.state is State.CONFIRMED
        found.append(replace(verdict, same_as=same) if confirmed else verdict)
        told += [verdict.cause] if confirmed else []
    return tuple(found)


def _ordered(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """What explains the rest first, then from cheap to expensive."""
    place = {cause.id: number for number, cause in enumerate(CAUSES)}
    return tuple(sorted(verdicts, key=lambda v: (bool(v.explained_by), BY_ID[v.cause].cost, place[v.cause])))
