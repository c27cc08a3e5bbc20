"""Words for people: names made safe to print, numbers with their nouns."""

import json
import unicodedata

from trailkeep.model.ids import AccountId, is_pending
from trailkeep.model.organization import Organization


def printable(text: str, limit: int = 400) -> str:
    """Text of unknown origin, without control and direction characters that could rewrite the terminal."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in text[: limit + 1])
    return clean if len(clean) <= limit else clean[:limit] + "…"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 account`, `12 accounts`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def account_name(organization: Organization, account: str) -> str:
    """An account as a person knows it, with its id; only the id for one that is not known."""
    if is_pending(account):
        return f"new {printable(account.strip('‹›'))}"
    known = organization.accounts.get(AccountId(account)) if AccountId.pattern.fullmatch(account) else None
    return f"{printable(known.name)} ({printable(account)})" if known else printable(account)


def brief(value: str) -> str:
    """A value as a plan shows it: a policy document by its statements, everything else as it is."""
    if value.startswith("{"):
        try:
            found = json.loads(value).get("Statement", [])
        except (ValueError, AttributeError, RecursionError):
            return printable(value, 60)
        return count(len(found), "statement") if isinstance(found, list) else "1 statement"
    return printable(value, 160)
