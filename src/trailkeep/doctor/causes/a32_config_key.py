"""A32: the key of the delivery channel cannot be used by AWS Config."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.statements import config_may_encrypt
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Key
from trailkeep.model.ids import AccountId


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for account, channel in walk.channels(view, subject):
        bucket = view.snapshot.bucket(channel.bucket)
        name = channel.kms_key or walk.default_key(bucket)
        key = view.key(name)
        if not name:
            yield Fine(because="the channel uses no KMS key")
        elif key is None:
            yield walk.unseen_key(name, account, bucket.region if bucket else "")
        else:
            yield from _regions(view, account, key, bucket.region if bucket else "")
            yield from _allowed(view, account, key)


def _regions(view: View, account: AccountId, key: Key, region: str) -> Iterator[Case]:
    where = key.arn.split(":")[3]
    if region and where != region:
        words = "Give the channel a key of the bucket's Region."
        said = f"the key is in {where}, the bucket in {region}"
        fix = remedy.in_words(view, words, "the channel's key")
        yield Found(
            where=f"channel of {view.name(account)}", said=said, source="config DescribeDeliveryChannels", fix=fix
        )


def _allowed(view: View, account: AccountId, key: Key) -> Iterator[Case]:
    for ask in requests.config_with_key(view, account, key):
        decision = requests.answer(view, ask, view.policy_of_key(key), with_rcp=False)
        reason = requests.denying(decision)
        if decision.is_allowed:
            yield Fine(because="the key policy lets AWS Config encrypt")
            continue
        said = f"is denied by {requests.in_words(view, reason)}" if reason else "is not allowed by the key policy"
        yield Found(
            where=f"key {key.alias or key.arn}",
            said=f"{requests.delivers(ask)} for {view.name(account)} {said}",
            source="kms GetKeyPolicy, evaluated",
            fix=_fix(view, key),
        )


def _fix(view: View, key: Key) -> Fix:
    call = ("put-key-policy", "--policy-name", "default", "--policy", "file://key-policy.json")
    words = "Let AWS Config use the key: add this statement to the key's policy."
    fix = remedy.on_key(view, key.arn, key.account, key.region, words, "kms:PutKeyPolicy", *call)
    into = f"key policy of {key.alias or key.arn}"
    statement = config_may_encrypt(view)
    return Fix(words=words, commands=fix.commands, statement=statement, into=into, trailkeep=fix.trailkeep)


CAUSE = Cause(
    id="A32",
    name="config-key",
    title="AWS Config cannot use its key",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="kms:GenerateDataKey and kms:Decrypt of config.amazonaws.com are evaluated against the key policy; the "
    "key's Region is compared with the bucket's.",
    unknown="The key or its policy was not read.",
    remedy="Allow the service kms:Decrypt and kms:GenerateDataKey by aws:SourceOrgID.",
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html",
        "botocore model config DeliveryChannel s3KmsKeyArn",
    ),
    look=_look,
    consequences=("A30",),
    nothing="there is no delivery channel (see A29)",
)
