"""The frameworks: their requirements by id and short title, and the evidence that checks give for each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trailkeep.audit.check import Check
from trailkeep.audit.finding import Finding, Status
from trailkeep.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement; `controls` are what checks say they give evidence for.

    WIDER among them: it is about every bucket, key or system, of which the archive is only a part.
    """

    id: str
    title: str
    controls: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A framework, with its requirements that concern logging."""

    id: str
    name: str
    version: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A requirement with what is known. `unasked` are parts of it that no check asks about."""

    requirement: Requirement
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    unasked: frozenset[str]

    @property
    def status(self) -> Status | None:
        """FAIL before UNKNOWN before PASS; None where no check speaks to it at all, which is no PASS.

        What is asked about only in part is UNKNOWN at best. A mute changes nothing here: an auditor is to see what was
        accepted.
        """
        found = {f.status for f in self.findings}
        if found == {Status.PASS} and self.unasked:
            return Status.UNKNOWN
        return next((s for s in (Status.FAIL, Status.UNKNOWN, Status.PASS) if s in found), None)


@cache
def frameworks() -> tuple[Framework, ...]:
    """Those that come with trailkeep.

    The mapping from requirements to what is asked of AWS follows Prowler 5.46's compliance files (Apache-2.0),
    corrected where they ask for a setting although the requirement asks for an outcome.
    """
    told = json.loads(files("trailkeep.audit").joinpath("frameworks.json").read_text(encoding="utf-8"))
    return tuple(
        Framework(
            id=id_,
            name=f["name"],
            version=f["version"],
            requirements=tuple(
                Requirement(id=r["id"], title=r["title"], controls=frozenset(r["controls"])) for r in f["requirements"]
            ),
        )
        for id_, f in told.items()
    )


def framework(id_: str) -> Framework:
    """The framework of that id. Raises UsageError with those there are."""
    found = next((f for f in frameworks() if f.id == id_.lower()), None)
    if found is None:
        known = ", ".join(f.id for f in frameworks())
        raise UsageError(f"there is no framework {id_[:40]!r}", hint=f"one of {known}")
    return found


def evidence(
    framework: Framework, checks: Iterable[Check], findings: Iterable[Finding], idle: Iterable[Check] = ()
) -> Iterator[Evidence]:
    """Each requirement with its checks and what they found; `idle` checks would ask if another way had been chosen.

    Those of them that are optional ask about something that was not chosen at all, so it stays unasked.
    """
    of_check: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        of_check[finding.check.id].append(finding)
    asked = tuple(checks)
    known = {control for c in (*asked, *(c for c in idle if not c.optional)) for control in c.controls}
    for requirement in framework.requirements:
        ours = tuple(c for c in asked if requirement.controls.intersection(c.controls))
        found = tuple(f for c in ours for f in of_check[c.id])
        yield Evidence(requirement=requirement, checks=ours, findings=found, unasked=requirement.controls - known)


def requirements_of(check: Check) -> Iterator[tuple[Framework, Requirement]]:
    """The requirements a check gives evidence for."""
    for known in frameworks():
        for requirement in known.requirements:
            if requirement.controls.intersection(check.controls):
                yield known, requirement
