"""The names CloudTrail gives its objects: log files, digests and backfill digests, parsed and rendered.

    log      [PREFIX/]AWSLogs/[O-ID/]ACCOUNT/CloudTrail/REGION/Y/M/D/ACCOUNT_CloudTrail_REGION_TIMEZ_UNIQUE.json.gz
    digest   [PREFIX/]AWSLogs/[O-ID/]ACCOUNT/CloudTrail-Digest/REGION/Y/M/D/
                 ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIMEZ[_backfill].json.gz

An organization trail adds its organization's id. Control Tower uses that id as the prefix as well, so it stands twice:
o-id/AWSLogs/o-id/. Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
and .../cloudtrail-log-file-validation-digest-file-structure.html
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final


class Folder(StrEnum):
    """What CloudTrail keeps in folders of their own, side by side below an account."""

    LOG = "CloudTrail"
    DIGEST = "CloudTrail-Digest"
    INSIGHT = "CloudTrail-Insight"
    NETWORK = "CloudTrail-NetworkActivity"
    AGGREGATED = "CloudTrail-Aggregated"


_REGION: Final = r"[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}"
_BASE: Final = r"(?:(?P<prefix>.+)/)?AWSLogs/(?:(?P<organization>o-[a-z0-9]{10,32})/)?(?P<account>[0-9]{12})/"
_DAY: Final = r"(?P<day>[0-9]{4}/[0-9]{2}/[0-9]{2})/"
_LOG = re.compile(
    rf"{_BASE}CloudTrail/(?P<region>{_REGION})/{_DAY}"
    r"(?P=account)_CloudTrail_(?P=region)_(?P<time>[0-9]{8}T[0-9]{4})Z_(?P<unique>[A-Za-z0-9]{1,64})\.json\.gz",
    re.DOTALL | re.ASCII,
)
_DIGEST = re.compile(
    rf"{_BASE}CloudTrail-Digest/(?P<region>{_REGION})/{_DAY}"
    rf"(?P=account)_CloudTrail-Digest_(?P=region)_(?P<trail>[A-Za-z0-9._-]{{1,128}})_(?P<home>{_REGION})_"
    r"(?P<time>[0-9]{8}T[0-9]{6})Z(?P<backfill>_backfill)?\.json\.gz",
    re.DOTALL | re.ASCII,
)
_ACCOUNT_FOLDER = re.compile(_BASE, re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Base:
    """Where CloudTrail writes for one account: a trail's key prefix, its organization ("" if none), the account."""

    prefix: str = ""
    organization: str = ""
    account: str

    def __str__(self) -> str:
        """The key up to and including the account: `[prefix/]AWSLogs/[o-id/]account/`."""
        before = f"{self.prefix}/" if self.prefix else ""
        inside = f"{self.organization}/" if self.organization else ""
        return f"{before}AWSLogs/{inside}{self.account}/"

    def folder(self, kind: Folder, region: str = "", day: date | None = None) -> str:
        """The key of a folder, with its final slash: of a kind, of one Region of it, of one day there."""
        where = f"{self}{kind}/" + (f"{region}/" if region else "")
        return f"{where}{day:%Y/%m/%d}/" if region and day else where


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Chain:
    """What one chain of digests speaks for: an account in a Region, as heard by one trail.

    `home_region` is where the trail was created; two trails in one bucket share their folders.
    """

    base: Base
    region: str
    trail: str
    home_region: str

    def __str__(self) -> str:
        """As a person tells it from others: account, Region, trail."""
        return f"{self.base.account} {self.region} {self.trail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A log file's key; `delivered` (to the minute) is when CloudTrail wrote it, its events may be much older.

    `day` is its folder's, where that is not the day of `delivered`.
    """

    base: Base
    region: str
    delivered: datetime
    unique: str
    day: date | None = None

    def __str__(self) -> str:
        """The key."""
        account, when = self.base.account, self.delivered
        name = f"{account}_CloudTrail_{self.region}_{when:%Y%m%dT%H%M}Z_{self.unique}.json.gz"
        return f"{self.base.folder(Folder.LOG, self.region, self.day or when.date())}{name}"


Strand = tuple[Chain, bool]
"""Digests that are linked with each other: those of the hours of a chain (False), or its backfill digests (True)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestKey:
    """A digest's key; `end` is its digestEndTime, to the second. A backfill digest lists what came late for it."""

    chain: Chain
    end: datetime
    is_backfill: bool = False

    def __str__(self) -> str:
        """The key."""
        c = self.chain
        late = "_backfill" if self.is_backfill else ""
        who = f"{c.base.account}_CloudTrail-Digest_{c.region}_{c.trail}_{c.home_region}"
        return f"{c.base.folder(Folder.DIGEST, c.region, self.end.date())}{who}_{self.end:%Y%m%dT%H%M%SZ}{late}.json.gz"

    @property
    def strand(self) -> Strand:
        """Which digests it is linked with."""
        return self.chain, self.is_backfill

    def at(self, end: datetime) -> "DigestKey":
        """The key of the digest of the same chain that ends at another moment."""
        return replace(self, end=end)


def parse_log(key: str) -> LogKey | None:
    """The parts of a log file's key; None for every other object, also where its parts contradict each other."""
    found = _LOG.fullmatch(key)
    when = _moment(found["time"]) if found else None
    folder = _moment(found["day"]) if found else None
    # the day folder is the day of delivery, which the minute in the name may miss by the time that writing takes
    if found is None or when is None or folder is None or abs((folder.date() - when.date()).days) > 1:
        return None
    return LogKey(
        base=_base(found),
        region=found["region"],
        delivered=when,
        unique=found["unique"],
        day=None if folder.date() == when.date() else folder.date(),
    )


def parse_digest(key: str) -> DigestKey | None:
    """The parts of a digest's key, backfill digests included; None for every other object."""
    found = _DIGEST.fullmatch(key)
    end = _moment(found["time"]) if found else None
    if found is None or end is None:
        return None
    chain = Chain(base=_base(found), region=found["region"], trail=found["trail"], home_region=found["home"])
    made = DigestKey(chain=chain, end=end, is_backfill=found["backfill"] is not None)
    return made if str(made) == key else None


def parse_base(key: str) -> Base | None:
    """The account folder that an object or folder lies in; the innermost one where there could be several."""
    found = _ACCOUNT_FOLDER.match(key)
    return _base(found) if found else None


def _base(found: re.Match[str]) -> Base:
    return Base(prefix=found["prefix"] or "", organization=found["organization"] or "", account=found["account"])


def _moment(text: str) -> datetime | None:
    """A time of which only the digits count, from the year down to whatever it ends with; None for what is none."""
    digits = text.replace("T", "").replace("/", "")
    try:
        month, day, hour, minute, second = (int(digits[i : i + 2] or "0") for i in range(4, 14, 2))
        return datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
