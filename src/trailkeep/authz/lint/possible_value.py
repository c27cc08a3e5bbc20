"""Which values a global condition key can have, so that a test for another one is known never to hold."""

import re
from collections.abc import Mapping

from trailkeep.authz.conditions import Null
from trailkeep.authz.lint.document import Asked
from trailkeep.authz.lint.shape import Fit, best
from trailkeep.model.ids import is_pending

_PRINCIPALS = (
    "arn:${Partition}:iam::${Account}:root",
    "arn:${Partition}:iam::${Account}:user/${PrincipalName}",
    "arn:${Partition}:iam::${Account}:role/${PrincipalName}",
    "arn:${Partition}:sts::${Account}:federated-user/${PrincipalName}",
)
"""aws:PrincipalArn of an assumed role is the role's ARN, never the session's (IAM User Guide, global keys)."""

_LITERAL = frozenset({"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"})
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "aws:principalaccount": (_ACCOUNT, "an account id of 12 digits"),
    "aws:sourceaccount": (_ACCOUNT, "an account id of 12 digits"),
    "aws:resourceaccount": (_ACCOUNT, "an account id of 12 digits"),
    "aws:principalorgid": (_ORGANIZATION, "an organization id (o-…)"),
    "aws:sourceorgid": (_ORGANIZATION, "an organization id (o-…)"),
    "aws:resourceorgid": (_ORGANIZATION, "an organization id (o-…)"),
}
_PLAIN = frozenset({"aws:principalarn", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:requestedregion"})
"""Keys whose values never hold a wildcard character."""


def impossible(asked: Asked, version: str) -> str:
    """Why the test fits no value its key can have; "" where it may fit one."""
    if isinstance(asked.test, Null):
        return ""
    reasons = [_reason(asked, value, version) for value in asked.values]
    return reasons[0] if reasons and all(reasons) else ""


def _reason(asked: Asked, value: str, version: str) -> str:
    assert not isinstance(asked.test, Null)
    if "${" in value or "<" in value or is_pending(value):
        return ""
    key, name = asked.key.lower(), asked.test.operator.name
    wild = "*" in value or "?" in value
    literal = name in _LITERAL
    form = _FORMS.get(key)
    if literal and wild and (key in _PLAIN or form):
        return f"{name} takes * and ? literally, and no {asked.key} holds one"
    if key == "aws:principalarn" and best(value, _PRINCIPALS, version=version) is Fit.NO:
        return _no_principal(value)
    if name.startswith("Arn") and not wild and value.count(":") < 5:
        return f"{value[:80]!r} is no ARN, and {name} compares ARNs"
    if form and literal and not form[0].fullmatch(value):
        return f"{asked.key} is {form[1]}, which {value[:80]!r} is not"
    return ""


def _no_principal(value: str) -> str:
    if ":assumed-role/" in value:
        return "aws:PrincipalArn of a session is the ARN of its role (arn:…:iam::…:role/…), never of the session"
    return f"no principal's ARN fits {value[:100]!r}"
