"""Principals as one compressed JSON file in which every text stands once, believed only after it has been checked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from trailkeep.app.compressed import read_bytes, write_bytes
from trailkeep.errors import UsageError
from trailkeep.model.ids import AccountId
from trailkeep.model.principals import VERSION, AttachedPolicy, IamPrincipal, Principals
from trailkeep.model.snapshot import Unreachable

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

Item = TypeVar("Item")

LARGEST = 2 << 30
"""Bytes the file may have when decompressed; 5,000 accounts with 200 roles each have some 300 MB."""

_HEAD = re.compile(rb'\s*\{\s*"trailkeep_principals"\s*:\s*(\d{1,9})\s*,')
_PLACES = 3
_NOT_OURS = "make one with `trailkeep snapshot --principals FILE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """An attached policy; `text` is the place of its content in `texts`."""

    name: str
    arn: str
    text: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    """A principal; `trust` is a place in `texts`, `policies` and `boundary` are places in `policies`."""

    kind: Literal["role", "user"]
    arn: str
    name: str
    trust: int
    policies: tuple[int, ...]
    boundary: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The version first, to be told before the contents are looked at; then the tables, then who uses them."""

    trailkeep_principals: int
    taken: datetime
    organization: str
    texts: tuple[str, ...]
    policies: tuple[_Named, ...]
    accounts: dict[AccountId, tuple[_Who, ...]]
    unreachable: tuple[Unreachable, ...]


@cache
def _adapter() -> "TypeAdapter[_File]":
    from pydantic import TypeAdapter

    return TypeAdapter(_File)


def write(principals: Principals, path: Path) -> None:
    """Write the file whole or not at all, readable by its owner only. Raises UsageError."""
    text = _adapter().dump_json(_folded(principals))
    try:
        write_bytes(path, text)
    except OSError as error:
        raise UsageError(f"could not write {path}: {error.strerror}", hint="choose another --principals") from error


def read(path: Path, *, largest: int = LARGEST) -> Principals:
    """The principals in a file.

    Raises UsageError: missing, something else, of another version, damaged, larger than `largest` bytes.
    """
    from pydantic import ValidationError

    text = read_bytes(path, largest=largest, make=_NOT_OURS, wrong=lambda what, hint: UsageError(what, hint=hint))
    _expect_version(path, text)
    try:
        found = _unfolded(_adapter().validate_json(text, strict=True))
    except ValidationError as error:
        raise UsageError(_wrong(path, error), hint=_NOT_OURS) from error
    except IndexError as error:
        raise UsageError(f"{path} is damaged: it points outside of its tables", hint=_NOT_OURS) from error
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deeply", hint=_NOT_OURS) from error
    if found.taken.tzinfo is None:
        raise UsageError(f"{path} holds a time without a time zone", hint=_NOT_OURS)
    return found


def _folded(principals: Principals) -> _File:
    texts: dict[str, int] = {}
    policies: dict[AttachedPolicy, int] = {}

    def text(value: str) -> int:
        return texts.setdefault(value, len(texts))

    def policy(value: AttachedPolicy) -> int:
        return policies.setdefault(value, len(policies))

    def who(value: IamPrincipal) -> _Who:
        return _Who(
            kind=value.kind,
            arn=value.arn,
            name=value.name,
            trust=text(value.trust),
            policies=tuple(policy(p) for p in value.policies),
            boundary=None if value.boundary is None else policy(value.boundary),
        )

    accounts = {a: tuple(who(p) for p in principals.of(a)) for a in sorted(principals.accounts)}
    named = tuple(_Named(name=p.name, arn=p.arn, text=text(p.content)) for p in policies)
    return _File(
        trailkeep_principals=VERSION,
        taken=principals.taken,
        organization=principals.organization,
        texts=tuple(texts),
        policies=named,
        accounts=accounts,
        unreachable=principals.unreachable,
    )


def _unfolded(file: _File) -> Principals:
    policies = [AttachedPolicy(name=p.name, arn=p.arn, content=_at(file.texts, p.text)) for p in file.policies]

    def who(account: AccountId, value: _Who) -> IamPrincipal:
        return IamPrincipal(
            account=account,
            kind=value.kind,
            arn=value.arn,
            name=value.name,
            trust=_at(file.texts, value.trust),
            policies=tuple(_at(policies, p) for p in value.policies),
            boundary=None if value.boundary is None else _at(policies, value.boundary),
        )

    return Principals(
        taken=file.taken,
        organization=file.organization,
        accounts=frozenset(file.accounts),
        principals=tuple(who(account, value) for account, found in file.accounts.items() for value in found),
        unreachable=file.unreachable,
    )


def _at(table: Sequence[Item], place: int) -> Item:
    if place < 0:
        raise IndexError(place)
    return table[place]


def _expect_version(path: Path, text: bytes) -> None:
    """The version stands at the head, where `write` puts it."""
    head = _HEAD.match(text[:200])
    if head is None:
        raise UsageError(f"{path} does not hold the principals of an organization", hint=_NOT_OURS)
    version = int(head[1])
    if version > VERSION:
        raise UsageError(
            f"{path} was written by a newer trailkeep (principals version {version}, this one reads {VERSION})",
            hint="upgrade trailkeep",
        )
    if version < 1:
        raise UsageError(f"{path} has principals version {version}, which never was", hint=_NOT_OURS)


def _wrong(path: Path, error: "ValidationError") -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = [f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in found[:_PLACES]]
    more = f" (and {len(found) - _PLACES} more)" if len(found) > _PLACES else ""
    return f"{path} cannot be believed: {'; '.join(places)}{more}"
