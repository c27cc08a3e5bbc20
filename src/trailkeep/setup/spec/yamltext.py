"""YAML text as plain data that knows where every key and value stands.

YAML's event stream is read directly, so that untrusted text never becomes anything but mappings, lists and scalars:
no tags, no anchors (and so no alias bombs), no merge keys, bounded size, depth and count.
Plain scalars mean what YAML 1.2's core schema says (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from trailkeep.errors import Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
MAX_EVENTS = 100_000

Path = tuple[str | int, ...]
"""Keys and list positions (from 0) from the top of the file down to a value."""

Plain = Any
"""Mappings, lists, str, int, float, bool and None; its shape is what `load` is there to check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position in the text; lines and columns count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the text says; `value` is None when it could not be read to its end."""

    file: str
    value: Plain
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    problems: tuple[Problem, ...]
    whole: bool

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Where the value (or the key) at `path` stands; where its nearest parent's key stands if it does not exist."""
        if not of_key and path in self.values:
            return self.values[path]
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Place(line=1, column=1))

    def problem(self, path: Path, message: str, hint: str, *, of_key: bool = False) -> Problem:
        """A problem with what stands at `path`."""
        place = self.place(path, of_key=of_key)
        return _problem(self.file, place, message, hint)


def printable(text: str) -> str:
    """Untrusted text for one line of a terminal or comment: no line breaks, no escape sequences."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _problem(file: str, place: Place, message: str, hint: str) -> Problem:
    return Problem(file=file, line=place.line, column=place.column, message=printable(message), hint=printable(hint))


def parse(text: str, file: str) -> Document:
    """Read `text`; what is wrong with it as YAML is in the document's `problems`, nothing is raised."""
    reader = _Reader(file)
    value, whole = None, False
    try:
        value = reader.document(text.removeprefix("\ufeff"))
        whole = True
    except _StopReading:
        pass
    except MarkedYAMLError as error:
        reader.syntax(error)
    except ReaderError as error:
        reader.unreadable(text, error)
    return Document(
        file=file, value=value, keys=reader.keys, values=reader.values, problems=tuple(reader.problems), whole=whole
    )


class _StopReading(Exception):  # noqa: N818 the reason is among the problems already
    """The rest of the text is not worth reading."""


class _Reader:
    """One pass over the events of a text."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.problems: list[Problem] = []

    def document(self, text: str) -> Plain:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            message = f"the file is larger than {MAX_BYTES // 1024} KiB"
            self._stop(Place(line=1, column=1), message, "a specification has fifty lines or so")
        events = self._events(text)
        first = next(events, None)
        value = self._value(first, events, ()) if first is not None else None
        if (second := next(events, None)) is not None:
            self._stop(
                _place(second), "a second document begins here", "keep one specification per file: remove this `---`"
            )
        return value

    def _events(self, text: str) -> Iterator[Any]:
        """The events that matter, counted; ruamel's parser keeps its own stack, so depth costs it nothing."""
        yaml = YAML(typ="safe", pure=True)
        for count, event in enumerate(yaml.parse(text)):
            if count > MAX_EVENTS:
                self._stop(_place(event), f"more than {MAX_EVENTS:,} values", "is this the right file?")
            if not isinstance(
                event, (ev.StreamStartEvent, ev.StreamEndEvent, ev.DocumentStartEvent, ev.DocumentEndEvent)
            ):
                yield event

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Plain:  # noqa: ANN401 ruamel has no types
        place = _place(event)
        is_empty = isinstance(event, ev.ScalarEvent) and event.style is None and not event.value
        self.values[path] = (
            self.keys.get(path, place) if is_empty else place
        )  # nothing stands somewhere in the next line
        self._plain_yaml_only(event, place)
        if len(path) > MAX_DEPTH:
            self._stop(place, f"nested more than {MAX_DEPTH} deep", "a specification is at most five levels deep")
        if isinstance(event, ev.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, ev.SequenceStartEvent):
            return self._sequence(events, path)
        if isinstance(event, ev.ScalarEvent):
            return scalar(event.value) if event.style is None and not event.tag else event.value
        return None  # an alias, reported already

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for event in events:
            if isinstance(event, ev.MappingEndEvent):
                break
            place = _place(event)
            if not isinstance(event, ev.ScalarEvent):
                self._stop(place, "a key must be a word", "write `key: value`; put values that hold braces in quotes")
            name = str(event.value)
            self._plain_yaml_only(event, place)
            if name == "<<":
                self._report(place, "merge keys (`<<`) are not supported", "write the keys out")
            if name in found:
                line = self.keys[(*path, name)].line
                self._report(place, f"`{name[:60]}` is written twice (first in line {line})", "remove one of the two")
                self._value(next(events), events, (*path, f"{name} (again)"))
                continue
            self.keys[(*path, name)] = place
            found[name] = self._value(next(events), events, (*path, name))
        return found

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Plain]:
        found: list[Plain] = []
        for event in events:
            if isinstance(event, ev.SequenceEndEvent):
                break
            here = (*path, len(found))
            self.keys[here] = _place(event)
            found.append(self._value(event, events, here))
        return found

    def _plain_yaml_only(self, event: Any, place: Place) -> None:  # noqa: ANN401 ruamel has no types
        if isinstance(event, ev.AliasEvent) or getattr(event, "anchor", None):
            self._report(place, "anchors (`&`) and aliases (`*`) are not supported", "write the value out")
        if getattr(event, "tag", None):
            self._report(place, f"the tag `{str(event.tag)[:60]}` is not supported", "remove it")

    def syntax(self, error: MarkedYAMLError) -> None:
        """Not YAML: one problem, where the parser gave up."""
        message, hint = _in_words(str(error.problem or error.context or "this is not YAML"))
        mark = error.problem_mark or error.context_mark
        if "opened" in message and error.context_mark:
            mark = error.context_mark  # where it was opened says more than the end of the file
        place = Place(line=mark.line + 1, column=mark.column + 1) if mark else Place(line=1, column=1)
        self._report(place, message, hint)

    def unreadable(self, text: str, error: ReaderError) -> None:
        """A character that YAML does not allow, such as NUL."""
        before = text[: error.position]
        place = Place(line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
        self._report(place, "a character that YAML does not allow", "save the file as plain UTF-8 text")

    def _report(self, place: Place, message: str, hint: str) -> None:
        self.problems.append(_problem(self.file, place, message, hint))

    def _stop(self, place: Place, message: str, hint: str) -> None:
        self._report(place, message, hint)
        raise _StopReading


def _place(event: Any) -> Place:  # noqa: ANN401 ruamel has no types
    return Place(line=event.start_mark.line + 1, column=event.start_mark.column + 1)


_FRAME = (ev.StreamStartEvent, ev.StreamEndEvent, ev.DocumentStartEvent, ev.DocumentEndEvent)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_ACCOUNT = re.compile(r"[0-9]{12}")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means; twelve digits are an account id, whose leading zeros count, never a number."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _ACCOUNT.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


_SYNTAX = (
    (r"character '\\t'", "a tab is used for indentation", "YAML indents with spaces only: replace the tab by spaces"),
    (
        r"mapping values are not allowed",
        "a second `: ` where only a value fits",
        "check the indentation of this line, or put the value in quotes if `: ` belongs to it",
    ),
    (
        r"unexpected end of stream",
        "a quotation mark is opened and never closed",
        "close it, or use the other kind of quotation mark around the value",
    ),
    (
        r"expected ',' or '[\]}]'",
        "a bracket is opened here and not closed",
        "separate the items by commas and close the bracket",
    ),
    (r"could not find expected ':'", "a key without its colon", "write `key: value`, with a space after the colon"),
    (
        r"expected <block end>|did not find expected|expected the node content|<document start>",
        "this line does not fit the lines above it",
        "indent the keys of one level by the same number of spaces",
    ),
    (
        r"character '(.)' that cannot start",
        r"a value cannot begin with `\1`",
        "put the value in quotes",
    ),
    (
        r"unknown escape character",
        "an unknown escape after a backslash",
        "use single quotation marks: backslashes mean nothing in them",
    ),
)


def _in_words(problem: str) -> tuple[str, str]:
    for pattern, message, hint in _SYNTAX:
        if found := re.search(pattern, problem):
            return found.expand(message) if r"\1" in message else message, hint
    return f"not valid YAML: {problem}", "check the indentation, quotation marks and brackets around here"
