"""B5: the default retention of Object Lock was taken away, shortened or softened."""

import json
from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_WORDS = (
    "Put the default retention back; objects written meanwhile keep what they got (PutObjectRetention lengthens it)."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.trail_buckets:
        lost = walk.setting_lost(view, bucket, "object lock")
        said = _said(view, bucket)
        if lost is not None:
            yield lost
        elif not said:
            yield Fine(because="the default retention is at least what is wanted")
        else:
            yield _found(view, bucket, said)
    if not view.trail_buckets:
        yield from walk.unseen_buckets(view)


def _said(view: View, bucket: Bucket) -> str:
    has = bucket.lock if bucket.lock and bucket.lock.mode else None
    if view.spec is None:
        return (
            ""
            if has or bucket.mfa_delete
            else "neither default retention nor MFA Delete keeps versions from being deleted"
        )
    want = view.spec.lock
    if want is None:
        return ""
    if has is None:
        return f"there is no default retention; wanted are {want.days} days ({want.mode})"
    if has.mode == "GOVERNANCE" and want.mode == "compliance":
        return "the default retention is GOVERNANCE, which can be bypassed; wanted is COMPLIANCE"
    if (has.days or 0) < want.days:
        return f"the default retention is {has.days} days; wanted are {want.days}"
    return ""


def _found(view: View, bucket: Bucket, said: str) -> Found:
    probe = Probe(
        operation="lookup_events",
        account=bucket.account,
        region=bucket.region,
        about="PutBucketObjectLockConfiguration",
    )
    want = view.spec.lock if view.spec else None
    rule = {"Mode": want.mode.upper(), "Days": want.days} if want else {"Mode": "GOVERNANCE", "Days": 365}
    lock = json.dumps({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": rule}})
    call = ("put-object-lock-configuration", "--object-lock-configuration", lock)
    return Found(
        where=f"bucket {bucket.name}",
        said=said + walk.actor(view, probe, bucket.name),
        source="s3 GetObjectLockConfiguration",
        fix=remedy.on_bucket(view, bucket, _WORDS, "s3:PutBucketObjectLockConfiguration", *call),
        probes=(probe,),
    )


CAUSE = Cause(
    id="B5",
    name="lock",
    title="Object Lock's default retention is gone or weaker",
    family=Family.DELETION,
    cost=Cost.SETTING,
    decided="Mode and days of the default rule are compared with the specification; without one, a bucket that has "
    "neither default retention nor MFA Delete counts.",
    unknown="The setting could not be read.",
    remedy="Put the rule back. COMPLIANCE cannot be shortened by anybody; GOVERNANCE can be bypassed.",
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-overview.html",
        "botocore model s3 GetObjectLockConfiguration",
    ),
    look=_look,
)
