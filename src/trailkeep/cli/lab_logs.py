"""lab logs, advance, tamper: archives to try the verifier on, time that passes, and damage by name."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from trailkeep.cli import say
from trailkeep.cli.lab import ask, need_lab
from trailkeep.errors import ExitCode, UsageError

_TIME = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_PATIENCE = 3600.0
"""Seconds; a year of an organization is millions of digests."""


class VolumeName(StrEnum):
    """How much happens in an account."""

    EMPTY = "empty"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Layout(StrEnum):
    """Whose trail wrote the archive."""

    ORGANIZATION = "organization"
    MEMBER = "member"


_Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of `trailkeep lab`."""
    app.command("logs")(logs)
    app.command("advance")(advance)
    app.command("tamper")(tamper)


def logs(
    accounts: Annotated[int, typer.Option(help="So many accounts.", min=1, max=5000)] = 4,
    regions: Annotated[int, typer.Option(help="So many Regions of each.", min=1, max=17)] = 3,
    days: Annotated[int, typer.Option(help="So many days.", min=1, max=3660)] = 1,
    volume: Annotated[VolumeName, typer.Option(help="Log files an hour: none, 1, 12 or 60 in busy Regions.")] = (
        VolumeName.SMALL
    ),
    seed: _Seed = 7,
    to: Annotated[Path | None, typer.Option(help="Write into this folder, not into the running lab's S3.")] = None,
    bucket: Annotated[
        str, typer.Option(help="The bucket it lies in, or says that it lay in; made in the lab if it is not there.")
    ] = "trailkeep-lab-logs",
    layout: Annotated[Layout, typer.Option(help="Of an organization trail, or of a trail in each account.")] = (
        Layout.ORGANIZATION
    ),
    prefix: Annotated[str, typer.Option(help="The trail's key prefix.")] = "",
    trail: Annotated[str, typer.Option(help="The trail's name.")] = "trailkeep",
    until: Annotated[str, typer.Option(help="The day after the last one, as 2026-01-31.")] = "2026-01-31",
    late: Annotated[float, typer.Option(help="The share of log files with delayed events.", min=0, max=1)] = 0.02,
    backfills: Annotated[int, typer.Option(help="So many backfill digests of each account and Region.", min=0)] = 0,
    damage: Annotated[
        list[str] | None, typer.Option("--tamper", help="Damage it, by name; again for more (see lab tamper).")
    ] = None,
) -> ExitCode:
    """Make an archive of CloudTrail logs and signed digests. The same options give the same bytes.

    In a folder, `<key>.metadata.json` beside a digest holds its S3 metadata, so its signature, which `verify` reads;
    public-keys.jsonl holds the keys, for `verify FOLDER --keys`; archive.json says what was made.
    """
    need_lab()
    from trailkeep.lab.logs.shape import Shape, account_ids, midnight, region_names

    organization = "o-acme1acme2" if layout is Layout.ORGANIZATION else ""
    try:
        shape = Shape(
            accounts=account_ids(accounts), regions=region_names(regions), days=days, until=midnight(until),
            volume=volume.value, seed=seed, bucket=bucket, prefix=prefix, organization=organization, trail=trail,
            late=late, backfills=backfills,
        )  # fmt: skip
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    counts = _into_folder(shape, to) if to is not None else _into_lab(shape, accounts, layout)
    where = str(to) if to is not None else f"s3://{bucket}"
    said = ", ".join(f"{counts.get(kind, 0):,} {name}" for kind, name in _COUNTED)
    say.err().print(f"{where}: {said}")
    for kind in damage or ():
        _say_damage(kind, _tamper_folder(to, kind, seed) if to is not None else _tamper_lab(bucket, kind, seed))
    return ExitCode.OK


_COUNTED = (("log", "log files"), ("digest", "digests"), ("backfill", "backfill digests"))


def advance(
    time: Annotated[str, typer.Argument(help="How much time passes: 24h, 90m, 7d, 1d12h.")],
) -> ExitCode:
    """Let time pass in the running lab: log files, digests and configuration files that become due are delivered."""
    now = _ask("POST", "advance", {"seconds": seconds_of(time)})["now"]
    say.err().print(f"in the lab it is {now} now")
    return ExitCode.OK


def tamper(
    kinds: Annotated[list[str] | None, typer.Argument(help="The damage, by name; none lists them all.")] = None,
    folder: Annotated[Path | None, typer.Option("--in", help="Damage this folder, made by lab logs --to.")] = None,
    bucket: Annotated[str, typer.Option(help="Damage this bucket of the running lab.")] = "trailkeep-lab-logs",
    account: Annotated[list[str] | None, typer.Option(help="Only in this account; again for more.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only in this Region; again for more.")] = None,
    seed: _Seed = 1,
    heal: Annotated[bool, typer.Option("--heal", help="Take back the faults of reading (object-denied …).")] = False,
) -> ExitCode:
    """Damage an archive by name, and print the keys that were hit. The damage is not taken back."""
    need_lab()
    if heal:
        _ask("PUT", "faults", [])
    if not kinds and not heal:
        return _list_kinds()
    for kind in kinds or ():
        where = {"accounts": account or [], "regions": region or []}
        hit = _tamper_folder(folder, kind, seed, **where) if folder else _tamper_lab(bucket, kind, seed, **where)
        _say_damage(kind, hit)
    return ExitCode.OK


def seconds_of(text: str) -> int:
    """Seconds of `24h`, `7d`, `1d12h30m`. Raises UsageError for anything else."""
    found = _TIME.fullmatch(text.strip().lower())
    if found is None or not any(found.groups()):
        raise UsageError(f"{text!r} is not a length of time", hint="write it like 24h, 90m, 7d or 1d12h")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60


def _list_kinds() -> ExitCode:
    from trailkeep.lab.logs.controls import FAULTS
    from trailkeep.lab.logs.tamper import KINDS

    for name, kind in KINDS.items():
        say.out().print(f"{name:24}{kind.does} ({kind.expected})")
    for name, fault in FAULTS.items():
        say.out().print(f"{name:24}reading a log file meets a fault: {fault['kind']} (lab only)")
    return ExitCode.OK


def _into_folder(shape: Any, folder: Path) -> dict[str, int]:  # noqa: ANN401  (lab is imported when it is there)
    from trailkeep.lab.logs.targets import write_folder

    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", hint="an archive is made in a folder of its own")
    return dict(write_folder(shape, folder))


def _into_lab(shape: Any, accounts: int, layout: Layout) -> dict[str, int]:  # noqa: ANN401  (as above)
    asked = shape.to_json() | {"number": accounts, "of_organization": layout is Layout.ORGANIZATION}
    return dict(_ask("POST", "logs", asked)["files"])


def _tamper_folder(folder: Path, kind: str, seed: int, **where: list[str]) -> list[str]:
    from trailkeep.lab.logs.tamper import Where, tamper
    from trailkeep.lab.logs.vaults import FolderVault

    chosen = Where(accounts=tuple(where.get("accounts", ())), regions=tuple(where.get("regions", ())))
    try:
        return list(tamper(FolderVault(folder), kind, seed=seed, where=chosen).keys)
    except ValueError as problem:
        raise UsageError(str(problem)) from None


def _tamper_lab(bucket: str, kind: str, seed: int, **where: list[str]) -> list[str]:
    return list(_ask("POST", "tamper", {"kind": kind, "bucket": bucket, "seed": seed, **where})["keys"])


def _say_damage(kind: str, keys: list[str]) -> None:
    for key in keys:
        sys.stdout.write(f"{kind}\t{key}\n")  # a console would make spaces of the tab


def _ask(method: str, path: str, body: Any) -> Any:  # noqa: ANN401  (JSON)
    return ask(method, path, body, patience=_PATIENCE)
