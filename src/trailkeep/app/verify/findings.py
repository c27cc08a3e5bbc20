"""Findings, however many: kept in a private file that SQLite holds in memory as long as it is small, told in order."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime

import orjson

from trailkeep.verify.verdict import Cause, Finding, Kind

_FIELDS = tuple(f.name for f in fields(Finding))
_CACHE_KIB = 16_384
_PAGE = 500


class Findings:
    """A Sink. Told by account, Region, time and key, so that two runs that find the same say the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.execute(
            "CREATE TABLE found (id INTEGER PRIMARY KEY, "
            "account TEXT, region TEXT, start REAL, key BLOB, cause TEXT, bucket TEXT, it BLOB)"
        )
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, finding: Finding) -> None:
        """See Sink."""
        with self._lock:
            self._db.execute(
                "INSERT INTO found (account, region, start, key, cause, bucket, it) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*_place(finding), finding.cause.value, finding.bucket, _dump(finding)),
            )
            self._count += 1

    def __iter__(self) -> Iterator[Finding]:
        yield from self._told("account, region, start, key, cause, id", "", ())

    def missing(self, bucket: str) -> Iterator[Finding]:
        """What is MISSING from a bucket, in the order of keys."""
        yield from self._told("key, id", "WHERE cause = ? AND bucket = ?", (Cause.DELETED.value, bucket))

    def put(self, finding: Finding) -> None:
        """Replace what is MISSING under a key of a bucket by what is known of it now."""
        with self._lock:
            self._db.execute(
                "UPDATE found SET it = ?, cause = ? WHERE key = ? AND cause = ? AND bucket = ?",
                (
                    _dump(finding),
                    finding.cause.value,
                    _bytes(finding.key),
                    Cause.DELETED.value,
                    finding.bucket,
                ),
            )

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def _told(self, order: str, where: str, given: tuple[str, ...]) -> Iterator[Finding]:
        with self._lock:
            ids = self._db.execute(f"SELECT id FROM found {where} ORDER BY {order}", given)  # noqa: S608 our own words
        while True:
            with self._lock:
                page = ids.fetchmany(_PAGE)
                marks = ",".join("?" * len(page))
                query = f"SELECT id, it FROM found WHERE id IN ({marks})"  # noqa: S608 question marks
                rows = dict(self._db.execute(query, [i for (i,) in page]).fetchall())
            if not page:
                return
            yield from (_load(rows[i]) for (i,) in page)


def _place(finding: Finding) -> tuple[str, str, float, bytes]:
    start = finding.start.timestamp() if finding.start else 0.0
    return finding.account, finding.region, start, _bytes(finding.key)


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _dump(finding: Finding) -> bytes:
    # a key in a folder may hold bytes that are no text: it travels beside, and what quotes it is made text
    quoted = {"key": None, "detail": finding.detail.encode("utf-8", "replace").decode()}
    told = {n: getattr(finding, n) for n in _FIELDS} | quoted
    return _bytes(finding.key) + b"\0\n" + orjson.dumps(told)


def _load(data: bytes) -> Finding:
    key, _, rest = data.rpartition(b"\0\n")
    told = orjson.loads(rest)
    return replace(
        Finding(
            **{
                **told,
                "key": key.decode("utf-8", "surrogateescape"),
                "cause": Cause(told["cause"]),
                "kind": Kind(told["kind"]),
                "remedy": tuple(told["remedy"]),
            }
        ),
        start=_moment(told["start"]),
        end=_moment(told["end"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
