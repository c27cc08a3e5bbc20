"""D2: replaced and deleted versions of logs are purged earlier than wanted."""

from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import look_for

CAUSE = Cause(
    id="D2",
    name="old-versions-early",
    title="Replaced and deleted versions are purged early",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="NoncurrentDays of the rules in force are compared with `archive.noncurrent_days`.",
    unknown="Nobody says how long they should be kept, or the rules could not be read.",
    remedy="Raise the days: they are the time in which a deletion can be noticed and undone.",
    sources=("botocore model s3 NoncurrentVersionExpiration",),
    look=look_for("noncurrent"),
    also=("B10",),
)
