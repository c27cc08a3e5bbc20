"""From consolidated billing to all features, against organizations of the lab that are still in the old mode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.forks import start
from trailkeep.aws.clock import Clock
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write import perform
from trailkeep.errors import AwsError
from trailkeep.lab import Lab
from trailkeep.model.change import EnableAllFeatures
from trailkeep.model.ids import AccountId
from trailkeep.setup.reasons import ALL_FEATURES

MANAGEMENT, MEMBER = "111111111111", "222222222222"
CHANGE = EnableAllFeatures(account=AccountId(MANAGEMENT), region="", reason=ALL_FEATURES)


def old_organization(folder: Path, *, invited: bool) -> Path:
    scenario: dict[str, Any] = {
        "name": "old",
        "management": {"id": MANAGEMENT, "name": "Acme", "email": "aws@example.com"},
        "accounts": [{"id": MEMBER, "name": "Member", "email": "aws+m@example.com", "invited": invited}],
        "feature_set": "CONSOLIDATED_BILLING",
        "policy_types": [],
        "regions": ["us-east-1"],
    }
    file = folder / "old.json"
    file.write_text(json.dumps(scenario))
    return file


@pytest.fixture
def lab(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    with start(str(old_organization(tmp_path, invited=request.param))) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


def feature_set() -> str:
    return str(boto3.Session().client("organizations").describe_organization()["Organization"]["FeatureSet"])


@pytest.mark.parametrize("lab", [False], indirect=True)
def test_all_features_are_asked_for_and_finished(lab: Lab) -> None:
    cloud = Cloud.open(access_role="OrganizationAccountAccessRole")
    perform(cloud, CHANGE, wait=Clock())
    assert feature_set() == "ALL"
    perform(cloud, CHANGE, wait=Clock())


@pytest.mark.parametrize("lab", [True], indirect=True)
def test_all_features_wait_for_the_invited_accounts(lab: Lab) -> None:
    cloud = Cloud.open(access_role="OrganizationAccountAccessRole")
    for _ in range(2):  # the second time it is asked for already
        with pytest.raises(AwsError, match="not every invited account") as pending:
            perform(cloud, CHANGE, wait=Clock())
        assert "90 days" in pending.value.hint
    assert feature_set() == "CONSOLIDATED_BILLING"

    role = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    key = boto3.Session().client("sts").assume_role(RoleArn=role, RoleSessionName="owner")["Credentials"]
    member = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]).client("organizations")
    with pytest.raises(ClientError, match="HandshakeNotFound"):
        member.accept_handshake(HandshakeId="h-allfeatures00")
    mine = member.list_handshakes_for_account()["Handshakes"]
    member.accept_handshake(HandshakeId=mine[0]["Id"])
    perform(cloud, CHANGE, wait=Clock())
    assert feature_set() == "ALL"
