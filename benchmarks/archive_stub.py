"""S3, CloudTrail and STS as far as reading an archive goes, from one process, after a fixed latency.

    python benchmarks/archive_stub.py FOLDER [LATENCY_SECONDS]

Objects are the files of FOLDER; beside one, NAME.metadata.json holds its user metadata. FOLDER/.keys.json lists public
keys. Tests run it in their own process (`Running`), with objects in memory and with faults.
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

SIDECAR = ".metadata.json"
BUCKET = "archive"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ACTION = re.compile(r"x-amz-target: *\S*\.(\w+)", re.IGNORECASE)
_REGION = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/([a-z0-9]+)/")
_OWNER = re.compile(r"x-amz-expected-bucket-owner: *(\d{12})", re.IGNORECASE)
_STATUS = {200: "OK", 403: "Forbidden", 404: "Not Found", 503: "Slow Down", 500: "Internal Server Error"}
_FAULTS = {
    "denied": (403, "AccessDenied", "Access Denied"),
    "kms": (403, "AccessDenied", "User is not authorized to perform: kms:Decrypt on resource x because y"),
    "archived": (403, "InvalidObjectState", "The operation is not valid for the object's storage class"),
    "busy": (503, "SlowDown", "Please reduce your request rate."),
    "broken": (500, "InternalError", "told by the stub"),
}


_when = lru_cache(partial(formatdate, usegmt=True))


@lru_cache(maxsize=100_000)
def _etag(modified: float, size: int) -> str:
    return hashlib.md5(f"{modified}{size}".encode()).hexdigest()


@dataclass
class Thing:
    """An object: bytes or the file that holds them, its metadata and version."""

    data: bytes | Path
    metadata: dict[str, str] = field(default_factory=dict)
    modified: float = 1_770_000_000.0
    version: str = "v1"

    def read(self) -> bytes:
        return self.data if isinstance(self.data, bytes) else self.data.read_bytes()

    @property
    def size(self) -> int:
        return len(self.data) if isinstance(self.data, bytes) else self.data.stat().st_size

    @property
    def etag(self) -> str:
        if isinstance(self.data, Path):
            return _etag(self.modified, self.size)
        return hashlib.md5(self.data).hexdigest()


@dataclass
class Archive:
    """What the stub serves. `faults` maps a key to what happens to it, `storm` is the share of calls answered 503."""

    objects: dict[str, Thing] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    storm: Callable[[], bool] = lambda: False
    latency: float = 0.0
    closed: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)
    open: set[asyncio.Transport] = field(default_factory=set)
    most_at_once: int = 0
    at_once: int = 0
    others: "dict[str, Archive]" = field(default_factory=dict)
    """Other buckets by name; every name that is not among them is this one's."""
    owner: str = "111111111111"
    lifecycle: str = ""
    """The inside of a LifecycleConfiguration, "" for none."""
    _sorted: list[str] | None = None

    def names(self) -> list[str]:
        if self._sorted is None or len(self._sorted) != len(self.objects):
            self._sorted = sorted(self.objects, key=lambda k: k.encode("utf-8", "surrogatepass"))
        return self._sorted

    @classmethod
    def of(cls, folder: Path) -> "Archive":
        made = cls()
        for place, _, files in os.walk(folder):
            for name in files:
                path = Path(place, name)
                if path.name.endswith(SIDECAR) or path.name.startswith("."):
                    continue
                beside = path.with_name(name + SIDECAR)
                kept = json.loads(beside.read_text()) if beside.exists() else {}
                made.objects[str(path.relative_to(folder))] = Thing(path, kept, path.stat().st_mtime)
        keys = folder / ".keys.json"
        made.keys = json.loads(keys.read_text()) if keys.exists() else []
        return made


class Stub(asyncio.Protocol):
    """Just enough of HTTP/1.1: one request at a time on a kept connection."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.archive.open.add(self.transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self.archive.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, blank, body = self.data.partition(b"\r\n\r\n")
        if not blank:
            return
        length = None if head.startswith(b"GET ") else _LENGTH.search(head)
        if len(body) < int(length[1] if length else 0):
            return
        self.data = b""
        self.archive.at_once += 1
        self.archive.most_at_once = max(self.archive.most_at_once, self.archive.at_once)
        if self.archive.latency:
            asyncio.get_running_loop().call_later(self.archive.latency, self.answer, head.decode(), body)
        else:
            self.answer(head.decode(), body)

    def answer(self, head: str, body: bytes) -> None:
        self.archive.at_once -= 1
        method, target, _ = head.split(" ", 2)
        path, _, query = target.partition("?")
        asked = {k: v[0] for k, v in parse_qs(query, keep_blank_values=True).items()} if query else {}
        if method == "POST":
            action = _ACTION.search(head)
            if action:
                return self.api(action[1], json.loads(body or b"{}"), head)
            form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
            return self.sts(form.get("Action", ""))
        parts = path.lstrip("/").split("/", 1)
        key = unquote(parts[1]) if len(parts) > 1 else ""
        here, self.archive = self.archive, self.archive.others.get(parts[0], self.archive)
        try:
            expected = _OWNER.search(head)
            if expected and expected[1] != self.archive.owner:
                return self.send(403, b"")
            return self.s3(method, key, asked)
        finally:
            self.archive = here

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: int | None = None) -> None:
        told = {"Content-Type": "application/xml", "Content-Length": str(len(body)), "x-amz-request-id": "r"} | (
            headers or {}
        )
        lines = "".join(f"{k}: {v}\r\n" for k, v in told.items())
        head = f"HTTP/1.1 {status} {_STATUS.get(status, 'Other')}\r\n{lines}\r\n"
        self.transport.write(head.encode() + (body if cut is None else body[:cut]))
        if cut is not None:
            self.transport.close()

    def fail(self, status: int, code: str, message: str = "told by the stub") -> None:
        self.send(status, f"{_XML}<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())

    def s3(self, method: str, key: str, asked: dict[str, str]) -> None:
        self.archive.calls.append((method if key else "LIST", key or asked.get("prefix", "")))
        if self.archive.closed:
            return self.send(403, b"") if method == "HEAD" else self.fail(403, "AccessDenied", "Access Denied")
        if self.archive.storm():
            return self.fail(503, "SlowDown", "Please reduce your request rate.")
        if not key:
            return self.bucket(method, asked)
        fault = self.archive.faults.get(key, "")
        if fault in _FAULTS:
            return self.fail(*_FAULTS[fault])
        if asked.get("versionId"):
            return self.old(key, asked["versionId"])
        return self.get(method, key, fault)

    def old(self, key: str, version: str) -> None:
        known = (v for v in self.archive.versions if v["Key"] == key and v["VersionId"] == version and "Thing" in v)
        thing: Thing | None = next((v["Thing"] for v in known), None)
        if thing is None:
            return self.fail(404, "NoSuchVersion", "The specified version does not exist.")
        told = {f"x-amz-meta-{k}": v for k, v in thing.metadata.items()} | {
            "ETag": f'"{thing.etag}"',
            "Last-Modified": _when(thing.modified),
            "x-amz-version-id": version,
        }
        return self.send(200, thing.read(), told)

    def bucket(self, method: str, asked: dict[str, str]) -> None:
        if method == "HEAD":
            return self.send(200, b"", {"x-amz-bucket-region": "us-east-1"})
        if "lifecycle" in asked and self.archive.lifecycle:
            return self.send(
                200, f"{_XML}<LifecycleConfiguration>{self.archive.lifecycle}</LifecycleConfiguration>".encode()
            )
        if "lifecycle" in asked:
            return self.fail(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
        return self.list_versions(asked) if "versions" in asked else self.list(asked)

    def get(self, method: str, key: str, fault: str) -> None:
        thing = self.archive.objects.get(key)
        if thing is None:
            return self.fail(404, "NoSuchKey", "The specified key does not exist.")
        told = {f"x-amz-meta-{k}": v for k, v in thing.metadata.items()} | {
            "ETag": f'"{thing.etag}"',
            "Last-Modified": _when(thing.modified),
            "x-amz-version-id": thing.version,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        body = thing.read()
        if method == "HEAD":
            told["Content-Length"] = str(len(body))
            return self.send(200, b"", told)
        cut = len(body) // 2 if fault == "dropped" else None
        if fault == "dropped-once":
            cut = len(body) // 2
            del self.archive.faults[key]
        return self.send(200, body, told, cut=cut)

    def list(self, asked: dict[str, str]) -> None:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token") or asked.get("start-after") or asked.get("marker", "")
        limit = int(asked.get("max-keys", "1000"))
        names = self.archive.names()
        at = max(bisect_left(names, prefix), bisect_right(names, after))
        page: list[str] = []
        folders: list[str] = []
        last = ""
        while at < len(names) and names[at].startswith(prefix) and len(page) + len(folders) < limit:
            name = names[at]
            cut = name.find(delimiter, len(prefix)) if delimiter else -1
            if cut >= 0:
                folder = name[: cut + len(delimiter)]
                folders.append(folder)
                at = bisect_left(names, folder[:-1] + chr(ord(folder[-1]) + 1))
                last = names[at - 1]
            else:
                page.append(name)
                last = name
                at += 1
        more = at < len(names) and names[at].startswith(prefix)
        said = quote if asked.get("encoding-type") == "url" else escape
        out = [f"{_XML}<ListBucketResult><Name>{BUCKET}</Name><IsTruncated>{str(more).lower()}</IsTruncated>"]
        if asked.get("encoding-type") == "url":
            out.append("<EncodingType>url</EncodingType>")
        if more:
            out.append(
                f"<NextContinuationToken>{escape(last)}</NextContinuationToken><NextMarker>{said(last)}</NextMarker>"
            )
        for name in page:
            thing = self.archive.objects[name]
            when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(thing.modified))
            out.append(
                f"<Contents><Key>{said(name)}</Key><LastModified>{when}</LastModified><ETag>&quot;{thing.etag}&quot;</ETag>"
                f"<Size>{thing.size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        out.extend(f"<CommonPrefixes><Prefix>{said(f)}</Prefix></CommonPrefixes>" for f in folders)
        self.send(200, "".join([*out, "</ListBucketResult>"]).encode("utf-8", "surrogatepass"))

    def list_versions(self, asked: dict[str, str]) -> None:
        prefix = asked.get("prefix", "")
        out = [f"{_XML}<ListVersionsResult><IsTruncated>false</IsTruncated>"]
        known = [
            {"Key": k, "VersionId": t.version, "IsLatest": True, "Size": t.size, "ETag": t.etag, "At": t.modified}
            for k, t in self.archive.objects.items()
            if k.startswith(prefix)
        ] + [v for v in self.archive.versions if v["Key"].startswith(prefix)]
        for v in sorted(known, key=lambda v: (v["Key"], not v["IsLatest"])):
            tag = "DeleteMarker" if v.get("Marker") else "Version"
            when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(v.get("At", 1_770_000_000)))
            size = (
                ""
                if v.get("Marker")
                else f"<Size>{v.get('Size', 1)}</Size><ETag>&quot;{v.get('ETag', 'e')}&quot;</ETag>"
            )
            latest = str(v["IsLatest"]).lower()
            out.append(
                f"<{tag}><Key>{escape(v['Key'])}</Key><VersionId>{v['VersionId']}</VersionId>"
                f"<IsLatest>{latest}</IsLatest><LastModified>{when}</LastModified>{size}</{tag}>"
            )
        self.send(200, "".join([*out, "</ListVersionsResult>"]).encode())

    def api(self, action: str, asked: dict[str, Any], head: str) -> None:
        self.archive.calls.append((action, ""))
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        found = _REGION.search(head)
        if action == "ListPublicKeys":
            region = found[1] if found else ""
            keys = [k for k in self.archive.keys if k.get("Region", region) == region]
            keys = [
                k
                for k in keys
                if k["ValidityStartTime"] <= asked.get("EndTime", 9e9)
                and k["ValidityEndTime"] >= asked.get("StartTime", 0)
            ]
            return self.send(200, json.dumps({"PublicKeyList": keys}).encode(), kind)
        if action in {"DescribeTrails", "GetTrail"}:
            trail = {
                "Name": "trail",
                "S3BucketName": BUCKET,
                "TrailARN": "arn:aws:cloudtrail:us-east-1:111111111111:trail/trail",
                "HomeRegion": "us-east-1",
                "IsOrganizationTrail": True,
                "IsMultiRegionTrail": True,
            }
            return self.send(200, json.dumps({"trailList": [trail], "Trail": trail}).encode(), kind)
        if action == "DescribeOrganization":
            organization = {"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "111111111111"}}
            return self.send(200, json.dumps(organization).encode(), kind)
        return self.send(400, json.dumps({"__type": "UnknownOperationException", "message": action}).encode(), kind)

    def sts(self, action: str) -> None:
        inner = "<Account>111111111111</Account><Arn>arn:aws:iam::111111111111:user/admin</Arn><UserId>x</UserId>"
        self.send(
            200,
            f'<{action}Response xmlns="https://x/"><{action}Result>{inner}</{action}Result></{action}Response>'.encode(),
        )


def public_key(value: bytes, start: float, end: float) -> dict[str, Any]:
    """A key as ListPublicKeys returns it."""
    return {
        "Value": base64.b64encode(value).decode(),
        "ValidityStartTime": start,
        "ValidityEndTime": end,
        "Fingerprint": hashlib.md5(value).hexdigest(),
    }


class Running:
    """The stub on a thread of this process."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.port = 0
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            self._server = await self._loop.create_server(lambda: Stub(self.archive), "127.0.0.1", 0, backlog=1024)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            for transport in list(self.archive.open):
                transport.abort()
            await asyncio.sleep(0.01)  # closed transports say so in the next turn
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self._loop)
        self._thread.join(10)
        self._loop.close()


async def main(folder: Path, latency: float) -> None:
    archive = Archive.of(folder)
    archive.latency = latency
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(archive), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
