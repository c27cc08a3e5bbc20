"""Who makes a call: what the access key it was signed with stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account's principal, or nobody.

    `role` is the ARN, path included, of the role that a session is of. `session_policies` are JSON documents. `mfa` is
    None for long-term keys, which have no such key in their requests (IAM User Guide, aws:MultiFactorAuthPresent).
    """

    account: str
    arn: str
    role: str = ""
    session_policies: tuple[str, ...] = ()
    mfa: bool | None = None

    @property
    def identity(self) -> str:
        """`aws:PrincipalArn`: the role behind a session, otherwise the principal itself."""
        return self.role or self.arn

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of its account."""
        return self.arn.endswith(":root")


ANONYMOUS = Caller(account="", arn="anonymous")
"""A request that nobody signed."""
