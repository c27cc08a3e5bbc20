"""Where a made-up archive is written: a folder on this machine, or a bucket of the running lab."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.delivery.objects import put_object
from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.lab.delivery.trail_files import File, stamp
from trailkeep.lab.logs.archive import Made, chain_files
from trailkeep.lab.logs.shape import DAY, Shape
from trailkeep.lab.new_buckets import give_defaults
from trailkeep.lab.world import PARTITION, World
from trailkeep.verify.digest import SIDECAR
from trailkeep.verify.keys import Chain

ABOUT = "archive.json"
"""In a folder: the shape, so where the archive says it comes from, and how many files of each kind there are."""
KEYS = "public-keys.jsonl"
"""In a folder: the keys of every Region, one a line, as `trailkeep verify --keys` reads and keeps them."""
_WORTH_IT = 16
"""Days of chains from which on a second process pays."""


def write_folder(shape: Shape, folder: Path, workers: int = 0) -> Mapping[str, int]:
    """Write an archive into a folder, each object under its key, and count the files by kind.

    A digest's S3 user metadata, which holds its signature, stands beside it in `<key>.metadata.json`; the public keys
    are in `public-keys.jsonl`. The same shape gives the same bytes. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chains = list(shape.chains())
    processes = min(workers or os.cpu_count() or 1, len(chains)) if len(chains) * shape.days >= _WORTH_IT else 1
    counts: Counter[str] = Counter()
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            for count in pool.map(_write_chain, repeat(shape), chains, repeat(folder), chunksize=4):
                counts.update(count)
    else:
        for chain in chains:
            counts.update(_write_chain(shape, chain, folder))
    lines = [json.dumps(key) + "\n" for key in public_keys(KeyRing(shape.seed), shape)]
    _write(folder / KEYS, "".join(lines).encode())
    about = {"shape": shape.to_json(), "files": dict(sorted(counts.items()))}
    _write(folder / ABOUT, json.dumps(about, indent=1).encode())
    return counts


def write_bucket(shape: Shape, world: World) -> Mapping[str, int]:
    """Write an archive into a bucket of the lab, signed with the lab's own keys, and count the files by kind.

    A bucket that is not there is made, in the management account.
    """
    if world.bucket(shape.bucket) is None:
        made = world.backend("s3", world.management, PARTITION).create_bucket(shape.bucket, shape.home_region)
        give_defaults(made)
        made.versioning_status = "Enabled"
    counts: Counter[str] = Counter()
    for chain in shape.chains():
        for made_file in chain_files(shape, chain, ledger_of(world).keys):
            _put(world, made_file)
            counts[made_file.kind] += 1
    return counts


def write_file(folder: Path, file: File) -> None:
    """Write one object into a folder, and its metadata beside it where it has any."""
    path = folder / file.key
    try:
        _write(path, file.body)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, file.body)
    if file.metadata:
        _write(path.with_name(path.name + SIDECAR), json.dumps(dict(file.metadata)).encode())


def public_keys(keys: KeyRing, shape: Shape) -> Iterator[dict[str, str]]:
    """The public keys that an archive's digests were signed with: `value` is DER in base64."""
    begin, end = shape.until - (shape.days + 1) * DAY, shape.until + DAY
    for region in shape.regions:
        for key in keys.public_keys(region, begin, end):
            yield {
                "region": region,
                "fingerprint": key.fingerprint,
                "value": base64.b64encode(key.value).decode(),
                "start": stamp(key.valid_from),
                "end": stamp(key.valid_to),
            }


def _write_chain(shape: Shape, chain: Chain, folder: Path) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for made in chain_files(shape, chain, KeyRing(shape.seed)):
        write_file(folder, made.file)
        counts[made.kind] += 1
    return counts


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _put(world: World, made: Made) -> None:
    put_object(world, made.file.bucket, made.file.key, made.file.body, moment=made.moment, metadata=made.file.metadata)
