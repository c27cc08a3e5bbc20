"""B9: the bucket policy was replaced, and no longer denies what destroys logs."""

from collections.abc import Iterator

from trailkeep.doctor import guards, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import text
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.setup.documents.statement import DESTROY, bucket_and_objects, statement

_WORDS = (
    "Put the policy back: the bucket owner's root user may always replace it, as far as bucket policies go; only "
    "an SCP or "
    "RCP stops that."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "policy")
        if lost is not None:
            yield lost
            continue
        answers = [
            (action, guards.by_bucket_policy(view, bucket, action, on)[0])
            for action, on in guards.on_bucket(view, bucket)
        ]
        gone = [action for action, answer in answers if answer == "open"]
        if not gone:
            yield Fine(because="the bucket policy denies deletion, or means to (see B7)")
        elif view.spec is None:
            because = "it does not deny deletion, and no specification says that it ever did"
            yield Unsure(where=f"policy of bucket {bucket.name}", because=because, probes=(_probe(bucket, "Put"),))
        else:
            yield _found(view, bucket, gone)
    yield from walk.unseen_buckets(view)


def _probe(bucket: Bucket, verb: str) -> Probe:
    return Probe(operation="lookup_events", account=bucket.account, region=bucket.region, about=f"{verb}BucketPolicy")


def _found(view: View, bucket: Bucket, gone: list[str]) -> Found:
    probes = (_probe(bucket, "Put"), _probe(bucket, "Delete"))
    who = "".join(walk.actor(view, p, bucket.name) for p in probes)
    both = bucket_and_objects(view.partition, bucket.name)
    deny = text(statement("DenyDestruction", "Deny", DESTROY, both, Principal="*"))
    return Found(
        where=f"bucket {bucket.name}",
        said=f"its policy lets administrators of {view.name(bucket.account)} do {', '.join(gone)}, "
        f"unlike the specified one{who}",
        source="s3 GetBucketPolicy, evaluated",
        fix=put_policy(view, bucket, _WORDS, deny),
        probes=probes,
    )


CAUSE = Cause(
    id="B9",
    name="policy-replaced",
    title="The bucket policy was replaced",
    family=Family.DELETION,
    cost=Cost.POLICY,
    decided="The bucket policy alone is asked whether an administrator of its account may delete objects, versions and "
    "the bucket; the specified policy denies all three.",
    unknown="Without a specification nobody says that the policy was ever another one; the PutBucketPolicy events "
    "(`--probe`) name who wrote it.",
    remedy="`trailkeep apply` puts the policy back; an SCP and an RCP keep it.",
    sources=(
        "botocore model s3 PutBucketPolicy",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html",
    ),
    look=_look,
    consequences=("A5", "A8", "A30"),
)
