"""A16: CloudTrail's trusted access to the organization is off, so members are not heard."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.requests import CLOUDTRAIL
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.setup.desired.foreign import foreign_organization_trail

_WORDS = "Enable CloudTrail's trusted access: without it the trail looks fine and hears only the management account."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    if not any(t.is_organization for t in walk.trails(view, subject)):
        return
    management = view.organization.management
    if CLOUDTRAIL in view.organization.trusted_access:
        yield Fine(because=f"ListAWSServiceAccessForOrganization names {CLOUDTRAIL}")
        return
    call = ("organizations", "enable-aws-service-access", "--service-principal", CLOUDTRAIL)
    command = remedy.cli(management, "organizations:EnableAWSServiceAccess", "*", *call)
    owner = foreign_organization_trail(view.snapshot)
    whose = f" The trail is {owner.name}, which somebody else manages: tell its owner." if owner else ""
    yield Found(
        where="organization",
        said=f"{CLOUDTRAIL} is not among the services with trusted access, while there is an organization trail",
        source="organizations ListAWSServiceAccessForOrganization",
        fix=Fix(words=_WORDS + whose, commands=(command,), trailkeep=remedy.by_trailkeep(view, "trusted access")),
    )


CAUSE = Cause(
    id="A16",
    name="trusted-access",
    title="CloudTrail's trusted access is off",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="ListAWSServiceAccessForOrganization lacks cloudtrail.amazonaws.com while an organization trail exists.",
    unknown="Never: a snapshot always holds it.",
    remedy="Enable trusted access; the trail itself need not change.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudtrail.html",),
    look=_look,
    consequences=("A18", "A24"),
    nothing="no organization trail is in use, so trusted access is not needed",
)
