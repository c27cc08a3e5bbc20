"""AWS's documented rules, one case each, from tests/cases/authz."""

import json
from pathlib import Path
from typing import Any

import pytest

from trailkeep.authz.case import read_case
from trailkeep.authz.evaluate import evaluate

FOLDER = Path(__file__).parents[1] / "cases" / "authz"
CASES = [(path.stem, case) for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())]


@pytest.mark.parametrize("found", [case for _, case in CASES], ids=[f"{file}: {case['id']}" for file, case in CASES])
def test_a_documented_rule(found: dict[str, Any]) -> None:
    case = read_case(found, "tests/cases/authz")
    assert case.policies is not None
    assert case.facts is not None
    decision = evaluate(case.request, case.policies, case.facts)
    assert decision.verdict == case.expected, decision
    assert decision.reasons


def test_every_case_says_its_rule_once() -> None:
    names = [(file, case["id"]) for file, case in CASES]
    assert len(names) == len(set(names)) >= 120
