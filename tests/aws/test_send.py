"""Publishing to topics and importing findings, on the embedded organization and through its faults."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.write_change import HOME, MANAGEMENT, SECURITY, SHOP, World, fresh, served
from trailkeep.aws.send import Hub, import_findings, publish, read_active
from trailkeep.errors import AwsError
from trailkeep.lab import Fault
from trailkeep.model.ids import Region

HUB = Hub(account=SECURITY, region=HOME, product=f"arn:aws:securityhub:{HOME}:{SECURITY}:product/{SECURITY}/default")
MESSAGE = {"Subject": "trailkeep: 1 finding", "Message": "one\ntwo"}


@pytest.fixture(scope="module")
def served_world() -> Iterator[World]:
    with served() as found:
        found.client("securityhub", SECURITY).enable_security_hub(EnableDefaultStandards=False)
        yield found


@pytest.fixture
def world(served_world: World) -> Iterator[World]:
    served_world.lab.forget_calls()
    yield served_world
    served_world.lab.set_faults([])


def finding(name: str, **more: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": name,
        "ProductArn": HUB.product,
        "GeneratorId": "x",
        "AwsAccountId": SECURITY,
        "CreatedAt": "2026-11-23T12:00:00Z",
        "UpdatedAt": "2026-11-23T12:00:00Z",
        "FindingProviderFields": {"Severity": {"Label": "LOW"}, "Types": ["Software and Configuration Checks"]},
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": "x"}],
        **more,
    }


def calls(world: World, action: str) -> list[tuple[str, bool]]:
    return [(c["account"], c["error"] is None) for c in world.lab.calls() if c["action"] == action]


def told(world: World, topic: str) -> list[tuple[str, str]]:
    found = world.lab._control("GET", "messages")
    return [(m["subject"], m["text"]) for m in found if m["topic"] == topic]


def test_a_topic_of_the_callers_is_told_as_the_caller(world: World) -> None:
    topic = world.client("sns").create_topic(Name=fresh("alerts"))["TopicArn"]
    publish(world.cloud, topic, MESSAGE)
    assert calls(world, "Publish") == [(MANAGEMENT, True)]
    assert told(world, topic) == [("trailkeep: 1 finding", "one\ntwo")]


def test_a_topic_of_another_account_is_told_as_that_account_where_its_policy_says_no(world: World) -> None:
    topic = world.client("sns", SECURITY).create_topic(Name=fresh("alerts"))["TopicArn"]
    publish(world.cloud, topic, MESSAGE)
    assert calls(world, "Publish") == [(MANAGEMENT, False), (SECURITY, True)]
    assert len(told(world, topic)) == 1


def test_what_cannot_be_told_is_said_as_the_caller_was_told(world: World) -> None:
    with pytest.raises(AwsError, match="could not publish in 111111111111"):
        publish(world.cloud, f"arn:aws:sns:{HOME}:{SHOP}:nowhere", MESSAGE)
    with pytest.raises(AwsError, match="could not publish"):
        publish(world.cloud, f"arn:aws:sns:{HOME}:{MANAGEMENT}:nowhere", MESSAGE)
    with pytest.raises(AwsError, match="could not publish in 111111111111"):
        publish(world.cloud, f"arn:aws:sns:{HOME}:999999999999:elsewhere", MESSAGE)


def test_findings_are_imported_a_hundred_a_call_and_read_back(world: World) -> None:
    prefix = fresh("o-many") + "/"
    steps: list[int] = []
    some = [finding(f"{prefix}{n}") for n in range(201)]
    assert import_findings(world.cloud, HUB, some, progress=steps.append) == ()
    assert steps == [100, 100, 1]
    assert calls(world, "BatchImportFindings") == [(SECURITY, True)] * 3
    held = list(read_active(world.cloud, HUB, prefix))
    assert {h["Id"] for h in held} == {f["Id"] for f in some}
    assert calls(world, "GetFindings") == [(SECURITY, True)] * 3
    assert list(read_active(world.cloud, HUB, prefix + "none")) == []


def test_what_was_not_taken_is_named_with_the_reason(world: World) -> None:
    name = fresh("o-some")
    (refused,) = import_findings(world.cloud, HUB, [finding(f"{name}/1"), finding(f"{name}/2", AwsAccountId=SHOP)])
    assert refused.id == f"{name}/2"
    assert refused.code
    assert "AwsAccountId" in refused.why
    assert [h["Id"] for h in read_active(world.cloud, HUB, name)] == [f"{name}/1"]


@pytest.mark.parametrize("kind", ["throttle", "outage", "drop"])
def test_a_call_that_may_succeed_the_next_time_is_repeated(world: World, kind: Any) -> None:
    name = fresh("o-again")
    world.lab.set_faults([Fault(action="BatchImportFindings", kind=kind, times=2)])
    assert import_findings(world.cloud, HUB, [finding(f"{name}/1")]) == ()
    assert len(list(read_active(world.cloud, HUB, name))) == 1


def test_a_hub_that_is_off_is_an_error_with_the_command_that_turns_it_on(world: World) -> None:
    off = Hub(account=SHOP, region=Region("us-east-1"), product=HUB.product)
    for ask in (
        lambda: list(read_active(world.cloud, off, "o")),
        lambda: import_findings(world.cloud, off, [finding("x")]),
    ):
        with pytest.raises(AwsError) as said:
            ask()
        assert said.value.code == "InvalidAccessException"
        assert "enable-security-hub" in said.value.hint
        assert f"{SHOP}" in said.value.hint


def test_what_arrived_before_a_failure_is_said(world: World) -> None:
    name = fresh("o-half")
    some = [finding(f"{name}/{n}") for n in range(101)]

    def deny(_number: int) -> None:
        world.lab.set_faults([Fault(action="BatchImportFindings", kind="deny")])

    with pytest.raises(AwsError, match="100 findings had arrived, sending again completes it"):
        import_findings(world.cloud, HUB, some, progress=deny)
