"""Tags of AWS Config's rules, organization rules, packs and aggregators; moto keeps those of its own records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_state import rulebook_of
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

_MOST = 50


def tag(call: Call, world: World) -> dict[str, Any] | None:
    """TagResource, 50 tags a resource."""
    tags = _tags(call, world)
    if tags is None:
        return None
    given = {str(t["Key"]): str(t.get("Value", "")) for t in call.params.get("Tags") or ()}
    if len({**tags, **given}) > _MOST:
        raise _too_many()
    tags.update(given)
    return {}


def untag(call: Call, world: World) -> dict[str, Any] | None:
    """UntagResource."""
    tags = _tags(call, world)
    if tags is None:
        return None
    for key in call.params.get("TagKeys") or ():
        tags.pop(str(key), None)
    return {}


def list_tags(call: Call, world: World) -> dict[str, Any] | None:
    """ListTagsForResource."""
    tags = _tags(call, world)
    if tags is None:
        return None
    shown = [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
    return paged(call, "Tags", shown, default=100, most=100)


def _tags(call: Call, world: World) -> dict[str, str] | None:
    arn = str(call.params.get("ResourceArn", ""))
    mine = arn.startswith(f"arn:aws:config:{call.region}:{call.account}:")
    return rulebook_of(world).tags.get(arn) if mine else None


def _too_many() -> Refusal:
    return Refusal("TooManyTagsException", f"A resource has at most {_MOST} tags.")


ANSWERS: Mapping[str, Any] = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": list_tags}
