"""Which IAM actions every call of trailkeep needs, where; `python -m trailkeep.aws.permissions` prints the page."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trailkeep.aws.permissions.asking import ARCHIVED, PROBE, SEND
from trailkeep.aws.permissions.form import Actions, Operation, Where
from trailkeep.aws.permissions.reading import READ
from trailkeep.aws.permissions.writing import WRITE

__all__ = ["ARCHIVED", "IAM_ACTIONS", "PROBE", "READ", "SEND", "WRITE", "Operation", "Where", "page", "policy"]

PASSED_TO = ("config.amazonaws.com", "events.amazonaws.com")
"""The services to which roles are handed: recorders and aggregators, event rules."""


def _merged() -> dict[Operation, Actions]:
    found: dict[Operation, Actions] = {}
    for table in (*READ.values(), *WRITE.values(), *ARCHIVED.values(), *PROBE.values(), *SEND.values()):
        for operation, actions in table.items():
            found[operation] = tuple(dict.fromkeys((*found.get(operation, ()), *actions)))
    return found


IAM_ACTIONS: Mapping[Operation, Actions] = _merged()
"""Every call trailkeep makes -> the IAM actions it may need, wherever it is made."""


def policy(tables: Iterable[Mapping[Operation, Actions]]) -> dict[str, Any]:
    """The smallest IAM policy that lets these calls through, by action; narrow the resources as you like."""
    actions = sorted({a for table in tables for needed in table.values() for a in needed})
    passed = "iam:PassRole"
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": [a for a in actions if a != passed], "Resource": "*"}
    ]
    if passed in actions:
        only = {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}
        statements.append({"Effect": "Allow", "Action": passed, "Resource": "*", "Condition": only})
    return {"Version": "2012-10-17", "Statement": statements}


def page() -> str:
    """The page `docs/permissions.md`, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# The permissions trailkeep needs",
        "",
        "Made by `python -m trailkeep.aws.permissions`; a test keeps it current and checks every action's name.",
        "",
        "trailkeep starts with credentials of the management account and enters every other account as",
        "`organization.access_role` (by default `OrganizationAccountAccessRole`, which AWS makes with administrator",
        "rights). Give that role, and the person or job that runs trailkeep, at least what follows.",
        "",
        "The log-archive and the security account are member accounts: what members need, they need too. Buckets and",
        "keys are read in both of them, so give both what either needs to read.",
        "`sts:AssumeRole` needs only the access role's ARN as its resource.",
    )
    for title, intro, table in (
        ("To read", "What `snapshot`, `plan` and everything that judges call; nothing here changes anything.", READ),
        ("To apply", "What `apply` and `rollback` call, in addition to the above.", WRITE),
        ("To read the archive", "What `verify` and `coverage` call; a reader of the archive needs no more.", ARCHIVED),
        ("To probe", "What `doctor --probe` asks, in addition to what it reads.", PROBE),
        ("To send", "What `audit --send` and `audit --notify` call, in addition to what it reads.", SEND),
    ):
        yield from ("", f"## {title}", "", intro)
        for where, calls in table.items():
            yield from ("", f"### {title}: {where}", "", "```json", json.dumps(policy([calls]), indent=2), "```")
    yield from ("", "## Call by call", "", "| call | IAM actions |", "|---|---|")
    for (service, operation), actions in sorted(IAM_ACTIONS.items()):
        yield f"| `{service}` `{operation}` | {', '.join(f'`{a}`' for a in actions)} |"
