"""Who may assume an exempt role: everybody who is not of the management account is a stranger."""

import json
from typing import Any

import pytest

from tests.setup import build
from trailkeep.setup.documents.trust import strangers

OURSELVES = f"arn:aws:iam::{build.MANAGEMENT}:root"


def trust(**statement: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement}]})


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": OURSELVES},
        {"AWS": build.MANAGEMENT},
        {"AWS": [OURSELVES, f"arn:aws:iam::{build.MANAGEMENT}:role/Admin"]},
        {"AWS": f"arn:aws:sts::{build.MANAGEMENT}:assumed-role/Admin/somebody"},
        {"AWS": f"arn:aws-us-gov:iam::{build.MANAGEMENT}:user/admin"},
    ],
)
def test_the_management_account_is_no_stranger(principal: Any) -> None:
    assert strangers(trust(Principal=principal), build.MANAGEMENT) == ()


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", "*"),
        ({"AWS": "*"}, "*"),
        ({"AWS": [OURSELVES, "arn:aws:iam::999999999999:root"]}, "arn:aws:iam::999999999999:root"),
        ({"AWS": "999999999999"}, "999999999999"),
        ({"AWS": f"arn:aws:iam::{build.PAYMENTS}:role/Admin"}, f"arn:aws:iam::{build.PAYMENTS}:role/Admin"),
        ({"AWS": "AROAEXAMPLEEXAMPLEEXA"}, "AROAEXAMPLEEXAMPLEEXA"),
        ({"Federated": "arn:aws:iam::333333333333:saml-provider/Okta"}, "arn:aws:iam::333333333333:saml-provider/Okta"),
        ({"Federated": "cognito-identity.amazonaws.com"}, "cognito-identity.amazonaws.com"),
        ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
        ({"AWS": f"arn:aws:iam::999999999999:role/x:iam::{build.MANAGEMENT}:"}, "x:iam"),
    ],
)
def test_everybody_else_is_a_stranger(principal: Any, named: str) -> None:
    found = strangers(trust(Principal=principal), build.MANAGEMENT)
    assert len(found) == 1
    assert named in found[0]


def test_a_trust_that_names_everybody_but_some_is_strange() -> None:
    assert strangers(trust(NotPrincipal={"AWS": OURSELVES}), build.MANAGEMENT) != ()
    assert strangers(trust(), build.MANAGEMENT) != ()


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"Statement":[]}', '{"Statement":["x"]}', "[" * 9000])
def test_a_trust_that_cannot_be_read_is_strange(text: str) -> None:
    assert strangers(text, build.MANAGEMENT) == ("?",)


def test_a_deny_lets_nobody_in() -> None:
    assert strangers(trust(Effect="Deny", Principal="*"), build.MANAGEMENT) == ()
    both = [
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"},
    ]
    assert strangers(json.dumps({"Statement": both}), build.MANAGEMENT) == ("999999999999",)
