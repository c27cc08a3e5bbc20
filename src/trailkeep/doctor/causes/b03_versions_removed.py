"""B3: versions of log files were removed for good."""

from collections.abc import Iterator

from trailkeep.doctor import walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Unsure
from trailkeep.doctor.view import Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name, bucket in walk.buckets_of_trails(view, subject):
        copy = "its replica still has them" if bucket and bucket.replication else "no replica is set up"
        because = f"a version that is gone leaves no trace in the bucket: the digests name it as MISSING; {copy}"
        yield Unsure(where=f"bucket {name}", because=because, tell=f"trailkeep verify s3://{name} --since 30d")


CAUSE = Cause(
    id="B3",
    name="versions-removed",
    title="Versions were removed for good",
    family=Family.DELETION,
    cost=Cost.OBJECTS,
    decided="`trailkeep verify` names files that a digest lists and that no version of exists (MISSING).",
    unknown="Always here: what is gone leaves no trace in the bucket; the command that tells is named.",
    remedy="Take the files from a replica or backup; deletions of a version are never replicated.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html",),
    look=_look,
    nothing="there is no trail",
)
