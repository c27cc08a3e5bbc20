"""What is MISSING, looked for among the versions of the bucket: whether it can be read, and how it is put back."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from trailkeep.app.pool import Pool
from trailkeep.app.verify.findings import Findings
from trailkeep.ports import ReadError, Store, Version
from trailkeep.verify.verdict import Cause, Finding, Totals

_MOST_ALONE = 20
"""So many keys of one folder are looked up one by one; more are found by listing the folder."""


def look_for_versions(findings: Findings, store: Store, place: str, pool: Pool, totals: Totals) -> None:
    """Add to each finding that is MISSING its newest version, if one is left, with how to read and restore it.

    What is there all the same (an inventory is old, an object was late) is UNREADABLE instead, in `totals` too.
    """
    from queue import SimpleQueue

    reply: SimpleQueue[tuple[list[Finding], dict[str, list[Version]] | str] | BaseException] = SimpleQueue()
    under_way = 0

    def take() -> None:
        answer = reply.get()
        if isinstance(answer, BaseException):
            raise answer
        for finding in answer[0]:
            told = _told(finding, answer[1], place)
            if told.cause is not finding.cause:
                totals.add(finding.kind, finding.verdict, -1)
                totals.add(told.kind, told.verdict)
            findings.put(told)

    for folder, group in groupby(_folders(findings, store.bucket), key=lambda pair: pair[0]):
        lost = [finding for _, finding in group]
        pool.submit(lambda folder=folder, lost=lost: (lost, _versions(store, folder, lost)), reply)  # type: ignore[misc]
        under_way += 1
        if under_way > pool.workers:
            take()
            under_way -= 1
    for _ in range(under_way):
        take()


def _folders(findings: Findings, bucket: str) -> Iterator[tuple[str, Finding]]:
    for finding in findings.missing(bucket):
        yield finding.key.rpartition("/")[0] + "/", finding


def _versions(store: Store, folder: str, lost: list[Finding]) -> dict[str, list[Version]] | str:
    found: dict[str, list[Version]] = {f.key: [] for f in lost}
    try:
        prefixes = [folder] if len(lost) > _MOST_ALONE else [f.key for f in lost]
        for prefix in prefixes:
            for version in store.versions(prefix):
                if version.key in found:
                    found[version.key].append(version)
    except ReadError as error:
        return f"its versions could not be listed: {error.detail}"
    return found


def _told(finding: Finding, found: dict[str, list[Version]] | str, place: str) -> Finding:
    if isinstance(found, str):
        return replace(finding, detail=f"{finding.detail}; {found}")
    versions = found[finding.key]
    left = next((v for v in versions if not v.is_delete_marker and finding.version in {"", v.id}), None)
    if left is not None and left.is_latest:
        return replace(finding, cause=Cause.OTHER, detail="it was not listed, and it is there now: verify it again")
    marker = next((v for v in versions if v.is_delete_marker and v.is_latest), None)
    if left is None:
        return finding
    where = "under a delete marker" if marker else "as an old version"
    return replace(
        finding,
        version=left.id,
        detail=f"{finding.detail}; it can be recovered: version {left.id} lies {where}",
        remedy=_remedy(finding.key, place, left, marker),
    )


def _remedy(key: str, place: str, left: Version, marker: Version | None) -> tuple[str, ...]:
    """How to read it, as a command, and how to put it back, in words.

    The archive's own policies deny deleting, so no command that deletes is printed
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManagingDelMarkers.html).
    """
    name = key.rpartition("/")[2]
    read = shlex.join(["aws", "s3api", "get-object", "--bucket", place, "--key", key, "--version-id", left.id, name])
    if marker is None:
        return (f"read it: {read}",)
    back = (
        "put it back, where the bucket's policy denies deletes: with the break-glass role, except "
        f"s3:DeleteObjectVersion on this one key from the Deny, remove the delete marker (version {marker.id}), "
        "and put the policy back"
    )
    return f"read it: {read}", back
