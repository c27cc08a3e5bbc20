"""One pure function over many units: on processes of this machine, or on the executors of a Spark cluster.

What crosses a boundary is pickled, so the function is a module's own and units and results are plain values.
"""

import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from trailkeep.errors import TrailkeepError, UsageError

AT_ONCE = 2_000
"""So many units are handed to a cluster together; their results are held until all of them are done."""

U = TypeVar("U")
R = TypeVar("R")


class Spread(Protocol):
    """Somewhere a function can be run many times at once."""

    def map(self, function: Callable[[U], R], units: Sequence[U]) -> Iterator[R]:
        """The results, in the order in which they are done. Raises what the function raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """So many processes of this machine, each begun afresh: none inherits a thread or a connection."""

    number: int

    def map(self, function: Callable[[U], R], units: Sequence[U]) -> Iterator[R]:
        """See Spread."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.number, mp_context=context, initializer=_die_with_parent) as pool:
            for done in as_completed([pool.submit(function, unit) for unit in units]):
                yield done.result()


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

    Source: https://spark.apache.org/docs/latest/submitting-applications.html#master-urls
    """

    master: str

    def map(self, function: Callable[[U], R], units: Sequence[U]) -> Iterator[R]:
        """See Spread. Raises UsageError without pyspark, TrailkeepError where the cluster fails."""
        context = self._context()
        try:
            for at in range(0, len(units), AT_ONCE):
                some = list(units[at : at + AT_ONCE])
                # a unit a task: they differ in size, and Spark gives the next one to whoever is idle
                yield from context.parallelize(some, len(some)).map(function).collect()
        except Exception as error:  # py4j and pyspark have no common base of their errors
            raise TrailkeepError(
                f"the Spark cluster at {self.master} failed: {_first_line(error)}",
                hint="see the log of the failed executor in the cluster's web page; the run can be made again",
            ) from error
        finally:
            context.stop()

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
