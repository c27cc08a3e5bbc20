"""D3: the rule's filter misses some of the logs, which are then kept for ever."""

from collections.abc import Iterator

from trailkeep.doctor import lifecycle, retention, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import rewrite
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_WORDS = (
    "Leave the filter empty, or name every prefix: an organization trail's keys carry the organization's id, "
    "digests and "
    "Insights events lie in folders of their own."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle")
        ending = [r for r in bucket.lifecycle if r.enabled and r.expire_days]
        if lost is not None:
            yield lost
        elif not ending:
            yield Fine(because="no rule in force expires anything")
        elif want is not None and want.keep is None:
            yield Fine(because="nothing is meant to expire")
        else:
            missed = [
                what
                for what, key in retention.keys(view, bucket, subject.account).items()
                if lifecycle.ends(bucket, key) is None
            ]
            yield _found(view, bucket, missed) if missed else Fine(because="the rules in force reach every kind of log")
    yield from walk.unseen_buckets(view)


def _found(view: View, bucket: Bucket, missed: list[str]) -> Found:
    rules = ", ".join(f"{r.id} (prefix {r.prefix or 'none'})" for r in bucket.lifecycle if r.enabled and r.expire_days)
    said = f"{', '.join(missed)} are reached by no rule that expires: {rules}"
    source = "s3 GetBucketLifecycleConfiguration, compared with the keys that are written"
    return Found(where=f"bucket {bucket.name}", said=said, source=source, fix=rewrite(view, bucket, _WORDS))


CAUSE = Cause(
    id="D3",
    name="filter-misses",
    title="The rule's filter misses some logs",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="The prefixes that trail and channel write (log files, digests, Insights events, Config files) are put to "
    "the filters of the rules in force.",
    unknown="The rules could not be read.",
    remedy="An empty filter reaches everything.",
    sources=(
        "botocore model s3 LifecycleRuleFilter",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html",
    ),
    look=_look,
)
