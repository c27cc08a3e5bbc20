"""What a statement is about: its actions one by one, and whether it binds an ordinary administrator."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from trailkeep.authz import catalogue
from trailkeep.authz.arns import ActionPattern
from trailkeep.authz.catalogue import Action
from trailkeep.authz.lint.document import Clause
from trailkeep.authz.lint.shape import Fit, best
from trailkeep.authz.patterns import encode, is_everything, is_wild

ACCOUNT = "000000000000"
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/lint-ordinary-administrator"

ORDINARY: Mapping[str, tuple[str, ...]] = {
    "aws:principalarn": (_ROLE,),
    "aws:principalaccount": (ACCOUNT,),
    "aws:principaltype": ("AssumedRole",),
    "aws:principalisawsservice": ("false",),
    "aws:viaawsservice": ("false",),
    "aws:securetransport": ("true",),
    "aws:requestedregion": ("eu-west-1",),
    "aws:sourceip": ("203.0.113.7",),
    "aws:multifactorauthpresent": ("true",),
    "aws:multifactorauthage": ("60",),
    "s3:tlsversion": ("1.3",),
}
"""A request by an administrator of the organization whom nobody exempted, over TLS and with MFA.

Source of the keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

EXEMPTING = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalisawsservice", "aws:viaawsservice",
    "aws:principalservicename", "aws:principaltype", "aws:userid", "aws:username",
})  # fmt: skip
"""Keys that say who, not what: a condition on them alone leaves somebody out, but nothing."""


@lru_cache(maxsize=8192)
def expand(pattern: str) -> tuple[Action, ...] | None:
    """The actions a pattern names; None where it is not settled, or is about every service."""
    service, colon, _ = pattern.lower().partition(":")
    if is_everything(encode(pattern)) or not colon or is_wild(encode(service)):
        return None
    compiled = ActionPattern(encode(pattern))
    known = catalogue.actions(service)
    if "*" not in pattern and "?" not in pattern:
        exact = known.get(pattern.lower().partition(":")[2])
        return (exact,) if exact else ()
    return tuple(a for name, a in known.items() if compiled.matches(f"{service}:{name}"))


def named(clause: Clause) -> tuple[Action, ...] | None:
    """Every action of a statement; None where they cannot be listed (`*`, NotAction)."""
    if clause.meant.not_action:
        return None
    found = [expand(pattern) for pattern in clause.actions]
    if any(f is None for f in found):
        return None
    return tuple(dict.fromkeys(a for f in found if f for a in f))


def reaches(clause: Clause, action: Action, version: str) -> bool:
    """Whether the statement can be about the action on anything at all."""
    if not clause.meant.of_action(str(action).lower()):
        return False
    return lands(clause, action, version)


def lands(clause: Clause, action: Action, version: str) -> bool:
    """Whether its resources hold anything that the action can be about."""
    if clause.meant.resources is None or clause.meant.not_resource or "*" in clause.resources:
        return True
    if not action.templates:
        return any(not r.strip("*") for r in clause.resources)
    return any(best(r, action.templates, version=version) is not Fit.NO for r in clause.resources)


def binds_ordinarily(clause: Clause) -> bool:
    """Whether its conditions hold for an ordinary administrator: what a guardrail is for."""
    return clause.meant.holds(ORDINARY) is True


def exempts_only(clause: Clause) -> bool:
    """Whether its conditions say at most who is left out."""
    return all(asked.key.lower() in EXEMPTING for asked in clause.asked)


def areas(resources: Iterable[str]) -> frozenset[str]:
    """The buckets (or whole ARNs) that resources name, without partition and object part; `*` is everything."""
    return frozenset(_area(r) for r in resources)


def _area(resource: str) -> str:
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "*"
    return parts[5].partition("/")[0] if parts[2] == "s3" and not parts[4] else parts[5]
