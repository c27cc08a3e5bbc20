"""One question answered: nobody of this class can do it, or here is the request, or it cannot be told."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.authz.patterns import encode
from trailkeep.authz.prove import elements
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.encode import Encoder
from trailkeep.authz.prove.formula import FALSE, TRUE, Formulas
from trailkeep.authz.prove.proof import Guard, Hole, Unsettled
from trailkeep.authz.prove.question import Asking, Question
from trailkeep.authz.prove.solve import GaveUpError, Solver
from trailkeep.authz.prove.witness import ReplayError, replay
from trailkeep.authz.request import Policies, Reason

SERVICE_LINKED = "arn:*:iam::*:role/aws-service-role/*"


class Answering:
    """Answers questions with one solver, so that what is found out for one helps the next."""

    def __init__(self, solver: Solver, widths: dict[str, int], exempt: tuple[str, ...]) -> None:
        self._solver, self._widths = solver, widths
        self._formulas: Formulas = solver.formulas
        self._left_out = tuple(
            pattern
            for text in (*exempt, SERVICE_LINKED)
            for pattern in elements.of_condition("ArnLike", encode(text), surely=True)
        )

    def answer(self, deed: Deed, attacker: Attacker) -> Hole | Guard | Unsettled:
        """Whether any request of this class does the deed. Raises ReplayError on a defect of trailkeep."""
        who = replace(attacker, fixed={**attacker.fixed, **deed.fixed})
        policies = replace(who.policies, resource=deed.policy, rcp=deed.rcp)
        encoder = Encoder(self._formulas, who, self._widths)
        question = Asking(encoder, deed, policies).question()
        goal = self._goal(question, encoder)
        try:
            model = self._solver.model(goal)
            if model is None:
                return self._guard(deed, who, question, encoder)
        except GaveUpError as error:
            return Unsettled(subject=f"{deed.action} on {deed.subject} by {who.who}", because=str(error))
        witness = replay(model, who, deed, policies)
        if witness.decision.is_allowed and not witness.decision.assumptions:
            return Hole(deed=deed, attacker=who, witness=witness)
        if not witness.decision.is_allowed and not encoder.loose:
            raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
        return self._doubtful(deed, who, policies, encoder)

    def _goal(self, question: Question, encoder: Encoder) -> int:
        left_out = encoder.is_arn(self._left_out) if encoder.attacker.kind == "role" else FALSE
        return self._formulas.every((question.granted, -left_out, *(-d.formula for d in question.denies)))

    def _doubtful(self, deed: Deed, who: Attacker, policies: Policies, encoder: Encoder) -> Unsettled | Hole:
        """The witness rests on what is not settled: a request that rests on nothing such is looked for."""
        strict = Encoder(self._formulas, who, self._widths)
        goal = self._formulas.every((
            Asking(strict, deed, policies, nobody=False).allowed(),
            -strict.is_arn(self._left_out) if who.kind == "role" else TRUE,
        ))
        model = self._solver.model(goal)
        if model is not None:
            witness = replay(model, who, deed, policies)
            if not witness.decision.is_allowed and not strict.loose:
                raise ReplayError(f"{deed.action} on {deed.subject} by {who.who}: {witness.request}")
            if witness.decision.is_allowed:
                return Hole(deed=deed, attacker=who, witness=witness)
        because = (
            f"it depends on {', '.join(sorted(encoder.loose))}"
            if encoder.loose
            else "it depends on what AWS's documentation does not settle, or on a policy that cannot be read"
        )
        return Unsettled(subject=f"{deed.action} on {deed.subject} by {who.who}", because=because)

    def _guard(self, deed: Deed, who: Attacker, question: Question, encoder: Encoder) -> Guard:
        """The denies that would do alone; where none does, the ones that only together do."""
        granted = self._goal(Question(granted=question.granted, denies=()), encoder)
        if self._solver.model(granted) is None:
            return Guard(deed=deed, attacker=who, alone=())
        alone = tuple(self._enough(granted, question))
        if alone:
            return Guard(deed=deed, attacker=who, alone=alone)
        return Guard(deed=deed, attacker=who, alone=(), together=self._needed(granted, question))

    def _enough(self, granted: int, question: Question) -> Iterator[Reason]:
        for deny in question.denies:
            if self._solver.model(self._formulas.every((granted, -deny.formula))) is None:
                yield deny.where

    def _needed(self, granted: int, question: Question) -> tuple[Reason, ...]:
        """A set of denies that holds, and does no more when any of it is left out."""
        kept = list(question.denies)
        for deny in question.denies:
            less = [d for d in kept if d is not deny]
            if self._solver.model(self._formulas.every((granted, *(-d.formula for d in less)))) is None:
                kept = less
        return tuple(d.where for d in kept)
