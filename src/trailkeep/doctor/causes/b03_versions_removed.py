"""B3: versions of log files were removed for good."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.causes.b01_digest_chain import unverified
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = "Take the files from a replica or backup: the deletion of a version is never replicated."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name, bucket in walk.buckets_of_trails(view, subject):
        done = view.verified
        listed = done.of(name, subject) if done else ()
        gone = [s for s in listed if s.verdict == "MISSING" and not s.version]
        if gone:
            copy = "the bucket is replicated" if bucket and bucket.replication else "no replica is set up"
            said = f"{len(gone)} files have no version left, the first: {gone[0].key}; {copy}"
            fix = remedy.in_words(view, _WORDS)
            yield Found(where=f"bucket {name}", said=said, source="trailkeep verify", fix=fix)
        elif done is None or not done.settles(name, subject):
            yield unverified(view, name, subject)
        else:
            yield Fine(because="every file that a digest names, in the time that was verified, has a version")


CAUSE = Cause(
    id="B3",
    name="versions-removed",
    title="Versions were removed for good",
    family=Family.DELETION,
    cost=Cost.OBJECTS,
    decided="A verification (--verified) names files that a digest lists and that no version of exists (MISSING).",
    unknown="Without a verification: what is gone leaves no trace in the bucket; the command that tells is named.",
    remedy="Take the files from a replica or backup; deletions of a version are never replicated.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html",),
    look=_look,
    also=("B1",),
    nothing="there is no trail",
)
