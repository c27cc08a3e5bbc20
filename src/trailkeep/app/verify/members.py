"""Lines as members of a gzip file, one behind the other, the last of which a killed run may have torn."""

from collections.abc import Iterable
from typing import Final

from isal import isal_zlib

_PIECE: Final = 16 << 10

_NOT_GZIP: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub says an instance


def packed(lines: Iterable[bytes]) -> bytes:
    """Lines, each with its line feed, as one gzip member."""
    packing = isal_zlib.compressobj(1, wbits=31)
    return b"".join([*(packing.compress(line + b"\n") for line in lines), packing.flush()])


def member(data: bytes, at: int) -> tuple[bytes, int] | None:
    """The gzip member that begins at `at`, and where it ends; None for one that is torn."""
    inflate, found = isal_zlib.decompressobj(31), []
    try:
        while not inflate.eof and at < len(data):
            piece = data[at : at + _PIECE]
            found.append(inflate.decompress(piece))
            at += len(piece) - len(inflate.unused_data)
    except _NOT_GZIP:
        return None
    return (b"".join(found), at) if inflate.eof else None


def is_torn(data: bytes) -> bool:
    """Whether these bytes are the beginning of a gzip member, as a killed run leaves them."""
    inflate = isal_zlib.decompressobj(31)
    try:
        inflate.decompress(data)
    except _NOT_GZIP:
        return False
    return not inflate.eof
