"""What a lint finds: which statement of which policy, what is wrong with it, why, and the statement as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error protects or allows nothing, or breaks something; a warning may; a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `number` counts statements from 1, 0 is the whole policy; `source` is the page behind `why`.

    `corrected` are the statements that would replace this one; () where only a person can know. Words in angle
    brackets, such as `<bucket>`, are for a person to fill in.
    """

    id: str
    severity: Severity
    policy: str
    what: str
    why: str
    source: str
    statement: str = ""
    number: int = 0
    corrected: tuple[Mapping[str, Any], ...] = ()
