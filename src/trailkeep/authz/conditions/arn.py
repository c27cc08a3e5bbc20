"""ArnEquals and ArnLike, which behave alike, and their negations."""

from trailkeep.authz.arns import ArnCondition
from trailkeep.authz.conditions.operator import Compiled, Operator
from trailkeep.authz.template import Template


def _like(text: str, version: str) -> Compiled:
    template = Template(text, version, ArnCondition, ArnCondition.matches)
    return Compiled(matches=template.matches, is_resolved=template.is_resolved)


OPERATORS = (
    Operator(name="ArnEquals", negated=False, compile=_like),
    Operator(name="ArnLike", negated=False, compile=_like),
    Operator(name="ArnNotEquals", negated=True, compile=_like),
    Operator(name="ArnNotLike", negated=True, compile=_like),
)
