"""Bool: true or false, however it is capitalised."""

from trailkeep.authz.conditions.operator import Compiled, Operator, constant


def _is(text: str, _version: str) -> Compiled:
    wanted = text.lower()
    if wanted not in {"true", "false"}:
        raise ValueError(f"{text[:40]!r} is neither true nor false")
    return constant(lambda value: value.lower() == wanted)


OPERATORS = (Operator(name="Bool", negated=False, compile=_is),)
