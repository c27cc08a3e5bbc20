import gzip
import hashlib
import resource
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.verify import content
from trailkeep.verify.content import Content, examine
from trailkeep.verify.verdict import Cause


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


@given(st.binary(max_size=5000), st.integers(1, 999))
def test_the_hashes_are_of_all_bytes_however_they_arrive(raw: bytes, size: int) -> None:
    stored = gzip.compress(raw)
    found = examine(pieces(stored, size), keep=10_000)
    assert found == Content(
        sha256=hashlib.sha256(raw).hexdigest(),
        stored_sha256=hashlib.sha256(stored).hexdigest(),
        size=len(raw),
        stored_size=len(stored),
        fault=None,
        raw=raw,
    )


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_what_is_not_one_whole_member_is_said(size: int) -> None:
    stored = gzip.compress(b"x" * 100_000 + bytes(range(256)))

    def fault(data: bytes) -> Cause | None:
        return examine(pieces(data, size)).fault

    assert fault(stored) is None
    assert fault(stored + b"\0") is Cause.TRAILING
    assert fault(stored + gzip.compress(b"more")) is Cause.TRAILING
    for cut in (0, 1, 9, 20, len(stored) - 9, len(stored) - 8, len(stored) - 1):
        assert fault(stored[:cut]) is Cause.FORMAT, cut
    assert fault(b"PK\3\4" + stored) is Cause.FORMAT
    assert fault(stored[:-8] + b"\0" * 8) is Cause.FORMAT
    assert fault(b'{"Records": []}') is Cause.FORMAT


def test_a_length_that_lies_in_the_trailer_is_a_fault() -> None:
    raw = bytes(range(256)) * 4000
    stored = gzip.compress(raw)
    for said in (0, 1, 70_000, 2**32 - 1):
        assert examine([stored[:-4] + said.to_bytes(4, "little")]).fault is Cause.FORMAT
        assert examine([stored, said.to_bytes(4, "little")]).fault is Cause.TRAILING


def test_a_bomb_is_hashed_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = gzip.compress(b"\0" * (300 << 20), 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert examine([inner]).size == 300 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10
    monkeypatch.setattr(content, "LARGEST", 10 << 20)
    found = examine([inner])
    assert found.fault is Cause.TOO_LARGE
    assert found.size < 11 << 20


def test_a_digest_that_is_too_large_is_not_held() -> None:
    found = examine([gzip.compress(b"x" * 5000)], keep=4999)
    assert found.fault is Cause.TOO_LARGE
    assert found.raw is None
    assert found.sha256 == hashlib.sha256(b"x" * 5000).hexdigest()
