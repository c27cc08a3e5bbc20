"""B2: log files lie under delete markers: deleted, but not gone."""

from collections.abc import Iterator
from datetime import timedelta

from trailkeep.doctor import objects, remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail

DAYS = 2
PAGE = 1000
"""So many versions are listed at once (botocore model s3 ListObjectVersions)."""
_WORDS = (
    "Read them as they are: GetObject with the version's id needs no restoring. Bring them back only through the "
    "break-glass role, with an exception in the bucket policy for exactly those versions, and put the policy back "
    "after."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        bucket = view.snapshot.bucket(trail.bucket)
        if bucket is None:
            yield walk.unseen(view, trail.bucket)
            continue
        done = view.verified.of(bucket.name, subject) if view.verified else ()
        hidden = [{"key": s.key} for s in done if s.verdict == "MISSING" and s.version]
        if hidden:
            yield _found(view, bucket, hidden)
            continue
        if view.verified and view.verified.settles(bucket.name, subject):
            yield Fine(because="no file that was verified lies under a delete marker")
            continue
        probes = probes_of(view, trail, bucket, subject)
        told = [view.told(p) for p in probes]
        refused = next((t.refused for t in told if t and t.refused), "")
        if refused or any(t is None for t in told):
            because = refused or "a snapshot holds no objects; the last days are listed with --probe"
            tell = f"trailkeep verify s3://{bucket.name} for the whole archive"
            yield Unsure(where=f"bucket {bucket.name}", because=because, probes=probes, tell=tell)
            continue
        listed = [row for t in told if t for row in t.each()]
        markers = [row for row in listed if row.get("kind") == "delete marker"]
        yield _found(view, bucket, markers) if markers else _none(bucket, subject, len(listed), probes)


def _none(bucket: Bucket, subject: Subject, listed: int, probes: tuple[Probe, ...]) -> Case:
    """No marker was seen: that settles one day of an account and Region at most, and only if it was listed whole."""
    if subject.account and subject.region and subject.day and listed < PAGE:
        return Fine(because="no delete marker lies on that day's log files")
    where = ", ".join(p.about for p in probes)
    because = f"no delete marker lies on what was listed ({where}); the rest of the archive was not looked at"
    tell = f"--account, --region and --day; or trailkeep verify s3://{bucket.name}"
    return Unsure(where=f"bucket {bucket.name}", because=because, tell=tell)


def probes_of(view: View, trail: Trail, bucket: Bucket, subject: Subject) -> tuple[Probe, ...]:
    """The days to list: the one asked about, else the last ones; of the account and Region named, or the trail's."""
    account, region = subject.account or trail.owner, subject.region or trail.home_region
    today = view.snapshot.taken.date()
    days = [subject.day] if subject.day else [today - timedelta(days=n) for n in range(DAYS)]
    return tuple(
        Probe(
            operation="list_object_versions",
            account=bucket.account,
            region=bucket.region,
            about=f"{bucket.name}/{objects.of_day(view, trail, account, region, day)}",
        )
        for day in days
    )


def _found(view: View, bucket: Bucket, rows: list[dict[str, str]]) -> Found:
    first = rows[0]
    arn = f"arn:{view.partition}:s3:::{bucket.name}/{first.get('key', '')}"
    call = ("s3api", "list-object-versions", "--bucket", bucket.name, "--prefix", first.get("key", ""))
    command = remedy.cli(bucket.account, "s3:ListBucketVersions", arn.partition("/")[0], *call)
    return Found(
        where=f"bucket {bucket.name}",
        said=f"{len(rows)} log files lie under delete markers, the first {first.get('key', '')}"
        + (f" since {first['modified']}" if first.get("modified") else ""),
        source="s3 ListObjectVersions" if first.get("kind") else "trailkeep verify",
        fix=Fix(words=_WORDS, commands=(command,)),
    )


CAUSE = Cause(
    id="B2",
    name="delete-markers",
    title="Log files lie under delete markers",
    family=Family.DELETION,
    cost=Cost.OBJECTS,
    decided="ListObjectVersions of the last days (or the day that is asked about) shows delete markers, or a "
    "verification (--verified) names files that are MISSING and have a version left.",
    unknown="A snapshot holds no objects; `--probe` lists a few days, and rules it out only for a day of an account "
    "and Region that are named; `trailkeep verify` looks at everything.",
    remedy="Read the versions by their ids; no restoring is needed for reading. Who did it stands in S3 data events.",
    sources=(
        "botocore model s3 ListObjectVersions, GetObject VersionId",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html",
    ),
    look=_look,
    also=("B1",),
    nothing="there is no trail",
)
