"""What is known of condition keys: their kind, whether every request has them, whether they have one value.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from trailkeep.authz.conditions import Test
from trailkeep.authz.prove import language
from trailkeep.authz.prove.variables import Choice, Ordered, Text, Variable

_NAME = (language.pattern(language.some("name")),)
_ANY = (language.pattern(language.some("any")),)
_TRUE_OR_FALSE = ("true", "false")
_FALSE_FIRST = ("false", "true")
_KNOWN: dict[str, Variable] = {
    v.name: v
    for v in (
        Choice(name="aws:securetransport", values=_TRUE_OR_FALSE),
        Choice(name="aws:multifactorauthpresent", values=_TRUE_OR_FALSE),
        Choice(name="aws:viaawsservice", values=_FALSE_FIRST),
        Choice(name="aws:principalisawsservice", values=_FALSE_FIRST),
        Ordered(name="aws:currenttime", kind="date"),
        Ordered(name="aws:epochtime", kind="date"),
        Ordered(name="aws:tokenissuetime", kind="date"),
        Ordered(name="aws:multifactorauthage", kind="number"),
        Ordered(name="aws:sourceip", kind="ip"),
        Ordered(name="aws:vpcsourceip", kind="ip"),
        Text(
            name="aws:requestedregion",
            domain=_NAME,
            likely=("us-east-1", "eu-west-1"),
        ),
        Text(name="s3:x-amz-acl", domain=_NAME, likely=("bucket-owner-full-control",)),
        Text(name="s3:versionid", domain=_NAME, likely=("3HL4kqtJlcpXroDTDmJ",)),
    )
}
ALWAYS = frozenset({"aws:securetransport", "aws:currenttime", "aws:epochtime", "aws:requestedregion"})
"""Keys that every request has."""

_KINDS = {"Numeric": "number", "Date": "date", "IpAddress": "ip", "NotIpAddress": "ip"}


def known(key: str) -> Variable | None:
    """What stands for a value of a key whose kind is known."""
    return _KNOWN.get(key)


def variable_of(test: Test) -> Variable | None:
    """What stands for a value of the key that a test asks about; None when its operator does not fit the key's kind."""
    kind = next((kind for family, kind in _KINDS.items() if test.operator.name.startswith(family)), "")
    found = known(test.key)
    if found is None:
        return _guessed(test, kind)
    if isinstance(found, Choice):
        return found
    fits = kind == found.kind if isinstance(found, Ordered) else not kind and test.operator.name not in _NO_TEXT
    return found if fits else None


_NO_TEXT = {"Bool", "BinaryEquals"}


def _guessed(test: Test, kind: str) -> Variable | None:
    if kind:
        return Ordered(name=test.key, kind=kind)
    if test.operator.name == "Bool":
        return Choice(name=test.key, values=_TRUE_OR_FALSE)
    if test.operator.name == "BinaryEquals":
        return None
    return Text(name=test.key, domain=_ANY, likely=("x",))


SINGLE = frozenset(_KNOWN) | {
    "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principaltype", "aws:userid", "aws:username",
    "aws:resourceaccount", "aws:resourceorgid", "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid",
    "aws:sourcevpc", "aws:sourcevpce", "aws:referer", "aws:useragent", "aws:calledviafirst", "aws:calledvialast",
    "s3:prefix", "s3:delimiter",
}  # fmt: skip
"""Keys of one value: a set operator on them asks about that one."""
