"""What every change has: where it happens, why, its stage, and whether it can be undone."""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar, Self, TypeVar

from trailkeep.model.ids import PENDING, AccountId, Id, Region, is_pending
from trailkeep.model.snapshot import Snapshot

T = TypeVar("T")


class Stage(IntEnum):
    """The order of a plan: every change of a stage is done before the next stage begins."""

    ACCOUNT = 1
    ACCESS = 2
    KEY = 3
    BUCKET = 4
    BUCKET_POLICY = 5
    TRAIL = 6
    RECORDER = 7
    HUMAN = 8
    MONITORING = 9
    DETECTION = 10
    GUARDRAIL = 11
    RETIRE = 12
    NARROW = 13

    @property
    def label(self) -> str:
        """How a person reads it."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a change is made: the recipe's step, in words, and where AWS says so."""

    step: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step from what is to what should be, small enough to be one or two calls.

    `account` is the account whose credentials make it; `region` is "" for global services.
    `before` and `after` of the concrete changes are what a person compares and what `undo` swaps.
    """

    stage: ClassVar[Stage]
    irreversible: ClassVar[str] = ""
    """Why it cannot be undone, "" if it can."""

    account: AccountId
    region: Region | str
    reason: Reason

    @property
    def resource(self) -> str:
        """What is changed, as AWS names it."""
        raise NotImplementedError

    @property
    def lane(self) -> str:
        """Changes of one lane are made one after the other; lanes run side by side."""
        return f"{self.account}/{self.region}"

    @property
    def chain(self) -> str:
        """Changes of one chain stand on each other: when one fails, those after it are not tried."""
        return self.lane

    @property
    def when(self) -> Stage:
        """The stage of this very change; a few depend on what is changed."""
        return self.stage

    @property
    def shown(self) -> tuple[str, str]:
        """Before and after, as a person compares them; "" for absent."""
        raise NotImplementedError

    def undo(self) -> "Change | None":
        """The change that takes this one back, or None (then `irreversible` says why)."""
        return None

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        """What a snapshot would show after this change: pure, so that laws about plans need no AWS."""
        raise NotImplementedError

    def bind(self, values: dict[str, str]) -> Self:
        """The same change with stand-ins replaced by what AWS has chosen since."""
        return bind(self, values) if values else self

    @property
    def confirmation(self) -> str:
        """The name a person must type before it is made, "" when a yes to the plan will do."""
        return ""

    @property
    def is_unbound(self) -> bool:
        """Whether something it needs is still to be chosen by AWS (what it creates itself does not count)."""
        return _holds_pending(self, skip=self.chosen)

    @property
    def chosen(self) -> frozenset[str]:
        """The stand-ins that this change itself replaces by a value of AWS's choosing."""
        return frozenset()


def bind(value: T, values: dict[str, str]) -> T:
    """Replace stand-ins anywhere inside frozen values."""
    return _bind(value, values)  # type: ignore[no-any-return]


def _bind(value: Any, values: dict[str, str]) -> Any:  # noqa: ANN401 any value of a change
    match value:
        case Id():
            return type(value)(_text(value, values))
        case str():
            return _text(value, values) if type(value) is str else value
        case tuple() | frozenset():
            return type(value)(_bind(v, values) for v in value)
        case dict():
            return {_bind(k, values): _bind(v, values) for k, v in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: _bind(getattr(value, f.name), values) for f in fields(value)})
        case _:
            return value


def _text(text: str, values: dict[str, str]) -> str:
    return PENDING.sub(lambda m: values.get(m.group(), m.group()), text)


def _holds_pending(value: Any, skip: frozenset[str]) -> bool:  # noqa: ANN401 any value of a change
    match value:
        case str():
            return is_pending(value) and any(found not in skip for found in PENDING.findall(value))
        case tuple() | frozenset():
            return any(_holds_pending(v, skip) for v in value)
        case dict():
            return any(_holds_pending(x, skip) for item in value.items() for x in item)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return any(_holds_pending(getattr(value, f.name), skip) for f in fields(value))
        case _:
            return False
