"""The certificate: every verdict with its evidence, what was taken for granted, and the paths no policy can close."""

from dataclasses import dataclass
from datetime import datetime

from trailkeep.authz.prove.closing import Closing, closings
from trailkeep.authz.prove.proof import Proof
from trailkeep.authz.prove.residual import Residual, residuals
from trailkeep.authz.prove.world import World

AXIOMS = (
    (
        "A request has either all of aws:SourceAccount, aws:SourceArn and aws:SourceOrgID, about one account, or none "
        "of them; only AWS services send them."
    ),
    "aws:PrincipalOrgID is there exactly for principals of an organization; a service has none.",
    "Roles and users are named as IAM allows (letters, digits and +=,.@_-), account ids have 12 digits.",
    (
        "Condition keys with a value have one that is not empty; aws:SecureTransport, aws:CurrentTime, aws:EpochTime "
        "and aws:RequestedRegion are always there."
    ),
    "Administrators may create access points; SCPs see the access point's ARN, bucket policies and RCPs the object's.",
    "Accounts that no policy names, with the same policies above them, are alike.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an exempt role could do against a claim."""

    role: str
    claim: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was proved of one snapshot. `as_is` has the claims about what nobody can do, and no others."""

    taken: datetime
    organization: str
    worst_case: tuple[Proof, ...]
    as_is: tuple[Proof, ...]
    exempt: tuple[str, ...]
    reaches: tuple[Reach, ...]
    residuals: tuple[Residual, ...]
    closings: tuple[Closing, ...]
    axioms: tuple[str, ...] = AXIOMS


def proved(world: World, worst: tuple[Proof, ...], as_is: tuple[Proof, ...], reaches: tuple[Reach, ...]) -> Certificate:
    """The certificate of these proofs."""
    return Certificate(
        taken=world.snapshot.taken,
        organization=world.organization.id,
        worst_case=worst,
        as_is=as_is,
        exempt=world.exempt,
        reaches=reaches,
        residuals=residuals(world),
        closings=tuple(closings(world, worst)),
    )
