"""What `verify` and `coverage` found, as their JSON says it: an audit takes their word, and says where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from trailkeep.errors import UsageError

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """What was verified of one account and Region: its chains together; `bad` counts what is not VALID by verdict."""

    start: datetime | None = None
    end: datetime | None = None
    digests: int = 0
    logs: int = 0
    bad: Mapping[str, int] = field(default_factory=dict)
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification: where, up to when it looked, and what of each account and Region."""

    place: str
    until: datetime | None
    cells: Mapping[tuple[str, str], Chains]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Hours of an account and Region that are not covered, or of which nothing is known."""

    hours: int
    state: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A coverage report: from when to when, of which services and accounts, and the gaps by service and place."""

    since: str
    until: str
    by_organization: bool
    """Whether it knew from the organization what to expect, or only from the archive's own folders."""
    services: frozenset[str]
    accounts: frozenset[str]
    gaps: Mapping[tuple[str, str, str], tuple[Gap, ...]]


def verified(told: Any) -> Verified:  # noqa: ANN401 a file of unknown origin
    """The JSON of `trailkeep verify -o json`. Raises UsageError for anything else."""
    if not isinstance(told, Mapping) or told.get("trailkeep_verify") != 1:
        raise UsageError("this is no result of verify", hint="make it with: trailkeep verify -o json")
    try:
        cells = {(str(c["account"]), str(c["region"])): _chains(c) for c in _merged(told["chains"])}
        for finding in told["findings"]:
            where = (str(finding["account"]), str(finding["region"]))
            cells[where] = _worse(cells.get(where, Chains()), finding)
        until = _moment(told.get("until")) or _moment(told.get("expected_until"))
        return Verified(place=str(told["place"]), until=until, cells=cells)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"this result of verify cannot be read: {error}", hint="make it anew") from error


def _merged(chains: list[Told]) -> list[dict[str, Any]]:
    """Several trails of one account and Region together: what all of them reach from, and up to."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for chain in chains:
        where = (str(chain["account"]), str(chain["region"]))
        before = found.get(where)
        if before is None:
            found[where] = dict(chain)
            continue
        before["digests"] += chain["digests"]
        before["log_files"] += chain["log_files"]
        before["end"] = max(filter(None, (before["end"], chain["end"])), default=None)
        before["start"] = min(filter(None, (before["start"], chain["start"])), default=None)
    return list(found.values())


def _chains(told: Told) -> Chains:
    return Chains(
        start=_moment(told["start"]),
        end=_moment(told["end"]),
        digests=int(told["digests"]),
        logs=int(told["log_files"]),
    )


def _worse(chains: Chains, finding: Told) -> Chains:
    verdict = str(finding["verdict"])
    said = f"{finding['key'] or 'hours'}: {finding['cause']}"
    return Chains(
        start=chains.start,
        end=chains.end,
        digests=chains.digests,
        logs=chains.logs,
        bad={**chains.bad, verdict: chains.bad.get(verdict, 0) + 1},
        example=chains.example or said,
    )


def _moment(text: object) -> datetime | None:
    """A moment in UTC, as both commands write it; one without an offset is taken for UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def covered(told: Any) -> Covered:  # noqa: ANN401 a file of unknown origin
    """The JSON of `trailkeep coverage -o json`. Raises UsageError for anything else."""
    if not isinstance(told, Mapping) or told.get("trailkeep_coverage") != 1:
        raise UsageError("this is no result of coverage", hint="make it with: trailkeep coverage -o json")
    try:
        gaps: dict[tuple[str, str, str], tuple[Gap, ...]] = {}
        for gap in told["gaps"]:
            where = (str(gap["service"]), str(gap["account"]), str(gap["region"]))
            example = f"{gap['from']} to {gap['to']}, {gap['cause']}"
            one = Gap(hours=int(gap["hours"]), state=str(gap["state"]), example=example)
            gaps[where] = (*gaps.get(where, ()), one)
        return Covered(
            since=str(told["from"]),
            until=str(told["to"]),
            by_organization=str(told["expected_by"]).startswith("the organization"),
            services=frozenset(s for s in ("cloudtrail", "config") if told[s] is not None),
            accounts=frozenset(str(a["account"]) for a in told["accounts"]),
            gaps=gaps,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"this result of coverage cannot be read: {error}", hint="make it anew") from error
