"""A26: the logs are there, and the reader may not list or decrypt them; a refusal looks like an empty bucket."""

from collections.abc import Iterator

from trailkeep.authz.request import Decision
from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import in_words
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.errors import UsageError
from trailkeep.model.archive import Bucket, Key

_VIA = "kms:viaservice"


def _look(view: View, subject: Subject) -> Iterator[Case]:
    named = (subject.reader,) if subject.reader else tuple(view.spec.archive.readers) if view.spec else ()
    if not named:
        yield Unsure(
            where="who reads", because="nobody is named who should read the logs", tell="name them with --reader ARN"
        )
        return
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "policy")
        if lost is not None:
            yield lost
            continue
        name = walk.default_key(bucket)
        key = view.key(name)
        if name and key is None:
            yield walk.unseen_key(name, bucket.account, bucket.region)
        for reader in named:
            yield from _reads(view, reader, bucket, key)
    yield from walk.unseen_buckets(view)


def _reads(view: View, reader: str, bucket: Bucket, key: Key | None) -> Iterator[Case]:
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    for action, resource in (("s3:ListBucket", arn), ("s3:GetObject", f"{arn}/AWSLogs/x/log.json.gz")):
        yield _case(view, reader, bucket, action, resource, None)
    if key is not None:
        yield _case(view, reader, bucket, "kms:Decrypt", key.arn, key)


def _case(view: View, reader: str, bucket: Bucket, action: str, resource: str, key: Key | None) -> Case:
    owner = key.account if key else bucket.account
    policy = view.policy_of_key(key) if key else view.policy_of(bucket)
    via = {_VIA: (f"s3.{bucket.region}.amazonaws.com",)}
    try:
        decision = requests.by_person(view, reader, action, resource, owner, policy=policy, more=via)
    except UsageError as error:
        return Unsure(where="who reads", because=error.message, tell=error.hint)
    if decision.is_allowed:
        return Fine(because="bucket, key and organization policies let the reader; identity policies are not looked at")
    words = f"Let {reader} do {action}: name it in `archive.readers`, and `trailkeep apply` writes both policies."
    return Found(
        where=f"{reader} in bucket {bucket.name}",
        said=f"{action} on {resource}: {_why(view, decision)}",
        source="s3 GetBucketPolicy, kms GetKeyPolicy, organizations DescribePolicy, evaluated",
        fix=in_words(view, words),
    )


def _why(view: View, decision: Decision) -> str:
    reason = decision.reasons[-1]
    return f"denied by {requests.in_words(view, reason)}" if reason.policy else f"{reason.layer}: {reason.words}"


CAUSE = Cause(
    id="A26",
    name="reader",
    title="The reader may not list, read or decrypt",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="s3:ListBucket, s3:GetObject and kms:Decrypt of each reader, taken to have every right in its own account, "
    "are evaluated against bucket policy, key policy, SCPs and RCPs.",
    unknown="Nobody is named as a reader, or a policy could not be read.",
    remedy="Name the reader in `archive.readers`.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",),
    look=_look,
    about_reading=True,
)
