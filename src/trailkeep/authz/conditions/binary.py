"""BinaryEquals: bytes written in base 64."""

import base64
import binascii

from trailkeep.authz.conditions.operator import Compiled, Operator, constant


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(f"{text[:40]!r} is not base 64") from error


def _equals(text: str, _version: str) -> Compiled:
    wanted = _bytes(text)

    def holds(value: str) -> bool:
        try:
            return _bytes(value) == wanted
        except ValueError:
            return False

    return constant(holds)


OPERATORS = (Operator(name="BinaryEquals", negated=False, compile=_equals),)
