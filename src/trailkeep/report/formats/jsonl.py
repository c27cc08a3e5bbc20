"""JSON Lines: one object a finding."""

import json
from collections.abc import Iterator

from trailkeep.report.findings import Report, finding_json


def pieces(report: Report) -> Iterator[str]:
    """A line a finding; escapes keep it harmless on a terminal."""
    for finding in report.audited.findings:
        yield json.dumps(finding_json(report, finding)) + "\n"
