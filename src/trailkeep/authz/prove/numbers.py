"""Whether a policy tells accounts apart by a part of their number, so that no two are sure to be alike."""

import re
from collections.abc import Iterator

from trailkeep.authz import conditions
from trailkeep.authz.policy import Policy

_WHOLE = re.compile(r"(?<![0-9*?])[0-9]{12}(?![0-9*?])")
_PART = re.compile(r"[0-9][*?]|[*?][0-9]")
_OF_BUCKETS = re.compile(r"arn:[^:]*:s3:::")
_ABOUT_ACCOUNTS = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
)


def by_part(policy: Policy) -> bool:
    """Whether some value of it fits some account numbers and not others, without naming one whole."""
    return any(is_part(text) for text in _texts(policy)) or any(
        test.key in _ABOUT_ACCOUNTS and not test.operator.name.startswith(("String", "Arn")) for test in _tests(policy)
    )


def is_part(text: str) -> bool:
    """Whether a pattern has a piece of an account number: before any slash, because what follows one is a name."""
    return bool(_PART.search(_WHOLE.sub("", text.partition("/")[0])))


def _texts(policy: Policy) -> Iterator[str]:
    for test in _tests(policy):
        if test.key in _ABOUT_ACCOUNTS:
            yield from test.values
    for statement in policy.statements:
        yield from (word for word in statement.resource_words if not _OF_BUCKETS.match(word))


def _tests(policy: Policy) -> Iterator[conditions.Test]:
    return (t for s in policy.statements for t in s.conditions if isinstance(t, conditions.Test))
