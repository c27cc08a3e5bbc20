"""What the commands of doctor share: their options, where what is judged comes from, what the person says."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry
from trailkeep.cli import options as o
from trailkeep.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from trailkeep.aws.cloud import Cloud
    from trailkeep.doctor.view import Subject, View
    from trailkeep.model.ids import AccountId, Region
    from trailkeep.model.organization import Organization

WHAT = "What you see"
SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", "-f", help="Says what was wanted; trailkeep.yaml if it lies here.", envvar="TRAILKEEP_SPEC"),
]
ProbeToo = Annotated[
    bool, typer.Option("--probe", help="Also ask AWS what a snapshot does not hold; only reading calls.")
]
Details = Annotated[bool, typer.Option("--details", help="Also each cause that is ruled out, and by what.")]
Account = Annotated[
    str | None, typer.Option("--account", help="Only this account (id, name or path).", rich_help_panel=WHAT)
]
RegionOf = Annotated[str | None, typer.Option("--region", help="Only this Region.", rich_help_panel=WHAT)]
VerifiedIn = Annotated[
    Path | None,
    typer.Option("--verified", help="What `trailkeep verify -o json` found.", rich_help_panel=WHAT),
]
Day = Annotated[
    str | None, typer.Option("--day", help="The day whose logs are missed: 2026-03-01 (UTC).", rich_help_panel=WHAT)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where what is judged comes from, and where the result goes."""

    spec: Path | None
    snapshot: Path | None
    probe: bool
    profile: str | None
    workers: int
    verbose: bool
    output: o.Output
    output_file: Path | None
    details: bool = False
    verified: Path | None = None


def way_of(
    spec: Path | None,
    snapshot: Path | None,
    probe: bool,
    profile: str | None,
    workers: int,
    verbose: bool,
    output: o.Output,
    output_file: Path | None,
    *,
    details: bool = False,
    verified: Path | None = None,
) -> Way:
    """The way that the options of a command describe."""
    return Way(
        spec=spec,
        snapshot=snapshot,
        probe=probe,
        profile=profile,
        workers=workers,
        verbose=verbose,
        output=output,
        output_file=output_file,
        details=details,
        verified=verified,
    )


def prepared(way: Way, **said: object) -> "tuple[View, Subject, Cloud | None]":
    """What is looked at, what the person says, and AWS where it may be asked."""
    from trailkeep.app.doctor import read_verified
    from trailkeep.app.prove import spec_beside
    from trailkeep.app.world import now, open_cloud, scope_of
    from trailkeep.doctor.view import View

    wanted = spec_beside(way.spec)
    spec = wanted.spec if wanted else None
    cloud = None
    if way.probe or way.snapshot is None:
        cloud = open_cloud(entry.access(way.profile, None, way.workers, way.verbose), spec)
    if way.snapshot is not None:
        from trailkeep.app import snapshot_file

        taken = snapshot_file.read(way.snapshot)
    else:
        from trailkeep.aws.read.snapshot import read_snapshot
        from trailkeep.cli.watch import Watch

        assert cloud is not None
        with Watch() as watch:
            taken = read_snapshot(cloud, scope_of(spec), taken=now(), progress=watch)
    if cloud is not None and way.snapshot is not None:
        _same(cloud, taken.organization)
    subject = _subject(taken.organization, **said)
    verified = read_verified(way.verified) if way.verified else None
    return View(snapshot=taken, spec=spec, verified=verified), subject, cloud if way.probe else None


def _same(cloud: "Cloud", organization: "Organization") -> None:
    if cloud.caller.account not in organization.accounts:
        raise UsageError(
            f"the credentials are of account {cloud.caller.account}, which is not in the snapshot's organization",
            hint="use credentials of its management account, or leave --probe out",
        )


def _subject(organization: "Organization", **said: object) -> "Subject":
    """What the person says. Raises UsageError for what is no account, Region, day or ARN."""
    from trailkeep.doctor.view import Subject

    reader = str(said.get("reader") or "")
    if reader and not (reader.startswith("arn:") and reader.count(":") == 5):
        raise UsageError(
            f"{reader[:120]!r} is no ARN of a user or role", hint="for example arn:aws:iam::111111111111:role/Audit"
        )
    days = said.get("days")
    return Subject(
        account=_account(said.get("account"), organization),
        region=_region(said.get("region")),
        day=_day(said.get("day")),
        looked_at=str(said.get("looked_at") or ""),
        reader=reader,
        retention_days=days if isinstance(days, int) else None,
    )


def _account(text: object, organization: "Organization") -> "AccountId | None":
    from trailkeep.model.ids import AccountId
    from trailkeep.setup.targets import resolve

    if not isinstance(text, str):
        return None
    # an account that is not of the organization is a cause too (A20)
    return AccountId(text) if text.isdigit() and len(text) == 12 else AccountId(resolve(text, organization, "account"))


def _region(text: object) -> "Region | None":
    from trailkeep.model.ids import Region

    try:
        return Region(text) if isinstance(text, str) else None
    except ValueError as error:
        raise UsageError(str(error), hint="for example --region eu-west-1") from error


def _day(text: object) -> "date | None":
    from datetime import date

    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError as error:
        raise UsageError(f"{str(text)[:40]!r} is not a day", hint="for example --day 2026-03-01") from error
