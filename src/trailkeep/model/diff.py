"""What differs between two snapshots: things matched by what they are called, not by where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

VOLATILE = frozenset({"taken", "delivered", "digest_delivered", "volumes", "holdings"})
"""Fields that change from one hour to the next without anybody doing anything."""

_NAMES = ("account", "region", "service", "kind", "owner", "what", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place that differs; None where there is nothing, and "present" for a thing without a name."""

    path: str
    before: str | None
    after: str | None


def diff(before: Any, after: Any) -> tuple[Difference, ...]:  # noqa: ANN401 any value of the model
    """Every difference, in the order of the fields; equal values have none."""
    return tuple(_differences("", before, after))


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401
    if before == after:
        return
    if _is_thing(before) and type(before) is type(after):
        for field in fields(before):
            if field.name not in VOLATILE:
                name = f"{path}.{field.name}" if path else field.name
                yield from _differences(name, getattr(before, field.name), getattr(after, field.name))
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _by_key(path, before, after)
    elif _is_family(before, after):
        yield from _by_key(path, _keyed(before), _keyed(after))
    else:
        yield Difference(path=path, before=_text(before), after=_text(after))


def _by_key(path: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[Difference]:
    for key in sorted({*before, *after}, key=str):
        here = f"{path}[{key}]"
        if key not in after:
            yield Difference(path=here, before=_called(before[key]), after=None)
        elif key not in before:
            yield Difference(path=here, before=None, after=_called(after[key]))
        else:
            yield from _differences(here, before[key], after[key])


def _is_family(before: Any, after: Any) -> bool:  # noqa: ANN401
    """Sets of anything, and sequences of things that have names."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return True
    both = isinstance(before, tuple) and isinstance(after, tuple)
    return both and all(_is_thing(item) for item in (*before, *after))


def _keyed(items: Sequence[Any] | frozenset[Any]) -> dict[str, Any]:
    keyed: dict[str, Any] = {}
    for item in sorted(items, key=str) if isinstance(items, frozenset) else items:
        name, twin = _called(item), 1
        while (key := name if twin == 1 else f"{name} #{twin}") in keyed:
            twin += 1
        keyed[key] = item
    return keyed


def _called(item: Any) -> str:  # noqa: ANN401
    """A thing's own name: its ARN or id, else where and what it is."""
    if not _is_thing(item):
        return _text(item) or "nothing"
    own = getattr(item, "arn", "") or getattr(item, "id", "")
    return str(own) or " ".join(str(v) for f in _NAMES if (v := getattr(item, f, ""))) or "present"


def _text(value: Any) -> str | None:  # noqa: ANN401
    if value is None:
        return None
    if _is_thing(value):
        return _called(value)
    if isinstance(value, tuple | frozenset):
        return ", ".join(_text(v) or "nothing" for v in value)
    return str(value.value) if isinstance(value, Enum) else str(value)


def _is_thing(value: Any) -> bool:  # noqa: ANN401
    return is_dataclass(value) and not isinstance(value, type)
