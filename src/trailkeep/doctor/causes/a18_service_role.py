"""A18: CloudTrail's service-linked role is missing in an account where the organization trail does not appear."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.requests import CLOUDTRAIL
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.model.ids import AccountId

ROLE = "AWSServiceRoleForCloudTrail"
_WORDS = "Create CloudTrail's service-linked role; the organization trail then appears within hours."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    everywhere = [t for t in walk.trails(view, subject) if t.is_organization]
    if not everywhere:
        return
    deaf: dict[AccountId, Spot] = {}
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            continue
        if any(view.status(t, spot) for t in everywhere):
            yield Fine(because="the organization trail appears there, so its role exists")
        else:
            deaf.setdefault(spot.account, spot)
    for account, spot in deaf.items():
        lost = view.lost(account, "", "service-linked roles", view.name(account))
        names = view.snapshot.service_linked_roles.get(account)
        if lost is not None:
            yield lost
        elif names is not None and ROLE in names:
            yield Fine(because=f"{ROLE} exists")
        else:
            yield _found(view, account, spot)


def _found(view: View, account: AccountId, spot: Spot) -> Found:
    call = ("iam", "create-service-linked-role", "--aws-service-name", CLOUDTRAIL)
    arn = f"arn:{view.partition}:iam::{account}:role/aws-service-role/{CLOUDTRAIL}/{ROLE}"
    command = remedy.cli(account, "iam:CreateServiceLinkedRole", arn, *call)
    return Found(
        where=view.name(account),
        said=f"{ROLE} is not among its service-linked roles, and the organization trail is not there ({spot.region})",
        source="iam ListRoles, cloudtrail GetTrailStatus",
        fix=Fix(words=_WORDS, commands=(command,)),
    )


CAUSE = Cause(
    id="A18",
    name="service-role",
    title="CloudTrail's service-linked role is missing",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="The account has no AWSServiceRoleForCloudTrail and the organization trail does not appear in it. Where "
    "the trail appears the role is not asked for.",
    unknown="The account's service-linked roles could not be read.",
    remedy="Create the service-linked role.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",),
    look=_look,
    nothing="no organization trail is in use",
)
