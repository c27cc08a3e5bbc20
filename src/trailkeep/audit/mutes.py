"""The mute list: findings somebody answers for, by globs of check and subject, until a day."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import translate
from typing import Any

from trailkeep.audit.finding import Finding, Mute
from trailkeep.errors import Problem, SpecError
from trailkeep.setup.spec.yamltext import Document, parse

_KEYS = ("check", "subject", "owner", "reason", "until")
_EXAMPLE = (
    "a list: - {check: archive-access-is-logged, subject: acme-trail-*, owner: ana, reason: …, until: 2027-06-30}"
)
_LONGEST = 500


def parse_mutes(text: str, file: str, checks: frozenset[str]) -> tuple[Mute, ...]:
    """The mutes in a YAML file: a list, or a list below the key `mutes`.

    Every mute has all five keys; a glob of checks that fits none of `checks` is a slip. Raises SpecError with the file,
    line and column of everything that is wrong.
    """
    document = parse(text, file)
    problems = list(document.problems)
    found: list[Mute] = []
    if not problems:
        listed, path = _listed(document.value)
        if not isinstance(listed, list):
            problems.append(document.problem((), "a mute list is a list", _EXAMPLE))
        else:
            for number, told in enumerate(listed):
                here = list(_wrong(document, (*path, number), told, checks))
                problems += here
                found += [] if here else [_mute(told)]
    if problems:
        raise SpecError(f"{file} is no mute list", hint="; ".join(map(str, problems[:3])), problems=tuple(problems))
    return tuple(found)


def _listed(value: Any) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401 untrusted
    if isinstance(value, Mapping) and set(value) == {"mutes"}:
        return value["mutes"] or [], ("mutes",)
    return ([] if value is None else value), ()


def _wrong(
    document: Document,
    path: tuple[str | int, ...],
    told: Any,  # noqa: ANN401 untrusted
    checks: frozenset[str],
) -> Iterator[Problem]:
    if not isinstance(told, Mapping):
        yield document.problem(path, "a mute has keys and values", _EXAMPLE)
        return
    for key in told:
        if key not in _KEYS:
            yield document.problem(
                (*path, key), f"a mute has no {key}", f"its keys are {', '.join(_KEYS)}", of_key=True
            )
    for key in _KEYS:
        value = told.get(key)
        if value is None or not isinstance(value, str) or not value.strip():
            yield document.problem((*path, key), f"{key} is missing", _EXAMPLE)
        elif len(value) > _LONGEST:
            yield document.problem((*path, key), f"{key} is longer than {_LONGEST} characters", "say it in fewer")
        elif key == "until" and _day(value) is None:
            yield document.problem((*path, key), f"{value} is no date", "for example 2027-06-30")
        elif key == "check" and not any(map(_fits(value), checks)):
            yield document.problem((*path, key), f"no check is called {value}", "`trailkeep audit --list` has them all")


def _mute(told: Mapping[str, str]) -> Mute:
    day = _day(told["until"])
    assert day is not None
    return Mute(
        check=told["check"].strip(),
        subject=told["subject"].strip(),
        owner=told["owner"].strip(),
        reason=told["reason"].strip(),
        until=day,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _fits(glob: str) -> Callable[[str], bool]:
    compiled = re.compile(translate(glob))
    return lambda text: compiled.match(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    mute: Mute
    check: Callable[[str], bool]
    subject: Callable[[str], bool]

    def covers(self, finding: Finding) -> bool:
        subject = finding.subject
        return self.check(finding.check.id) and (self.subject(subject.id) or self.subject(subject.name))


def muting(mutes: tuple[Mute, ...], now: datetime) -> Callable[[Finding], Mute | None]:
    """Which mute covers a finding on that day, if one does. An expired mute covers nothing; its last day counts."""
    rules = [
        _Rule(mute=m, check=_fits(m.check), subject=_fits(m.subject)) for m in mutes if not is_expired(m, now.date())
    ]
    return lambda finding: next((rule.mute for rule in rules if rule.covers(finding)), None)


def is_expired(mute: Mute, today: date) -> bool:
    """Whether its last day is over."""
    return mute.until < today
