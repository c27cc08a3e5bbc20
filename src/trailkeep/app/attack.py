"""attack: try every known way to attack logging, on the lab, and tell what stopped it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trailkeep.app.attacks import ATTEMPTS
from trailkeep.app.attacks.attempt import Attempt, Targets, Who
from trailkeep.app.attacks.principals import Principals
from trailkeep.app.attacks.sacrifice import clear, make_elsewhere
from trailkeep.app.attacks.targets import choose_targets
from trailkeep.aws.clients import is_lab, lab_endpoint
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import UsageError
from trailkeep.lab.borrow import Lender
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.attack import Tried
from trailkeep.setup.spec import Spec

NOT_IN_LAB = "NotInLab"
"""The code of what the lab does not serve: such an attempt proves nothing."""


def attack(cloud: Cloud, spec: Spec, snapshot: Snapshot) -> tuple[Tried, ...]:
    """Make every attempt in turn, and put right what succeeded. Raises UsageError outside of the lab, AwsError.

    Where the archive does not stand yet, a likeness of it is attacked (see `attacks.sacrifice`).
    """
    lender = Lender(need_lab())
    targets = choose_targets(cloud, spec, snapshot)
    make_elsewhere(cloud, targets)
    principals = Principals(lender, targets)
    try:
        tried = [_try(cloud, principals, targets, attempt, who) for attempt, who in _planned(targets)]
    finally:
        lender.take_back()
        clear(cloud, targets)
    denials = lender.denials()
    return tuple(_with_denial(one, denials.get(request), snapshot.organization) for one, request in tried)


def need_lab() -> str:
    """The address of the running lab. Raises UsageError when this is not lab mode."""
    endpoint = lab_endpoint() if is_lab() else None
    if not endpoint:
        raise UsageError(
            "attacks are made on the embedded organization only",
            hint="run `trailkeep lab up` in another shell, and paste what it prints here (TRAILKEEP_LAB=1)",
        )
    return endpoint


def _planned(targets: Targets) -> tuple[tuple[Attempt, Who], ...]:
    return tuple((attempt, who) for attempt in ATTEMPTS if attempt.needs(targets) for who in attempt.by)


def _try(cloud: Cloud, principals: Principals, targets: Targets, attempt: Attempt, who: Who) -> tuple[Tried, str]:
    code, said, request = principals.make(attempt, who)
    if not code:
        for step in attempt.undo(targets):
            cloud.call(step.account, step.region or targets.home, step.service, step.operation, **step.params)
    answered = not code or (bool(request) and code != NOT_IN_LAB)
    return (
        Tried(what=attempt.what, who=who.value, call=_name(attempt), code=code, said=said, was_made=answered),
        request,
    )


def _name(attempt: Attempt) -> str:
    return f"{attempt.service}:{''.join(part.capitalize() for part in attempt.operation.split('_'))}"


def _with_denial(tried: Tried, found: Mapping[str, Any] | None, organization: Organization) -> Tried:
    """What AWS's message does not name: the lab remembers which statement denied a request."""
    if found is None:
        return tried
    return replace(
        tried,
        layer=str(found["layer"]),
        policy=str(found["policy"]),
        level=organization.path(str(found["level"])) if found["level"] else "",
        statement=str(found["statement"]),
        explicit=bool(found["explicit"]),
        words=str(found["words"]),
    )
