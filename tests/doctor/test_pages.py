"""Each cause has a page that is current, sources, and all that a person needs to judge it."""

import re
from pathlib import Path

import pytest

from trailkeep.doctor import causes, pages
from trailkeep.doctor.cause import Cause
from trailkeep.doctor.causes import BY_ID, CAUSES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/causes"
MATRIX = [f"{letter}{n}" for letter, last in zip("ABCD", (37, 14, 12, 13), strict=True) for n in range(1, last + 1)]


def test_the_whole_matrix_is_there_in_its_order() -> None:
    assert [c.id for c in CAUSES] == MATRIX
    assert len({c.name for c in CAUSES}) == len(CAUSES) == len(BY_ID)


def test_a_cause_is_a_file_and_every_file_is_listed() -> None:
    files = {p.stem for p in Path(causes.__file__).parent.glob("[a-d][0-9][0-9]_*.py")}
    assert len(files) == len(CAUSES)
    assert {f"{c.id[0].lower()}{int(c.id[1:]):02}" for c in CAUSES} == {name[:3] for name in files}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda c: c.id)
def test_the_page_is_current(cause: Cause) -> None:
    assert (FOLDER / pages.file_name(cause)).read_text() == pages.page(cause), "run `python -m trailkeep.doctor.pages`"


def test_the_list_is_current_and_no_page_is_left_over() -> None:
    assert (FOLDER / "README.md").read_text() == pages.index()
    assert {p.name for p in FOLDER.iterdir()} == {"README.md", *(pages.file_name(c) for c in CAUSES)}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda c: c.id)
def test_a_cause_says_how_it_is_decided_what_leaves_it_open_and_by_which_source(cause: Cause) -> None:
    for text in (cause.decided, cause.unknown, cause.remedy):
        assert len(text) > 9
        assert text.endswith("."), text
    assert cause.sources
    assert all(s.startswith(("https://", "botocore ")) for s in cause.sources), cause.sources
    assert not re.search(r"recipe|aws-facts", " ".join(cause.sources))
    assert len(cause.title) <= 62
