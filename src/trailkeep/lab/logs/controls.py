"""The controls of made-up archives under `/_trailkeep/`: making one in the lab's S3, and damaging what lies there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from trailkeep.lab.faults import Fault
from trailkeep.lab.logs.shape import Shape, account_ids
from trailkeep.lab.logs.tamper import Where, any_log, tamper
from trailkeep.lab.logs.targets import write_bucket
from trailkeep.lab.logs.vaults import BucketVault
from trailkeep.lab.regions import DEFAULT_ENABLED
from trailkeep.lab.world import World

FAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "object-denied": {"kind": "deny"},
        "object-unavailable": {"kind": "outage"},
        "object-dropped": {"kind": "drop"},
        "object-slow": {"kind": "latency", "seconds": 5.0},
    }
)
"""What can be wrong with reading one log file of the lab's S3: a fault of GetObject on its key, until it is cleared."""


def _logs(world: World, body: Any) -> dict[str, Any]:
    """Make an archive of the lab's own accounts first, then of made-up ones, in its Regions and its organization."""
    number = int(body.pop("number"))
    own = tuple(account.id for account in world.members() if account.state == "ACTIVE")
    regions = tuple(region for region in world.regions.shown if region in DEFAULT_ENABLED)
    if len(body["regions"]) > len(regions):
        raise ValueError(f"this organization has {len(regions)} Regions enabled by default")
    changed = {
        "accounts": (*own, *account_ids(number))[:number],
        "regions": regions[: len(body["regions"])],
        "organization": world.organization_id if body.pop("of_organization") else "",
    }
    shape = Shape.from_json({**body, **changed})
    return {"files": dict(write_bucket(shape, world)), "bucket": shape.bucket}


def _tamper(world: World, body: Any) -> dict[str, Any]:
    kind, seed = str(body["kind"]), int(body.get("seed", 1))
    vault = BucketVault(world, str(body["bucket"]))
    where = Where(accounts=tuple(body.get("accounts", ())), regions=tuple(body.get("regions", ())))
    if kind not in FAULTS:
        return {"kind": kind, "keys": list(tamper(vault, kind, seed=seed, where=where).keys)}
    key = any_log(vault, kind, seed=seed, where=where)
    resource = f"arn:aws:s3:::{body['bucket']}/{key}"
    fault = Fault(service="s3", action="GetObject", resource=resource, **FAULTS[kind])
    world.faults.replace((*world.faults.faults, fault))
    return {"kind": kind, "keys": [key]}


CONTROLS: Mapping[tuple[str, str], Callable[[World, Any], Any]] = {
    ("POST", "logs"): _logs,
    ("POST", "tamper"): _tamper,
}
