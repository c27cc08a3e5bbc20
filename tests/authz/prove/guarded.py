"""Organizations to prove things of: ours with everything in force, and ones that others would have built."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from tests.setup import build, planning
from trailkeep.authz.prove.certificate import Certificate
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.claims.claim import Claim
from trailkeep.authz.prove.proof import Proof, Verdict
from trailkeep.authz.prove.prove import prove, verdicts
from trailkeep.authz.prove.world import World
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Policy, PolicyType
from trailkeep.model.principals import AttachedPolicy, IamPrincipal, Principals
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.declared import declared

BY_ID = {claim.id: claim for claim in CLAIMS}
NOBODY = tuple(claim for claim in CLAIMS if claim.nature == "nobody")
LOGS = ("logs-kept", "retention-kept", "readable", "buckets-kept", "writers")


def of(*ids: str) -> tuple[Claim, ...]:
    return tuple(BY_ID[i] for i in ids)


@lru_cache
def ours() -> World:
    """The organization in which our own generated set is in force."""
    spec = build.spec()
    return declared(spec, planning.settled(spec))


def said(world: World, *ids: str) -> dict[str, Verdict]:
    """The verdict on each claim in the worst case."""
    return {p.claim: p.verdict for p in verdicts(world, of(*ids) if ids else CLAIMS)}


def proof(world: World, claim: str) -> Proof:
    return prove(world, claims=of(claim)).worst_case[0]


def policy(name: str, content: Any, *targets: str, kind: PolicyType = "SERVICE_CONTROL_POLICY") -> Policy:
    text = content if isinstance(content, str) else canonical(content)
    return Policy(
        id=f"p-{name.lower()}", name=name, type=kind, aws_managed=False, content=text, targets=frozenset(targets)
    )


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def world(*policies: Policy, bucket_policy: Any = None, key_policy: Any = None, **changes: Any) -> World:
    """An organization with these SCPs and RCPs, one archive bucket and its key."""
    types = {"SERVICE_CONTROL_POLICY": "ENABLED", "RESOURCE_CONTROL_POLICY": "ENABLED"}
    organization = planning.organization(policies=(build.FULL_ACCESS, *policies), policy_types=types)
    text = (
        "" if bucket_policy is None else bucket_policy if isinstance(bucket_policy, str) else json.dumps(bucket_policy)
    )
    key = build.key(policy=json.dumps(key_policy or OWNED))
    snapshot = planning.snapshot(
        organization=organization, buckets=(build.bucket(policy=text),), keys=(key,), trails=(build.trail(),)
    )
    return World(
        snapshot=replace(snapshot, **{k: v for k, v in changes.items() if k != "exempt"}),
        exempt=changes.get("exempt", ()),
    )


OWNED = document(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{build.TOOLING}:root"}, "Action": "kms:*", "Resource": "*"}
)
"""The key policy that AWS makes: whatever the account's own administrators allow."""


def principal(
    account: str,
    name: str,
    *documents: Any,
    kind: Literal["role", "user"] = "role",
    boundary: Any = None,
    path: str = "/",
) -> IamPrincipal:
    def attached(number: int, found: Any) -> AttachedPolicy:
        return AttachedPolicy(name=f"p{number}", arn="", content=found if isinstance(found, str) else canonical(found))

    return IamPrincipal(
        account=AccountId(account),
        kind=kind,
        arn=f"arn:aws:iam::{account}:{kind}{path}{name}",
        name=name,
        trust="",
        policies=tuple(attached(n, d) for n, d in enumerate(documents)),
        boundary=None if boundary is None else attached(99, boundary),
    )


def principals(found: Iterable[IamPrincipal], accounts: Iterable[str] | None = None) -> Principals:
    """Those there are; every account was read unless said otherwise."""
    read = [a.id for a in build.ACCOUNTS + build.DEDICATED] if accounts is None else accounts
    return Principals(
        taken=datetime(2026, 11, 23, tzinfo=UTC),
        organization=build.ORGANIZATION_ID,
        accounts=frozenset(AccountId(a) for a in read),
        principals=tuple(found),
        unreachable=(),
    )


def as_is(world: World, claim: str, found: Principals) -> Proof:
    certificate: Certificate = prove(world, found, claims=of(claim))
    return certificate.as_is[0]


def with_policies(world: World, policies: Iterable[Policy]) -> World:
    organization = replace(world.snapshot.organization, policies=tuple(policies))
    return replace(world, snapshot=replace(world.snapshot, organization=organization))


def seen(world: World, **changes: Any) -> World:
    """The same with another snapshot."""
    found: Snapshot = replace(world.snapshot, **changes)
    return replace(world, snapshot=found)


def ours_of(changes: dict[str, Any]) -> World:
    """The same, with changes of the specification."""
    spec = build.spec(**changes)
    return declared(spec, planning.settled(spec))
