"""Reading what a managed rule is asked to be, and AWS Config's refusals of it (botocore model config PutConfigRule)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_state import RuleSpec
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.rules.catalogue import is_known, parameters_of

SECONDS: Mapping[str, int] = {
    "One_Hour": 3600,
    "Three_Hours": 3 * 3600,
    "Six_Hours": 6 * 3600,
    "Twelve_Hours": 12 * 3600,
    "TwentyFour_Hours": 24 * 3600,
}
"""MaximumExecutionFrequency."""
_LONGEST = {"name": 128, "InputParameters": 1024, "Description": 256}
"""Characters (botocore model config)."""


def spec_of_rule(call: Call, asked: Mapping[str, Any], name: str) -> RuleSpec:
    """A ConfigRule of the API, of PutConfigRule or of a pack's template, as a specification."""
    source = asked.get("Source") or {}
    if source.get("Owner") != "AWS":
        raise not_in_lab(call, "a rule of one's own needs a Lambda function or Guard")
    if source.get("SourceDetails"):
        raise invalid(
            "SourceDetails should be null/empty if the owner is AWS. "
            "SourceDetails should be provided if the owner is CUSTOM_LAMBDA."
        )
    return managed(call, asked, name, str(source.get("SourceIdentifier", "")), asked.get("Scope") or {})


def managed(call: Call, asked: Mapping[str, Any], name: str, identifier: str, scope: Mapping[str, Any]) -> RuleSpec:
    """The specification of a managed rule; raises InvalidParameterValueException or ValidationException."""
    given = asked.get("InputParameters") or ""
    text = json.dumps(given) if isinstance(given, dict) else str(given)
    description = asked.get("Description")
    for what, value in (("name", name), ("InputParameters", text), ("Description", description or "")):
        if len(value) > _LONGEST[what]:
            raise too_long(what, value, _LONGEST[what])
    frequency = asked.get("MaximumExecutionFrequency")
    if frequency is not None and frequency not in SECONDS:
        raise Refusal("ValidationException", f"Value '{frequency}' at 'maximumExecutionFrequency' is no such value.")
    if not is_known(identifier):
        raise invalid(
            f"The sourceIdentifier {identifier} is invalid. Please refer to the documentation for a list of valid "
            "sourceIdentifiers that can be used when AWS is the Owner."
        )
    _check_scope(call, scope)
    return RuleSpec(
        name=name,
        identifier=identifier,
        description=description,
        parameters=_parameters(identifier, text),
        frequency=frequency,
        scope=scope,
    )


def invalid(message: str) -> Refusal:
    """Config's refusal of a parameter."""
    return Refusal("InvalidParameterValueException", message)


def too_long(what: str, value: str, most: int) -> Refusal:
    """The refusal of a text that is longer than the API's model lets it be."""
    return Refusal(
        "ValidationException",
        f"1 validation error detected: Value '{value[:80]}' at '{what}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {most}",
    )


def _parameters(identifier: str, text: str) -> Mapping[str, str]:
    try:
        given = json.loads(text) if text else {}
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise invalid(f"Invalid json {text} passed in the InputParameters field.")
    known = parameters_of(identifier)
    if not set(given) <= set(known):
        raise invalid(f"Unknown parameters provided in the inputParameters: {text}.")
    missing = sorted(name for name, needed in known.items() if needed and name not in given)
    if missing:
        raise invalid(f"The required parameter [{', '.join(missing)}] is not present in the inputParameters.")
    if any(not isinstance(value, str) or not value.strip() for value in given.values()):
        raise invalid("Blank spaces are not acceptable for input parameters.")
    return given


def _check_scope(call: Call, scope: Mapping[str, Any]) -> None:
    if scope.get("TagKey") or scope.get("TagValue"):
        raise not_in_lab(call, "a rule for resources with a tag")
    if scope.get("ComplianceResourceId") and len(scope.get("ComplianceResourceTypes") or ()) != 1:
        raise invalid("A ComplianceResourceId needs exactly one resource type in ComplianceResourceTypes.")
