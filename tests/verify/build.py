"""Archives with signed digests, made without the code that checks them: every byte here is built from AWS's pages.

made = archive(accounts=2, regions=1, hours=6); made.objects[key] = Thing(...); made.logs(), made.digests(): their keys
"""

import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.archive_stub import SIDECAR, Archive, Thing, public_key

BUCKET = "archive"
ORG = "o-abcdefghij"
TRAIL, HOME = "trail", "us-east-1"
BEGIN = datetime(2026, 3, 1, 20, 7, 25, tzinfo=UTC)
HOUR = timedelta(hours=1)
REGIONS = tuple(
    "us-east-1 eu-west-1 eu-central-1 us-west-2 us-east-2 us-west-1 eu-west-2 eu-west-3 eu-north-1 ca-central-1 sa-east-1 "
    "ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 ap-northeast-3".split()
)


@cache
def private_key(number: int = 0) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def public_der(number: int = 0) -> bytes:
    return private_key(number).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


@dataclass
class Chain:
    """How one chain is made: `skip` are hours without digest and log (logging was stopped), 0-based."""

    account: str
    region: str
    prefix: str = f"AWSLogs/{ORG}"
    trail: str = TRAIL
    home: str = HOME
    begin: datetime = BEGIN
    hours: int = 6
    logs: int = 2
    bucket: str = BUCKET
    key: int = 0
    size: int = 30

    def digest_key(self, end: datetime, late: str = "") -> str:
        base = f"{self.prefix}/{self.account}/CloudTrail-Digest/{self.region}/{end:%Y/%m/%d}"
        name = f"{self.account}_CloudTrail-Digest_{self.region}_{self.trail}_{self.home}_{end:%Y%m%dT%H%M%S}Z{late}.json.gz"
        return f"{base}/{name}"

    def log_key(self, when: datetime, unique: str) -> str:
        base = f"{self.prefix}/{self.account}/CloudTrail/{self.region}/{when:%Y/%m/%d}"
        return f"{base}/{self.account}_CloudTrail_{self.region}_{when:%Y%m%dT%H%M}Z_{unique}.json.gz"


@dataclass
class Made:
    """An archive, and how it came to be: for each digest its end, its key and its logs' keys."""

    archive: Archive
    chains: list[Chain]
    by_chain: dict[str, list[tuple[datetime, str, list[str]]]] = field(default_factory=dict)

    @property
    def objects(self) -> dict[str, Thing]:
        return self.archive.objects

    def digests(self) -> list[str]:
        return [key for found in self.by_chain.values() for _, key, _ in found]

    def logs(self) -> list[str]:
        return [log for found in self.by_chain.values() for _, _, logs in found for log in logs]

    def digest_of(self, log: str) -> str:
        return next(key for found in self.by_chain.values() for _, key, logs in found if log in logs)

    @property
    def until(self) -> datetime:
        return max(end for found in self.by_chain.values() for end, _, _ in found)

    def write(self, folder: Path, *, sidecars: bool = True) -> Path:
        for key, thing in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(thing.read())
            if sidecars and thing.metadata:
                path.with_name(path.name + SIDECAR).write_text(json.dumps(thing.metadata))
        return folder


def archive(*, accounts: int = 1, regions: int = 1, seed: int = 1, **chain: Any) -> Made:
    chains = [
        Chain(account=str(111111111111 * (a + 1))[:12], region=REGIONS[r], **chain)
        for a in range(accounts)
        for r in range(regions)
    ]
    return of_chains(chains, seed=seed)


@cache
def _template(**how: int) -> Made:
    return archive(**how)


def fresh(**how: int) -> Made:
    """An archive that may be damaged, without signing everything again."""
    made = _template(**how)
    copied = Archive(objects=dict(made.objects), keys=list(made.archive.keys))
    by_chain = {k: [(end, key, list(logs)) for end, key, logs in v] for k, v in made.by_chain.items()}
    return Made(archive=copied, chains=made.chains, by_chain=by_chain)


def of_chains(chains: list[Chain], seed: int = 1) -> Made:
    made = Made(archive=Archive(), chains=chains)
    made.archive.keys = [public_key(public_der(), BEGIN.timestamp() - 9e6, BEGIN.timestamp() + 9e6)]
    chance = random.Random(seed)
    for chain in chains:
        grow(made, chain, chain.hours, chance)
    return made


def grow(made: Made, chain: Chain, hours: int, chance: random.Random, *, restart: bool = False, after: int = 0) -> None:
    """`hours` more digests at the end of a chain, `after` hours later."""
    found = made.by_chain.setdefault(chain.digest_key(BEGIN)[:-27], [])
    start = (found[-1][0] if found else chain.begin) + HOUR * after
    last = None if restart or not found else found[-1][1]
    for _ in range(hours):
        end = start + HOUR
        logs = [
            chain.log_key(start + timedelta(minutes=chance.randrange(54)), _unique(chance)) for _ in range(chain.logs)
        ]
        for key in logs:
            made.objects[key] = Thing(log_body(chance, chain.size))
        key = chain.digest_key(end)
        made.objects[key] = digest(made, chain, start, end, key, sorted(logs), last)
        found.append((end, key, logs))
        start, last = end, key


def digest(
    made: Made,
    chain: Chain,
    start: datetime,
    end: datetime,
    key: str,
    logs: list[str],
    previous: str | None,
    **changes: Any,
) -> Thing:
    """A signed digest; `changes` replace its fields before it is signed."""
    before = made.objects[previous] if previous else None
    document = {
        "awsAccountId": chain.account,
        "digestStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "digestS3Bucket": chain.bucket,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": hashlib.md5(public_der(chain.key)).hexdigest(),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": None,
        "oldestEventTime": None,
        "previousDigestS3Bucket": chain.bucket if previous else None,
        "previousDigestS3Object": previous,
        "previousDigestHashValue": raw_hash(before) if before else None,
        "previousDigestHashAlgorithm": "SHA-256" if previous else None,
        "previousDigestSignature": before.metadata["signature"] if before else None,
        "logFiles": [
            {
                "s3Bucket": chain.bucket,
                "s3Object": log,
                "hashValue": raw_hash(made.objects[log]),
                "hashAlgorithm": "SHA-256",
                "newestEventTime": None,
                "oldestEventTime": None,
            }
            for log in logs
        ],
        **changes,
    }
    return signed(json.dumps(document).encode(), chain.key)


def signed(raw: bytes, key: int = 0) -> Thing:
    d = json.loads(raw)
    text = (
        f"{d['digestEndTime']}\n{d['digestS3Bucket']}/{d['digestS3Object']}\n{hashlib.sha256(raw).hexdigest()}\n"
        f"{d['previousDigestSignature'] or 'null'}"
    )
    signature = private_key(key).sign(text.encode(), PKCS1v15(), SHA256()).hex()
    return Thing(gzip.compress(raw, mtime=0), {"signature": signature, "signature-algorithm": "SHA256withRSA"})


def raw_hash(thing: Thing) -> str:
    return hashlib.sha256(gzip.decompress(thing.read())).hexdigest()


def log_body(chance: random.Random, size: int) -> bytes:
    events = [
        {"eventID": chance.randbytes(16).hex(), "eventName": "RunInstances", "eventVersion": "1.11"}
        for _ in range(size)
    ]
    return gzip.compress(json.dumps({"Records": events}).encode(), 6, mtime=0)


def _unique(chance: random.Random) -> str:
    return "".join(chance.choices("ABCDEFGHIJKLMNOPabcdefghij0123456789", k=16))


def neighbours(made: Made, key: str) -> Iterator[str]:
    """The digests right before and behind a digest in its chain."""
    for found in made.by_chain.values():
        keys = [k for _, k, _ in found]
        if key in keys:
            at = keys.index(key)
            yield from keys[max(0, at - 1) : at]
            yield from keys[at + 1 : at + 2]
