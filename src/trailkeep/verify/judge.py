"""One digest object judged by itself: steps 1 to 6 of `digest`, from its bytes, its metadata and the published keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from trailkeep.ports import Obstacle, PublicKey, ReadError
from trailkeep.verify import digest as d
from trailkeep.verify.content import Content
from trailkeep.verify.digest import Digest, FormatError, LogFile
from trailkeep.verify.keys import DigestKey
from trailkeep.verify.verdict import Cause

SLACK: Final = timedelta(days=1)
"""How far outside a key's validity a signature may lie: a digest is signed some time after its hour."""

OBSTACLES: Final = {
    Obstacle.ACCESS_DENIED: Cause.ACCESS_DENIED,
    Obstacle.KMS: Cause.KMS,
    Obstacle.ARCHIVED: Cause.ARCHIVED,
    Obstacle.THROTTLED: Cause.THROTTLED,
    Obstacle.NETWORK: Cause.NETWORK,
    Obstacle.OTHER: Cause.OTHER,
}

KeyFor = Callable[[str, str, datetime], PublicKey | None]
"""The published key of a Region with a fingerprint at a time; None when CloudTrail published others for that time.

Raises ReadError where it cannot be known which keys were published.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why something is not VALID, in a cause and a sentence."""

    cause: Cause
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A digest by itself. `digest` is None where its bytes are none; `sha256` is of its uncompressed bytes.

    `signature` is the one kept with it, "" for none. `is_proved`: CloudTrail signed these bytes, so that what they say
    may be believed; with a `fault` all the same where something is wrong around them.
    """

    key: DigestKey
    digest: Digest | None
    sha256: str
    signature: str
    fault: Fault | None
    is_proved: bool


def judge(key: DigestKey, bucket: str, content: Content, metadata: Mapping[str, str] | None, key_for: KeyFor) -> Judged:
    """Take a digest through its steps; the first one that it fails is its fault."""
    kept = metadata or {}
    signature = kept.get(d.SIGNATURE_METADATA, "").strip().lower()
    found, fault = _read(content)
    proved = False
    if found is not None:
        wrong = _said(key, bucket, found, kept) or _signed(
            key, _asked(key, found, kept), found, content.sha256, signature, key_for
        )
        fault, proved = fault or wrong, wrong is None
    return Judged(key=key, digest=found, sha256=content.sha256, signature=signature, fault=fault, is_proved=proved)


def proved_by(judged: Judged, after: Digest | None, key_for: KeyFor) -> Judged:
    """The same digest once the next one of its chain is known, which holds another copy of its signature.

    It stands in for one that a plain copy has lost, and it tells a changed signature from changed bytes. It needs no
    trust in the next digest: it holds for these bytes or it does not.
    """
    link, found = after.previous if after else None, judged.digest
    lost = judged.fault is not None and judged.fault.cause is Cause.NO_SIGNATURE
    if judged.is_proved or found is None or link is None or link.key != str(judged.key):
        return judged
    if not lost and (judged.fault is None or judged.fault.cause is not Cause.SIGNATURE):
        return judged
    signature = link.signature.lower()
    wrong = _signed(judged.key, found.end, found, judged.sha256, signature, key_for)
    if wrong is not None:
        return replace(judged, fault=wrong) if lost and wrong.cause is Cause.PUBLIC_KEY else judged
    return replace(judged, is_proved=True, signature=signature, fault=None) if lost else replace(judged, is_proved=True)


def judge_log(file: LogFile, content: Content) -> Fault | None:
    """What is wrong with a log file that a proved digest names; None when it is what CloudTrail wrote."""
    if content.fault is not None:
        return Fault(cause=content.fault, detail=_not_whole(content.fault, content.size))
    if file.hash_algorithm != d.HASH_ALGORITHM:
        return Fault(cause=Cause.OTHER, detail=f"its hash is of an unknown kind, {file.hash_algorithm[:40]}")
    if content.sha256 != file.hash.lower():
        return Fault(cause=Cause.HASH, detail="its content is not what its digest says")
    return None


def _not_whole(fault: Cause, size: int) -> str:
    said = {
        Cause.TRAILING: "bytes follow the end of its gzip stream",
        Cause.TOO_LARGE: f"it inflates to more than {size:,} bytes",
    }
    return said.get(fault, "it is not a whole gzip file")


def _read(content: Content) -> tuple[Digest | None, Fault | None]:
    fault = None
    if content.fault is not None:
        fault = Fault(cause=content.fault, detail=_not_whole(content.fault, content.size))
    if content.raw is None or content.fault is Cause.FORMAT:
        return None, fault
    try:
        return d.parse(content.raw), fault
    except FormatError as error:
        return None, fault or Fault(cause=Cause.FORMAT, detail=str(error))


def _said(key: DigestKey, bucket: str, found: Digest, metadata: Mapping[str, str]) -> Fault | None:
    if found.signature_algorithm != d.SIGNATURE_ALGORITHM:
        return Fault(cause=Cause.FORMAT, detail=f"it names {found.signature_algorithm[:40]} as its signature algorithm")
    if metadata.get(d.ALGORITHM_METADATA, d.SIGNATURE_ALGORITHM) != d.SIGNATURE_ALGORITHM:
        return Fault(cause=Cause.SIGNATURE, detail="its metadata names another signature algorithm")
    if (bucket and found.bucket != bucket) or found.key != str(key):
        return Fault(cause=Cause.MOVED, detail=f"it was written to {found.bucket}/{found.key}")
    if found.account != key.chain.base.account or found.end != key.end or found.start >= found.end:
        return Fault(cause=Cause.FORMAT, detail="it speaks for another account or hour than its name")
    return None


def _asked(key: DigestKey, found: Digest, metadata: Mapping[str, str]) -> datetime | None:
    """The time for which public keys are asked: a backfill digest is signed when it is made, long after its hour."""
    if not key.is_backfill:
        return found.end
    try:
        made = datetime.fromisoformat(metadata.get(d.BACKFILL_METADATA, ""))
    except ValueError:
        return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _signed(
    key: DigestKey, at: datetime | None, found: Digest, sha256: str, signature: str, key_for: KeyFor
) -> Fault | None:
    if not signature:
        return Fault(cause=Cause.NO_SIGNATURE, detail="its signature was not kept with it")
    if at is None:
        return Fault(cause=Cause.FORMAT, detail="its metadata does not say when it was made")
    region = key.chain.region
    try:
        public = key_for(region, found.fingerprint, at)
        if public is None:
            said = f"CloudTrail publishes no key {found.fingerprint[:32]} for {region} at that time"
        elif d.is_signed(public.value, signature, d.string_to_sign(found, sha256)):
            return None
        else:
            said = "its signature does not hold"
    except ReadError as error:
        return Fault(cause=Cause.PUBLIC_KEY, detail=f"the public keys of {region} are not known: {error.detail}")
    except FormatError as error:
        return Fault(cause=Cause.PUBLIC_KEY, detail=f"the public key {found.fingerprint[:32]}: {error}")
    return Fault(cause=Cause.SIGNATURE, detail=said)
