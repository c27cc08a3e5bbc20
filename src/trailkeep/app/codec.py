"""Changes as JSON and back: for the saved plan and for the journal."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from trailkeep.errors import TrailkeepError
from trailkeep.model.archive import Encryption, LifecycleRule, Lock
from trailkeep.model.change import CHANGES, Change, SetBucket

_TAG = "change"
"""Where the kind of a change stands; no change has a field of that name (`kind` and `type` are taken)."""
_KINDS = {kind.__name__: kind for kind in CHANGES}

_SETTINGS: dict[str, Any] = {
    "versioning": str,
    "lock": Lock | None,
    "blocks_public_access": bool,
    "ownership": str,
    "encryption": Encryption,
    "lifecycle": tuple[LifecycleRule, ...],
    "policy": str,
    "tags": tuple[tuple[str, str], ...],
}
"""What `before` and `after` of a bucket setting are; the change itself holds any of them."""

_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 any type pydantic knows
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def encode(change: Change) -> dict[str, Any]:
    """A change as plain JSON values, with its kind."""
    kind = type(change)
    return {_TAG: kind.__name__, **_adapter(kind).dump_python(change, mode="json")}


def decode(value: object) -> Change:
    """The change that `encode` wrote. Raises TrailkeepError for anything else: the file may have been edited."""
    name = value.get(_TAG) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or name not in _KINDS:
        raise TrailkeepError("not a change trailkeep knows", hint="the file is from another version, or was edited")
    fields = {key: v for key, v in value.items() if key != _TAG}
    kind = _KINDS[name]
    try:
        if kind is SetBucket:
            setting = _adapter(_SETTINGS[fields["setting"]])
            fields |= {side: setting.validate_python(fields[side]) for side in ("before", "after")}
        change: Change = _adapter(kind).validate_python(fields)
    except (ValidationError, KeyError, TypeError) as error:
        raise TrailkeepError(f"a {name} that cannot be read: {error}", hint="make a new plan") from error
    return change
