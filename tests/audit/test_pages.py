"""The pages of the checks are as the checks say."""

from pathlib import Path

from trailkeep.audit import checks
from trailkeep.audit.pages import pages

FOLDER = Path(__file__).parents[2] / "docs" / "checks"


def test_the_pages_of_the_checks_are_current() -> None:
    """`python -m trailkeep.audit.pages` renews them."""
    written = {p.name: p.read_text() for p in FOLDER.glob("*.md")}
    assert written == pages()


def test_every_file_of_a_check_is_listed() -> None:
    files = {p.stem for p in Path(str(checks.__file__)).parent.glob("*.py")} - {"__init__", "proved"}
    listed = {c.id.replace("-", "_") for c in checks.CHECKS if not c.id.startswith("proved-")}
    assert files == listed
