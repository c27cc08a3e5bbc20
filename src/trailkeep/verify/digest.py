"""One digest file: its form, what CloudTrail signs, and whether it is what CloudTrail wrote.

The steps that a digest must pass (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/
cloudtrail-log-file-custom-validation.html, and .../cloudtrail-log-file-validation-digest-file-structure.html):

1. it is one gzip member of a JSON object with the fields of the digest file structure (`parse`);
2. its signature, and what it says of itself, are made by SHA256withRSA, the one algorithm there is;
3. its digestS3Bucket and digestS3Object are where it lies: it was not moved;
4. it speaks for the account and the hour that its key names;
5. CloudTrail publishes the public key with its fingerprint, for its Region and time;
6. the signature (RSASSA-PKCS1-v1_5, SHA-256) of `string_to_sign` is that key's.

Links between digests are `chain`'s business. Hashes are of uncompressed bytes, never of anything serialised again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIGNATURE_ALGORITHM: Final = "SHA256withRSA"
HASH_ALGORITHM: Final = "SHA-256"
SIGNATURE_METADATA: Final = "signature"
"""S3 user metadata of a digest: x-amz-meta-signature, in hexadecimal."""

ALGORITHM_METADATA: Final = "signature-algorithm"
BACKFILL_METADATA: Final = "backfill-generation-timestamp"
"""Only with backfill digests: when it was made, which is the time its key has to be asked for."""

SIDECAR: Final = ".metadata.json"
"""Beside a digest in a folder, a file of its name and this holds its S3 user metadata, which a plain copy loses."""

_LONGEST = 2048
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class FormatError(ValueError):
    """What is not the JSON of a digest, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """A log file as a digest names it: `hash` is the SHA-256 of its uncompressed bytes, in hexadecimal."""

    bucket: str
    key: str
    hash: str
    hash_algorithm: str = HASH_ALGORITHM
    oldest_event: str | None = None
    newest_event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The digest before, as the next one names it: `hash` of its uncompressed bytes, and its signature, both hex."""

    bucket: str
    key: str
    hash: str
    signature: str
    hash_algorithm: str = HASH_ALGORITHM


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest file says of what was delivered from `start` to `end`. A starting digest has no `previous`."""

    account: str
    start: datetime
    end: datetime
    bucket: str
    key: str
    fingerprint: str
    previous: Link | None
    log_files: tuple[LogFile, ...]
    signature_algorithm: str = SIGNATURE_ALGORITHM
    oldest_event: str | None = None
    newest_event: str | None = None


def parse(raw: bytes) -> Digest:
    """The digest in uncompressed bytes, every field of the right type. Raises FormatError.

    A key that stands twice is no matter: the signature is of the bytes, so only CloudTrail can have written it.
    """
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise FormatError("it is not JSON") from error
    fields = _object(found, "the digest")
    files = fields.get("logFiles", [])
    if not isinstance(files, list):
        raise FormatError("logFiles is not a list")
    bucket = _text(fields, "digestS3Bucket")
    return Digest(
        account=_text(fields, "awsAccountId"),
        start=_time(fields, "digestStartTime"),
        end=_time(fields, "digestEndTime"),
        bucket=bucket,
        key=_text(fields, "digestS3Object"),
        fingerprint=_text(fields, "digestPublicKeyFingerprint"),
        signature_algorithm=_text(fields, "digestSignatureAlgorithm"),
        previous=_link(fields),
        log_files=tuple(_log_file(f, bucket) for f in files),
        oldest_event=_maybe(fields, "oldestEventTime"),
        newest_event=_maybe(fields, "newestEventTime"),
    )


def render(digest: Digest) -> bytes:
    """The uncompressed bytes of a digest file, in the field order of AWS's sample; `parse` is its inverse."""
    link = digest.previous
    return orjson.dumps(
        {
            "awsAccountId": digest.account,
            "digestStartTime": digest.start.strftime(_TIME),
            "digestEndTime": digest.end.strftime(_TIME),
            "digestS3Bucket": digest.bucket,
            "digestS3Object": digest.key,
            "digestPublicKeyFingerprint": digest.fingerprint,
            "digestSignatureAlgorithm": digest.signature_algorithm,
            "newestEventTime": digest.newest_event,
            "oldestEventTime": digest.oldest_event,
            "previousDigestS3Bucket": link.bucket if link else None,
            "previousDigestS3Object": link.key if link else None,
            "previousDigestHashValue": link.hash if link else None,
            "previousDigestHashAlgorithm": link.hash_algorithm if link else None,
            "previousDigestSignature": link.signature if link else None,
            "logFiles": [
                {
                    "s3Bucket": f.bucket,
                    "s3Object": f.key,
                    "hashValue": f.hash,
                    "hashAlgorithm": f.hash_algorithm,
                    "newestEventTime": f.newest_event,
                    "oldestEventTime": f.oldest_event,
                }
                for f in digest.log_files
            ],
        }
    )


def string_to_sign(digest: Digest, sha256: str) -> bytes:
    """What CloudTrail signs; `sha256` is the hexadecimal hash of the digest's uncompressed bytes."""
    before = digest.previous.signature if digest.previous else "null"
    return f"{digest.end.strftime(_TIME)}\n{digest.bucket}/{digest.key}\n{sha256}\n{before}".encode()


def fingerprint(public_key: bytes) -> str:
    """A public key's fingerprint: the MD5 of the DER bytes as ListPublicKeys returns them."""
    return hashlib.md5(public_key, usedforsecurity=False).hexdigest()


def is_signed(public_key: bytes, signature: str, message: bytes) -> bool:
    """Whether `signature` (hexadecimal) of `message` was made with the key to `public_key` (DER).

    Raises FormatError where the bytes are no RSA public key. ListPublicKeys returns PKCS#1; SubjectPublicKeyInfo is
    read as well.
    """
    try:
        _load(public_key).verify(bytes.fromhex(signature), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        return False
    return True


@lru_cache(maxsize=256)
def _load(public_key: bytes) -> RSAPublicKey:
    try:
        found = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise FormatError("it is not a public key") from error
    if not isinstance(found, RSAPublicKey):
        raise FormatError("it is not an RSA key")
    return found


def _link(fields: Mapping[str, Any]) -> Link | None:
    names = ("previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestSignature")
    if all(fields.get(name) is None for name in names):
        return None
    bucket, key, value, signature = (_text(fields, name) for name in names)
    return Link(
        bucket=bucket,
        key=key,
        hash=value,
        signature=signature,
        hash_algorithm=_maybe(fields, "previousDigestHashAlgorithm") or HASH_ALGORITHM,
    )


def _log_file(value: Any, usual: str) -> LogFile:  # noqa: ANN401 whatever JSON held
    fields = _object(value, "an entry of logFiles")
    bucket, algorithm = _text(fields, "s3Bucket"), _text(fields, "hashAlgorithm")
    return LogFile(  # what all of them have in common is held once: there are tens of thousands
        bucket=usual if bucket == usual else bucket,
        key=_text(fields, "s3Object"),
        hash=_text(fields, "hashValue"),
        hash_algorithm=HASH_ALGORITHM if algorithm == HASH_ALGORITHM else algorithm,
        oldest_event=_maybe(fields, "oldestEventTime"),
        newest_event=_maybe(fields, "newestEventTime"),
    )


def _object(value: Any, what: str) -> Mapping[str, Any]:  # noqa: ANN401 whatever JSON held
    if not isinstance(value, dict):
        raise FormatError(f"{what} is not an object")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise FormatError(f"{name} is not a text")
    return value


def _maybe(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST else None


def _time(fields: Mapping[str, Any], name: str) -> datetime:
    text = _text(fields, name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FormatError(f"{name} is not a time") from error
    if not text.endswith("Z") or moment.tzinfo != UTC or moment.microsecond or f"{moment:{_TIME}}" != text:
        raise FormatError(f"{name} is not a time in UTC")
    return moment
