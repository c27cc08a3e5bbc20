"""Lint on the policies AWS writes itself: what it calls wrong there had better be wrong."""

import json
from collections import Counter

import pytest

from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import LARGEST, read
from trailkeep.authz.lint.finding import Finding, Severity

data = pytest.importorskip("moto.iam.aws_managed_policies").aws_managed_policies_data
SLIPS = {"DBModProvisioningAndMigration", "DynamoDBGlobalTableSettingsManagementServiceRolePolicy"}
"""One names an ARN that EC2 has not, one an ARN that AWS's reference has not."""


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """Of every AWS managed policy that a customer could store; AWS's own may be longer."""
    texts = {name: json.dumps(p["Document"], separators=(",", ":")) for name, p in json.loads(data).items()}
    assert len(texts) > 1000
    return [
        f
        for name, text in texts.items()
        if len(text) <= LARGEST
        for f in lint([read(text, name=name, form="identity")])
        if f.id != "policy-too-long"
    ]


def test_no_resource_of_theirs_is_called_empty_without_reason(findings: list[Finding]) -> None:
    empty = {f.policy for f in findings if f.id == "resource-matches-nothing" and "can match no ARN" in f.what}
    assert empty <= SLIPS


def test_hardly_anything_in_them_is_an_error(findings: list[Finding]) -> None:
    """The one kind: a Deny of actions of a service that was retired, left over in its policies."""
    errors = Counter((f.id, f.policy) for f in findings if f.severity is Severity.ERROR)
    assert set(errors) <= {("action-does-not-exist", "AWSDeepRacerDefaultMultiUserAccess")}
