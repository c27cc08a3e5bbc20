"""What a check is: a claim named as it is in the healthy case, with the question, its page and its remedies."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trailkeep.audit.finding import Answer, Severity, Subject

if TYPE_CHECKING:
    from trailkeep.audit.view import View


def _always(_view: "View") -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The remedy four times: as trailkeep's command, with the AWS CLI, in CloudFormation, in the console.

    `{bucket}`, `{trail}`, `{account}`, `{region}`, `{key}`, `{policy}`, `{unit}` stand for what a finding is about.
    """

    trailkeep: str
    cli: str
    cloudformation: str
    console: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question to the organization. `ask` answers for every subject, those that pass included.

    `why`, `decided` and `unknown` are for its page: why it matters, how it is decided, what makes it unknown.
    `controls` are ids of `frameworks.json`; `applies` says whether what was promised asks for it at all. `optional`
    marks what may be left out altogether: while it does not apply, what it gives evidence for is not asked.
    """

    id: str
    claim: str
    why: str
    decided: str
    unknown: str
    severity: Severity
    fix: Fix
    sources: tuple[str, ...]
    controls: tuple[str, ...]
    ask: "Callable[[View], Iterator[Answer]]"
    applies: "Callable[[View], bool]" = _always
    optional: bool = False


_SLOT = re.compile(r"\{(bucket|trail|account|region|key|policy|unit)\}")


def filled(text: str, subject: Subject) -> str:
    """A remedy with the subject's own names, quoted for a shell; what it does not tell stays in capitals."""
    known = {subject.kind: subject.id, "account": subject.account, "region": subject.region}

    def value(found: re.Match[str]) -> str:
        said = known.get(found.group(1), "")
        return shlex.quote(said) if said else found.group(1).upper()

    return _SLOT.sub(value, text)


def on_page(text: str) -> str:
    """A remedy as its page shows it: names in capitals."""
    return _SLOT.sub(lambda found: found.group(1).upper(), text)
