"""D4: the rule that should expire logs is off, or another tool replaced the whole set."""

from collections.abc import Iterator

from trailkeep.doctor import retention, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import rewrite
from trailkeep.doctor.verdict import Case, Fine, Found, Probe
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_WORDS = (
    "Write the set again with every rule in it, and let one tool own it: each PutBucketLifecycle replaces them all."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle")
        on = [r for r in bucket.lifecycle if r.enabled and r.expire_days]
        off = [r for r in bucket.lifecycle if not r.enabled and r.expire_days]
        if lost is not None:
            yield lost
        elif on or (want is not None and want.keep is None):
            yield Fine(because="a rule that expires logs is in force, or none is wanted")
        elif off:
            yield _found(view, bucket, f"rule {off[0].id} is Disabled")
        elif want is not None and not bucket.mfa_delete:
            yield _found(view, bucket, f"no rule expires anything, wanted is after {want.keep} days")
        else:
            yield Fine(because="no rule that expires logs is there, and none is asked for")
    yield from walk.unseen_buckets(view)


def _found(view: View, bucket: Bucket, said: str) -> Found:
    probe = Probe(operation="lookup_events", account=bucket.account, region=bucket.region, about="PutBucketLifecycle")
    return Found(
        where=f"bucket {bucket.name}",
        said=said + walk.actor(view, probe, bucket.name),
        source="s3 GetBucketLifecycleConfiguration",
        fix=rewrite(view, bucket, _WORDS),
        probes=(probe,),
    )


CAUSE = Cause(
    id="D4",
    name="rule-off",
    title="The rule is off, or the set was replaced",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="Expiry is wanted and no rule in force expires anything; the rule is Disabled, or gone.",
    unknown="The rules could not be read.",
    remedy="Write the set again.",
    sources=("botocore model s3 PutBucketLifecycleConfiguration",),
    look=_look,
)
