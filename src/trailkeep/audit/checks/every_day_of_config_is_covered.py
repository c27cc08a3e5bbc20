"""Every expected day of AWS Config is in the archive."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_covered
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `coverage` found."""
    return on_covered(view, "config")


CHECK = Check(
    id="every-day-of-config-is-covered",
    claim="Every expected day of AWS Config is in the archive",
    why=("A channel that reports success says nothing of what is in the bucket today; Config.1 says even less."),
    decided="coverage found no day of AWS Config UNCOVERED.",
    unknown="Nobody asked, coverage did not look at it, or could not tell for some hours.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep coverage -o json --output-file covered.json, then trailkeep audit --covered covered.json",
        cli="aws s3 ls s3://BUCKET/AWSLogs/{account}/Config/",
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/deliver-snapshot-cli.html",),
    controls=("CL-CFG-02",),
    ask=ask,
)
