"""What was delivered, checked by hand: signatures, hashes and links of every chain, without the verifier's rules."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One delivered object."""

    body: bytes
    metadata: Mapping[str, str]

    @property
    def content(self) -> bytes:
        return gzip.decompress(self.body)

    @property
    def json(self) -> Any:
        return json.loads(self.content)


Archive = Mapping[str, Object]


def read_bucket(s3: Any, bucket: str, only: str = "") -> Archive:
    """Every current object of a bucket whose key holds `only`."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    found = {}
    for key in [one["Key"] for page in pages for one in page.get("Contents", ()) if only in one["Key"]]:
        got = s3.get_object(Bucket=bucket, Key=key)
        found[key] = Object(body=got["Body"].read(), metadata=got["Metadata"])
    return found


def chains(archive: Archive) -> dict[tuple[str, str], list[str]]:
    """The hourly digests' keys by account and Region, in order."""
    found = defaultdict(list)
    for key in sorted(archive):
        parts = key.rpartition("/")[2].split("_")
        if parts[1] == "CloudTrail-Digest" and not key.endswith("_backfill.json.gz"):
            found[parts[0], parts[2]].append(key)
    return dict(found)


def log_keys(archive: Archive) -> list[str]:
    """The log files' keys."""
    return sorted(key for key in archive if "/CloudTrail/" in key)


def check_chain(archive: Archive, keys: Iterable[str], public_key: Callable[[str], bytes]) -> list[str]:
    """Every digest of an unbroken chain is signed, linked to the one before, and its logs hash as it says; their keys."""
    before: dict[str, Any] | None = None
    told, before_raw, logs = "", b"", []
    for key in keys:
        found = archive[key]
        digest = found.json
        assert digest["digestS3Object"] == key
        if before is None:
            assert digest["previousDigestS3Object"] is None
            assert digest["previousDigestSignature"] is None
        else:
            assert digest["digestStartTime"] == before["digestEndTime"]
            assert digest["previousDigestS3Object"] == before["digestS3Object"]
            assert digest["previousDigestSignature"] == told
            assert digest["previousDigestHashValue"] == hashlib.sha256(before_raw).hexdigest()
        check_signature(found, public_key)
        for log in digest["logFiles"]:
            assert hashlib.sha256(archive[log["s3Object"]].content).hexdigest() == log["hashValue"]
            logs.append(log["s3Object"])
        before, told, before_raw = digest, found.metadata["signature"], found.content
    return logs


def check_signature(found: Object, public_key: Callable[[str], bytes]) -> None:
    """The digest's own signature (AWS CloudTrail User Guide, custom implementations of validation)."""
    digest = found.json
    lines = (
        digest["digestEndTime"],
        f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
        hashlib.sha256(found.content).hexdigest(),
        digest["previousDigestSignature"] or "null",
    )
    assert found.metadata["signature-algorithm"] == "SHA256withRSA"
    key: Any = load_der_public_key(public_key(digest["digestPublicKeyFingerprint"]))
    key.verify(
        bytes.fromhex(found.metadata["signature"]), "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256()
    )
