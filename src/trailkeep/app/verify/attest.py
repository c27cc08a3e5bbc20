"""Attestations: what was verified, remembered so that it need not be fetched again, and so that its change is noticed.

One gzip file of JSON Lines for an account and day. Each digest is one batch, a gzip member of its own: the digest, its
log files, and a seal that names the batch before it. So a run killed at any moment loses at most the digest it was at,
and nothing can be changed or taken out of the middle unseen. `ledger.jsonl` closes each run: it names the last seal of
every file that the run wrote, and the run before it.
"""

import hashlib
import os
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from trailkeep.app.verify.members import is_torn, member, packed
from trailkeep.errors import TrailkeepError
from trailkeep.verify import digest as d
from trailkeep.verify.digest import Digest
from trailkeep.verify.keys import Base, DigestKey, Folder, parse_digest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NONE: Final = "0" * 64
_HELD = 512
_RECENT = 2
_FIELDS = ("key", "version", "listed", "raw_sha256", "stored_sha256", "size", "etag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An object that was VALID: `listed` is what a listing shows of it, hashes are hex, `size` is stored bytes."""

    key: str
    version: str
    listed: str
    raw_sha256: str
    stored_sha256: str
    size: int
    etag: str

    def state(self, *, recheck: bool) -> str:
        """What a listing must show if it is still the same: of versions, or of objects."""
        return self.version if recheck else self.listed

    def line(self) -> bytes:
        """As it is written: one line of JSON, which takes half the memory."""
        found = orjson.dumps({n: getattr(self, n) for n in _FIELDS})
        return bytes(memoryview(found))  # orjson's own keep the four kilobytes that they were written into


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A digest that was VALID with all its log files; `digest` names none of them.

    `named` has, for each day folder they lie in, the hash of each name and of what a listing should show of it, one
    behind the other: a day may have hundreds of thousands.
    """

    row: Row
    digest: Digest
    signature: str
    logs: int
    named: Mapping[str, "array[int]"]

    @property
    def key(self) -> str:
        """The digest's key."""
        return self.row.key

    def state(self, *, recheck: bool) -> str:
        """See Row."""
        return self.row.state(recheck=recheck)


class Batch(NamedTuple):
    """A digest with its log files, as lines to be sealed."""

    account: str
    day: date
    lines: tuple[bytes, ...]


class Ledger:
    """The folder of attestations, for all threads of one process. Raises TrailkeepError for damaged ones."""

    def __init__(self, folder: Path, bucket: str, at: datetime, key: "Ed25519PrivateKey | None" = None) -> None:
        self.folder = folder
        self.bucket = bucket
        self.at = at
        self.key = key
        self._lock = threading.RLock()
        self._seals: OrderedDict[Path, str] = OrderedDict()
        self._written: dict[str, str] = {}
        self._promised, self._last = self._read_runs()

    def of_bucket(self, bucket: str) -> "Ledger":
        """The same folder for another bucket; this one must be closed, since a file has one writer at a time."""
        return Ledger(self.folder, bucket, self.at, self.key)

    def attest(self, key: DigestKey, digest: Digest, signature: str, row: Row, rows: Sequence[bytes]) -> None:
        """Append one digest with its log files, each as its Row's line."""
        self.append(batch_of(self.bucket, self.at, key, digest, signature, row, rows))

    def append(self, batch: Batch) -> None:
        """Append one digest, without a seal yet, to the file of its account and day."""
        path = self._path(batch.account, batch.day)
        with self._lock:
            before = self._seals.pop(path, None) or self._last_seal(path)
            seal = _seal(before, batch.lines)
            last = orjson.dumps({"previous": before, "seal": seal, "signature": self._signed(seal)})
            self._write(path, packed([*batch.lines, last]))
            self._seals[path] = seal
            self._written[str(path.relative_to(self.folder))] = seal
            while len(self._seals) > _HELD:
                self._seals.popitem(last=False)

    def digests(
        self, base: Base, region: str, since: datetime | None, until: datetime | None, *, recheck: bool = False
    ) -> Iterator[Attested]:
        """The attested digests of an account and Region that end in a window, in the order of their keys."""
        folder = base.folder(Folder.DIGEST, region)
        logs = base.folder(Folder.LOG, region)
        for day in self._days(base.account, since, until):
            batches = self._batches(base.account, day, folder)
            latest = {head["digest"]["key"]: _attested(head, rows, logs, recheck=recheck) for head, rows in batches}
            for _, found in sorted(latest.items()):
                end = found.digest.end
                if (since is None or end > since - timedelta(days=1)) and (until is None or end <= until):
                    yield found

    def units(self) -> set[tuple[Base, str]]:
        """The accounts and Regions that were verified on the last days of each account."""
        found: set[tuple[Base, str]] = set()
        for folder in sorted(self.folder.glob("[0-9]" * 12)):
            for day in self._days(folder.name, None, None)[-_RECENT:]:
                keys = (parse_digest(head["digest"]["key"]) for head, _ in self._batches(folder.name, day, ""))
                found |= {(k.chain.base, k.chain.region) for k in keys if k}
        return found

    def newest_day(self) -> date | None:
        """The last day of which anything was verified."""
        found = (p.name[:10] for p in self.folder.glob(f"{'[0-9]' * 12}/????-??-??.jsonl.gz"))
        return max(map(date.fromisoformat, found), default=None)

    def has_day(self, account: str, day: date) -> bool:
        """Whether anything of an account was attested on a day."""
        return self._path(account, day).exists()

    def row(self, base: Base, region: str, key: str) -> Row | None:
        """What is remembered of one log file."""
        folder = base.folder(Folder.LOG, region)
        day = date.fromisoformat(key[len(folder) :][:10].replace("/", "-"))
        return next((r for r in self._rows(base, region, day) if r.key == key), None)

    def keys_of(self, base: Base, region: str, day: date, names: frozenset[int]) -> tuple[str, ...]:
        """The log files in the folder of a day whose key has one of these hashes."""
        return tuple(sorted({r.key for r in self._rows(base, region, day) if hash(r.key) in names}))

    def close(self) -> None:
        """Write the line that closes the run."""
        if not self._written:
            return
        line = {"at": self.at.isoformat(), "previous": self._last, "files": self._written}
        seal = hashlib.sha256(orjson.dumps(line)).hexdigest()
        signed = {**line, "seal": seal, "signature": self._signed(seal)}
        self._write(self.folder / "ledger.jsonl", orjson.dumps(signed) + b"\n", sync=True)

    def _rows(self, base: Base, region: str, day: date) -> Iterator[Row]:
        folder = base.folder(Folder.DIGEST, region)
        for near in (day, day + timedelta(days=1), day - timedelta(days=1)):
            for _, rows in self._batches(base.account, near, folder):
                yield from (_row(orjson.loads(line)) for line in rows)

    def _days(self, account: str, since: datetime | None, until: datetime | None) -> list[date]:
        found = sorted(p.name[:10] for p in (self.folder / account).glob("????-??-??.jsonl.gz"))
        first = (since - timedelta(days=1)).date().isoformat() if since else ""
        last = until.date().isoformat() if until else "9"
        return [date.fromisoformat(n) for n in found if first <= n <= last]

    def _path(self, account: str, day: date) -> Path:
        return self.folder / account / f"{day.isoformat()}.jsonl.gz"

    def _batches(self, account: str, day: date, folder: str) -> Iterator[tuple[dict[str, Any], list[bytes]]]:
        for lines, _ in self._sealed(self._path(account, day)):
            head = orjson.loads(lines[0])
            if head["bucket"] == self.bucket and head["digest"]["key"].startswith(folder):
                yield head, lines[1:]

    def _last_seal(self, path: Path) -> str:
        """The seal that the next batch has to name; a torn last batch (kill -9) is cut off first."""
        seal = NONE
        for _, seal in self._sealed(path):  # noqa: B007 only the last one is wanted
            pass
        return seal

    def _sealed(self, path: Path) -> Iterator[tuple[list[bytes], str]]:
        name = str(path.relative_to(self.folder))
        promised, before, whole = self._promised.get(name), NONE, 0
        data = self._read(path)
        kept = promised is None
        while whole < len(data):
            found = member(data, whole)
            if found is None:
                break
            text, whole = found
            *lines, last = text.rstrip(b"\n").split(b"\n")
            seal = self._checked(path, before, lines, last)
            kept = kept or seal == promised
            yield lines, seal
            before = seal
        if not kept:
            raise _damaged(path, "batches that an earlier run wrote are gone")
        if whole < len(data):
            self._cut(path, data, whole)

    def _read(self, path: Path) -> bytes:
        try:
            with self._lock:  # never in the middle of an append
                return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise TrailkeepError(f"{path} cannot be read: {error.strerror}", hint="check its owner") from error

    def _checked(self, path: Path, before: str, lines: list[bytes], last: bytes) -> str:
        try:
            told = orjson.loads(last)
            seal, previous, signature = told["seal"], told["previous"], told["signature"]
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(path, "a batch has no seal") from error
        if previous != before or seal != _seal(before, lines):
            raise _damaged(path, "a batch was changed, taken out or put in")
        self._check_signature(path, str(seal), signature)
        return str(seal)

    def _check_signature(self, path: Path, seal: str, signature: object) -> None:
        if self.key is None:
            return
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.public_key().verify(bytes.fromhex(str(signature)), bytes.fromhex(seal))
        except (InvalidSignature, ValueError) as error:
            raise _damaged(path, "it was not signed with this key") from error

    def _signed(self, seal: str) -> str | None:
        return self.key.sign(bytes.fromhex(seal)).hex() if self.key else None

    def _cut(self, path: Path, data: bytes, whole: int) -> None:
        if not is_torn(data[whole:]):
            raise _damaged(path, "it holds something that is no batch")
        with self._lock:
            if path.stat().st_size == len(data):  # nobody has cut it and gone on
                os.truncate(path, whole)

    def _write(self, path: Path, data: bytes, *, sync: bool = False) -> None:
        try:
            file = _opened(path)
            try:
                os.write(file, data)
                if sync:
                    os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise TrailkeepError(
                f"the attestation {path} cannot be written: {error.strerror}", hint="name another folder with --attest"
            ) from error

    def _read_runs(self) -> tuple[dict[str, str], str]:
        path = self.folder / "ledger.jsonl"
        promised: dict[str, str] = {}
        before = NONE
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}, NONE
        except OSError as error:
            raise TrailkeepError(f"{path} cannot be read: {error.strerror}", hint="check its owner") from error
        for line in lines[:-1]:  # what follows the last line feed was torn off by a kill
            try:
                told: dict[str, Any] = orjson.loads(line)
                seal, signature = told.pop("seal"), told.pop("signature")
                right = told["previous"] == before and hashlib.sha256(orjson.dumps(told)).hexdigest() == seal
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise _damaged(path, "a line is not a run's") from error
            if not right:
                raise _damaged(path, "a run was changed, taken out or put in")
            self._check_signature(path, str(seal), signature)
            promised.update(told["files"])
            before = str(seal)
        return promised, before


def read_signing_key(path: Path) -> "Ed25519PrivateKey":
    """An Ed25519 private key in a PEM file. Raises TrailkeepError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    hint = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise TrailkeepError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    except (ValueError, TypeError) as error:
        raise TrailkeepError(f"{path} is no private key without a password", hint=hint) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise TrailkeepError(f"{path} is not an Ed25519 key", hint=hint)
    return found


def batch_of(
    bucket: str, at: datetime, key: DigestKey, digest: Digest, signature: str, row: Row, rows: Sequence[bytes]
) -> Batch:
    """What is remembered of a digest that was VALID, and of its log files, each as its Row's line."""
    head = {
        "bucket": bucket,
        "at": at.isoformat(),
        "digest": {n: getattr(row, n) for n in _FIELDS},
        "says": orjson.loads(d.render(_bare(digest))),
        "signature": signature,
        "logs": len(rows),
    }
    return Batch(key.chain.base.account, key.end.date(), (orjson.dumps(head), *rows))


def _opened(path: Path) -> int:
    how = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        return os.open(path, how, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, how, 0o600)


def _bare(digest: Digest) -> Digest:
    from dataclasses import replace

    return replace(digest, log_files=())


def _attested(head: dict[str, Any], rows: list[bytes], folder: str, *, recheck: bool) -> Attested:
    named: dict[str, array[int]] = {}
    for line in rows:
        row = _row(orjson.loads(line))
        if row.key.startswith(folder):
            pairs = named.setdefault(row.key[len(folder) :][:10], array("q"))
            pairs.extend((hash(row.key), hash(row.state(recheck=recheck))))
    return Attested(
        row=_row(head["digest"]),
        digest=d.parse(orjson.dumps(head["says"])),
        signature=head["signature"],
        logs=len(rows),
        named=named,
    )


def _row(found: dict[str, Any]) -> Row:
    return Row(**{n: found[n] for n in _FIELDS})


def _seal(before: str, lines: Iterable[bytes]) -> str:
    """The hash of the seal before and of the lines, joined by line feeds; an hour can have tens of thousands."""
    found, glue = hashlib.sha256(bytes.fromhex(before)), b""
    for line in lines:
        found.update(glue + line)
        glue = b"\n"
    return found.hexdigest()


def _damaged(path: Path, why: str) -> TrailkeepError:
    return TrailkeepError(
        f"the attestation {path} is damaged: {why}",
        hint="keep it as evidence, and verify everything again with an empty --attest folder",
    )
