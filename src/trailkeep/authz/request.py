"""What is asked of the evaluator, and what it answers: request, policies, facts; decision and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from trailkeep.authz.policy import Policy
from trailkeep.authz.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. The context is complete, its keys in lower case: nothing is added to it.

    `resource_account` "" means it is not known (S3 ARNs name no account): then it is taken to be the principal's.
    `wildcard_only` marks an action that is about no resource: only `*` names what it is about.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wildcard_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A root, unit or account with the policies attached to it."""

    target: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Every policy in force. `scp` and `rcp` go from the root to the account; () means none applies.

    `rcp` leaves out RCPFullAWSAccess, which is implied. None for `boundary`, `session`, `resource` and
    `vpc_endpoint` means there is none; an empty boundary allows nothing.
    """

    identity: tuple[Policy, ...] = ()
    session: Policy | None = None
    boundary: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    scp: tuple[Level, ...] = ()
    rcp: tuple[Level, ...] = ()
    vpc_endpoint: tuple[Policy, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What no policy says. `management_account` is about the principal, the last about the resource."""

    is_root: bool = False
    management_account: bool = False
    service_linked_role: bool = False
    resource_in_management_account: bool = False


class Verdict(StrEnum):
    """What becomes of a request."""

    ALLOWED = "Allowed"
    EXPLICITLY_DENIED = "ExplicitlyDenied"
    IMPLICITLY_DENIED = "ImplicitlyDenied"


class Layer(StrEnum):
    """The kinds of policy, in the order in which AWS asks them; AWS itself where no policy decides."""

    RCP = "RCP"
    SCP = "SCP"
    RESOURCE = "resource policy"
    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    VPC_ENDPOINT = "VPC endpoint policy"
    AWS = "AWS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A step towards a decision: which statement of which policy, at which level ("" where there is none)."""

    layer: Layer
    words: str
    level: str = ""
    policy: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict, the reasons in the order AWS asks, and what was assumed where AWS's documentation is silent."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    assumptions: tuple[Reason, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether the request goes through."""
        return self.verdict is Verdict.ALLOWED
