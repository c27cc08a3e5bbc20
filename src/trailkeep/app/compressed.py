"""A file that may be compressed: read up to a size, written whole or not at all."""

import gzip
import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from trailkeep.errors import TrailkeepError

Wrong = Callable[[str, str], TrailkeepError]
"""Makes the error from what happened and what to do."""

_CHUNK = 1 << 20


def read_bytes(path: Path, *, largest: int, make: str, wrong: Wrong) -> bytes:
    """What the file holds, decompressed if need be; `make` tells how such a file comes to be.

    Raises what `wrong` makes: missing, not to be read, damaged, more than `largest` bytes.
    """
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            found = _capped(gzip.GzipFile(fileobj=raw) if compressed else raw, largest)
    except FileNotFoundError as error:
        raise wrong(f"there is no file {path}", make) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise wrong(f"{path} is damaged: it cannot be decompressed", "copy it again") from error
    except OSError as error:
        raise wrong(f"could not read {path}: {error.strerror}", "check the path and who may read it") from error
    if found is None:
        raise wrong(f"{path} holds more than {largest:,} bytes", "do not trust this file")
    return found


def write_bytes(path: Path, data: bytes) -> None:
    """Compress `data` and put it in place at once, readable by its owner only. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(gzip.compress(data, compresslevel=6, mtime=0))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _capped(stream: "BinaryIO | gzip.GzipFile", largest: int) -> bytes | None:
    text = bytearray()
    while chunk := stream.read(_CHUNK):
        text += chunk
        if len(text) > largest:
            return None
    return bytes(text)
