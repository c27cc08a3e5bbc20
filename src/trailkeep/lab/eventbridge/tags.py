"""Tags of rules and event buses (botocore model events/2015-10-07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.named import bus_of, invalid, missing
from trailkeep.lab.eventbridge.state import DEFAULT
from trailkeep.lab.world import World


def tags_in(call: Call) -> dict[str, str]:
    """The tags that a call carries."""
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in call.params.get("Tags") or ()}


def list_tags(call: Call, world: World) -> dict[str, Any]:
    """ListTagsForResource."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _tags_of(call, world).items()]}


def tag(call: Call, world: World) -> dict[str, Any]:
    """TagResource."""
    _tags_of(call, world).update(tags_in(call))
    return {}


def untag(call: Call, world: World) -> dict[str, Any]:
    """UntagResource."""
    tags = _tags_of(call, world)
    for key in call.params.get("TagKeys") or ():
        tags.pop(str(key), None)
    return {}


def _tags_of(call: Call, world: World) -> dict[str, str]:
    arn = str(call.params.get("ResourceARN", ""))
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "events":
        raise invalid(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")
    kind, _, path = parts[5].partition("/")
    if parts[3:5] != [call.region, call.account] or kind not in {"rule", "event-bus"}:
        raise missing(f"{arn} does not exist.")
    if kind == "event-bus":
        return bus_of(call, world, path).tags
    within, _, name = path.rpartition("/")
    rule = bus_of(call, world, within or DEFAULT).rules.get(name)
    if rule is None:
        raise missing(f"Rule {name} does not exist.")
    return rule.tags


ANSWERS: Mapping[str, Any] = {"ListTagsForResource": list_tags, "TagResource": tag, "UntagResource": untag}
