"""A12: the key's policy does not let CloudTrail encrypt the files of the trail."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.statements import cloudtrail_may_encrypt, cloudtrail_may_use
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Key
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail, bucket, name, key in walk.keys_of_trails(view, subject):
        if key is None:
            yield walk.unseen_key(name, trail.owner, trail.home_region)
            continue
        if not key.policy:
            lost = view.lost(key.account, key.region, f"key {key.alias}", f"policy of key {key.alias or key.arn}")
            if lost is not None:
                yield lost
                continue
        for ask in requests.with_key(view, trail, key, bucket):
            decision = requests.answer(view, ask, view.policy_of_key(key), with_rcp=False)
            reason = requests.denying(decision)
            if decision.is_allowed:
                yield Fine(because="the key policy lets CloudTrail encrypt and describe")
                continue
            said = f"is denied by {requests.in_words(view, reason)}" if reason else "is not allowed by the key policy"
            yield Found(
                where=f"key {key.alias or key.arn}",
                said=f"{requests.delivers(ask)} for {trail.arn} {said}",
                source="kms GetKeyPolicy, evaluated",
                fix=_fix(view, trail, key, ask.request.action),
            )


def _fix(view: View, trail: Trail, key: Key, action: str) -> Fix:
    statement = cloudtrail_may_encrypt(view, trail) if action == "kms:GenerateDataKey" else cloudtrail_may_use(trail)
    call = ("put-key-policy", "--policy-name", "default", "--policy", "file://key-policy.json")
    words = "Let CloudTrail use the key: add this statement to the key's policy."
    fix = remedy.on_key(view, key.arn, key.account, key.region, words, "kms:PutKeyPolicy", *call)
    into = f"key policy of {key.alias or key.arn}"
    return Fix(words=words, commands=fix.commands, statement=statement, into=into, trailkeep=fix.trailkeep)


CAUSE = Cause(
    id="A12",
    name="key-policy",
    title="The key policy does not let CloudTrail encrypt",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="kms:GenerateDataKey with the trail's encryption context, kms:DescribeKey, and with Bucket Keys "
    "kms:Decrypt are evaluated against the key policy; RCPs over it are A10.",
    unknown="The key or its policy could not be read.",
    remedy="Allow the service what it needs, with the trail's ARN as aws:SourceArn and as encryption context.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",),
    look=_look,
    nothing="the logs are not encrypted by a KMS key",
)
