"""Plain text as `-o table` writes it into a file; on a terminal `render_audit` prints the same in colour."""

import io
from collections.abc import Iterator

from rich.console import Console

from trailkeep.report.audit import render_audit
from trailkeep.report.findings import Report


def pieces(report: Report) -> Iterator[str]:
    """The table, unwrapped and without colour."""
    out = io.StringIO()
    Console(file=out, soft_wrap=True, highlight=False, markup=False, emoji=False, width=160).print(render_audit(report))
    yield out.getvalue()
