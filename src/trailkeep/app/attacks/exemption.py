"""Attacks on the exemptions: become a role that the guardrails let through (IAM and STS API References)."""

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Step, Targets, Who


def _trusting(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _create(t: Targets) -> Mapping[str, Any]:
    trust = _trusting(t.member)
    return {"RoleName": t.break_glass, "Path": t.break_glass_path, "AssumeRolePolicyDocument": trust}


def _uncreate(t: Targets) -> tuple[Step, ...]:
    return (Step(account=t.member, service="iam", operation="delete_role", params={"RoleName": t.break_glass}),)


def _retrust(who: Who) -> Attempt:
    def params(t: Targets) -> Mapping[str, Any]:
        return {"RoleName": t.access_role, "PolicyDocument": _trusting(t.account(who))}

    return Attempt(
        what="open the access role to oneself",
        by=(who,),
        service="iam",
        operation="update_assume_role_policy",
        params=params,
        undo=lambda t: (
            Step(
                account=t.account(who),
                service="iam",
                operation="update_assume_role_policy",
                params={"RoleName": t.access_role, "PolicyDocument": t.access_trust},
            ),
        ),
    )


def _assume(what: str, by: tuple[Who, ...], *, break_glass: bool) -> Attempt:
    def params(t: Targets) -> Mapping[str, Any]:
        arn = t.role(t.archive, t.access_role)
        if break_glass:
            arn = t.role(t.archive, t.break_glass, t.break_glass_path)
        return {"RoleArn": arn, "RoleSessionName": "attack"}

    return Attempt(what=what, by=by, service="sts", operation="assume_role", params=params)


ATTEMPTS = (
    Attempt(
        what="make a role of the exempt name",
        by=(Who.MEMBER,),
        service="iam",
        operation="create_role",
        params=_create,
        undo=_uncreate,
    ),
    _retrust(Who.MEMBER),
    _retrust(Who.ARCHIVE),
    Attempt(
        what="open the break-glass role to oneself",
        by=(Who.ARCHIVE,),
        service="iam",
        operation="update_assume_role_policy",
        params=lambda t: {"RoleName": t.break_glass, "PolicyDocument": _trusting(t.archive)},
    ),
    _assume("become the break-glass role", (Who.ARCHIVE, Who.SECURITY, Who.OUTSIDER), break_glass=True),
    _assume("become the access role", (Who.ARCHIVE, Who.MEMBER, Who.OUTSIDER), break_glass=False),
)
