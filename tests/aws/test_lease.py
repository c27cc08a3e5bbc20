import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.aws.write_change import HOME, MANAGEMENT, World, served
from trailkeep.aws.lease import PARAMETER, Lease
from trailkeep.errors import BusyError
from trailkeep.lab import Fault

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=901)
ALICE: dict[str, Any] = {"holder": "alice", "host": "laptop", "pid": os.getpid()}
BOB: dict[str, Any] = {"holder": "bob", "host": "runner", "pid": 4711}


@pytest.fixture(scope="module")
def served_world() -> Iterator[World]:
    with served() as found:
        yield found


@pytest.fixture
def world(served_world: World) -> World:
    ssm = served_world.client("ssm")
    if ssm.describe_parameters()["Parameters"]:
        ssm.delete_parameter(Name=PARAMETER)
    return served_world


def take(world: World, who: dict[str, Any], now: datetime = NOW, **more: Any) -> Lease:
    return Lease.take(world.cloud, HOME, **who, now=now, **more)


def holder(world: World) -> Any:
    return json.loads(world.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])["holder"]


def test_one_at_a_time(world: World) -> None:
    lease = take(world, ALICE)
    with pytest.raises(BusyError, match="alice on laptop") as busy:
        take(world, BOB)
    assert "--break-lease" in busy.value.hint
    assert "12:15" in busy.value.hint
    lease.release()
    take(world, BOB)
    assert holder(world) == "bob"


def test_a_lease_that_is_renewed_does_not_run_out(world: World) -> None:
    lease = take(world, ALICE)
    lease.renew(NOW + timedelta(seconds=600))
    with pytest.raises(BusyError):
        take(world, BOB, LATER)


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_is_told(world: World) -> None:
    alice = take(world, ALICE)
    bob = take(world, BOB, LATER)
    with pytest.raises(BusyError, match="bob on runner"):
        alice.renew(LATER)
    alice.release()  # not hers any more
    assert holder(world) == "bob"
    bob.release()


def test_a_dead_process_of_this_host_holds_nothing(world: World) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    take(world, {**ALICE, "pid": dead.pid})
    take(world, ALICE)
    with pytest.raises(BusyError):
        take(world, {**ALICE, "holder": "carol"})  # the test's own process lives


def test_breaking_takes_it_from_the_living(world: World) -> None:
    take(world, ALICE)
    take(world, BOB, break_lease=True)
    assert holder(world) == "bob"


def test_two_who_take_over_at_once_cannot_both_have_it(world: World) -> None:
    """Both have read the lease that ran out; the slower one must give back what it overwrote."""
    take(world, ALICE)
    _, version = take_reader(world)._read()
    take(world, BOB, LATER)
    slow = replace(take_reader(world), started=LATER)
    with pytest.raises(BusyError, match="bob on runner"):
        slow._take_over(LATER, version)
    assert holder(world) == "bob"


def take_reader(world: World) -> Lease:
    return Lease(cloud=world.cloud, region=HOME, holder="carol", host="other", pid=1, started=NOW, ttl=900)


@pytest.mark.parametrize("action", ["PutParameter", "DeleteParameter"])
def test_a_lost_answer_neither_locks_out_nor_lets_in(world: World, action: str) -> None:
    world.lab.set_faults([Fault(service="ssm", action=action, kind="drop", times=1)])
    try:
        lease = take(world, ALICE)
        with pytest.raises(BusyError):
            take(world, BOB)
        lease.release()
    finally:
        world.lab.set_faults([])
    take(world, BOB)


def test_a_lost_answer_while_taking_over(world: World) -> None:
    take(world, ALICE)
    world.lab.set_faults([Fault(service="ssm", action="PutParameter", kind="drop", times=1)])
    try:
        take(world, BOB, LATER).renew(LATER)
    finally:
        world.lab.set_faults([])
    assert holder(world) == "bob"


def test_what_trailkeep_did_not_write_is_left_to_a_person(world: World) -> None:
    world.client("ssm", MANAGEMENT).put_parameter(Name=PARAMETER, Value="do not touch", Type="String")
    with pytest.raises(BusyError):
        take(world, ALICE)
    take(world, ALICE, break_lease=True)
