"""The page of every check, made of the check's own fields: python -m trailkeep.audit.pages [FOLDER]."""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from trailkeep.audit.check import Check, on_page
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.frameworks import requirements_of

FOLDER = Path("docs/checks")
INDEX = "README.md"


def page(check: Check) -> str:
    """One check as Markdown."""
    return "".join(_lines(check))


def _lines(check: Check) -> Iterator[str]:
    fix = check.fix
    yield f"# {check.claim}\n\n`{check.id}`, severity {check.severity}\n\n{check.why}\n\n"
    yield f"**How it is decided.** {check.decided}\n\n**What makes it unknown.** {check.unknown}\n\n"
    yield f"## Remedy\n\n* trailkeep: {fix.trailkeep}\n* AWS CLI:\n\n  ```\n  {on_page(fix.cli)}\n  ```\n\n"
    yield f"* CloudFormation:{_snippet(fix.cloudformation)}* Console: {fix.console}\n\n"
    behind = list(requirements_of(check))
    if behind:
        yield "## Evidence for\n\n"
        for framework, pairs in groupby(behind, key=lambda pair: pair[0].name):
            yield f"* {framework}: {', '.join(requirement.id for _, requirement in pairs)}\n"
        yield "\n"
    yield "## Sources\n\n" + "".join(f"* <{source}>\n" for source in check.sources)


def _snippet(text: str) -> str:
    """YAML in a block of its own; a sentence where CloudFormation cannot help."""
    if "Type: AWS::" not in text:
        return f" {text}\n"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    return f"\n\n  ```yaml\n{indented}  ```\n\n"


def index() -> str:
    """All checks in a table, in the order in which they are asked."""
    rows = "".join(f"| [{c.id}]({c.id}.md) | {c.severity} | {c.claim} |\n" for c in CHECKS)
    return f"# The checks of `trailkeep audit`\n\n| check | severity | claim |\n| --- | --- | --- |\n{rows}"


def pages() -> dict[str, str]:
    """Every file of the folder, by name."""
    return {INDEX: index(), **{f"{c.id}.md": page(c) for c in CHECKS}}


def main(folder: Path) -> None:
    """Write the folder anew; a page of a check that is gone goes too."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
