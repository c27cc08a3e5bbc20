"""doctor: read or load, diagnose, ask AWS what is still open, diagnose again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trailkeep.doctor.diagnose import Diagnosis, diagnose, probes
from trailkeep.doctor.verdict import Answer, Probe
from trailkeep.doctor.verified import Verified, parse
from trailkeep.doctor.view import Subject, View
from trailkeep.errors import UsageError

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.doctor.cause import Family

ROUNDS = 2
"""What an answer tells may make other causes worth asking about, once."""

LARGEST = 256 << 20
"""Bytes of a verification's JSON that are read."""

Progress = Callable[[int], None]


def examine(
    view: View,
    subject: Subject,
    asked: "Family | None",
    cloud: "Cloud | None",
    now: datetime,
    progress: Progress = lambda _: None,
) -> tuple[Diagnosis, View]:
    """The diagnosis, with live answers where a cloud is given; and the view that holds them."""
    diagnosis = diagnose(view, subject, asked)
    for _ in range(ROUNDS if cloud else 0):
        wanted = [p for p in probes(diagnosis) if p not in view.answers]
        if not wanted or cloud is None:
            break
        progress(len(wanted))
        view = ask(view, wanted, cloud, now)
        diagnosis = diagnose(view, subject, asked)
    return diagnosis, view


def read_verified(path: Path) -> Verified:
    """What `trailkeep verify -o json` wrote into a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="check the path of --verified") from error
    if len(raw) > LARGEST:
        raise UsageError(f"{path} is too large", hint="verify a shorter time (--since), or one account")
    return parse(raw.decode(errors="replace"), str(path))


def ask(view: View, wanted: Iterable[Probe], cloud: "Cloud | None", now: datetime) -> View:
    """The view with the answers to these questions; without a cloud as it is."""
    if cloud is None:
        return view
    from trailkeep.aws import probes as live
    from trailkeep.aws.sweep import sweep
    from trailkeep.errors import AwsError

    listed = list(wanted)
    told = sweep(cloud, listed, lambda p: live.ask(cloud, p.operation, p.account, p.region, p.about, now))
    answers = {
        probe: Answer(refused=rows.message)
        if isinstance(rows, AwsError)
        else Answer(rows=tuple(tuple(sorted(row.items())) for row in rows))
        for probe, rows in zip(listed, told, strict=True)
    }
    return replace(view, answers={**view.answers, **answers}, memory={})
