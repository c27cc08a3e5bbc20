"""A log archive in an S3 bucket: listed and read by obstore, by botocore where obstore cannot name a key."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from trailkeep.aws.archive.environment import Provider
from trailkeep.aws.archive.patience import Patience
from trailkeep.errors import AwsError
from trailkeep.model.archive import LifecycleRule
from trailkeep.ports import Entry, Found, NotThereError, Obstacle, ReadError, Version

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud

T = TypeVar("T")

WHOLE: Final = 256 << 10
"""Objects up to this size are read in one piece, larger ones in pieces of it."""

_PAGE = 1000
_UNSAYABLE = ("invalid path", "Could not parse", "invalid list response")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,80})</Code>")
_MESSAGE = re.compile(r"<Message>([^<]{1,400})</Message>")
_STATUS = re.compile(r"status code: (\d{3})")
_THROTTLE = frozenset({"SlowDown", "Throttling", "ThrottlingException", "TooManyRequests", "RequestLimitExceeded"})
_ODD_KEY = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f]")
"""Keys that obstore's paths cannot say: empty, `.` and `..` segments, control characters."""


class S3Archive:
    """A bucket as a Store. `bucket` is the name that the digests know, `place` the bucket that is read.

    `cloud` is asked for what obstore cannot say only, as `account` (None: whose credentials they are).
    """

    def __init__(
        self,
        cloud: "Callable[[], Cloud]",
        *,
        place: str,
        original: str,
        region: str,
        account: str | None,
        provider: Provider,
        endpoint: str | None,
        patience: Patience,
    ) -> None:
        self.bucket = original
        self.place = place
        self.region = region
        self.patience = patience
        self._cloud = cloud
        self._account = account
        self._store = _open(place, region, provider, endpoint)

    def list(self, prefix: str, after: str = "") -> Iterator[Entry]:
        """See Store. Goes on behind the last key when a page fails, and with botocore behind a key obstore rejects."""
        last = after
        stream = self._listing(prefix, last)

        def page() -> Sequence[Any] | None:
            nonlocal stream
            try:
                return _reading(lambda: next(stream, None))
            except ReadError:
                stream = self._listing(prefix, last)  # one that has failed says that it is at its end
                raise

        try:
            while found := self.patience.repeat(page):
                for one in found:
                    last = one["path"]
                    yield _entry(one)
        except _UnsayableError:
            yield from self._list_slowly(prefix, last)

    def folders(self, prefix: str) -> tuple[str, ...]:
        """See Store."""
        try:
            return self.patience.repeat(lambda: _reading(lambda: self._folders(prefix)))
        except _UnsayableError:
            return self._folders_slowly(prefix)

    def _folders(self, prefix: str) -> tuple[str, ...]:
        listed = obstore.list_with_delimiter(self._store, prefix or None)
        return tuple(f"{p}/" for p in listed["common_prefixes"])

    def _folders_slowly(self, prefix: str) -> tuple[str, ...]:
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=prefix, Delimiter="/", **more)
            found += [str(f["Prefix"]) for f in answer.get("CommonPrefixes", ())]
            if not answer.get("IsTruncated"):
                return tuple(found)
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def get(self, key: str, version: str = "") -> Found:
        """See Store. The whole object is read again when the connection breaks in a piece of it."""
        if _is_odd(key):
            return self._get_slowly(key, version)
        return self.patience.repeat(lambda: _reading(lambda: self._get(key, version)))

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:
        """See Store."""
        more: dict[str, str] = {"KeyMarker": after} if after else {}
        while True:
            answer = self._ask("list_object_versions", Prefix=prefix, **more)
            both = [(v, False) for v in answer.get("Versions", ())] + [
                (m, True) for m in answer.get("DeleteMarkers", ())
            ]
            yield from sorted(
                (_version(v, is_marker) for v, is_marker in both), key=lambda v: (v.key, not v.is_latest, -v.modified)
            )
            if not answer.get("IsTruncated"):
                return
            more = {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}

    def lifecycle(self) -> tuple[LifecycleRule, ...]:
        """The bucket's lifecycle rules. Raises ReadError (botocore model s3 GetBucketLifecycleConfiguration)."""
        from trailkeep.aws.read.lifecycle import fold_rule  # noqa: PLC0415 a heavy room, asked once at most

        try:
            told = self._ask("get_bucket_lifecycle_configuration")
        except ReadError as error:
            if isinstance(error.__cause__, AwsError) and error.__cause__.code == "NoSuchLifecycleConfiguration":
                return ()
            raise
        return tuple(fold_rule(rule) for rule in told.get("Rules") or ())

    def _listing(self, prefix: str, after: str) -> Iterator[Sequence[Any]]:
        return obstore.list(self._store, prefix, offset=after or None, chunk_size=_PAGE)

    def _get(self, key: str, version: str) -> Found:
        result = obstore.get(self._store, key, options={"version": version} if version else None)
        meta = result.meta
        if meta["size"] <= WHOLE:
            chunks: tuple[bytes, ...] | Iterator[bytes] = (bytes(result.bytes()),)
        else:
            chunks = _pieces(iter(result.stream(min_chunk_size=WHOLE)))
        return Found(
            entry=_entry(meta),
            version=meta.get("version") or "",
            metadata=_Attributes(result),
            chunks=chunks,
        )

    def _list_slowly(self, prefix: str, after: str) -> Iterator[Entry]:
        more: dict[str, str] = {"StartAfter": after} if after else {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=prefix, **more)
            for found in answer.get("Contents", ()):
                yield Entry(
                    key=str(found["Key"]),
                    size=int(found["Size"]),
                    etag=str(found.get("ETag", "")),
                    modified=found["LastModified"].timestamp(),
                )
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _get_slowly(self, key: str, version: str) -> Found:
        answer = self._ask("get_object", Key=key, **({"VersionId": version} if version else {}))
        body = answer["Body"]
        entry = Entry(
            key=key,
            size=int(answer["ContentLength"]),
            etag=str(answer.get("ETag", "")),
            modified=answer["LastModified"].timestamp(),
        )
        pieces = _pieces(iter(lambda: body.read(WHOLE), b""))
        return Found(
            entry=entry, version=answer.get("VersionId", ""), metadata=answer.get("Metadata", {}), chunks=pieces
        )

    def _ask(self, operation: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 whatever the operation takes
        try:
            cloud = self._cloud()
            account = self._account or cloud.caller.account
            return cloud.call(account, self.region, "s3", operation, Bucket=self.place, **params)
        except AwsError as error:
            if error.code in {"NoSuchKey", "404"}:
                raise NotThereError(error.message) from error
            raise ReadError(_why(error.code, error.message, 0), error.message) from error


class _Attributes(Mapping[str, str]):
    """User metadata, copied out of obstore only for those who look at it: digests, one object in many."""

    def __init__(self, result: Any) -> None:  # noqa: ANN401 obstore's GetResult
        self._all = result.attributes

    def __getitem__(self, name: str) -> str:
        return next(str(v) for k, v in self._all.items() if k.lower() == name)

    def __iter__(self) -> Iterator[str]:
        return (k.lower() for k in self._all)

    def __len__(self) -> int:
        return len(self._all)


def _is_odd(key: str) -> bool:
    # a regular expression takes longer than all the rest of this module does with a key: only what may be odd is asked
    suspect = "/." in key or "//" in key or key[:1] in "./" or key[-1:] in "./" or not key.isprintable()
    return suspect and _ODD_KEY.search(key) is not None


class _UnsayableError(Exception):
    """A listing holds a key that obstore's paths cannot say."""


def _open(bucket: str, region: str, provider: Provider, endpoint: str | None) -> S3Store:
    options: dict[str, Any] = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
    return S3Store(
        bucket,
        region=region,
        credential_provider=provider,
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http:")),
            "timeout": timedelta(seconds=60),
            "connect_timeout": timedelta(seconds=5),
        },
        retry_config={"max_retries": 0},  # what is repeated, and how many are under way, is `patience`'s business
        **options,
    )


def _reading(attempt: Callable[[], T]) -> T:
    """Run an attempt; what obstore raises becomes ReadError."""
    try:
        return attempt()
    except FileNotFoundError as error:
        raise NotThereError("there is no such object") from error
    except (BaseError, OSError, ValueError) as error:
        text = str(error)
        if "InvalidPath" in type(error).__name__ or any(said in text for said in _UNSAYABLE):
            raise _UnsayableError from error
        raise _read_error(error) from error


def _pieces(chunks: Iterator[Any]) -> Iterator[bytes]:
    while True:
        try:
            piece = next(chunks, b"")
        except Exception as error:
            raise ReadError(Obstacle.NETWORK, f"the connection broke: {str(error)[:200]}") from error
        if not piece:
            return
        yield piece


def _read_error(error: Exception) -> ReadError:
    text = str(error).partition("\n\nDebug source")[0]
    code, status = _CODE.search(text), _STATUS.search(text)
    told = _MESSAGE.search(text)
    named = code[1] if code else ""
    said = f"{told[1]} ({named})" if told and named else text[-300:]
    return ReadError(_why(named, said, int(status[1]) if status else 0), said)


def _why(code: str, said: str, status: int) -> Obstacle:
    if code in _THROTTLE or status in {429, 503}:
        return Obstacle.THROTTLED
    if "kms" in said.lower() or code.startswith("KMS"):
        return Obstacle.KMS
    if code == "InvalidObjectState":
        return Obstacle.ARCHIVED
    if code in {"AccessDenied", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "403"} or status in {
        401,
        403,
    }:
        return Obstacle.ACCESS_DENIED
    if status >= 500 or not (status or code) or code in {"InternalError", "RequestTimeout", "IncompleteBody"}:
        return Obstacle.NETWORK
    return Obstacle.OTHER


def _entry(found: Any) -> Entry:  # noqa: ANN401 obstore's ObjectMeta is a typed dictionary of its stubs only
    return Entry(
        key=found["path"],
        size=found["size"],
        etag=found["e_tag"] or "",
        modified=found["last_modified"].timestamp(),
    )


def _version(found: Mapping[str, Any], is_marker: bool) -> Version:
    return Version(
        key=str(found["Key"]),
        id=str(found["VersionId"]),
        is_latest=bool(found["IsLatest"]),
        is_delete_marker=is_marker,
        size=int(found.get("Size", 0)),
        etag=str(found.get("ETag", "")),
        modified=found["LastModified"].timestamp(),
    )
