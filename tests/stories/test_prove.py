"""prove on snapshot files, as a person types it: verdicts, exit codes, what is asked for wrongly."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.authz.prove import guarded as g
from tests.setup import build
from tests.stories.desk import Desk
from trailkeep.app import principals_file, snapshot_file
from trailkeep.authz.prove.claims import CLAIMS

pytestmark = pytest.mark.story

ADMIN = g.document({"Effect": "Allow", "Action": "*", "Resource": "*"})
PROVE = ("prove", "--snapshot", "org.json.gz")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An organization in which our own set is in force, as files; no specification lies here."""
    made = Desk(tmp_path)
    snapshot_file.write(g.ours().snapshot, tmp_path / "org.json.gz")
    return made


def with_spec(desk: Desk) -> None:
    (desk.folder / "trailkeep.yaml").write_text(json.dumps(build.document()))


def with_principals(desk: Desk, *found: Any, organization: str = build.ORGANIZATION_ID) -> None:
    people = replace(g.principals(found), organization=organization)
    principals_file.write(people, desk.folder / "principals.json.gz")


def test_what_is_declared_is_proved(desk: Desk) -> None:
    with_spec(desk)
    said = desk.run(*PROVE).expect(0, "Nobody can delete a log object", "PROVED", "Paths that no policy can close")
    assert "REFUTED" not in said.out
    assert "ArnNotLike" not in said.out  # nothing to close


def test_without_a_specification_the_exempt_roles_are_the_holes(desk: Desk) -> None:
    said = desk.run(*PROVE, "--claim", "recorders-kept", "-o", "json")
    assert said.code == 3
    holes = said.json["claims"][0]["worst_case"]["holes"]
    assert {h["request"]["context"]["aws:principalarn"].rpartition("/")[2] for h in holes} & {
        "OrganizationAccountAccessRole", "TrailkeepBreakGlass", "TrailkeepDeployer",
    }  # fmt: skip


def test_roles_may_be_declared_exempt_on_the_way(desk: Desk) -> None:
    roles = ("OrganizationAccountAccessRole", "TrailkeepBreakGlass", "TrailkeepDeployer")
    options = [word for role in roles for word in ("--exempt", f"arn:aws:iam::*:role/{role}")]
    desk.run(*PROVE, "--claim", "recorders-kept", "--claim", "logs-kept", *options).expect(0, "PROVED")


def test_a_certificate_as_json_has_everything(desk: Desk) -> None:
    with_spec(desk)
    with_principals(desk, g.principal(build.LOG_ARCHIVE, "Admin", ADMIN))
    found = desk.run(*PROVE, "--principals", "principals.json.gz", "-o", "json").expect(0).json
    assert found["trailkeep_certificate"] == 1
    assert found["organization"] == build.ORGANIZATION_ID
    assert [c["id"] for c in found["claims"]] == [c.id for c in CLAIMS]
    for claim in found["claims"]:
        assert claim["worst_case"]["verdict"] == "PROVED"
        assert claim["as_is"] is None or claim["as_is"]["verdict"] == "PROVED"
    held = next(c for c in found["claims"] if c["id"] == "logs-kept")["worst_case"]["held_by"]
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"} == {h["action"] for h in held}
    assert all(h["alone"] or h["together"] or h["nothing_grants_it"] for h in held)
    assert found["residual_paths"]
    assert found["axioms"]
    assert not found["closings"]


def test_a_refuted_claim_shows_request_and_remedy(desk: Desk) -> None:
    world = g.world(exempt=())
    snapshot_file.write(world.snapshot, desk.folder / "org.json.gz")
    said = desk.run(*PROVE, "--claim", "logs-kept").expect(
        3, "REFUTED", "s3:DeleteObject", "allowed: ", "What would close them"
    )
    assert "Deny" in said.out
    found = desk.run(*PROVE, "--claim", "logs-kept", "-o", "json").expect(3).json
    hole = found["claims"][0]["worst_case"]["holes"][0]
    assert hole["decision"] == "Allowed"
    assert {"principal", "action", "resource", "resource_account", "context"} <= set(hole["request"])
    assert found["closings"][0]["statement"]["Effect"] == "Deny"


def test_what_was_not_read_is_incomplete(desk: Desk) -> None:
    with_spec(desk)
    snapshot_file.write(g.seen(g.ours(), keys=()).snapshot, desk.folder / "org.json.gz")
    desk.run(*PROVE, "--claim", "readable").expect(4, "UNKNOWN", "was not read")


def test_the_principals_there_are_count_where_they_are_given(desk: Desk) -> None:
    snapshot_file.write(g.world(g.policy("Roots", g.document(
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}
    ), build.ROOT)).snapshot, desk.folder / "org.json.gz")  # fmt: skip
    with_principals(desk, g.principal(build.LOG_ARCHIVE, "Cleaner", ADMIN))
    said = desk.run(*PROVE, "--claim", "logs-kept", "--principals", "principals.json.gz", "-o", "json").expect(3)
    whom = {h["who"] for h in said.json["claims"][0]["as_is"]["holes"]}
    assert whom == {f"arn:aws:iam::{build.LOG_ARCHIVE}:role/Cleaner"}


def test_what_is_asked_for_wrongly_is_said(desk: Desk) -> None:
    desk.run(*PROVE, "--claim", "logs-kep").expect(2, "there is no claim 'logs-kep'", "logs-kept")
    desk.run(*PROVE, "--exempt", "Admin").expect(2, "is no ARN of a role")
    desk.run("prove", "--snapshot", "none.json.gz").expect(1, "there is no file none.json.gz")
    desk.run(*PROVE, "--principals", "none.json.gz").expect(2, "there is no file none.json.gz")
    desk.run(*PROVE, "--spec", "none.yaml").expect(2, "none.yaml")
    with_principals(desk, organization="o-another0000")
    desk.run(*PROVE, "--principals", "principals.json.gz").expect(2, "o-another0000", build.ORGANIZATION_ID)
