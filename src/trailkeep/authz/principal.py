"""Who asks, and how a policy's Principal element names them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

from trailkeep.authz.truth import Truth
from trailkeep.errors import UsageError

Kind = Literal["user", "role", "session", "federated user", "root", "service", "federated", "anonymous"]

_ARN = re.compile(r"arn:(aws[a-z-]*):(iam|sts)::([0-9]{12}):(.+)", re.DOTALL)
_SERVICE = re.compile(r"[a-z0-9.-]{1,100}\.amazonaws\.com(\.cn)?")
_ACCOUNT = re.compile(r"[0-9]{12}")
_PROVIDERS = ("saml-provider/", "oidc-provider/")
_SERVICE_LINKED = "role/aws-service-role/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who makes a request. `id` is an ARN, a service, a federated provider, or "" for anonymous.

    `role` is the ARN of the role that a session is of ("" for everybody else); an STS ARN does not tell the role's
    path, so it is the path-less ARN unless the request's aws:PrincipalArn says more.
    """

    kind: Kind
    id: str
    account: str = ""
    role: str = ""

    @property
    def is_iam(self) -> bool:
        """Whether it belongs to an account, so that identity policies and SCPs can bind it."""
        return bool(self.account)

    @property
    def names(self) -> frozenset[str]:
        """Every ARN that names exactly this principal."""
        return frozenset(n for n in (self.id, self.role) if n and self.kind not in {"service", "anonymous"})


def read_principal(text: str, principal_arn: str = "") -> Principal:
    """A principal from an ARN, `<service>.amazonaws.com` or `anonymous`.

    A role's ARN means a session of that role. `principal_arn` is the request's aws:PrincipalArn, if it has one.
    Raises UsageError.
    """
    if text.lower() in {"anonymous", "*"}:
        return Principal(kind="anonymous", id="")
    if _SERVICE.fullmatch(text):
        return Principal(kind="service", id=text)
    found = _ARN.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text[:120]!r} is no principal",
            hint="write the ARN of a user, role, assumed role or root, `<service>.amazonaws.com`, or anonymous",
        )
    partition, service, account, name = found.groups()
    who = _of_iam(text, account, name) if service == "iam" else _of_sts(text, f"arn:{partition}:iam::{account}:role/")
    if who is None:
        raise UsageError(
            f"{text[:120]!r} is no principal that can ask",
            hint="name a user, a role, an assumed role or the root user",
        )
    fits = f"::{account}:role/" in principal_arn and principal_arn.endswith(f"/{who.role.rpartition('/')[2]}")
    return replace(who, role=principal_arn) if who.kind == "session" and fits else who


def _of_iam(text: str, account: str, name: str) -> Principal | None:
    kind, _, rest = name.partition("/")
    if name == "root":
        return Principal(kind="root", id=text, account=account)
    if kind == "user" and rest:
        return Principal(kind="user", id=text, account=account)
    if kind == "role" and rest:
        return Principal(kind="role", id=text, account=account, role=text)
    return Principal(kind="federated", id=text) if name.startswith(_PROVIDERS) else None


def _of_sts(text: str, roles: str) -> Principal | None:
    account, name = text.split(":", 5)[4:]
    kind, _, rest = name.partition("/")
    if kind == "federated-user" and rest:
        return Principal(kind="federated user", id=text, account=account)
    if kind == "assumed-role" and rest:
        return Principal(kind="session", id=text, account=account, role=roles + rest.partition("/")[0])
    return None


def service_linked(principal: Principal, principal_arn: str) -> bool:
    """Whether a role is service-linked, by its path (IAM User Guide, service-linked roles)."""
    return principal.kind in {"role", "session"} and any(
        f":{_SERVICE_LINKED}" in arn for arn in (principal.role, principal_arn)
    )


class Named(Enum):
    """How a Principal element names somebody, weakest first; SESSION also stands for `*`."""

    NOT = 0
    UNSURE = 1
    ACCOUNT = 2
    ROLE = 3
    USER = 4
    SESSION = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalElement:
    """A Principal or NotPrincipal element; `accounts` are 12 digits, `unsure` holds what we cannot relate."""

    negated: bool
    everybody: bool
    arns: frozenset[str]
    accounts: frozenset[str]
    others: frozenset[str]
    unsure: bool

    def named(self, who: Principal) -> Named:
        """How this Principal element names `who` (call it only for Principal)."""
        if self.everybody:
            return Named.SESSION
        if not who.account:
            return Named.SESSION if who.id in self.others else Named.NOT
        if who.kind == "root":
            return Named.USER if who.account in self.accounts else Named.NOT
        if who.names & self.arns:
            exactly = {"user": Named.USER, "role": Named.ROLE}.get(who.kind, Named.SESSION)
            return exactly if who.id in self.arns else Named.ROLE
        weak = Named.UNSURE if self.unsure else Named.NOT
        return Named.ACCOUNT if who.account in self.accounts else weak

    def excepts(self, who: Principal) -> Truth:
        """Whether NotPrincipal leaves `who` out of its statement.

        Settled only where AWS's pages are: nothing of the principal is listed, or all that its pages ask to be
        listed together is (the account with the user; the account, the role and the session).
        """
        if self.everybody:
            return True
        if not who.account:
            return who.id in self.others if who.id else False
        if who.kind == "root":
            return who.account in self.accounts
        listed = [n in self.arns for n in sorted(who.names)] + [who.account in self.accounts]
        if all(listed) and who.kind != "role":
            return True
        return None if any(listed) or self.unsure else False


def read_element(value: Any, *, negated: bool) -> PrincipalElement:  # noqa: ANN401 whatever a document holds
    """A Principal or NotPrincipal element. Raises ValueError for what cannot be read."""
    if value == "*":
        value = {"AWS": "*"}
    if not isinstance(value, Mapping) or not value:
        raise ValueError("Principal is neither * nor an object")
    unknown = sorted(set(value) - {"AWS", "Service", "Federated", "CanonicalUser"})
    if unknown:
        raise ValueError(f"there is no kind of principal {unknown[0][:40]!r}")
    aws = _texts(value.get("AWS", []))
    accounts = {a for name in aws if (a := _account(name))}
    return PrincipalElement(
        negated=negated,
        everybody="*" in aws,
        arns=frozenset(n for n in aws if n.startswith("arn:") and not _account(n)),
        accounts=frozenset(accounts),
        others=frozenset(_texts(value.get("Service", [])) + _texts(value.get("Federated", []))),
        unsure="CanonicalUser" in value,
    )


def _account(name: str) -> str:
    if _ACCOUNT.fullmatch(name):
        return name
    found = _ARN.fullmatch(name)
    return found[3] if found and found[4] == "root" else ""


def _texts(value: Any) -> list[str]:  # noqa: ANN401 whatever a document holds
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(f, str) for f in found):
        raise ValueError("a principal is text")
    return found
