"""D1: logs expire earlier than wanted."""

from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import look_for

CAUSE = Cause(
    id="D1",
    name="expires-early",
    title="Logs expire earlier than wanted",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="Days of expiration of the rules in force are compared with `archive.retention_days` (or --days); null "
    "there means that nothing may expire.",
    unknown="Nobody says how long logs should be kept, or the rules could not be read.",
    remedy="Raise the days; the call replaces the whole set of rules.",
    sources=("botocore model s3 GetBucketLifecycleConfiguration LifecycleExpiration",),
    look=look_for("current"),
    also=("B10",),
)
