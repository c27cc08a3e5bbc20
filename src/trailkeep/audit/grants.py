"""What the Allow statements of a resource policy say of whom they let in, as it is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.model.document import as_list, statements

Told = Mapping[str, Any]

_NARROW = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc",
        "aws:sourcevpce", "aws:userid", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
    }
)  # fmt: skip
"""Keys by which S3 calls a statement not public (Amazon S3 user guide, the meaning of "public")."""


def allows(policy: str) -> Iterator[Told]:
    """The Allow statements of a policy."""
    return (s for s in statements(policy) if s.get("Effect") == "Allow")


def principals(statement: Told, kind: str) -> frozenset[str]:
    """The principals of a kind ("AWS", "Service") that a statement names; "*" alone is of kind AWS."""
    named = statement.get("Principal")
    if isinstance(named, str):
        return frozenset({named}) if kind == "AWS" else frozenset()
    if not isinstance(named, Mapping):
        return frozenset()
    return frozenset(str(v) for v in as_list(named.get(kind, [])))


def condition_keys(statement: Told) -> frozenset[str]:
    """The keys, in lower case, that a statement insists on: not those that only count if they are there."""
    block = statement.get("Condition")
    if not isinstance(block, Mapping):
        return frozenset()
    return frozenset(
        str(key).lower()
        for operator, keys in block.items()
        if isinstance(keys, Mapping) and _insists(str(operator).lower())
        for key, value in keys.items()
        if "*" not in as_list(value)
    )


def _insists(operator: str) -> bool:
    return not operator.endswith("ifexists") and "not" not in operator and operator != "null"


def is_open(statement: Told) -> bool:
    """Whether a statement lets everybody in, or everybody but some."""
    everybody = "NotPrincipal" in statement or "*" in principals(statement, "AWS")
    return everybody and not _NARROW & condition_keys(statement)
