"""B4: versioning is suspended, or MFA Delete is off where it is wanted."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, Probe
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_MFA = (
    "Only the root user of the bucket's account can switch MFA Delete on, by the CLI with a code of its MFA device: "
    "`trailkeep plan` prints the exact steps, and verifies the result afterwards."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    wants_mfa = view.spec is not None and view.spec.archive.protection == "mfa"
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "versioning")
        if lost is not None:
            yield lost
        elif bucket.versioning != "Enabled":
            said = f"versioning is {bucket.versioning or 'not enabled'}"
            yield _found(view, bucket, said, versioning(view, bucket))
        elif wants_mfa and not bucket.mfa_delete:
            yield _found(view, bucket, "MFA Delete is not enabled, and the specification wants it", Fix(words=_MFA))
        else:
            yield Fine(because="GetBucketVersioning says Enabled")
    yield from walk.unseen_buckets(view)


def versioning(view: View, bucket: Bucket) -> Fix:
    """Switch versioning on."""
    words = "Enable versioning; what was overwritten or deleted meanwhile is gone."
    call = ("put-bucket-versioning", "--versioning-configuration", "Status=Enabled")
    return remedy.on_bucket(view, bucket, words, "s3:PutBucketVersioning", *call)


def _found(view: View, bucket: Bucket, said: str, fix: Fix) -> Found:
    probe = Probe(operation="lookup_events", account=bucket.account, region=bucket.region, about="PutBucketVersioning")
    who = walk.actor(view, probe, bucket.name)
    where = f"bucket {bucket.name}"
    return Found(where=where, said=said + who, source="s3 GetBucketVersioning", fix=fix, probes=(probe,))


CAUSE = Cause(
    id="B4",
    name="versioning",
    title="Versioning is off, or MFA Delete where it is wanted",
    family=Family.DELETION,
    cost=Cost.SETTING,
    decided="Status and MFADelete of GetBucketVersioning.",
    unknown="The setting could not be read.",
    remedy="Enable versioning; MFA Delete is a step for the root user.",
    sources=(
        "botocore model s3 GetBucketVersioning, PutBucketVersioning",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
    ),
    look=_look,
    also=("D8",),
)
