"""BatchImportFindings: findings in AWS's format, of the calling account, for the default product.

Sources: botocore model securityhub/2018-10-26; AWS Security Hub User Guide, required top-level ASFF attributes,
BatchImportFindings for finding providers, and setting the workflow status of findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.bus import put
from trailkeep.lab.securityhub.settle import administers, administrator, home, linked
from trailkeep.lab.securityhub.state import Finding, Hub, state_of
from trailkeep.lab.securityhub.wire import asked, invalid_input, not_subscribed, stamp
from trailkeep.lab.world import World

MOST = 100
LARGEST = 240 * 1024
"""Bytes of a finding."""
_TEXTS = ("Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "UpdatedAt", "Title", "Description")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_OF_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState")
"""What an import never changes of a finding that is there."""
_NORMALIZED = {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70, "CRITICAL": 90}


def batch_import(call: Call, world: World) -> dict[str, Any]:
    """BatchImportFindings: each finding is taken or refused by itself."""
    hub = state_of(world).hubs.get((call.account, call.region))
    if hub is None:
        raise not_subscribed(call)
    findings = asked(call).get("Findings")
    if not isinstance(findings, list) or not 1 <= len(findings) <= MOST:
        raise invalid_input(f"Findings must have between 1 and {MOST} elements")
    failed = []
    for finding in findings:
        fault = _fault(call, finding)
        if fault is None:
            _take(call, world, hub, finding)
        else:
            named = str(finding.get("Id", "")) if isinstance(finding, dict) else ""
            message = f"Finding does not adhere to Amazon Finding Format. {fault}"
            failed.append({"Id": named, "ErrorCode": "InvalidInput", "ErrorMessage": message})
    return {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}


def _fault(call: Call, finding: Any) -> str | None:
    """Why a finding is not taken; None when it is."""
    if not isinstance(finding, dict):
        return "data should be object"
    absent = [name for name in _TEXTS if not isinstance(finding.get(name), str) or not finding[name]]
    if absent:
        return f"data should have required property '{absent[0]}'"
    checks = (
        (finding.get("SchemaVersion") == "2018-10-08", "data.SchemaVersion should be equal to 2018-10-08"),
        (finding["AwsAccountId"] == call.account, "data.AwsAccountId should be the account of the caller"),
        (finding["ProductArn"] == default_product(call), "data.ProductArn should be a product of the caller's"),
        (_has_moments(finding), "data.CreatedAt and data.UpdatedAt should match format date-time"),
        (_has_resources(finding), "data.Resources should have 1 to 32 items, each with Id and Type"),
        (_provided(finding, "Severity"), "data should have required property 'Severity'"),
        (_provided(finding, "Types"), "data should have required property 'Types'"),
        (len(json.dumps(finding)) <= LARGEST, "data should not be larger than 240 KB"),
    )
    return next((words for holds, words in checks if not holds), None)


def default_product(call: Call) -> str:
    """The product to which an account's own findings belong."""
    return f"arn:aws:securityhub:{call.region}:{call.account}:product/{call.account}/default"


def _has_moments(finding: Mapping[str, Any]) -> bool:
    return all(_MOMENT.fullmatch(finding[name]) for name in ("CreatedAt", "UpdatedAt"))


def _has_resources(finding: Mapping[str, Any]) -> bool:
    resources = finding.get("Resources")
    if not isinstance(resources, list) or not 1 <= len(resources) <= 32:
        return False
    return all(isinstance(one, dict) and one.get("Id") and one.get("Type") for one in resources)


def _provided(finding: Mapping[str, Any], name: str) -> bool:
    fields = finding.get("FindingProviderFields")
    return bool(finding.get(name)) or (isinstance(fields, dict) and bool(fields.get(name)))


def _take(call: Call, world: World, hub: Hub, finding: Mapping[str, Any]) -> None:
    key = str(finding["ProductArn"]), str(finding["Id"])
    shown = _completed(call, finding, world.clock.now())
    before = hub.findings.get(key)
    if before is None:
        hub.findings[key] = Finding(shown=shown)
    else:
        for name in (*_OF_CUSTOMERS, *before.set_by_customer):
            shown.pop(name, None)
            if name in before.shown:
                shown[name] = before.shown[name]
        if _comes_back(before.shown, shown):
            shown["Workflow"], shown["WorkflowState"] = {"Status": "NEW"}, "NEW"
        before.shown = shown
    announce(world, call.account, call.region, shown)


def _comes_back(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether what was resolved is there again: then its workflow begins anew, unless it is suppressed."""
    if before.get("Workflow", {}).get("Status") not in {"NOTIFIED", "RESOLVED"}:
        return False
    passed = (before.get("Compliance") or {}).get("Status") == "PASSED"
    fails = (after.get("Compliance") or {}).get("Status") in {"FAILED", "WARNING", "NOT_AVAILABLE"}
    returns = before["RecordState"] == "ARCHIVED" and after["RecordState"] == "ACTIVE"
    return returns or (passed and fails)


def _completed(call: Call, finding: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The finding with what Security Hub adds to it."""
    fields = dict(finding.get("FindingProviderFields") or {})
    fields.setdefault("Severity", finding.get("Severity"))
    fields.setdefault("Types", finding.get("Types"))
    severity = {**(fields["Severity"] or {})}
    if "Label" in severity:
        severity.setdefault("Normalized", _NORMALIZED.get(str(severity["Label"]), 0))
    return {
        "ProductName": "Default",
        "CompanyName": "Personal",
        "Region": call.region,
        "WorkflowState": "NEW",
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
        **deepcopy(dict(finding)),
        "Severity": severity,
        "Types": fields["Types"],
        "FindingProviderFields": fields,
        "ProcessedAt": stamp(now),
    }


def announce(world: World, account: str, region: str, finding: Mapping[str, Any]) -> None:
    """Tell EventBridge, in the account itself and where its administrator sees the finding."""
    places = {(account, region)}
    admin, aggregator = administrator(world), home(world)
    if admin is not None and administers(world, admin, region) and state_of(world).central is not None:
        places.add((admin, region))
        if aggregator is not None and region in linked(world, aggregator):
            places.add((admin, aggregator.region))
    for owner, place in sorted(places):
        put(
            world, account=owner, region=place, source="aws.securityhub",
            detail_type="Security Hub Findings - Imported", detail={"findings": [dict(finding)]},
            time=world.clock.now(),
        )  # fmt: skip


ANSWERS: Mapping[str, Any] = {"BatchImportFindings": batch_import}
