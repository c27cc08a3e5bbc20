"""D13: digests expire before the log files that they sign, which then cannot be verified."""

from collections.abc import Iterator

from trailkeep.doctor import lifecycle, objects, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import rewrite
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail

_WORDS = "Keep digests at least as long as log files: without them no file's integrity can be shown."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        bucket = view.snapshot.bucket(trail.bucket)
        if bucket is None:
            yield walk.unseen(view, trail.bucket)
            continue
        lost = walk.setting_lost(view, bucket, "lifecycle")
        if lost is not None:
            yield lost
            continue
        early = None
        for account in _accounts(view, subject, trail, [r.prefix for r in bucket.lifecycle]):
            logs = lifecycle.ends(bucket, objects.of_trail(view, trail, account))
            digests = lifecycle.ends(bucket, objects.of_trail(view, trail, account, "CloudTrail-Digest"))
            if digests is not None and (logs is None or digests < logs):
                early = (
                    early or f"digests expire after {digests} days, log files {f'after {logs}' if logs else 'never'}"
                )
        if early is None:
            yield Fine(because="digests are kept at least as long as log files")
        else:
            source, fix = "s3 GetBucketLifecycleConfiguration", rewrite(view, bucket, _WORDS)
            yield Found(where=f"bucket {bucket.name}", said=early, source=source, fix=fix)
    yield from walk.unread_trails(view, subject)


def _accounts(view: View, subject: Subject, trail: Trail, prefixes: list[str]) -> tuple[AccountId, ...]:
    """The accounts to compare: the one asked about, else the trail's own and those that rules' prefixes name."""
    if subject.account:
        return (subject.account,)
    named = (a for a in view.organization.accounts if any(a in prefix for prefix in prefixes))
    return tuple(dict.fromkeys((trail.owner, *named)))


CAUSE = Cause(
    id="D13",
    name="digests-first",
    title="Digests expire before log files",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="The expiry that the rules in force give to a digest's key is earlier than that of a log file's key.",
    unknown="The bucket or its rules could not be read.",
    remedy="One rule for both.",
    sources=(
        (
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
            "cloudtrail-log-file-validation-digest-file-structure.html"
        ),
    ),
    look=_look,
    consequences=("B10", "D1", "D3"),
    nothing="there is no trail",
)
