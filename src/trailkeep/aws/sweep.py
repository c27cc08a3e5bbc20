"""One function over many items at once; an item that AWS refuses is an answer, not the end."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError

Item = TypeVar("Item")
Result = TypeVar("Result")


def sweep(
    cloud: Cloud,
    items: Sequence[Item],
    function: Callable[[Item], Result],
    progress: Callable[[], None] | None = None,
) -> list[Result | AwsError]:
    """`function` of each item, in the items' order, on `cloud.workers` threads; an AwsError is that item's result.

    `progress` is called after each item, from the thread that did it. Any other exception, and Ctrl-C, stops the
    sweep: calls under way are finished, waiting ones are interrupted, no new ones are made.
    """
    results: list[Result | AwsError] = [AwsError("not asked", code="Interrupted")] * len(items)
    turn = iter(range(len(items)))
    lock = threading.Lock()
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                index = next(turn, None)
            if index is None:
                return
            try:
                results[index] = function(items[index])
            except AwsError as error:
                results[index] = error
            except BaseException:
                stopped.set()
                raise
            if progress:
                progress()

    _run(work, min(cloud.workers, len(items)), stopped, cloud.interrupt)
    return results


def _run(work: Callable[[], None], threads: int, stopped: threading.Event, interrupt: Callable[[], None]) -> None:
    if threads == 0:
        return
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="sweep") as pool:
        running = [pool.submit(work) for _ in range(threads)]
        try:
            for future in wait(running, return_when="FIRST_EXCEPTION").done:
                future.result()
        except BaseException:
            stopped.set()
            interrupt()
            raise
    for future in running:
        future.result()
