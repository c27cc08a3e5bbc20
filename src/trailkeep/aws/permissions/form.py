"""A table of calls: where each is made, and the IAM actions it needs."""

from collections.abc import Mapping
from enum import StrEnum

Operation = tuple[str, str]
Actions = tuple[str, ...]


class Where(StrEnum):
    """In whose credentials a call is made."""

    MANAGEMENT = "management account"
    MEMBERS = "every member account, and the management account"
    ARCHIVE = "log-archive account"
    SECURITY = "security account"


def of(service: str, table: Mapping[str, str]) -> dict[Operation, Actions]:
    """Operation -> actions, separated by blanks; an action without a prefix is of `service`."""
    return {
        (service, operation): tuple(a if ":" in a else f"{service}:{a}" for a in actions.split())
        for operation, actions in table.items()
    }


Table = Mapping[Where, Mapping[Operation, Actions]]
