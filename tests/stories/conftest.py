"""One embedded organization a test (it starts in half a second), and the finished one that a module may share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.forks import start
from tests.stories.desk import Desk, scenario

MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The small organization, untouched, and a specification for it."""
    with start("small") as lab:
        made = Desk(tmp_path, lab)
        made.spec()
        yield made


@pytest.fixture
def desk_of(tmp_path: Path) -> Iterator[MakeDesk]:
    """Makes a desk with a scenario of its own: `desk_of(accounts=[…])`."""
    running: list[Any] = []

    def make(**members: Any) -> Desk:
        lab = start(scenario(tmp_path, **members))
        running.append(lab)
        made = Desk(tmp_path, lab)
        made.spec()
        return made

    yield make
    for lab in running:
        lab.stop()


@pytest.fixture
def built(desk: Desk) -> Desk:
    """The small organization with everything in place."""
    desk.apply().expect(0)
    desk.lab.forget_calls()
    return desk


@pytest.fixture
def alone(tmp_path: Path) -> Desk:
    """A desk without any organization."""
    return Desk(tmp_path)
