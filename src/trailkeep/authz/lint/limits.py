"""How long AWS lets a policy be, and how many of a kind a target holds: data with source and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trailkeep.authz.lint.document import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The longest a policy may be, in what AWS counts; `most` where the quota can be raised to that."""

    length: int
    unit: Literal["characters", "characters without white space", "bytes"]
    source: str
    day: str
    most: int = 0

    def measure(self, text: str) -> int:
        """The length of a document as AWS counts it."""
        match self.unit:
            case "characters":
                return len(text)
            case "bytes":
                return len(text.encode(errors="surrogatepass"))
            case "characters without white space":
                return sum(not c.isspace() for c in text)


_ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"

LIMITS: Mapping[Form, Limit] = {
    "scp": Limit(length=10_240, unit="characters", source=_ORGANIZATIONS, day="2026-05-15"),
    "rcp": Limit(length=5_120, unit="characters", source=_ORGANIZATIONS, day="2026-11-23"),
    "identity": Limit(length=6_144, unit="characters without white space", source=_IAM, day="2026-11-23"),
    "boundary": Limit(length=6_144, unit="characters without white space", source=_IAM, day="2026-11-23"),
    "session": Limit(length=2_048, unit="characters", source=_IAM, day="2026-11-23"),
    "trust": Limit(length=2_048, unit="characters without white space", source=_IAM, day="2026-11-23", most=4_096),
    "resource": Limit(
        length=20_480,
        unit="bytes",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
        day="2026-11-23",
    ),
    "key": Limit(
        length=32_768,
        unit="bytes",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
        day="2026-11-23",
    ),
    "vpc-endpoint": Limit(
        length=20_480,
        unit="characters",
        source="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html",
        day="2026-11-23",
    ),
}
"""By form; "identity" is a managed policy, "resource" a bucket policy. `day` is when the number was last read."""

SLOTS: Mapping[Form, int] = {"scp": 10, "rcp": 5}
"""Policies attached directly to one root, unit or account; inherited ones do not count (same page)."""
SLOTS_SOURCE = _ORGANIZATIONS
