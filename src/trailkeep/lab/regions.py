"""AWS's commercial Regions and whether an account may use them (AWS Account Management, enabling Regions)."""

from __future__ import annotations

DEFAULT_ENABLED = tuple(
    "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 "
    "eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 "
    "ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2".split()
)
OPT_IN = tuple(
    "af-south-1 ap-east-1 ap-east-2 ap-south-2 "
    "ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 "
    "ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1".split()
)


class RegionBook:
    """Which Regions each account has enabled, among those the scenario shows."""

    def __init__(self, shown: tuple[str, ...]) -> None:
        self.shown = shown
        self._opted_in: dict[str, set[str]] = {}

    def statuses(self, account: str) -> dict[str, str]:
        """Every Region with its opt status, as `account:ListRegions` names it."""
        return {region: self.status(account, region) for region in self.shown}

    def status(self, account: str, region: str) -> str:
        """`ENABLED_BY_DEFAULT`, `ENABLED` or `DISABLED`; a Region that is not shown is disabled."""
        if region in DEFAULT_ENABLED and region in self.shown:
            return "ENABLED_BY_DEFAULT"
        return "ENABLED" if region in self._opted_in.get(account, ()) else "DISABLED"

    def enabled(self, account: str) -> tuple[str, ...]:
        """The Regions the account may use."""
        return tuple(region for region in self.shown if self.status(account, region) != "DISABLED")

    def enable(self, account: str, region: str) -> None:
        """Opt in."""
        self._opted_in.setdefault(account, set()).add(region)

    def disable(self, account: str, region: str) -> None:
        """Opt out."""
        self._opted_in.get(account, set()).discard(region)
