"""The pages of the checks are as the checks say."""

from pathlib import Path

from trailkeep.audit.pages import pages

FOLDER = Path(__file__).parents[2] / "docs" / "checks"


def test_the_pages_of_the_checks_are_current() -> None:
    """`python -m trailkeep.audit.pages` renews them."""
    written = {p.name: p.read_text() for p in FOLDER.glob("*.md")}
    assert written == pages()
