"""Every expected hour of every account and Region is in the archive."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.results import Gap
from trailkeep.audit.view import View
from trailkeep.model.ids import Region


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `coverage` found."""
    if view.covered is None:
        nobody = unsure("nobody asked: trailkeep coverage -o json, then --covered FILE")
        yield Answer(subject=view.whole, said=nobody)
        return
    whole = good(f"every hour from {view.covered.since} to {view.covered.until}")
    for seen in view.cells:
        gaps = view.covered.gaps.get((seen.account, seen.region or ""), ())
        yield Answer(subject=seen.subject, said=_said(gaps) or whole)


def _said(gaps: tuple[Gap, ...]) -> Said | None:
    missing = [g for g in gaps if g.state == "UNCOVERED"]
    if missing:
        return bad(f"{sum(g.hours for g in missing)} hours are missing, the first: {missing[0].example}")
    doubtful = [g for g in gaps if g.state == "UNKNOWN"]
    return unsure(f"of {sum(g.hours for g in doubtful)} hours nothing is known: {doubtful[0].example}") if doubtful else None


CHECK = Check(
    id="every-hour-is-covered",
    claim="Every expected hour of every account and Region is in the archive",
    why=("An account that was wiped from the archive leaves no broken chain behind: only what was "
"expected shows what is missing."),
    decided="coverage found no hour UNCOVERED.",
    unknown="Nobody asked, or coverage could not tell for some hours.",
    severity=Severity.HIGH,
    fix=Fix(trailkeep="trailkeep coverage -o json --output-file covered.json, then trailkeep audit --covered covered.json", cli="aws s3 ls s3://BUCKET/AWSLogs/", cloudformation="nothing to declare: this is about the objects themselves", console="S3, the trail bucket; the console verifies nothing",),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html",),
    controls=("CL-INT-03",),
    ask=ask,
)
