"""The template of a conformance pack: managed rules in CloudFormation's form, in YAML or JSON.

Of CloudFormation's functions only Ref to the template's own Parameters is there (AWS Config Developer Guide, custom
conformance packs). What is not understood is refused, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trailkeep.lab.call import Call
from trailkeep.lab.config_rule_spec import spec_of_rule
from trailkeep.lab.config_state import RuleSpec
from trailkeep.lab.refusal import Refusal, not_in_lab

LARGEST = 51_200
MOST_RULES = 130
"""Rules in a pack (AWS Config Developer Guide, service limits)."""
_RULE = "AWS::Config::ConfigRule"


def rules_of(call: Call, suffix: str) -> tuple[RuleSpec, ...]:
    """The rules of a TemplateBody, named as they are in an account.

    Raises OrganizationConformancePackTemplateValidationException, or NotInLab for anything but managed rules.
    """
    if call.params.get("TemplateS3Uri"):
        raise not_in_lab(call, "a template in S3; give it as TemplateBody")
    document = _read(str(call.params.get("TemplateBody") or ""))
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise _bad("Template must contain a Resources section with at least one rule.")
    if len(resources) > MOST_RULES:
        raise _bad(f"A conformance pack has at most {MOST_RULES} rules.")
    values = _parameters(call, document.get("Parameters") or {})
    return tuple(_rule(call, str(logical), resource, values, suffix) for logical, resource in resources.items())


def _read(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise _bad(f"Template body is longer than {LARGEST} characters.")
    reader = YAML(typ="safe", pure=True)
    reader.constructor.add_constructor("!Ref", lambda _, node: {"Ref": node.value})
    try:
        document = reader.load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise _bad(f"Template is not valid: {str(error).splitlines()[0] if str(error) else 'no YAML'}") from None
    if not isinstance(document, dict):
        raise _bad("Template is not valid: it holds no mapping.")
    return document


def _parameters(call: Call, declared: Mapping[str, Any]) -> dict[str, str]:
    values = {str(n): str(d["Default"]) for n, d in declared.items() if isinstance(d, dict) and "Default" in d}
    for given in call.params.get("ConformancePackInputParameters") or ():
        name = str(given.get("ParameterName", ""))
        if name not in declared:
            raise _bad(f"Parameters: [{name}] do not exist in the template.")
        values[name] = str(given.get("ParameterValue", ""))
    return values


def _rule(call: Call, logical: str, resource: Any, values: Mapping[str, str], suffix: str) -> RuleSpec:
    if not isinstance(resource, dict) or resource.get("Type") != _RULE:
        raise not_in_lab(call, f"{logical} is no {_RULE}")
    if set(resource) - {"Type", "Properties"}:
        raise not_in_lab(call, f"{logical} has more than Type and Properties")
    properties = _resolved(call, resource.get("Properties") or {}, values)
    name = str(properties.get("ConfigRuleName") or logical)
    try:
        return spec_of_rule(call, properties, f"{name}-conformance-pack-{suffix}")
    except Refusal as refusal:
        if refusal.code == "NotInLab":
            raise
        raise _bad(f"{logical}: {refusal.message}") from None


def _resolved(call: Call, value: Any, values: Mapping[str, str]) -> Any:
    """The value with references replaced; text where a rule wants text."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            if value["Ref"] not in values:
                raise _bad(f"Unresolved resource dependencies [{value['Ref']}] in the Resources block of the template")
            return values[value["Ref"]]
        if any(str(key).startswith("Fn::") for key in value):
            raise not_in_lab(call, "functions of CloudFormation other than Ref")
        return {str(key): _resolved(call, each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(call, each, values) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _bad(message: str) -> Refusal:
    return Refusal("OrganizationConformancePackTemplateValidationException", message)
