"""A healthy organization as doctor sees it: everything as specified, and delivering; and ways to say what is wrong."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from tests.setup import build, planning
from trailkeep.doctor.diagnose import Diagnosis, diagnose
from trailkeep.doctor.verdict import Answer, Probe, State
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Region, is_pending
from trailkeep.model.organization import Policy
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import Trail, TrailStatus
from trailkeep.setup.spec import Spec

T = TypeVar("T")
KEY_ID = "11111111-2222-3333-4444-555555555555"
MFA = {"archive": {"protection": "mfa", "lock": None, "retention_days": None}}
SPEC = build.spec()
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def healthy(spec: Spec | None = None) -> Snapshot:
    """Settled, the key's id chosen, and every account and Region delivering."""
    return _healthy((spec or SPEC).model_dump_json())


@cache
def _healthy(spec: str) -> Snapshot:
    settled = _chosen(planning.settled(Spec.model_validate_json(spec)))
    cells = {
        account: {region: _delivering(settled, account, region, cell) for region, cell in regions.items()}
        for account, regions in settled.cells.items()
    }
    linked = frozenset({"AWSServiceRoleForConfig", "AWSServiceRoleForCloudTrail"})
    return replace(settled, cells=cells, service_linked_roles=dict.fromkeys(settled.cells, linked))


def _delivering(snapshot: Snapshot, account: AccountId, region: Region, cell: Cell) -> Cell:
    heard = [t for t in snapshot.trails if t.is_organization or (t.owner == account and t.home_region == region)]
    channel = replace(cell.channel, history="success", snapshot="success") if cell.channel else None
    recorder = replace(cell.recorder, status="success") if cell.recorder else None
    return replace(cell, trails=tuple(status(t) for t in heard), recorder=recorder, channel=channel)


def status(trail: Trail, **changes: Any) -> TrailStatus:
    now = build.NOW
    made = TrailStatus(
        arn=trail.arn,
        is_logging=True,
        started=now - timedelta(days=30),
        stopped=None,
        delivered=now - timedelta(minutes=7),
        delivery_error="",
        digest_delivered=now - timedelta(minutes=40),
        digest_error="",
    )
    return replace(made, **changes)


def _chosen(value: T) -> T:
    """The stand-in of the key's id replaced everywhere, as an apply does."""
    if isinstance(value, str) and type(value) is str and is_pending(value):
        return value.replace("‹key trailkeep-archive›", KEY_ID)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        new = {f.name: _chosen(getattr(value, f.name)) for f in fields(value) if f.init}
        return replace(value, **new)
    if isinstance(value, Mapping):
        return {k: _chosen(v) for k, v in value.items()}  # type: ignore[return-value]
    if isinstance(value, tuple | frozenset):
        return type(value)(_chosen(v) for v in value)
    return value


def rows(*given: Mapping[str, str]) -> Answer:
    """An answer of these rows."""
    return Answer(rows=tuple(tuple(sorted(row.items())) for row in given))


def found(
    snapshot: Snapshot,
    spec: Spec | None = SPEC,
    answers: Mapping[Probe, Answer] | None = None,
    **said: Any,
) -> Diagnosis:
    return diagnose(View(snapshot=snapshot, spec=spec, answers=answers or {}), Subject(**said))


def confirmed(diagnosis: Diagnosis) -> set[str]:
    return {v.cause for v in diagnosis.of(State.CONFIRMED)}


def unknown(diagnosis: Diagnosis) -> set[str]:
    return {v.cause for v in diagnosis.of(State.UNKNOWN)}


def with_trail(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """Every trail changed."""
    return replace(snapshot, trails=tuple(replace(t, **changes) for t in snapshot.trails))


def with_bucket(snapshot: Snapshot, kind: str, **changes: Any) -> Snapshot:
    """The trail or the Config bucket changed; a change may be a function of the bucket."""

    def one(bucket: Bucket) -> Bucket:
        if f"-{kind}-" not in bucket.name:
            return bucket
        return replace(bucket, **{k: v(bucket) if callable(v) else v for k, v in changes.items()})

    return replace(snapshot, buckets=tuple(one(b) for b in snapshot.buckets))


def with_key(snapshot: Snapshot, **changes: Any) -> Snapshot:
    def one(key: Key) -> Key:
        return replace(key, **{k: v(key) if callable(v) else v for k, v in changes.items()})

    return replace(snapshot, keys=tuple(one(k) for k in snapshot.keys))


def with_cell(
    snapshot: Snapshot, change: Callable[[Cell], Cell], account: str | None = None, region: str | None = None
) -> Snapshot:
    """The cells of an account and Region (of all, where None) changed."""
    cells = {
        a: {r: change(c) if account in {None, a} and region in {None, r} else c for r, c in regions.items()}
        for a, regions in snapshot.cells.items()
    }
    return replace(snapshot, cells=cells)


def with_organization(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return replace(snapshot, organization=replace(snapshot.organization, **changes))


def with_account(snapshot: Snapshot, account: str, **changes: Any) -> Snapshot:
    known = snapshot.organization.accounts
    return with_organization(
        snapshot, accounts={**known, AccountId(account): replace(known[AccountId(account)], **changes)}
    )


def with_policy(
    snapshot: Snapshot, name: str, targets: list[str], *statements: Mapping[str, Any], kind: str = SCP
) -> Snapshot:
    made = Policy(
        id=f"p-{name}",
        name=name,
        type=kind,  # type: ignore[arg-type]
        aws_managed=False,
        content=canonical({"Version": "2012-10-17", "Statement": list(statements)}),
        targets=frozenset(targets),
    )
    return with_organization(snapshot, policies=(*snapshot.organization.policies, made))


def changed_policies(snapshot: Snapshot, change: Callable[[Policy], Policy | None]) -> Snapshot:
    changed = (change(p) for p in snapshot.organization.policies)
    return with_organization(snapshot, policies=tuple(p for p in changed if p is not None))


def edited(text: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]] | None]) -> str:
    """A policy document with its list of statements changed."""
    document = json.loads(text)
    statements = document["Statement"]
    document["Statement"] = change(statements) or statements
    return canonical(document)


def without(text: str, *sids: str) -> str:
    """A policy document without the statements whose Sid begins so."""
    return edited(text, lambda statements: [s for s in statements if not s["Sid"].startswith(sids)])
