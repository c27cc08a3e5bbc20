"""Work on processes of this machine: everything that is told arrives, and what goes wrong there is told here."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.spread import Processes, SparkCluster, spread_over

Tell = Callable[[object], None]
MANY = 300


def count(unit: int, tell: Tell) -> None:
    for number in range(unit):
        tell((unit, number))


def who(unit: int, tell: Tell) -> None:
    tell(os.getpid())
    time.sleep(0.05)


def refuse(unit: int, tell: Tell) -> None:
    tell("begun")
    if unit == 2:
        raise UsageError("there is no such thing", hint="name another")


class HandmadeError(Exception):
    """Cannot be made again from what it was made of."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def refuse_oddly(unit: int, tell: Tell) -> None:
    raise HandmadeError("this", "that")


def die(unit: int, tell: Tell) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_everything_that_is_told_arrives() -> None:
    told = list(Processes(number=2).map(count, range(7)))
    assert len(told) == 21
    assert set(told) == {(unit, number) for unit in range(7) for number in range(unit)}
    assert list(Processes(number=2).map(count, [])) == []


def test_no_more_processes_than_asked_for_and_all_of_them_work() -> None:
    assert len(set(Processes(number=2).map(who, range(12)))) == 2
    assert len(set(Processes(number=3).map(who, [1]))) == 1


def test_units_are_taken_as_they_are_needed_and_a_reader_that_waits_is_waited_for() -> None:
    taken: list[int] = []

    def units() -> Iterator[int]:
        for unit in range(MANY):
            taken.append(unit)
            yield 2

    found = Processes(number=2).map(count, units())
    first = [next(found) for _ in range(10)]
    assert first
    assert len(taken) < 10
    found.close()  # type: ignore[attr-defined]
    assert len(taken) < 10


def test_whoever_stops_reading_leaves_no_process_behind() -> None:
    found = Processes(number=2).map(who, range(1000))
    process = next(found)
    found.close()  # type: ignore[attr-defined]
    assert isinstance(process, int)
    assert is_gone(process)


def test_an_error_there_is_raised_here() -> None:
    with pytest.raises(UsageError, match="no such thing") as raised:
        list(Processes(number=1).map(refuse, range(4)))
    assert raised.value.hint == "name another"
    with pytest.raises(TrailkeepError, match="this and that"):
        list(Processes(number=1).map(refuse_oddly, range(4)))


def test_a_process_that_is_killed_is_told_and_not_waited_for() -> None:
    with pytest.raises(TrailkeepError, match=r"ended by itself \(exit code -9\)") as raised:
        list(Processes(number=2).map(die, range(4)))
    assert "--workers" in raised.value.hint


@pytest.mark.parametrize("text", ["0", "257", "-1", "two", "spark:/host", "²"])
def test_what_is_no_place_to_work_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="neither a number of processes nor a Spark master"):
        spread_over(text)


def test_places_to_work() -> None:
    assert spread_over("4") == Processes(number=4)
    assert spread_over("spark://host:7077") == SparkCluster(master="spark://host:7077")
