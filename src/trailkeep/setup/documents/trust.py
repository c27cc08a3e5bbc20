"""Who may assume an exempt role: the break-glass trust we write, and the judgement of trusts we find."""

from trailkeep.model.document import as_list, statements
from trailkeep.model.ids import AccountId
from trailkeep.setup.documents.statement import document
from trailkeep.setup.places import Places


def break_glass_trust(places: Places) -> str:
    """People of the management account, and only with a second factor.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{places.partition}:iam::{places.management}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ]
    )


def strangers(trust: str, management: AccountId) -> tuple[str, ...]:
    """Principals that a trust policy lets in although they are not of the management account; "?" if unreadable."""
    found = list(statements(trust))
    if not found:
        return ("?",)
    return tuple(
        sorted(
            principal
            for s in found
            if s.get("Effect") != "Deny"
            for principal in _principals(s)
            if not _is_of(principal, management)
        )
    )


def _is_of(principal: str, account: AccountId) -> bool:
    parts = principal.split(":")
    return principal == account or (parts[0] == "arn" and parts[2:3] in (["iam"], ["sts"]) and parts[4:5] == [account])


def _principals(statement: object) -> list[str]:
    assert isinstance(statement, dict)
    if "NotPrincipal" in statement or "Principal" not in statement:
        return ["everybody but some"]
    principal = statement["Principal"]
    if not isinstance(principal, dict):
        return [str(principal)]
    return [str(v) for values in principal.values() for v in as_list(values)]
