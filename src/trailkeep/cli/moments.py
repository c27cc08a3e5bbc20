"""Moments as people write them: 7d, 36h, 2026-03-01, 2026-03-01T14:00Z."""

import re
from datetime import UTC, datetime, timedelta

from trailkeep.errors import UsageError

_AGO = re.compile(r"(\d{1,6})\s*(m|h|d|w)")
_UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str | None, option: str, now: datetime) -> datetime | None:
    """A moment in UTC; without an offset it is UTC. Raises UsageError."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text.strip()):
        return now - timedelta(**{_UNIT[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        hint = f"for example {option} 7d, {option} 2026-03-01, or {option} 2026-03-01T14:00Z"
        raise UsageError(f"{option} {text[:40]!r} is not a moment", hint=hint) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
