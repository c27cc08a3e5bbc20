"""StringEquals, StringLike and their kin; case counts unless the name says otherwise."""

from trailkeep.authz.conditions.operator import Compiled, Operator
from trailkeep.authz.patterns import ANY, STAR, Glob
from trailkeep.authz.template import Template

_PLAIN = str.maketrans({STAR: "*", ANY: "?"})


def _equals(text: str, version: str) -> Compiled:
    return _template(Template(text, version, lambda encoded: encoded.translate(_PLAIN), lambda wanted, v: wanted == v))


def _same(text: str, version: str) -> Compiled:
    return _template(
        Template(
            text, version, lambda encoded: encoded.translate(_PLAIN).lower(), lambda wanted, v: wanted == v.lower()
        )
    )


def _like(text: str, version: str) -> Compiled:
    return _template(Template(text, version, Glob, Glob.matches))


def _template(template: Template[str] | Template[Glob]) -> Compiled:
    return Compiled(matches=template.matches, is_resolved=template.is_resolved)


OPERATORS = (
    Operator(name="StringEquals", negated=False, compile=_equals),
    Operator(name="StringNotEquals", negated=True, compile=_equals),
    Operator(name="StringEqualsIgnoreCase", negated=False, compile=_same),
    Operator(name="StringNotEqualsIgnoreCase", negated=True, compile=_same),
    Operator(name="StringLike", negated=False, compile=_like),
    Operator(name="StringNotLike", negated=True, compile=_like),
)
