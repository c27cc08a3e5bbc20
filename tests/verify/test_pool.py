"""How many threads fetch: as many as waiting needs, no more than computing can use."""

import threading
from queue import SimpleQueue

import pytest

from trailkeep.app.pool import Pool, _Spare, each
from trailkeep.ports import Obstacle, ReadError


def test_each_has_every_result_once() -> None:
    assert sorted(each(Pool(3), lambda n: n * n, range(100))) == [n * n for n in range(100)]
    assert [e.detail for e in each(Pool(3), lambda _: ReadError(Obstacle.OTHER, "a value"), [1])] == ["a value"]
    with pytest.raises(ZeroDivisionError):
        list(each(Pool(3), lambda n: 1 // n, range(100)))


@pytest.mark.parametrize(("has_time", "threads"), [(False, 4), (True, 64)])
def test_threads_are_begun_while_there_is_time_to_spare(
    monkeypatch: pytest.MonkeyPatch, has_time: bool, threads: int
) -> None:
    monkeypatch.setattr(_Spare, "has_time", lambda _: has_time)
    held = threading.Event()
    pool, reply = Pool(64, first=4), SimpleQueue[object]()
    for _ in range(100):
        pool.submit(lambda: held.wait(20), reply)
    assert pool._threads == threads
    held.set()
    assert [reply.get() for _ in range(100)] == [True] * 100
    pool.close()


def test_threads_that_are_free_are_used_again() -> None:
    pool, reply = Pool(64, first=64), SimpleQueue[object]()
    for n in range(200):
        pool.submit(lambda n=n: n, reply)  # type: ignore[misc]
        assert reply.get() == n
    assert pool._threads <= 2  # one may still be on its way back


@pytest.mark.parametrize(("used", "has_time"), [(0.0, True), (0.5, True), (0.95, False), (2.0, False)])
def test_there_is_time_to_spare_while_less_than_a_core_computes(
    monkeypatch: pytest.MonkeyPatch, used: float, has_time: bool
) -> None:
    moments = {"now": 100.0, "used": 7.0}
    monkeypatch.setattr("trailkeep.app.pool.time.monotonic", lambda: moments["now"])
    monkeypatch.setattr("trailkeep.app.pool.time.process_time", lambda: moments["used"])
    spare = _Spare()
    assert not spare.has_time()  # nothing to judge by yet
    moments.update(now=101.0, used=7.0 + used)
    assert spare.has_time() is has_time
    assert not spare.has_time()
