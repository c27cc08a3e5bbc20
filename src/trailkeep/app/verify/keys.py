"""The public keys at hand: those in a file, and those asked of CloudTrail, which are added to it for audits offline."""

import base64
import binascii
import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from trailkeep.errors import TrailkeepError
from trailkeep.ports import KeySource, Obstacle, PublicKey, ReadError
from trailkeep.verify.digest import fingerprint
from trailkeep.verify.judge import SLACK

_WIDE: Final = timedelta(days=30)
"""Keys are asked for a month at once: they change every few weeks, and an archive has thousands of hours."""


class PublicKeys:
    """A KeyFor. A key is believed for its own Region and near its own time only, and only under its own fingerprint."""

    def __init__(
        self, file: Path | None, source: Callable[[], KeySource] | None, now: datetime, known: bytes = b""
    ) -> None:
        """`known` is what `known` told elsewhere, where there is no file here."""
        self._file = file
        self._new: list[PublicKey] = []
        self._source = source
        self._now = now
        self._lock = threading.Lock()
        self._regions: dict[str, threading.Lock] = {}
        self._known: dict[tuple[str, str], list[PublicKey]] = {}
        self._asked: dict[str, list[tuple[datetime, datetime]]] = {}
        self._failed: dict[str, ReadError] = {}
        for key in _read(file) if file else _parse(known, "public keys"):
            self._keep(key)

    def known(self) -> bytes:
        """All keys at hand, as lines of a file of keys."""
        with self._lock:
            return _lines([key for keys in self._known.values() for key in keys])

    def take_new(self) -> bytes:
        """The keys that were asked for since this was called, as such lines."""
        with self._lock:
            new, self._new = self._new, []
        return _lines(new)

    def add(self, lines: bytes) -> None:
        """Keep keys that somebody else asked for. Raises TrailkeepError where the file cannot be written."""
        self._add(_parse(lines, "public keys"))

    def __call__(self, region: str, digest_fingerprint: str, at: datetime) -> PublicKey | None:
        """See KeyFor."""
        found = self._find(region, digest_fingerprint, at)
        if found is not None:
            return found
        with self._lock:
            turn = self._regions.setdefault(region, threading.Lock())
        with turn:
            found = self._find(region, digest_fingerprint, at)
            if found is None and not self._was_asked(region, at):
                self._ask(region, at)
                found = self._find(region, digest_fingerprint, at)
        if found is None and not self._has_any(region, at):
            raise ReadError(Obstacle.OTHER, "CloudTrail publishes none for that time")
        return found

    def _find(self, region: str, digest_fingerprint: str, at: datetime) -> PublicKey | None:
        known = self._known.get((region, digest_fingerprint.lower()), ())
        return next((k for k in known if _is_near(k, at)), None)

    def _has_any(self, region: str, at: datetime) -> bool:
        with self._lock:
            known = [k for (where, _), keys in self._known.items() if where == region for k in keys]
        return any(_is_near(k, at) for k in known)

    def _was_asked(self, region: str, at: datetime) -> bool:
        if region in self._failed:
            raise self._failed[region]
        return any(start <= at <= end for start, end in self._asked.get(region, ()))

    def _ask(self, region: str, at: datetime) -> None:
        if self._source is None:
            raise ReadError(Obstacle.OTHER, "none is in the file of keys, and CloudTrail was not to be asked")
        start, end = at - _WIDE, min(at + _WIDE, max(self._now, at))
        try:
            found = self._source().public_keys(region, start, end)
        except ReadError as error:
            self._failed[region] = error
            raise
        except TrailkeepError as error:
            self._failed[region] = ReadError(Obstacle.OTHER, error.message)
            raise self._failed[region] from error
        new = self._add(k for k in found if fingerprint(k.value) == k.fingerprint)
        with self._lock:
            self._new += new
        self._asked.setdefault(region, []).append((start, end))

    def _add(self, keys: Iterable[PublicKey]) -> list[PublicKey]:
        """Keep those that are new, here and in the file."""
        new = [k for k in keys if k not in self._known.get((k.region, k.fingerprint), ())]
        for key in new:
            self._keep(key)
        if new and self._file:
            _append(self._file, new)
        return new

    def _keep(self, key: PublicKey) -> None:
        with self._lock:
            self._known.setdefault((key.region, key.fingerprint), []).append(key)


def _is_near(key: PublicKey, at: datetime) -> bool:
    return key.start - SLACK <= at <= key.end + SLACK


def _read(file: Path) -> list[PublicKey]:
    try:
        return _parse(file.read_bytes(), str(file))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise TrailkeepError(f"{file} cannot be read: {error.strerror}", hint="name another with --keys") from error


def _parse(data: bytes, file: str) -> list[PublicKey]:
    lines = data.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_key(json.loads(line)))
        except (ValueError, TypeError, KeyError, binascii.Error) as error:
            if number == len(lines):  # a torn last line, as a killed run leaves it
                continue
            raise TrailkeepError(
                f"{file}:{number}: that is not a public key", hint="name another with --keys"
            ) from error
    return found


def _key(told: dict[str, Any]) -> PublicKey:
    value = base64.b64decode(told["value"], validate=True)
    if fingerprint(value) != told["fingerprint"]:
        raise ValueError(told["fingerprint"])
    return PublicKey(
        region=str(told["region"]),
        fingerprint=str(told["fingerprint"]),
        value=value,
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
    )


def _lines(keys: list[PublicKey]) -> bytes:
    lines = [
        {
            "region": k.region,
            "fingerprint": k.fingerprint,
            "value": base64.b64encode(k.value).decode(),
            "start": k.start.isoformat(),
            "end": k.end.isoformat(),
        }
        for k in keys
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _append(file: Path, keys: list[PublicKey]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as out:
            out.write(_lines(keys))
    except OSError as error:
        raise TrailkeepError(f"{file} cannot be written: {error.strerror}", hint="name another with --keys") from error
