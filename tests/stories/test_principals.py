"""The principals as a second file: written beside the snapshot, whole or said to be incomplete, never redacted halfway."""

import json

import pytest

from tests.stories.desk import SANDBOX, SHOP, Desk
from trailkeep.app import principals_file, snapshot_file
from trailkeep.lab import Fault
from trailkeep.model.ids import AccountId

pytestmark = pytest.mark.story

BOTH = ("snapshot", "--output-file", "org.json.gz", "--principals", "principals.json.gz")


def test_the_principals_are_a_second_file(desk: Desk) -> None:
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    desk.client("iam", SHOP).create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))
    said = desk.run(*BOTH).expect(0, "4 roles and 1 user of 4 accounts read")
    assert said.out.split() == ["org.json.gz", "principals.json.gz"]
    found = principals_file.read(desk.folder / "principals.json.gz")
    assert found.organization == snapshot_file.read(desk.folder / "org.json.gz").organization.id
    assert {p.name for p in found.of(AccountId(SHOP))} == {"app", "OrganizationAccountAccessRole"}


def test_an_account_that_cannot_be_listed_is_incomplete_and_named(desk: Desk) -> None:
    desk.lab.set_faults([Fault(account=SANDBOX, action="GetAccountAuthorizationDetails", kind="deny")])
    desk.run(*BOTH).expect(4, f"Sandbox ({SANDBOX}) roles and users:", "2 roles and 1 user of 3 accounts read")
    found = principals_file.read(desk.folder / "principals.json.gz")
    assert found.blind(AccountId(SANDBOX))
    assert found.blind(AccountId(SHOP)) is None


def test_what_cannot_go_together_is_refused_before_anything_is_read(desk: Desk) -> None:
    desk.run(*BOTH, "--redact").expect(2, "--redact and --principals do not go together")
    desk.run("snapshot", "--output-file", "one.gz", "--principals", "one.gz").expect(2, "cannot be one file")
    desk.run("snapshot", "--principals", "none/p.gz").expect(2, "there is no folder none")
    assert not desk.lab.calls()
    assert {p.name for p in desk.folder.iterdir()} & {"org.json.gz", "one.gz", "snapshot.json.gz"} == set()
