"""An S3 Inventory read and looked through in the order of keys, against a Python dictionary of the same rows.

    python benchmarks/inventory.py [OBJECTS]

One gzip CSV file, its rows in no order, made beforehand. Each runs in a process of its own: seconds and peak memory.
"""

import csv
import gzip
import hashlib
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

FIELDS = ("Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate", "ETag")
WHEN = "2026-03-01T20:07:25.000Z"


def make(path: Path, number: int) -> None:
    with gzip.open(path, "wt", compresslevel=1) as out:
        for n in range(number):
            at = n * 7919 % number
            account, hour = at % 997, at // 997
            name = f"{account:012d}_CloudTrail_eu-west-1_20260301T2007Z_{at:016d}.json.gz"
            key = f"AWSLogs/o-abcdefghij/{account:012d}/CloudTrail/eu-west-1/2026/03/{hour % 28 + 1:02d}/{name}"
            tag = hashlib.md5(name.encode()).hexdigest()
            out.write(f'"archive","{key}","{tag}","true","false","{at % 9000}","{WHEN}","{tag}"\n')


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(256 << 10):
            yield piece


def ours(path: Path) -> dict[str, Any]:
    from trailkeep.app.verify.inventory import Inventory
    from trailkeep.verify.inventory import DataFile, Manifest

    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    file = DataFile(key="k", size=path.stat().st_size, md5=md5)
    manifest = Manifest(source="archive", created=datetime(2026, 3, 2, tzinfo=UTC), columns=FIELDS, files=(file,))
    began = time.perf_counter()
    inventory = Inventory(manifest, lambda _: pieces(path))
    read = time.perf_counter()
    seen = sum(1 for _ in inventory.versions("AWSLogs/"))
    return {"objects": seen, "read": read - began, "wall": time.perf_counter() - began}


def dictionary(path: Path) -> dict[str, Any]:
    began = time.perf_counter()
    with gzip.open(path, "rt") as lines:
        found = {row[1]: row[2:] for row in csv.reader(io.TextIOWrapper(lines.buffer))}
    read = time.perf_counter()
    seen = sum(1 for _ in sorted(found))
    return {"objects": seen, "read": read - began, "wall": time.perf_counter() - began}


WAYS = {"ours": ours, "dictionary": dictionary}


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.csv.gz"
        make(path, number)
        print(f"{number:,} objects, {path.stat().st_size / 1e6:.0f} MB")
        print(f"{'':12}{'read s':>10}{'all s':>10}{'peak MB':>10}")
        for way in WAYS:
            command = [sys.executable, __file__, "--one", way, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            it = json.loads(done.stdout)
            assert it["objects"] == number
            print(f"{way:12}{it['read']:10.1f}{it['wall']:10.1f}{it['peak']:10.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        answer = WAYS[sys.argv[2]](Path(sys.argv[3]))
        print(json.dumps(answer | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
