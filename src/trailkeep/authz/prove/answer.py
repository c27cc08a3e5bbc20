"""One question answered: nobody of this class can do it, or here is the request, or it cannot be told."""

from collections.abc import Iterable
from dataclasses import replace

from trailkeep.authz.patterns import encode
from trailkeep.authz.prove import elements
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.encode import Encoder
from trailkeep.authz.prove.formula import FALSE, Formulas
from trailkeep.authz.prove.proof import Guard, Hole, Unsettled
from trailkeep.authz.prove.question import Asking, Deny, Question
from trailkeep.authz.prove.solve import GaveUpError, Model, Solver
from trailkeep.authz.prove.witness import ReplayError, replay
from trailkeep.authz.request import Layer, Policies, Reason

SERVICE_LINKED = "arn:*:iam::*:role/aws-service-role/*"


_MFA_DELETE = Reason(layer=Layer.AWS, words="MFA Delete: S3 asks for the MFA code of the bucket owner's root user")


class Answering:
    """Answers questions with one solver, so that what is found out for one helps the next.

    Without `explain` a Guard does not say what holds.
    """

    def __init__(
        self, solver: Solver, widths: dict[str, int], exempt: tuple[str, ...], *, explain: bool = True
    ) -> None:
        self._solver, self._widths, self._explain = solver, widths, explain
        self._formulas: Formulas = solver.formulas
        self._left_out = tuple(
            pattern
            for text in (*exempt, SERVICE_LINKED)
            for pattern in elements.of_condition("ArnLike", encode(text), surely=True)
        )

    def answer(self, deed: Deed, attacker: Attacker) -> Hole | Guard | Unsettled:
        """Whether any request of this class does the deed. Raises ReplayError on a defect of trailkeep."""
        if deed.mfa_code:
            return Guard(deed=deed, attacker=attacker, alone=(_MFA_DELETE,))
        who, policies, encoder = self._put(deed, attacker)
        question = Asking(encoder, deed, policies).question()
        goal = self._goal(question, encoder)
        try:
            model = self._solver.model(goal)
        except GaveUpError as error:
            return _unsettled(deed, who, str(error))
        if model is None:
            return self._guard(deed, who, question, encoder)
        witness = replay(model, who, deed, policies, encoder.kinds)
        if witness.decision.is_allowed and not witness.decision.assumptions:
            return Hole(deed=deed, attacker=who, witness=witness)
        if not witness.decision.is_allowed and not encoder.loose:
            raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
        return self._doubtful(deed, who, policies, encoder)

    def always(self, deed: Deed, attacker: Attacker) -> Hole | Guard | Unsettled:
        """The opposite: whether every such request is allowed. What is not settled counts against it."""
        who, policies, encoder = self._put(deed, attacker)
        allowed = Asking(encoder, deed, policies, nobody=False).allowed()
        try:
            model = self._solver.model(-allowed)
        except GaveUpError as error:
            return _unsettled(deed, who, str(error))
        if model is None:
            return Guard(deed=deed, attacker=who, alone=())
        witness = replay(model, who, deed, policies, encoder.kinds)
        if not witness.decision.is_allowed:
            return Hole(deed=deed, attacker=who, witness=witness)
        if not (encoder.loose or witness.decision.assumptions):
            raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
        return _unsettled(deed, who, _because(encoder))

    def can(self, deed: Deed, attacker: Attacker) -> Hole | Guard | Unsettled:
        """Whether there is such a request that is surely allowed; where there is none, the hole shows what refuses."""
        who, policies, encoder = self._put(deed, attacker)
        try:
            model = self._solver.model(Asking(encoder, deed, policies, nobody=False).allowed())
            maybe = model or self._solver.model(Asking(encoder, deed, policies).allowed())
        except GaveUpError as error:
            return _unsettled(deed, who, str(error))
        witness = replay(model or Model(values={}), who, deed, policies, encoder.kinds)
        if model is not None and not witness.decision.is_allowed and not encoder.loose:
            raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
        if witness.decision.is_allowed and (model is not None or not witness.decision.assumptions):
            return Guard(deed=deed, attacker=who, alone=witness.decision.reasons)
        if maybe is not None or witness.decision.is_allowed:
            return _unsettled(deed, who, _because(encoder))
        return Hole(deed=deed, attacker=who, witness=witness)

    def reaches(self, deed: Deed, attacker: Attacker, pattern: str) -> bool:
        """Whether a role of this pattern, which is exempt by declaration, could do the deed."""
        _, policies, encoder = self._put(deed, attacker)
        exempt = encoder.is_arn(elements.of_condition("ArnLike", encode(pattern), surely=False))
        try:
            goal = self._formulas.every((exempt, Asking(encoder, deed, policies).allowed()))
            return self._solver.model(goal) is not None
        except GaveUpError:
            return True

    def _put(self, deed: Deed, attacker: Attacker) -> tuple[Attacker, Policies, Encoder]:
        who = replace(attacker, fixed={**attacker.fixed, **deed.fixed})
        policies = replace(who.policies, resource=deed.policy, rcp=deed.rcp)
        return who, policies, Encoder(self._formulas, who, self._widths)

    def _goal(self, question: Question, encoder: Encoder) -> int:
        return self._formulas.every(
            (question.granted, -self._is_left_out(encoder), *(-d.formula for d in question.denies))
        )

    def _is_left_out(self, encoder: Encoder) -> int:
        """Exempt roles are spoken of on their own; service-linked ones are nobody's until their policies are read."""
        if encoder.attacker.kind != "role" or encoder.attacker.facts.service_linked_role:
            return FALSE
        return encoder.is_arn(self._left_out)

    def _doubtful(self, deed: Deed, who: Attacker, policies: Policies, encoder: Encoder) -> Unsettled | Hole:
        """The witness rests on what is not settled: a request that rests on nothing such is looked for."""
        strict = Encoder(self._formulas, who, self._widths)
        goal = self._formulas.every(
            (
                Asking(strict, deed, policies, nobody=False).allowed(),
                -self._is_left_out(strict),
            )
        )
        try:
            model = self._solver.model(goal)
        except GaveUpError as error:
            return _unsettled(deed, who, str(error))
        if model is not None:
            witness = replay(model, who, deed, policies, strict.kinds)
            if not witness.decision.is_allowed and not strict.loose:
                raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
            if witness.decision.is_allowed:
                return Hole(deed=deed, attacker=who, witness=witness)
        return _unsettled(deed, who, _because(encoder))

    def _guard(self, deed: Deed, who: Attacker, question: Question, encoder: Encoder) -> Guard:
        """The denies that would do alone; where none does, the ones that only together do."""
        if not self._explain:
            return Guard(deed=deed, attacker=who, alone=())
        granted = self._goal(Question(granted=question.granted, denies=()), encoder)
        if self._excludes(granted, ()):
            return Guard(deed=deed, attacker=who, alone=())
        alone = tuple(deny.where for deny in question.denies if self._excludes(granted, (deny,)))
        together = () if alone else self._needed(granted, question)
        return Guard(deed=deed, attacker=who, alone=alone, together=together)

    def _excludes(self, granted: int, denies: Iterable[Deny]) -> bool:
        """Whether these denies surely leave nothing of what is granted."""
        try:
            return self._solver.model(self._formulas.every((granted, *(-d.formula for d in denies)))) is None
        except GaveUpError:
            return False

    def _needed(self, granted: int, question: Question) -> tuple[Reason, ...]:
        """A set of denies that holds, and does no more when any of it is left out."""
        kept = list(question.denies)
        for deny in question.denies:
            less = [d for d in kept if d is not deny]
            if self._excludes(granted, less):
                kept = less
        return tuple(d.where for d in kept)


def _unsettled(deed: Deed, who: Attacker, because: str) -> Unsettled:
    return Unsettled(subject=f"{deed.action} on {deed.subject} by {who.who}", because=because)


def _because(encoder: Encoder) -> str:
    if encoder.loose:
        return f"it depends on {', '.join(sorted(encoder.loose))}"
    return "it depends on what AWS's documentation does not settle, or on a policy that cannot be read"
