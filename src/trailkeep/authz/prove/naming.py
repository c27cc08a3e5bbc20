"""How Principal and NotPrincipal name an attacker: `principal.named` and `principal.excepts`, for all at once.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Iterable

from trailkeep.authz.policy import Statement
from trailkeep.authz.principal import Named, PrincipalElement
from trailkeep.authz.prove import language
from trailkeep.authz.prove.encode import Encoder
from trailkeep.authz.prove.formula import FALSE, TRUE


class Naming:
    """Formulas of being named, for the attacker of an encoder; `bounded` says that it has a permissions boundary."""

    def __init__(self, encoder: Encoder, *, bounded: bool) -> None:
        self._encoder, self._attacker, self._bounded = encoder, encoder.attacker, bounded
        self._every, self._either = encoder.formulas.every, encoder.formulas.either
        self._example = encoder.attacker.example

    def is_meant(self, statement: Statement, *, surely: bool) -> int:
        """Whether a statement is about the attacker at all."""
        element = statement.principal
        if element is None:
            return TRUE
        if element.negated:
            return TRUE if self._bounded and statement.denies else -self._excepted(element, surely=not surely)
        return self._either(self.strength(statement, strength, surely=surely) for strength in Named)

    def strength(self, statement: Statement, strength: Named, *, surely: bool) -> int:
        """Whether an Allow names the attacker in this way; one without Principal names whom it is attached to."""
        element = statement.principal
        if element is None or element.negated:
            if strength is not Named.SESSION:
                return FALSE
            return TRUE if element is None else -self._excepted(element, surely=not surely)
        if element.everybody or not self._attacker.account or self._attacker.kind == "root":
            named = element.named(self._example)
            return TRUE if named is strength and named is not Named.NOT else FALSE
        unsure = TRUE if element.unsure and not surely else FALSE
        return self._either((self._named_as(element, strength), unsure if strength is Named.SESSION else FALSE))

    def _named_as(self, element: PrincipalElement, strength: Named) -> int:
        kind = self._attacker.kind
        if strength is Named.ACCOUNT:
            return TRUE if self._attacker.account in element.accounts else FALSE
        if kind == "role" and strength is Named.ROLE:
            return self._named_role(element)
        if strength is (Named.USER if kind == "user" else Named.SESSION):
            return self._named_exactly(element)
        return FALSE

    def _excepted(self, element: PrincipalElement, *, surely: bool) -> int:
        """Whether NotPrincipal leaves the attacker out."""
        if element.everybody:
            return TRUE
        if not self._attacker.account or self._attacker.kind == "root":
            return TRUE if element.excepts(self._example) else FALSE
        role = [self._named_role(element)] if self._attacker.kind == "role" else []
        listed = [self._named_exactly(element), *role, TRUE if self._attacker.account in element.accounts else FALSE]
        if surely:
            return self._every(listed)
        return TRUE if element.unsure else self._either(listed)

    def _named_exactly(self, element: PrincipalElement) -> int:
        """A user by its ARN, a role's session by the session's."""
        if self._attacker.kind != "role":
            return self._encoder.is_arn(_just(element.arns))
        return self._either(
            self._is_session_of(arn) for arn in sorted(element.arns) if self._is_ours(arn, "assumed-role/")
        )

    def _is_session_of(self, arn: str) -> int:
        role, _, session = arn.partition("assumed-role/")[2].partition("/")
        start = language.literal(f"arn:{arn.split(':')[1]}:iam::{self._attacker.account}:role/")
        name = language.literal(role)
        deeper = (*start, *language.any_number("path"), *language.literal("/"), *name)
        is_role = self._encoder.is_arn((language.pattern((*start, *name)), language.pattern(deeper)))
        return self._every((is_role, self._encoder.is_session(_just([session]))))

    def _named_role(self, element: PrincipalElement) -> int:
        return self._encoder.is_arn(_just(a for a in element.arns if self._is_ours(a, "role/")))

    def _is_ours(self, arn: str, kind: str) -> bool:
        parts = arn.split(":", 5)
        return len(parts) == 6 and parts[4] == self._attacker.account and parts[5].startswith(kind)


def _just(texts: Iterable[str]) -> language.Union:
    return tuple(language.pattern(language.literal(text)) for text in sorted(texts))
