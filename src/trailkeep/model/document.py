"""Policy documents as canonical text: equal when they say the same, small as AWS counts them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = Any
"""What json.loads gives; policy documents are untrusted, so their shape is checked where it is used."""

_SETS = frozenset({"Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser"})


def canonical(document: Mapping[str, Json] | str) -> str:
    """Minified JSON with lists of values as sorted sets, so that equal policies have equal text.

    White space counts against size limits (Organizations quotas), so it is left out. Text that is not a JSON
    object is returned unchanged: it can then equal nothing we would write, and it is shown as it is.
    """
    if isinstance(document, str):
        try:
            parsed = json.loads(document)
        except (ValueError, RecursionError):
            return document
        if not isinstance(parsed, dict):
            return document
        document = parsed
    try:
        return json.dumps(_policy(document), separators=(",", ":"), ensure_ascii=False)
    except RecursionError:
        return str(document)


def statements(text: str) -> Iterator[Mapping[str, Json]]:
    """The statements of a policy document; nothing for text that is not a policy."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return
    found = parsed.get("Statement", []) if isinstance(parsed, dict) else []
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, dict):
            yield statement


def as_list(value: Json) -> list[Json]:
    """AWS writes one value where others write a list of one."""
    return value if isinstance(value, list) else [value]


def _policy(value: Json, key: str = "") -> Json:
    if isinstance(value, dict):
        inner = "values" if key == "Condition" or key.startswith("Condition.") else ""
        return {k: _policy(v, f"Condition.{k}" if inner == "values" else k) for k, v in value.items()}
    if key in _SETS or key.startswith("Condition."):
        return _set(value)
    if isinstance(value, list):
        return [_policy(v, "") for v in value]
    return value


def _set(value: Json) -> Json:
    texts = sorted({_text(v) for v in as_list(value)})
    return texts[0] if len(texts) == 1 else texts


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
