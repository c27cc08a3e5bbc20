"""The conformance pack as a CloudFormation template."""

import json
from collections.abc import Iterable
from typing import Any

from trailkeep.model.monitoring import PACK_CONTENT, ConfigRule


def pack_template(rules: Iterable[ConfigRule]) -> str:
    """The template, JSON that is YAML too; its parameter has no effect.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html
    """
    resources = {"".join(p.capitalize() for p in rule.name.split("-")): _resource(rule) for rule in rules}
    parameter = {PACK_CONTENT: {"Type": "String", "Default": "", "Description": "digest of this template"}}
    return json.dumps({"Parameters": parameter, "Resources": resources}, indent=1, ensure_ascii=False)


def _resource(rule: ConfigRule) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "ConfigRuleName": rule.name,
        "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
    }
    if rule.parameters:
        properties["InputParameters"] = dict(rule.parameters)
    if rule.types:
        properties["Scope"] = {"ComplianceResourceTypes": list(rule.types)}
    if rule.frequency:
        properties["MaximumExecutionFrequency"] = rule.frequency
    return {"Type": "AWS::Config::ConfigRule", "Properties": properties}
