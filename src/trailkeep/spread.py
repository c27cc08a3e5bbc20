"""One pure function over many units: on processes of this machine, or on the executors of a Spark cluster.

What crosses a boundary is pickled, so the function is a module's own, and units and what it tells are plain values.
Units are taken as they are needed, and what is told is held only until it is read: there may be millions of both.
"""

import multiprocessing
import os
import pickle
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final, Protocol, TypeVar

from trailkeep.errors import TrailkeepError, UsageError

U = TypeVar("U")
R = TypeVar("R")

Tell = Callable[[R], None]
Work = Callable[[U, Tell[R]], None]
"""Does one unit, and tells what comes of it piece by piece, from one thread."""

_PATIENCE: Final = 5
"""Seconds that a process gets to end by itself."""

_DEPTH: Final = 2
"""Units that a core of a cluster is handed at a time."""

_JOBS: Final = 2
"""Jobs that a cluster has at a time: those that are done with the first one go on with the second."""


class Spread(Protocol):
    """Somewhere a function can be run many times at once."""

    def map(self, work: "Work[U, R]", units: Iterable[U]) -> Iterator[R]:
        """What is told, as it comes. Raises what `work` raised, TrailkeepError where it cannot be run."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """So many processes of this machine, each begun afresh: none inherits a thread or a connection.

    Each has one unit at a time, and a pipe of its own: what it tells waits there until it is read.
    """

    number: int

    def map(self, work: "Work[U, R]", units: Iterable[U]) -> Iterator[R]:
        """See Spread."""
        left = iter(units)
        workers: list[_Worker] = []
        try:
            workers.extend(_Worker.begun(work, unit) for unit in islice(left, self.number))
            by_pipe = {worker.pipe: worker for worker in workers}
            while by_pipe:
                for pipe in wait(list(by_pipe)):
                    worker = by_pipe[pipe]  # type: ignore[index]  # wait() gives back what it was given
                    told = worker.told()
                    if told is not None:
                        yield told[0]
                    elif not worker.goes_on(left):
                        del by_pipe[worker.pipe]
        finally:
            for worker in workers:
                worker.end()


@dataclass(frozen=True, slots=True)
class _Done:
    """What a process says when a unit is done; `error` is what was raised."""

    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Worker:
    process: SpawnProcess
    pipe: "Connection[Any, Any]"

    @classmethod
    def begun(cls, work: "Work[Any, Any]", unit: object) -> "_Worker":
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(work, there), daemon=True)
        process.start()
        there.close()
        worker = cls(process, here)
        worker.goes_on(iter([unit]))
        return worker

    def told(self) -> tuple[Any] | None:
        """Something it told; None when its unit is done."""
        try:
            came = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if not isinstance(came, _Done):
            return (came,)
        if came.error is not None:
            raise came.error
        return None

    def goes_on(self, left: Iterator[object]) -> bool:
        """Give it the next unit; False if there is none."""
        for unit in islice(left, 1):
            try:
                self.pipe.send(unit)
            except OSError as error:
                raise self._lost() from error
            return True
        self.pipe.close()
        return False

    def _lost(self) -> TrailkeepError:
        self.process.join(_PATIENCE)
        return TrailkeepError(
            f"a process that did a part of the work ended by itself (exit code {self.process.exitcode})",
            hint="if memory ran out, give fewer --workers or --requests; the run can be made again",
        )

    def end(self) -> None:
        """Let it end by itself if it has nothing to do, otherwise stop it."""
        if self.pipe.closed:
            self.process.join(_PATIENCE)
        self.process.terminate()
        self.process.join()


def _serve(work: "Work[Any, Any]", pipe: "Connection[Any, Any]") -> None:
    """What a process does, until nobody has a unit for it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it is told, and ends it
    _die_with_parent()
    while True:
        try:
            unit = pipe.recv()
        except EOFError:
            return
        try:
            work(unit, pipe.send)
        except Exception as error:  # noqa: BLE001 raised again where it is read
            with suppress(OSError):  # nobody waits for it any more
                pipe.send(_Done(_portable(error)))
            return
        pipe.send(_Done())


def _portable(error: Exception) -> Exception:
    """An error that another process can read."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 our own, a moment ago
    except Exception:  # noqa: BLE001 whatever an error's own reduction raises
        return TrailkeepError(str(error), hint=getattr(error, "hint", ""))
    return error


def _die_with_parent() -> None:
    """A parent that was killed says nothing to its workers: they watch it, and end with it."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkCluster:
    """A Spark cluster by its master's URL (`spark://host:7077`, `local[4]`); its workers have trailkeep installed.

    Units go out in small jobs, and what they told is held until the whole job is done: four units a core at most.
    Source: https://spark.apache.org/docs/latest/submitting-applications.html#master-urls,
    https://spark.apache.org/docs/latest/job-scheduling.html#scheduling-within-an-application
    """

    master: str

    def map(self, work: "Work[U, R]", units: Iterable[U]) -> Iterator[R]:
        """See Spread. Raises UsageError without pyspark."""
        left = iter(units)
        first = list(islice(left, 1))
        if not first:
            return
        context, waiting = self._context(), ThreadPoolExecutor(_JOBS)
        each = partial(_all_told, work)

        def job(some: list[U]) -> list[R]:
            # a unit a task: they differ in size, and Spark gives the next one to whoever is idle
            found: list[R] = context.parallelize(some, len(some)).flatMap(each).collect()
            return found

        try:
            size = _DEPTH * int(context.defaultParallelism)
            jobs: deque[Future[list[R]]] = deque()
            some = first + list(islice(left, size - 1))
            while some or jobs:
                if some:
                    jobs.append(waiting.submit(job, some))
                    some = list(islice(left, size))
                if len(jobs) == _JOBS or not some:
                    yield from jobs.popleft().result()
        except Exception as error:  # py4j and pyspark have no common base of their errors
            raise TrailkeepError(
                f"the Spark cluster at {self.master} failed: {_first_line(error)}",
                hint="see the log of the failed executor in the cluster's web page; the run can be made again",
            ) from error
        finally:
            context.stop()  # with the jobs that nobody waits for any more
            waiting.shutdown(cancel_futures=True)

    def _context(self) -> Any:  # noqa: ANN401 pyspark is an extra
        try:
            from pyspark import SparkConf, SparkContext  # noqa: PLC0415 an extra, and slow to load
        except ImportError as error:
            raise UsageError("a Spark cluster needs pyspark", hint="pip install 'trailkeep[spark]'") from error
        settings = (
            SparkConf().setMaster(self.master).setAppName("trailkeep").set("spark.ui.showConsoleProgress", "false")
        )
        try:
            return SparkContext(conf=settings)
        except Exception as error:  # see above
            raise TrailkeepError(
                f"the Spark cluster at {self.master} could not be entered: {_first_line(error)}",
                hint="Java 17 is needed here, and the master must be reachable",
            ) from error


def _all_told(work: "Work[U, R]", unit: U) -> list[R]:
    """Everything that one unit tells."""
    told: list[R] = []
    work(unit, told.append)
    return told


def spread_over(text: str) -> Spread:
    """Where a person wants units to run: `4` processes, or a Spark master. Raises UsageError."""
    if text.isdecimal() and 0 < int(text) <= 256:
        return Processes(number=int(text))
    if text.startswith(("spark://", "local[", "k8s://")) or text in {"local", "yarn"}:
        return SparkCluster(master=text)
    raise UsageError(
        f"{text[:60]!r} is neither a number of processes nor a Spark master", hint="write 4, or spark://host:7077"
    )


def _first_line(error: Exception) -> str:
    """What went wrong: the innermost Python error that Spark quotes, or the first line of its own."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    quoted = [line for line in lines if _PYTHON_ERROR.match(line)]
    return (quoted[-1] if quoted else lines[0])[:400]


_PYTHON_ERROR = re.compile(r"[A-Za-z_.]+(Error|Exception): ")
