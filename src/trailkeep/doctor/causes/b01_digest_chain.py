"""B1: the digest chain says that a log file is missing or was changed."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.verified import Verified
from trailkeep.doctor.view import Subject, View

_BAD = frozenset({"TAMPERED", "MISSING"})
_WORDS = (
    "Treat it as an incident: read the version before the change by its id, or the replica; `trailkeep verify` names "
    "what can still be read of each file."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name, _ in walk.buckets_of_trails(view, subject):
        done = view.verified
        if done is None or not done.is_of(name) or not done.covers(subject.day):
            yield unverified(view, name, subject)
        else:
            yield _of(view, done, name, subject)


def unverified(view: View, bucket: str, subject: Subject) -> Unsure:
    """Nothing is known of the files: which command tells."""
    only = f" --account {subject.account}" if subject.account else ""
    because = "a snapshot holds no log file; only the digests and their signatures tell whether one is gone or changed"
    if view.verified is not None:
        because = (
            f"the verification of {view.verified.place or 'a folder'} is not about all of it, or could not read it"
        )
    tell = f"trailkeep verify s3://{bucket} --since 30d{only} -o json --output-file v.json, then --verified v.json"
    return Unsure(where=f"bucket {bucket}", because=because, tell=tell)


def _of(view: View, done: Verified, bucket: str, subject: Subject) -> Case:
    spoiled = list(done.of(bucket, subject))
    bad = [s for s in spoiled if s.verdict in _BAD]
    when = f"from {done.since or 'the beginning'} to {done.until or 'its end'}"
    if bad:
        said = (
            f"{len(bad)} files are not what CloudTrail wrote, the first: {bad[0].verdict} {bad[0].cause} {bad[0].key}"
        )
        fix = remedy.in_words(view, _WORDS)
        return Found(where=f"bucket {bucket}", said=said, source="trailkeep verify", fix=fix)
    if spoiled:
        because = f"{len(spoiled)} files or hours {when} could not be verified: {spoiled[0].verdict} {spoiled[0].cause}"
        return Unsure(where=f"bucket {bucket}", because=because, tell="trailkeep verify says what each needs")
    if not done.settles(bucket, subject):
        return unverified(view, bucket, subject)
    return Fine(because=f"{done.valid:,} digests and log files {when} were verified, and none is missing or changed")


CAUSE = Cause(
    id="B1",
    name="digest-chain",
    title="The digest chain reports missing or changed logs",
    family=Family.DELETION,
    cost=Cost.OBJECTS,
    decided="`trailkeep verify` follows the digest chain: VALID, TAMPERED or MISSING for every file. Its JSON is given "
    "with --verified, and speaks for the time that it looked at.",
    unknown="Without a verification: neither a snapshot nor a quick probe can tell; the command that tells is named.",
    remedy="Read the version before the change, or the replica; treat it as an incident.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html",),
    look=_look,
    also=("B2", "B3"),
    nothing="no trail writes digests that could be followed",
)
