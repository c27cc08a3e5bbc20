"""What a person would see: a renderable as plain text, and values with hostile words in every place there is."""

import io
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from rich.console import Console, RenderableType

from trailkeep.model.ids import AccountId, Id

T = TypeVar("T")

EVIL = "\x1b[2J\x1b]0;owned\x07\u202e\u2066\r\n\x00\x9b31m[red]x[/red][link=https://evil.example]\u200b\ud800"
"""Clears the screen, sets the title, turns the direction of text, begins a line, and pretends to be markup."""

CLOSED = frozenset(
    "all include exclude continuous daily read write none Enabled Suspended GOVERNANCE COMPLIANCE role state rotates "
    "SERVICE_CONTROL_POLICY RESOURCE_CONTROL_POLICY versioning lock blocks_public_access ownership encryption lifecycle "
    "policy tags".split()
)
"""Words of closed sets, which every door refuses to have otherwise."""


def seen(what: RenderableType, width: int = 150) -> str:
    """The text on a terminal without colours, without blanks at line ends."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False).print(what)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def control_characters(text: str) -> set[str]:
    """Those that could rewrite a terminal; a line end is none."""
    return {c for c in text if c != "\n" and unicodedata.category(c)[0] == "C"}


def poisoned(value: T) -> T:
    """The same value with hostile words in every text, stand-ins of ids included."""
    result: T = _poisoned(value)
    return result


def _poisoned(value: Any) -> Any:
    match value:
        case str():
            return _word(value)
        case tuple() | frozenset():
            return type(value)(_poisoned(v) for v in value)
        case dict():
            return {_poisoned(k): _poisoned(v) for k, v in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: _poisoned(getattr(value, f.name)) for f in fields(value)})
        case _:
            return value


def _word(value: str) -> str:
    if isinstance(value, AccountId) and value.startswith("‹"):
        return AccountId(f"‹{EVIL}›")
    return value if isinstance(value, Id) or value in CLOSED else value + EVIL
