"""What somebody might do: an action on a resource, with the policies that stand on the resource's side."""

from dataclasses import dataclass, field
from functools import lru_cache

from trailkeep.authz.policy import Policy
from trailkeep.authz.prove import language
from trailkeep.authz.prove.attacker import Fixed
from trailkeep.authz.prove.language import Tokens
from trailkeep.authz.prove.variables import Text
from trailkeep.authz.request import Level


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deed:
    """An action on a resource of `account`, "" for the asker's own.

    `resource` is what the principal's side and SCPs see, None for an action that is about none. `behind` is what the
    resource's own policy and RCPs see, where a request comes by another ARN (an access point). `fixed` are context keys
    the request brings. `mfa_code` says that S3 also asks for the root user's MFA code (MFA Delete). `pattern` names the
    resource as a policy would.
    """

    action: str
    resource: Text | None
    account: str
    subject: str
    policy: Policy | None = None
    rcp: tuple[Level, ...] = ()
    behind: Text | None = None
    fixed: Fixed = field(default_factory=dict)
    mfa_code: bool = False
    pattern: str = "*"

    @property
    def own(self) -> Text | None:
        """The resource as its own policy names it."""
        return self.behind or self.resource


@lru_cache(maxsize=16384)
def exactly(arn: str) -> Text:
    """One ARN."""
    return Text(name="the resource", domain=(language.pattern(language.literal(arn)),), likely=(arn,))


@lru_cache(maxsize=16384)
def below(start: str, likely: str) -> Text:
    """Every ARN that begins so and goes on; `likely` is such an ending."""
    return shaped((*language.literal(start), *language.some("any")), start + likely)


@lru_cache(maxsize=16384)
def shaped(tokens: Tokens, likely: str, name: str = "the resource") -> Text:
    """Every ARN of this shape."""
    return Text(name=name, domain=(language.pattern(tokens),), likely=(likely,))
