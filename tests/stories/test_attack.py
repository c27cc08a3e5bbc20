"""lab attack: before apply most attacks on logging succeed, afterwards none, in both scopes and protection profiles."""

import json
from typing import Any

import pytest

from tests.stories.desk import HOME, MFA, SECURITY, Desk
from trailkeep.lab.borrow import Lender

pytestmark = pytest.mark.story

PROFILES = [("organization", "lock"), ("members", "lock"), ("organization", "mfa"), ("members", "mfa")]


def attacks(desk: Desk, code: int) -> list[dict[str, Any]]:
    said = desk.run("lab", "attack", "-o", "json").expect(code)
    found: list[dict[str, Any]] = said.json["attempts"]
    assert all(one["was_made"] for one in found), [one["what"] for one in found if not one["was_made"]]
    return found


@pytest.mark.parametrize(("scope", "protection"), PROFILES)
def test_before_apply_most_attacks_succeed_and_afterwards_none(desk: Desk, scope: str, protection: str) -> None:
    mfa = protection == "mfa"
    desk.spec(trail={"scope": scope}, **(MFA if mfa else {}))
    before = attacks(desk, 3)
    assert sum(one["succeeded"] for one in before) > len(before) / 2
    buckets = desk.client("s3").list_buckets()["Buckets"]
    assert buckets == [], "the likeness that was attacked is gone"

    desk.apply().expect(4 if mfa else 0)
    if mfa:  # what only a person can do: until then the root user of the archive may still switch versioning
        archive = desk.log_archive()
        for kind in ("trail", "config"):
            desk.lab.enable_mfa_delete(f"small-{kind}-{archive}-{HOME}")
    after = attacks(desk, 0)
    assert [one for one in after if one["succeeded"]] == []
    desk.run("plan", "--check").expect(0)


def test_what_stopped_an_attack_is_named_with_level_and_statement(built: Desk) -> None:
    found = {(one["what"], one["who"]): one for one in attacks(built, 0)}
    stopped = found["stop the trail", "member administrator"]
    assert stopped["code"] == "AccessDeniedException"
    assert "with an explicit deny in a service control policy" in stopped["said"]
    assert (stopped["layer"], stopped["level"], stopped["statement"]) == ("SCP", "Workloads", "TrailChange")
    assert stopped["policy"].startswith("trailkeep-logging (p-")

    stopped = found["delete a log", "archive root user"]
    assert stopped["code"] == "AccessDenied"
    assert "with an explicit deny in a resource control policy" in stopped["said"]
    assert (stopped["layer"], stopped["level"]) == ("RCP", "Security/Log Archive")

    stopped = found["replace the bucket policy", "member administrator"]
    assert (stopped["code"], stopped["layer"]) == ("MethodNotAllowed", "AWS")

    said = built.run("lab", "attack").expect(0, "0 of", "SCP trailkeep-logging", "statement TrailChange")
    assert "success" not in said.out.replace("0 of", "").splitlines()[1]

    # and nothing that was lent for it is left
    roles = built.client("iam", built.log_archive()).list_roles()["Roles"]
    assert "TrailkeepLabAdministrator" not in {role["RoleName"] for role in roles}
    organizations = built.client("organizations")
    delegated = organizations.list_delegated_administrators(ServicePrincipal="cloudtrail.amazonaws.com")
    assert [d["Id"] for d in delegated["DelegatedAdministrators"]] == [SECURITY], "the one of the specification"


@pytest.mark.parametrize("taken_off", ["trailkeep-logging", "trailkeep-archive-resources"])
def test_without_a_guardrail_attacks_succeed_or_another_layer_holds(built: Desk, taken_off: str) -> None:
    organizations = built.client("organizations")
    kind = "RESOURCE_CONTROL_POLICY" if taken_off.endswith("resources") else "SERVICE_CONTROL_POLICY"
    (policy,) = (p["Id"] for p in organizations.list_policies(Filter=kind)["Policies"] if p["Name"] == taken_off)
    for target in organizations.list_targets_for_policy(PolicyId=policy)["Targets"]:
        organizations.detach_policy(PolicyId=policy, TargetId=target["TargetId"])
    if kind == "RESOURCE_CONTROL_POLICY":
        assert [one["what"] for one in attacks(built, 0) if one["succeeded"]] == []
        return
    broken = {one["what"] for one in attacks(built, 3) if one["succeeded"]}
    assert {"stop the recorder", "open the access role to oneself"} <= broken


def test_outside_of_the_lab_nothing_is_attacked(desk: Desk) -> None:
    said = desk.run("lab", "attack", environment={"TRAILKEEP_LAB": None})
    said.expect(2, "attacks are made on the embedded organization only", "trailkeep lab up")


def test_the_way_back_is_open_to_people_with_a_second_factor(built: Desk) -> None:
    """Break-glass is a way back only for the management account's people, and is then exempt."""
    archive = built.log_archive()
    arn = f"arn:aws:iam::{archive}:role/TrailkeepBreakGlass"
    iam, sts = built.client("iam"), built.client("sts")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="admin", SerialNumber=device, **codes)
    with pytest.raises(sts.exceptions.ClientError, match="because no role trust policy allows"):
        sts.assume_role(RoleArn=arn, RoleSessionName="back")
    proof = {"SerialNumber": device, "TokenCode": "123456"}
    assert sts.assume_role(RoleArn=arn, RoleSessionName="back", **proof)["Credentials"]
    assert json.dumps(Lender(built.lab.url).denials()).count("TrailkeepBreakGlass") == 1
