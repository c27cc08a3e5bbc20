"""A33: the recorder's role is missing, does not trust AWS Config, or is stopped by an SCP."""

import json
from collections.abc import Iterator

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import Principal
from trailkeep.authz.request import Facts, Policies, Request
from trailkeep.doctor import recorder_role, remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.errors import PolicyError
from trailkeep.setup.desired.recorders import SERVICE_ROLE

_WORDS = "Let the recorder use the service-linked role of AWS Config: it is always current, and SCPs do not bind it."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        if lost is not None:
            yield lost
        elif spot.cell is None or spot.cell.recorder is None:
            continue
        else:
            role = recorder_role.own_role(spot)
            yield _own(view, spot, role) if role else _linked(view, spot)


def _linked(view: View, spot: Spot) -> Case:
    lost = view.lost(spot.account, "", "service-linked roles", view.name(spot.account))
    names = view.snapshot.service_linked_roles.get(spot.account)
    if lost is not None or names is None:
        return lost or Unsure(where=view.name(spot.account), because="its roles were not read", lost=True)
    if SERVICE_ROLE in names:
        return Fine(because="the recorder uses the service-linked role, which exists")
    return _found(view, spot, f"{SERVICE_ROLE} does not exist", "iam ListRoles")


def _own(view: View, spot: Spot, role: str) -> Case:
    reason = recorder_role.stopped(view, role, spot.region)
    if reason is not None and recorder_role.elsewhere(view, role, spot) is None:
        said = f"{role} may look at no resource: {requests.in_words(view, reason)}"
        return _found(view, spot, said, "organizations DescribePolicy, evaluated")
    known = next((r.trust for r in view.snapshot.roles if r.arn == role), None)
    name = role.rpartition("/")[2]
    probe = Probe(operation="get_role", account=spot.account, about=name)
    told = view.told(probe)
    if known is None and told is not None and not told.refused:
        row = next(iter(told.each()), {})
        if row.get("there") != "true":
            return _found(view, spot, f"{role} does not exist", "iam GetRole")
        known = row.get("trust", "")
    if known is None:
        because = f"the recorder uses {role}; whether it exists and trusts AWS Config is not known"
        return Unsure(where=view.place(spot), because=because, probes=(probe,))
    if _trusts(known, role, spot.account):
        return Fine(because="the recorder's role exists and trusts AWS Config")
    return _found(view, spot, f"{role} does not trust {requests.CONFIG}", "iam GetRole, trust policy evaluated")


def _trusts(trust: str, role: str, account: str) -> bool:
    try:
        policy = parse(json.loads(trust), name=f"trust policy of {role}", kind="resource")
    except (PolicyError, ValueError, RecursionError):
        return False
    who = Principal(kind="service", id=requests.CONFIG)
    context = {"aws:sourceaccount": (account,)}
    request = Request(principal=who, action="sts:AssumeRole", resource=role, resource_account=account, context=context)
    return evaluate(request, Policies(resource=policy), Facts()).is_allowed


def _found(view: View, spot: Spot, said: str, source: str) -> Found:
    fix = remedy.in_words(view, _WORDS, "the recorder's role")
    return Found(where=view.place(spot), said=said, source=source, fix=fix)


CAUSE = Cause(
    id="A33",
    name="recorder-role",
    title="The recorder's role is missing, untrusting or stopped",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The role does not exist, its trust policy does not let config.amazonaws.com assume it, or the SCPs over "
    "its account deny it everywhere what a recorder looks at resources with.",
    unknown="A snapshot holds few roles; `--probe` asks GetRole.",
    remedy="The service-linked role AWSServiceRoleForConfig.",
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html",),
    look=_look,
    nothing="there is no recorder (see A27)",
)
