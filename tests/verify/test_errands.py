"""What is fetched by whom: everything once, few answers, and a thread's failure is not lost."""

import threading
import tracemalloc
from collections import Counter
from datetime import datetime

import pytest

from tests.verify.build import Made, archive
from tests.verify.checking import Memory, Silent
from trailkeep.app.pool import Pool
from trailkeep.app.verify.attest import Row
from trailkeep.app.verify.errands import TOGETHER, Errands, Log
from trailkeep.app.verify.findings import Findings
from trailkeep.app.verify.run import Tools
from trailkeep.ports import Found, PublicKey
from trailkeep.verify.digest import LogFile
from trailkeep.verify.verdict import Cause


@pytest.fixture
def made() -> Made:
    return archive(accounts=1, regions=1, hours=20, logs=5)


def nobody(_region: str, _fingerprint: str, _at: datetime) -> PublicKey | None:
    return None


def errands(store: Memory, workers: int) -> Errands:
    return Errands(Tools(store=store, pool=Pool(workers), keys=nobody, sink=Findings(), progress=Silent()))


def files(made: Made) -> list[LogFile]:
    return [LogFile(bucket="archive", key=key, hash="00") for key in made.logs()]


@pytest.mark.parametrize("workers", [1, 8])
def test_everything_is_fetched_once_and_told_together(made: Made, workers: int) -> None:
    store = Memory(made)
    work = errands(store, workers)
    for file in files(made):
        work.log(None, file)
    told = []
    while work.open:
        told.append(work.next())
    assert Counter(log.file.key for came in told for log in came.logs) == Counter(made.logs())
    assert Counter(store.got) == Counter(made.logs())
    assert max(len(came.logs) for came in told) <= TOGETHER
    assert work.waiting == 0


def test_one_thread_tells_many_together(made: Made) -> None:
    held = threading.Event()

    class Slow(Memory):
        def get(self, key: str, version: str = "") -> Found:
            held.wait(10)
            return super().get(key, version)

    work = errands(Slow(made), 1)
    for file in files(made)[:32]:
        work.log(None, file)
    held.set()
    assert [len(work.next().logs), len(work.next().logs), work.open] == [TOGETHER, TOGETHER, 0]


def test_what_is_wrong_with_a_log_file_is_told(made: Made) -> None:
    first, second, third = files(made)[:3]
    store = Memory(made)
    del made.objects[second.key]
    work = errands(store, 1)
    for file in (first, second, LogFile(bucket="other", key=third.key, hash="00")):
        work.log(None, file)
    told: dict[str, Log] = {}
    while work.open:
        told |= {log.file.key: log for log in work.next().logs}
    faults = {key: log.fault.cause for key, log in told.items() if log.fault}
    assert faults == {first.key: Cause.HASH, second.key: Cause.DELETED, third.key: Cause.ELSEWHERE}
    assert [told[f.key].is_there for f in (first, second, third)] == [True, False, True]
    assert told[first.key].raw_size > 0


def test_a_failure_of_a_thread_is_raised(made: Made) -> None:
    class Broken(Memory):
        def get(self, key: str, version: str = "") -> Found:
            raise ZeroDivisionError(key + version)

    work = errands(Broken(made), 2)
    work.log(None, files(made)[0])
    with pytest.raises(ZeroDivisionError):
        work.next()


def test_what_is_remembered_of_a_log_file_is_small(made: Made) -> None:
    rows = [
        Row(key=k, version="v", listed="e|1|2", raw_sha256="0" * 64, stored_sha256="1" * 64, size=1, etag="e")
        for k in made.logs()
    ]
    tracemalloc.start()
    held = [row.line() for row in rows]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(held) < 1000  # an hour can have tens of thousands
