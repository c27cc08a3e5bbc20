"""What an embedded organization consists of when it starts: plain values, made by name or read from a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from trailkeep.lab.regions import DEFAULT_ENABLED, OPT_IN

SCP = "SERVICE_CONTROL_POLICY"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeed:
    """An account. `ou` is a path of OU names, empty for the root; `opt_in` the opt-in Regions it has enabled."""

    id: str
    name: str
    email: str
    ou: str = ""
    state: str = "ACTIVE"
    invited: bool = False
    access_role: bool = True
    opt_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailSeed:
    """A trail that already exists, delivering into a bucket of its own account with a policy that lets it."""

    account: str
    region: str
    name: str
    bucket: str
    multi_region: bool = True
    logging: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderSeed:
    """A configuration recorder that already exists; without a bucket it has no delivery channel and records nothing."""

    account: str
    region: str
    name: str = "default"
    bucket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySeed:
    """An organization policy and what it is attached to: OU paths, account ids, or `Root`."""

    name: str
    content: str
    type: str = SCP
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """An organization as it is before trailkeep touches it."""

    name: str
    management: AccountSeed
    accounts: tuple[AccountSeed, ...] = ()
    organization_id: str = "o-acme1acme2"
    ous: tuple[str, ...] = ()
    regions: tuple[str, ...] = DEFAULT_ENABLED + OPT_IN
    home_region: str = "us-east-1"
    feature_set: str = "ALL"
    policy_types: tuple[str, ...] = (SCP,)
    trusted_services: tuple[str, ...] = ()
    delegated: tuple[tuple[str, str], ...] = ()
    policies: tuple[PolicySeed, ...] = ()
    trails: tuple[TrailSeed, ...] = ()
    recorders: tuple[RecorderSeed, ...] = ()
    control_tower: bool = False


_KINDS: Mapping[str, type] = {
    "accounts": AccountSeed,
    "policies": PolicySeed,
    "trails": TrailSeed,
    "recorders": RecorderSeed,
}


def scenario_from(value: Mapping[str, Any]) -> Scenario:
    """A scenario from its JSON form, whose members are those of the dataclasses; ValueError for other members."""
    unknown = set(value) - {f.name for f in fields(Scenario)}
    if unknown:
        raise ValueError(f"a scenario has no {', '.join(sorted(unknown))}")
    members: dict[str, Any] = {}
    for name, given in value.items():
        if name == "management":
            members[name] = _seed(AccountSeed, given)
        elif name in _KINDS:
            members[name] = tuple(_seed(_KINDS[name], item) for item in given)
        else:
            members[name] = _frozen(given)
    return Scenario(**members)


def load_scenario(name: str) -> Scenario:
    """The scenario of this name, or of the JSON file at this path. Raises ValueError when there is neither."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}, or give a JSON file")
    return scenario_from(json.loads(path.read_text()))


def _seed(kind: type, value: Mapping[str, Any]) -> Any:
    try:
        return kind(**{name: _frozen(member) for name, member in value.items()})
    except TypeError as problem:
        raise ValueError(str(problem)) from None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _account(account_id: str, name: str, ou: str, **more: Any) -> AccountSeed:
    return AccountSeed(
        id=account_id, name=name, email=f"aws+{name.lower().replace(' ', '-')}@example.com", ou=ou, **more
    )


_DENY_ROOT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyRoot",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
            }
        ],
    },
    separators=(",", ":"),
)

ACME = Scenario(
    name="acme",
    management=_account("111111111111", "Acme", ""),
    ous=("Security", "Workloads", "Workloads/Prod", "Sandbox", "Suspended"),
    accounts=(
        _account("222222222222", "Security Tooling", "Security"),
        _account("333333333333", "Audit", "Security"),
        _account("444444444444", "Network", "Workloads"),
        _account("555555555555", "Payments Prod", "Workloads/Prod"),
        _account("666666666666", "Orders Prod", "Workloads/Prod"),
        _account("777777777777", "Data Prod", "Workloads/Prod", opt_in=("eu-south-1",)),
        _account("888888888888", "Payments Dev", "Workloads"),
        _account("999999999999", "Analytics", "Workloads"),
        _account("101010101010", "Acquired Billing", "Workloads", invited=True, access_role=False),
        _account("121212121212", "Sandbox Alice", "Sandbox"),
        _account("131313131313", "Old Experiments", "Suspended", state="SUSPENDED"),
    ),
    policies=(PolicySeed(name="DenyRoot", content=_DENY_ROOT, targets=("Workloads",)),),
    trails=(
        TrailSeed(account="555555555555", region="eu-west-1", name="payments-audit", bucket="payments-prod-audit-logs"),
    ),
    recorders=(
        RecorderSeed(account="555555555555", region="eu-west-1", bucket="payments-prod-config"),
        RecorderSeed(account="555555555555", region="us-east-1", bucket="payments-prod-config"),
        RecorderSeed(account="666666666666", region="eu-west-1", bucket="orders-prod-config"),
        RecorderSeed(account="666666666666", region="eu-central-1"),
        RecorderSeed(account="999999999999", region="eu-west-1", name="audit-recorder", bucket="analytics-config"),
    ),
)

SMALL = Scenario(
    name="small",
    management=_account("111111111111", "Small", ""),
    organization_id="o-small1org2",
    ous=("Security", "Workloads", "Sandbox"),
    regions=("us-east-1", "eu-west-1", "eu-central-1"),
    accounts=(
        _account("222222222222", "Security Tooling", "Security"),
        _account("444444444444", "Shop", "Workloads"),
        _account("121212121212", "Sandbox", "Sandbox"),
    ),
)

SCENARIOS: Mapping[str, Scenario] = {"acme": ACME, "small": SMALL}
