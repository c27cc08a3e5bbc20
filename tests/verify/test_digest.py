import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.verify.digest import (
    Digest,
    FormatError,
    Link,
    LogFile,
    fingerprint,
    is_signed,
    parse,
    render,
    string_to_sign,
)

END = datetime(2026, 3, 1, 14, 7, 25, tzinfo=UTC)
DIGEST = Digest(
    account="111122223333",
    start=END - timedelta(hours=1),
    end=END,
    bucket="logs",
    key="AWSLogs/111122223333/CloudTrail-Digest/x.json.gz",
    fingerprint="31e8b5433410dfb61a9dc45cc65b22ff",
    previous=Link(bucket="logs", key="AWSLogs/…/before.json.gz", hash="ab" * 32, signature="cd" * 256),
    log_files=(LogFile(bucket="logs", key="AWSLogs/a", hash="00" * 32, newest_event="2026-03-01T14:00:00Z"),),
)


@pytest.fixture(scope="module")
def private() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def test_a_digest_is_read_as_it_was_written() -> None:
    assert parse(render(DIGEST)) == DIGEST
    starting = replace(DIGEST, previous=None, log_files=())
    assert parse(render(starting)) == starting


def test_what_is_signed_is_the_text_of_awss_page() -> None:
    raw = render(DIGEST)
    sha256 = hashlib.sha256(raw).hexdigest()
    assert string_to_sign(DIGEST, sha256).decode().split("\n") == [
        "2026-03-01T14:07:25Z",
        "logs/AWSLogs/111122223333/CloudTrail-Digest/x.json.gz",
        sha256,
        "cd" * 256,
    ]
    assert string_to_sign(replace(DIGEST, previous=None), sha256).endswith(b"\nnull")


@pytest.mark.parametrize(
    "form", [PublicFormat.PKCS1, PublicFormat.SubjectPublicKeyInfo], ids=["pkcs1", "subject-public-key-info"]
)
def test_a_signature_holds_for_its_key_and_message_only(private: RSAPrivateKey, form: PublicFormat) -> None:
    message = string_to_sign(DIGEST, "00" * 32)
    signature = private.sign(message, PKCS1v15(), SHA256()).hex()
    public = private.public_key().public_bytes(Encoding.DER, form)
    assert is_signed(public, signature, message)
    assert not is_signed(public, signature, message + b" ")
    assert not is_signed(public, signature[:-2] + "00", message) or signature.endswith("00")
    assert not is_signed(public, "", message)
    assert not is_signed(public, "not hexadecimal", message)
    assert fingerprint(public) == hashlib.md5(public).hexdigest()


def test_what_is_no_public_key_is_said() -> None:
    with pytest.raises(FormatError):
        is_signed(b"\x30\x03abc", "00", b"")


@pytest.mark.parametrize(
    "name",
    "awsAccountId digestStartTime digestEndTime digestS3Bucket digestS3Object digestPublicKeyFingerprint "
    "digestSignatureAlgorithm previousDigestSignature previousDigestHashValue".split(),
)
@pytest.mark.parametrize("value", [None, 7, [], {}, "", "x" * 5000, True])
def test_a_field_of_the_wrong_type_is_a_format_error(name: str, value: object) -> None:
    fields = orjson.loads(render(DIGEST)) | {name: value}
    with pytest.raises(FormatError, match=name):
        parse(orjson.dumps(fields))


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{}", b"[" * 100_000, b'{"logFiles": 1}', b"\xff\xfe", b'"digest"', b"\x1f\x8b"],
)
def test_other_json_is_a_format_error(raw: bytes) -> None:
    with pytest.raises(FormatError):
        parse(raw)


@pytest.mark.parametrize("files", [None, {}, [1], [None], [{}], [{"s3Bucket": "b", "s3Object": 1}]])
def test_log_files_of_the_wrong_type_are_a_format_error(files: object) -> None:
    fields = orjson.loads(render(DIGEST)) | {"logFiles": files}
    with pytest.raises(FormatError):
        parse(orjson.dumps(fields))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T14:07:25",
        "2026-03-01T14:07:25+02:00",
        "2026-03-01",
        "2026-03-01T14:07:25.5Z",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_time_is_utc_to_the_second(text: str) -> None:
    fields = orjson.loads(render(DIGEST)) | {"digestEndTime": text}
    with pytest.raises(FormatError, match="digestEndTime"):
        parse(orjson.dumps(fields))


@given(st.binary(max_size=64), st.integers(0, 400))
def test_damage_never_goes_further_than_a_format_error(data: bytes, at: int) -> None:
    raw = render(DIGEST)
    with suppress(FormatError):
        parse(raw[:at] + data + raw[at + len(data) :])
