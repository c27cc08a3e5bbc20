"""What a person means by the name, path or id of a unit or account."""

import difflib
from collections.abc import Iterator
from typing import Literal

from trailkeep.errors import SpecError
from trailkeep.model.organization import Organization

Kind = Literal["any", "unit", "account"]


def resolve(text: str, organization: Organization, kind: Kind = "any") -> str:
    """The id that `text` means: `root`, an id, the name of a unit or account, or a path such as Workloads/Prod.

    A name searches the whole tree; a path is taken from the top, with or without a leading `Root/`. Raises SpecError,
    with the candidates where several fit, and with the nearest names where none does.
    """
    wanted = text.strip()
    found = candidates(wanted, organization, kind)
    if len(found) > 1:
        places = ", ".join(f"{full_path(i, organization)} ({i})" for i in found)
        raise SpecError(f"`{wanted}` fits {len(found)}: {places}", hint="write the path or the id")
    if not found:
        raise SpecError(
            f"there is no {_NOUN[kind]} `{wanted[:80]}`",
            hint=_nearest(wanted, _things(organization, kind), organization),
        )
    return found[0]


def candidates(text: str, organization: Organization, kind: Kind = "any") -> tuple[str, ...]:
    """Every id that `text` may mean, in order; an id means only itself."""
    things = _things(organization, kind)
    if text in things:
        return (text,)
    if text.casefold() == "root" and kind != "account":
        return (organization.root,)
    return tuple(sorted(i for i, names in things.items() if text in names))


def full_path(target: str, organization: Organization) -> str:
    """The path that names exactly this unit or account, the root included: Root/Workloads/Prod."""
    return "Root" if target == organization.root else f"Root/{organization.path(target)}"


_NOUN = {"any": "unit or account", "unit": "organizational unit", "account": "account"}


def _things(organization: Organization, kind: Kind) -> dict[str, frozenset[str]]:
    """Every id with all that names it: the bare name, the path from the top, the path with the root."""
    return dict(_named(organization, kind))


def _named(organization: Organization, kind: Kind) -> Iterator[tuple[str, frozenset[str]]]:
    if kind != "account":
        for unit in organization.units.values():
            names = {"Root"} if unit.id == organization.root else {unit.name, *_paths(unit.id, organization)}
            yield unit.id, frozenset(names)
    if kind != "unit":
        for account in organization.accounts.values():
            yield account.id, frozenset({account.name, *_paths(account.id, organization)})


def _paths(target: str, organization: Organization) -> set[str]:
    path = organization.path(target)
    return {f"Root/{path}"} | ({path} if "/" in path else set())


def _nearest(wanted: str, things: dict[str, frozenset[str]], organization: Organization) -> str:
    names = {name: i for i, all_names in things.items() for name in all_names if not name.startswith("Root/")}
    lower = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(wanted.casefold(), lower, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(f'`{lower[c]}`' for c in close)}?"
    units = sorted(organization.path(u) for u in organization.units if u != organization.root)
    return f"the units are: {', '.join(units[:10])}{' …' if len(units) > 10 else ''}" if units else "there are no units"
