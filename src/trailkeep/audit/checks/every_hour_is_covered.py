"""Every expected hour of every account and Region is in the archive."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_covered
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `coverage` found."""
    return on_covered(view, "cloudtrail")


CHECK = Check(
    id="every-hour-is-covered",
    claim="Every expected hour of every account and Region is in the archive",
    why=(
        "An account that was wiped from the archive leaves no broken chain behind: only what was "
        "expected shows what is missing."
    ),
    decided="coverage found no hour of CloudTrail UNCOVERED.",
    unknown="Nobody asked, coverage did not look at it, or could not tell for some hours.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep coverage -o json --output-file covered.json, then trailkeep audit --covered covered.json",
        cli="aws s3 ls s3://BUCKET/AWSLogs/",
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html",),
    controls=("CL-INT-03",),
    ask=ask,
)
