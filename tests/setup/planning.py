"""Plans in an organization whose two dedicated accounts exist, and what is looked for in them."""

import json
from typing import Any, TypeVar

from tests.setup import build
from trailkeep.model.change import Change
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization
from trailkeep.model.plan import Note, Plan
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.plan import after, make_plan
from trailkeep.setup.spec import Spec

C = TypeVar("C", bound=Change)


def organization(**changes: Any) -> Organization:
    return build.organization(**{"accounts": build.ACCOUNTS + build.DEDICATED, **changes})


def snapshot(**changes: Any) -> Snapshot:
    """With both dedicated accounts, and nothing else."""
    return build.snapshot(**{"organization": organization(), **changes})


def settled(spec: Spec | None = None, **changes: Any) -> Snapshot:
    """An organization in which everything is as the specification says."""
    wanted, before = spec or build.spec(), snapshot(**changes)
    return after(make_plan(wanted, before).changes, before)


def of(kind: type[C], plan: Plan, **where: Any) -> list[C]:
    """The changes of a kind, with these members."""
    return [c for c in plan.changes if isinstance(c, kind) and all(getattr(c, k) == v for k, v in where.items())]


def notes(plan: Plan, kind: str) -> list[Note]:
    return [n for n in plan.notes if n.kind == kind]


def role(account: str, name: str = "OrganizationAccountAccessRole", *, trusts: str | None = None) -> Role:
    """A role that trusts the management account, or somebody else."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": trusts or f"arn:aws:iam::{build.MANAGEMENT}:root"},
        "Action": "sts:AssumeRole",
    }
    return Role(
        account=AccountId(account),
        name=name,
        arn=f"arn:aws:iam::{account}:role/{name}",
        trust=json.dumps({"Statement": [statement]}),
        policies=frozenset(),
    )
