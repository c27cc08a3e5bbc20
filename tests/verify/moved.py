"""An archive whose trail was told to write into another bucket, four hours into each."""

import random
from collections.abc import Callable
from dataclasses import replace

from benchmarks.archive_stub import Archive, Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, Chain, Made, archive, digest, grow, log_body
from tests.verify.checking import Checked, Memory, check
from trailkeep.app.verify.follow import Other

OLD = "old-archive"


class Moved:
    """Two accounts whose trail wrote four hours into OLD, then four into BUCKET."""

    def __init__(self) -> None:
        self.old = archive(accounts=2, hours=4, logs=2, bucket=OLD)
        self.new = Made(archive=Archive(keys=self.old.archive.keys), chains=[])
        self.ends: list[str] = []
        for chain in self.old.chains:
            found = self.old.by_chain[chain.digest_key(BEGIN)[:-27]]
            end, last, _ = found[-1]
            self.ends.append(last)
            there = replace(chain, bucket=BUCKET, begin=end, hours=4)
            self.new.chains.append(there)
            self.first(there, last)
            grow(self.new, there, 3, random.Random(chain.account))
        self.store, self.elsewhere = Memory(self.new), Memory(self.old, bucket=OLD)
        self.asked: list[str] = []

    def first(self, chain: Chain, last: str, **changes: object) -> None:
        """The first digest in the new bucket, which names the last one in the old."""
        start, end = chain.begin, chain.begin + HOUR
        log = chain.log_key(start + HOUR / 3, "FIRST00000000000")
        self.new.objects[log] = Thing(log_body(random.Random(1), 3))
        key = chain.digest_key(end)
        self.new.objects[last] = self.old.objects[last]  # to take its hash and signature from
        told = {"previousDigestS3Bucket": OLD, **changes}
        self.new.objects[key] = digest(self.new, chain, start, end, key, [log], last, **told)
        del self.new.objects[last]
        self.new.by_chain[chain.digest_key(BEGIN)[:-27]] = [(end, key, [log])]

    def open(self, bucket: str) -> Other:
        self.asked.append(bucket)
        return Other(store=self.elsewhere, why="told to", ledger=None, oldest=lambda _: None)

    def check(self, opening: Callable[[str], Other] | None = None, **more: object) -> Checked:
        return check(self.new, self.store, opening=opening or self.open, **more)  # type: ignore[arg-type]
