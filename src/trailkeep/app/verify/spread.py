"""verify on many processes or machines: a unit goes out as a plain value, what was found comes back as one.

Attestations are written here, by one writer, in the order in which the units come back: a file has one chain of seals.
Public keys that a worker had to ask for come back too. Workers read the archive with credentials of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from trailkeep.app.verify.attest import Ledger, Row
from trailkeep.app.verify.place import How, Location, default_keys, open_place
from trailkeep.app.verify.run import Place, Tools, Unit, UnitResult
from trailkeep.app.verify.unit import verify_unit
from trailkeep.app.world import Access
from trailkeep.spread import Spread
from trailkeep.verify.digest import Digest
from trailkeep.verify.keys import DigestKey, Folder
from trailkeep.verify.verdict import Finding

Batch = tuple[DigestKey, Digest, str, Row, tuple[bytes, ...]]
"""What `Ledger.attest` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One unit with everything needed to verify it anywhere; `keys` is the file of public keys as it was here."""

    unit: Unit
    location: Location
    how: How
    profile: str | None
    workers: int
    keys: bytes
    oldest: dict[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a job."""

    result: UnitResult
    findings: tuple[Finding, ...]
    batches: tuple[Batch, ...]
    keys: bytes
    objects: int
    size: int


def spread_out(place: Place, spread: Spread, location: Location, access: Access, how: How) -> Place:
    """The same archive, verified by what `spread` stands for and not by the threads of this process."""
    keys = how.keys or default_keys()

    def elsewhere(units: list[Unit], tools: Tools) -> Iterator[UnitResult]:
        known = _read(keys)
        where = location
        if not location.is_bucket:
            where = replace(location, text=str(Path(location.text).absolute()), called=location.text)
        attest = how.attest.absolute() if how.attest else None  # workers stand in other folders
        jobs = [
            Job(
                unit=unit,
                location=where,
                how=replace(how, attest=attest, snapshot=None, signing_key=None, keys=None),
                profile=access.profile,
                workers=access.workers,
                keys=known,
                oldest={f: tools.oldest(f) for f in folders_of(unit)},
            )
            for unit in units
        ]
        for answer in spread.map(verify_job, jobs):
            _take(answer, tools)
            _add_keys(keys, answer.keys)
            yield answer.result

    return replace(place, elsewhere=elsewhere)


def verify_job(job: Job) -> Answer:
    """Verify one unit in a process of its own."""
    with TemporaryDirectory(prefix="trailkeep-") as folder:
        keys = Path(folder) / "public-keys.jsonl"
        keys.write_bytes(job.keys)
        access = Access(profile=job.profile, workers=job.workers)
        place, _ = open_place(job.location, access, replace(job.how, keys=keys))
        found, ledger = _Found(), _collecting(place.ledger)
        tools = Tools(
            store=place.store,
            pool=place.pool,
            keys=place.keys,
            sink=found,
            progress=found,
            ledger=ledger,
            recheck=place.recheck,
            oldest=job.oldest.get,
        )
        result = verify_unit(job.unit, tools)
        place.pool.close()
        return Answer(
            result=result,
            findings=tuple(found.findings),
            batches=tuple(ledger.batches) if ledger else (),
            keys=keys.read_bytes(),
            objects=found.number,
            size=found.size,
        )


@dataclass(slots=True, kw_only=True)
class _Found:
    """A Sink and a Progress that keep what they are told. Threads add to them, each in one step."""

    findings: list[Finding] = field(default_factory=list)
    number: int = 0
    size: int = 0

    def add(self, finding: Finding) -> None:
        """See Sink."""
        self.findings.append(finding)

    def units(self, total: int) -> None:
        """See Progress."""

    def unit_done(self) -> None:
        """See Progress."""

    def objects(self, number: int, size: int) -> None:
        """See Progress."""
        self.number += number
        self.size += size


class _Collecting(Ledger):
    """Reads the attestations there are; new ones are kept for whoever may write."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.folder, ledger.bucket, ledger.at)
        self.batches: list[Batch] = []

    def attest(self, key: DigestKey, digest: Digest, signature: str, row: Row, rows: Sequence[bytes]) -> None:
        """Keep it."""
        self.batches.append((key, digest, signature, row, tuple(rows)))


def folders_of(unit: Unit) -> tuple[str, str]:
    """Where the digests and the log files of a unit lie."""
    return unit.base.folder(Folder.DIGEST, unit.region), unit.base.folder(Folder.LOG, unit.region)


def _collecting(ledger: Ledger | None) -> _Collecting | None:
    return _Collecting(ledger) if ledger else None


def _take(answer: Answer, tools: Tools) -> None:
    for finding in answer.findings:
        tools.sink.add(finding)
    if tools.ledger is not None:
        for batch in answer.batches:
            tools.ledger.attest(*batch)
    tools.progress.objects(answer.objects, answer.size)
    tools.progress.unit_done()


def _read(keys: Path) -> bytes:
    try:
        return keys.read_bytes()
    except FileNotFoundError:
        return b""


def _add_keys(file: Path, keys: bytes) -> None:
    known = set(_read(file).splitlines())
    new = [line for line in keys.splitlines() if line not in known]
    if new:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file.open("ab") as out:
            out.write(b"\n".join(new) + b"\n")
