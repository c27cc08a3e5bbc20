"""Who could ask: a class of principals that every policy treats alike, with what their requests have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from trailkeep.authz import context
from trailkeep.authz.principal import Kind, Principal
from trailkeep.authz.prove import language
from trailkeep.authz.prove.variables import Text, Variable
from trailkeep.authz.request import Facts, Policies
from trailkeep.model.organization import Organization

FROM_SERVICES = (
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
)
"""Keys that only requests of AWS services have.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

OF_PRINCIPALS = ("aws:principalorgid", "aws:principalaccount", "aws:principalarn")
"""Keys that neither services nor anonymous requests have, because they are of no account."""

Fixed = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacker:
    """One class of principals.

    `arn` is what aws:PrincipalArn may be (no text for services and anonymous requests), `session` what the name of a
    role's session may be. `fixed` are context keys whose values are known, () for those that are never there.
    `policies` are in force on its side: SCPs, identity policies, boundary. `stands_for` says how many accounts or
    principals are treated alike.
    """

    who: str
    kind: Kind
    account: str
    arn: Text | None
    session: Text | None
    fixed: Fixed
    facts: Facts
    policies: Policies
    stands_for: int = 1
    service: str = ""
    open: Mapping[str, Variable] = field(default_factory=dict)
    """Context keys whose values are not just any, with what they may be."""
    present: frozenset[str] = frozenset()
    """Context keys that every request of the class has, besides those that all requests have."""

    @property
    def example(self) -> Principal:
        """One of them, to ask what depends on kind, account and service alone."""
        return self.principal(self.arn.likely[0] if self.arn else "", "somebody")

    def principal(self, arn: str, session: str) -> Principal:
        """One of them."""
        if self.kind != "role":
            return Principal(kind=self.kind, id=arn or self.service, account=self.account)
        partition, name = arn.split(":")[1], arn.rpartition("/")[2]
        sts = f"arn:{partition}:sts::{self.account}:assumed-role/{name}/{session}"
        return Principal(kind="session", id=sts, account=self.account, role=arn)


@lru_cache(maxsize=16384)
def anyone(kind: Kind, partition: str, account: str) -> Text:
    """Every ARN that users, roles or federated users of an account may have; the root user has just one.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    if kind == "root":
        return only(f"arn:{partition}:iam::{account}:root")
    service, folder, likely = _NAMED[kind]
    start = language.literal(f"arn:{partition}:{service}::{account}:{folder}/")
    name = language.some("name")
    deeper = (*start, *language.some("name"), *language.literal("/"), *language.any_number("path"), *name)
    domain = (language.pattern((*start, *name)), *([language.pattern(deeper)] if service == "iam" else []))
    example = f"arn:{partition}:{service}::{account}:{folder}/{likely}"
    return Text(name="aws:principalarn", domain=domain, likely=(example,))


_NAMED: dict[Kind, tuple[str, str, str]] = {
    "role": ("iam", "role", "Administrator"),
    "user": ("iam", "user", "admin"),
    "federated user": ("sts", "federated-user", "admin"),
}


@lru_cache(maxsize=16384)
def only(arn: str) -> Text:
    """Just this ARN."""
    return Text(name="aws:principalarn", domain=(language.pattern(language.literal(arn)),), likely=(arn,))


SESSION = Text(
    name="the session's name",
    domain=(language.pattern((*language.some("name"), language.Token(among="name"))),),
    likely=("somebody",),
)
"""What people may call a session of a role: two characters and more.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (RoleSessionName)
"""


def fixed_of(principal: Principal, resource_account: str, organization: Organization) -> Fixed:
    """The keys whose values follow from who asks and whose resource it is; what is not a fact is left open."""
    known = dict(context.derived(principal, resource_account, organization))
    open_ = ("aws:securetransport", "aws:principalarn", "aws:username")
    absent: dict[str, tuple[str, ...]] = dict.fromkeys(FROM_SERVICES, ()) if principal.kind != "service" else {}
    if principal.kind != "user":
        absent |= {"aws:username": ()}
    if "aws:principalorgid" not in known:
        absent |= {"aws:principalorgpaths": ()}
    if not principal.account:
        absent |= dict.fromkeys(OF_PRINCIPALS, ())
    return absent | {k: v for k, v in known.items() if k not in open_}
