"""The embedded organization's own controls under `/_trailkeep/`: JSON over HTTP, for its tests and its owner."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab.delivery.controls import CONTROLS as DELIVERY
from trailkeep.lab.eventbridge.controls import CONTROLS as EVENTS
from trailkeep.lab.faults import parse_fault
from trailkeep.lab.hand_out import hand_out, take_back
from trailkeep.lab.logs.controls import CONTROLS as LOGS
from trailkeep.lab.members import add_account
from trailkeep.lab.refusal import Reply
from trailkeep.lab.world import World


def control(environ: dict[str, Any], world: World) -> Reply:
    """Answer one control request; 404 for an unknown one, 400 with an `error` for one that makes no sense."""
    name = environ["PATH_INFO"].removeprefix("/_trailkeep/").strip("/")
    act = CONTROLS.get((environ["REQUEST_METHOD"], name))
    if act is None:
        return _reply({"error": f"there is no control {environ['REQUEST_METHOD']} {name}"}, 404)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        body = json.loads(environ["wsgi.input"].read(length)) if length else None
        with world.lock:
            return _reply(act(world, body))
    except (ValueError, KeyError, TypeError) as problem:
        return _reply({"error": f"{type(problem).__name__}: {problem}"}, 400)


def _reply(value: Any, status: int = 200) -> Reply:
    headers = (("Content-Type", "application/json"),)
    return Reply(status=status, headers=headers, body=json.dumps(value).encode())


def _state(world: World, _: Any) -> dict[str, Any]:
    return {
        "scenario": world.scenario.name,
        "organization": world.organization_id,
        "management": world.management,
        "accounts": [
            {"id": a.id, "name": a.name, "email": a.email, "state": a.state, "regions": world.regions.enabled(a.id)}
            for a in world.members()
        ],
        "clock": {"now": world.clock.stamp(), "offset": world.clock.offset},
    }


def _calls(world: World, _: Any) -> list[dict[str, Any]]:
    return world.recorder.to_json()


def _forget_calls(world: World, _: Any) -> dict[str, Any]:
    world.recorder.forget()
    return {}


def _faults(world: World, _: Any) -> list[dict[str, Any]]:
    return [fault.to_json() for fault in world.faults.faults]


def _set_faults(world: World, body: Any) -> dict[str, Any]:
    world.faults.replace(tuple(parse_fault(value) for value in body or []))
    return {}


def _denials(world: World, _: Any) -> list[dict[str, Any]]:
    return world.denials.to_json()


def _add_account(world: World, body: Any) -> dict[str, Any]:
    account = add_account(world, name=body["name"], email=body["email"], ou=body.get("ou", ""))
    return {"id": account.id}


def _enable_region(world: World, body: Any) -> dict[str, Any]:
    if body["region"] not in world.regions.shown or world.account(body["account"]) is None:
        raise ValueError(f"no account {body['account']} with a Region {body['region']}")
    world.regions.enable(body["account"], body["region"])
    return {}


def _enable_mfa_delete(world: World, body: Any) -> dict[str, Any]:
    bucket = world.bucket(body["bucket"])
    if bucket is None:
        raise ValueError(f"there is no bucket {body['bucket']}")
    if bucket.rules:
        raise ValueError("a bucket with a lifecycle configuration cannot have MFA Delete")
    bucket.versioning_status = "Enabled"
    world.mfa_delete.add(bucket.name)
    return {}


def _set_clock(world: World, body: Any) -> dict[str, Any]:
    world.clock.offset = float(body["offset"])
    return {"now": world.clock.stamp()}


CONTROLS: Mapping[tuple[str, str], Callable[[World, Any], Any]] = {
    ("GET", "state"): _state,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _forget_calls,
    ("GET", "faults"): _faults,
    ("PUT", "faults"): _set_faults,
    ("POST", "accounts"): _add_account,
    ("POST", "regions"): _enable_region,
    ("POST", "mfa-delete"): _enable_mfa_delete,
    ("PUT", "clock"): _set_clock,
    ("POST", "credentials"): hand_out,
    ("DELETE", "credentials"): take_back,
    ("GET", "denials"): _denials,
    **DELIVERY,
    **EVENTS,
    **LOGS,
}
