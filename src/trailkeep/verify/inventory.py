"""S3 Inventory: what a manifest says, and the rows of its files, one version of an object each.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html (manifest.json,
manifest.checksum), .../storage-inventory.html (fields; keys in CSV are URL-encoded), and botocore model s3
InventoryOptionalField.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from trailkeep.errors import TrailkeepError
from trailkeep.ports import Version

NEEDED: Final = ("Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate", "ETag")

_REMEDY: Final = (
    "let the inventory be CSV, of all versions (IncludedObjectVersions All), with the optional fields Size, "
    "LastModifiedDate and ETag: aws s3api put-bucket-inventory-configuration; the next report has them"
)
_WHOLE: Final = "copy or take the report again; a report that is still being written has no manifest yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One file of an inventory: its key in the destination bucket, its stored bytes, their MD5 in hexadecimal."""

    key: str
    size: int
    md5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One inventory: of which bucket, when S3 began to make it, and the files with the columns they have."""

    source: str
    created: datetime
    columns: tuple[str, ...]
    files: tuple[DataFile, ...]


def parse_manifest(raw: bytes, checksum: bytes, name: str) -> Manifest:
    """A manifest.json, held against its manifest.checksum. Raises TrailkeepError where it is not whole or not enough.

    The checksum is an MD5: it shows damage, not forgery.
    """
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != checksum.decode("ascii", "replace").strip().lower():
        raise TrailkeepError(f"{name} does not have the MD5 that manifest.checksum says", hint=_WHOLE)
    try:
        told = json.loads(raw)
        kind, schema = str(told["fileFormat"]), str(told["fileSchema"])
        created = datetime.fromtimestamp(int(told["creationTimestamp"]) / 1000, UTC)
        source, files = str(told["sourceBucket"]), tuple(_file(f) for f in told["files"])
    except (ValueError, TypeError, KeyError, OverflowError, OSError) as error:
        raise TrailkeepError(f"{name} is not the manifest of an S3 Inventory", hint="name its manifest.json") from error
    if kind.upper() != "CSV":
        raise TrailkeepError(f"{name} is of an inventory in {kind[:20]}, and only CSV is read", hint=_REMEDY)
    columns = tuple(c.strip() for c in schema.split(","))
    missing = [n for n in NEEDED if n not in columns]
    if missing:
        raise TrailkeepError(f"the inventory of {name} lacks {', '.join(missing)}", hint=_REMEDY)
    return Manifest(source=source, created=created, columns=columns, files=files)


def _file(told: Any) -> DataFile:  # noqa: ANN401 whatever JSON held
    return DataFile(key=str(told["key"]), size=int(told["size"]), md5=str(told["MD5checksum"]).lower())


def parse_rows(lines: Iterable[str], columns: tuple[str, ...], name: str) -> Iterator[Version]:
    """The versions and delete markers in the lines of a file, in its order. Raises TrailkeepError."""
    at = {n: columns.index(n) for n in NEEDED}
    key, version, latest, marker, size, modified, etag = (at[n] for n in NEEDED)
    try:
        for row in csv.reader(lines):
            yield Version(
                key=_decoded(row[key]),
                id=row[version],
                is_latest=_truth(row[latest]),
                is_delete_marker=_truth(row[marker]),
                size=int(row[size] or 0),
                etag=row[etag],
                modified=datetime.fromisoformat(row[modified]).timestamp(),
            )
    except (ValueError, IndexError, csv.Error) as error:
        raise TrailkeepError(f"{name} holds a line that is not of an S3 Inventory", hint=_WHOLE) from error


def _decoded(key: str) -> str:
    """A URL-encoded key; `+` is a space, since a plus sign is always encoded."""
    if "%" not in key and "+" not in key:
        return key
    first, *rest = key.replace("+", " ").encode().split(b"%")
    whole = first + b"".join(bytes([int(piece[:2], 16)]) + piece[2:] for piece in rest)
    return whole.decode("utf-8", "surrogateescape")


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def damaged(name: str, why: str) -> TrailkeepError:
    """A file of the inventory is not what its manifest says."""
    return TrailkeepError(f"{name}: {why}", hint=_WHOLE)
