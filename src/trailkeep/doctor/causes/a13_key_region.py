"""A13: the key lies in another Region than the bucket."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = "Give the trail a key of the bucket's Region: a new one, or a replica of a multi-Region key."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail, bucket, name, key in walk.keys_of_trails(view, subject):
        arn = key.arn if key else name
        if bucket is None:
            yield walk.unseen(view, trail.bucket)
        elif arn.count(":") < 5:
            yield Unsure(where=f"key {name}", because="it is named by an alias or id, and was not read", lost=True)
        elif arn.split(":")[3] == bucket.region:
            yield Fine(because="key and bucket are in one Region")
        else:
            yield Found(
                where=f"trail {trail.name}",
                said=f"key {arn} is in {arn.split(':')[3]}, bucket {bucket.name} in {bucket.region}",
                source="cloudtrail DescribeTrails KmsKeyId, s3 GetBucketLocation",
                fix=remedy.in_words(view, _WORDS, f"the key of trail {trail.name}"),
            )


CAUSE = Cause(
    id="A13",
    name="key-region",
    title="The key is in another Region than the bucket",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="The Region in the key's ARN is compared with the bucket's.",
    unknown="The bucket was not read, or the key is known by an alias only.",
    remedy="CloudTrail takes only a key of the bucket's Region (KmsKeyNotFoundException).",
    sources=("botocore model cloudtrail CreateTrail KmsKeyNotFoundException",),
    look=_look,
    consequences=("A12",),
    nothing="the logs are not encrypted by a KMS key",
)
