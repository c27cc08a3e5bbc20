"""ARN patterns: as Resource elements mean them, and as ArnLike does.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from trailkeep.authz.patterns import STAR, Glob, is_everything, is_wild
from trailkeep.authz.truth import Truth

_PARTS = 6
_SERVICE = 2


class ResourcePattern:
    """One value of Resource or NotResource.

    Settled: a wildcard inside a colon-separated part stays in it; one that ends the pattern runs on over colons; `*`
    is everything. Not settled, so None when it would match: a star that crosses a colon in the middle, a wildcard in
    the service part, a wildcard in the resource type (`*/name`; S3 has no types), and a short ARN without a star.
    """

    __slots__ = ("_doubtful", "_ends_short", "_everything", "_parts", "_whole")

    def __init__(self, encoded: str) -> None:
        parts = encoded.split(":", _PARTS - 1)
        self._everything = is_everything(encoded)
        self._whole = Glob(encoded)
        self._parts = tuple(Glob(p) for p in parts)
        self._ends_short = len(parts) < _PARTS and not encoded.endswith(STAR)
        self._doubtful = is_doubtful(parts)

    def matches(self, resource: str) -> Truth:
        """Whether this names the resource; `*` stands for actions that are about no resource."""
        if self._everything:
            return True
        if resource == "*":
            return False
        values = resource.split(":", _PARTS - 1 if self._ends_short else len(self._parts) - 1)
        fits = len(values) >= len(self._parts) and all(p.matches(v) for p, v in zip(self._parts, values, strict=False))
        if self._ends_short:
            return None if fits and len(self._parts) > _SERVICE else False
        if fits:
            return None if self._doubtful else True
        return None if self._whole.matches(resource) else False


def is_doubtful(parts: list[str]) -> bool:
    """Whether a wildcard stands in the service or the resource type, where no page says what it means."""
    service = parts[_SERVICE] if len(parts) > _SERVICE else ""
    kind, slash, _ = parts[-1].partition("/") if len(parts) == _PARTS else ("", "", "")
    return is_wild(service) or bool(slash and is_wild(kind) and service not in {"s3", STAR} and kind)


class ArnCondition:
    """One value of ArnEquals or ArnLike: six parts, each checked separately."""

    __slots__ = ("_parts", "_whole")

    def __init__(self, encoded: str) -> None:
        parts = encoded.split(":", _PARTS - 1)
        self._parts = tuple(Glob(p) for p in parts) if len(parts) == _PARTS else ()
        self._whole = Glob(encoded)

    def matches(self, value: str) -> Truth:
        """Whether the value is an ARN that fits; a pattern that is no ARN itself settles nothing."""
        if not self._parts:
            return None if self._whole.matches(value) else False
        values = value.split(":", _PARTS - 1)
        return len(values) == _PARTS and all(p.matches(v) for p, v in zip(self._parts, values, strict=True))


class ActionPattern:
    """One value of Action or NotAction, without regard to case; a wildcard in the service part settles nothing."""

    __slots__ = ("_doubtful", "_ends_short", "_everything", "_glob")

    def __init__(self, encoded: str) -> None:
        lower = encoded.lower()
        service, colon, _ = lower.partition(":")
        self._everything = is_everything(encoded)
        self._doubtful = is_wild(service)
        self._glob = Glob(lower) if colon else None

    def matches(self, action: str) -> Truth:
        """Whether this names the action, which is in lower case."""
        if self._everything:
            return True
        found = self._glob is not None and self._glob.matches(action)
        return None if found and self._doubtful else found
