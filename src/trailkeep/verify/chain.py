"""A chain of digests, link by link: what each says of the one before, and the hours that nothing speaks for.

7. A digest names the one before it: that key exists, with that hash and that signature.
8. It begins when the one before it ended (aws-sample of the digest file structure page; a later start is a gap).
9. A starting digest names none: logging or validation was off before it, and what was delivered then is in none.
10. There is a digest every hour, also when nothing was delivered: until it should be there, or the chain was ended
    by a last, shorter digest (.../cloudtrail-log-file-validation-digest-file-structure.html).

Who is at fault where two digests contradict each other: the one that is not proved; both proved, the later one's link.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trailkeep.verify.digest import Digest, Link
from trailkeep.verify.judge import Fault
from trailkeep.verify.keys import DigestKey, parse_digest
from trailkeep.verify.verdict import Cause

HOUR: Final = timedelta(hours=1)
_SHORT: Final = timedelta(minutes=55)
_ODD: Final = timedelta(minutes=5)
_GONE: Final = "no digest of that hour is left"
_MOST: Final = 744
"""So many hours of one hole are named one by one (a month); the rest is one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A proved digest in its place; `signature` is "" where the one kept with it does not hold."""

    key: DigestKey
    digest: Digest
    sha256: str
    signature: str

    @property
    def start(self) -> datetime:
        """Where its hour begins."""
        return self.digest.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Time that no digest speaks for: one that should be there (`key`), or none that we know of (None)."""

    start: datetime
    end: datetime
    key: DigestKey | None
    detail: str


def follow(before: Seen | None, unproved: Sequence[DigestKey], now: Seen) -> Iterator[Hole | Fault]:
    """What is wrong between two proved digests of a chain; a Fault is `now`'s. `unproved` lie between the two.

    Those are at fault themselves: they may fill an hour, but nothing is inferred from them.
    """
    link, known = now.digest.previous, before.key if before else None
    if now.key.is_backfill:  # made when something came late: no hours to keep, only a link
        if link and link.key not in {str(known), *map(str, unproved)} and (named := _same_chain(now.key, link)):
            yield Hole(start=named.end - HOUR, end=named.end, key=named, detail=f"{now.key} names it")
        return
    ends = [k.end for k in (*([known] if known else []), *unproved)]
    if link is None:
        if ends:
            yield from _starts(max(ends), now)
    elif before is not None and link.key == str(before.key):
        yield from _links(before, now.digest, link)
    elif any(link.key == str(k) for k in unproved):
        if before is not None:
            holes = hours(now.key, before.key.end, now.start, _GONE)
            yield from (h for h in holes if not _is_filled(h, unproved))
    else:
        yield from _names_another(before, unproved, now, link)


def end_of(last: Seen, unproved: Sequence[DigestKey], until: datetime) -> Iterator[Hole]:
    """What is missing behind the last proved digest of a chain, until a moment by which it should be there."""
    digest = last.digest
    was_stopped = digest.previous is not None and digest.end - digest.start < _SHORT and not unproved
    if was_stopped and last.key.end < until - _ODD:
        yield Hole(
            start=last.key.end,
            end=until,
            key=None,
            detail="the chain ends with a shorter digest: logging or validation was switched off",
        )
    elif not was_stopped and until > last.key.end:
        top = last.key.end + HOUR * int((until - last.key.end) / HOUR)
        holes = hours(last.key, last.key.end, top, "the newest digests of this chain are not there")
        yield from (h for h in holes if not _is_filled(h, unproved))


def hours(near: DigestKey, start: datetime, end: datetime, detail: str) -> Iterator[Hole]:
    """A hole from `start` to `end` as the digests that CloudTrail would have written: one an hour, back from `end`."""
    if end - start <= _ODD:
        return
    number = round((end - start) / HOUR)
    if number == 0 or number > _MOST:
        yield Hole(start=start, end=end - HOUR * min(number, _MOST), key=None, detail=detail)
    for back in range(min(number, _MOST) - 1, -1, -1):
        top = end - HOUR * back
        first = back == number - 1
        yield Hole(start=start if first else top - HOUR, end=top, key=near.at(top), detail=detail)


def _is_filled(hole: Hole, unproved: Sequence[DigestKey]) -> bool:
    return hole.key is not None and any(abs(k.end - hole.end) < _ODD for k in unproved)


def _starts(last: datetime, now: Seen) -> Iterator[Hole | Fault]:
    if now.start > last:
        yield Hole(
            start=last,
            end=now.start,
            key=None,
            detail="the chain was started anew: logging or validation was off, or digests and their traces are gone",
        )
    else:
        yield Fault(cause=Cause.BAD_LINK, detail="it starts a new chain although another digest lies right before it")


def _links(before: Seen, digest: Digest, link: Link) -> Iterator[Hole | Fault]:
    checks = {
        "hash": link.hash.lower() == before.sha256,
        "signature": not before.signature or link.signature.lower() == before.signature,
        "bucket": link.bucket == before.digest.bucket,
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong:
        yield Fault(cause=Cause.BAD_LINK, detail=f"it names another {' and '.join(wrong)} than {before.key} has")
    yield from _joins(before.key.end, digest)


def _joins(end: datetime, digest: Digest) -> Iterator[Hole | Fault]:
    if digest.start > end:
        yield Hole(start=end, end=digest.start, key=None, detail="the next digest begins later than this one ends")
    elif digest.start < end:
        yield Fault(cause=Cause.BAD_LINK, detail="it begins before the digest ends that it names")


def _same_chain(key: DigestKey, link: Link) -> DigestKey | None:
    named = parse_digest(link.key)
    same = named is not None and named.chain == key.chain and named.is_backfill == key.is_backfill
    return named if same else None


def _names_another(before: Seen | None, unproved: Sequence[DigestKey], now: Seen, link: Link) -> Iterator[Hole | Fault]:
    named = _same_chain(now.key, link)
    elsewhere = named is None and before is None and parse_digest(link.key) is not None
    if elsewhere or link.bucket != now.digest.bucket:
        return  # a trail's bucket and prefix can be changed, and its chain then goes on from the old place
    if named is None or named.end >= now.key.end or (before is not None and named.end <= before.key.end):
        yield Fault(cause=Cause.BAD_LINK, detail=f"it names {link.key} as the digest before it")
        return
    if before is not None:
        holes = hours(named, before.key.end, named.end - HOUR, _GONE)
        yield from (h for h in holes if not _is_filled(h, unproved))
    begin = max(before.key.end, named.end - HOUR) if before else named.end - HOUR
    yield Hole(start=begin, end=named.end, key=named, detail=f"{now.key} names it as the digest before it")
    yield from _joins(named.end, now.digest)
