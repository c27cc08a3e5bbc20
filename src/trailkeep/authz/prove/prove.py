"""The proofs of an organization: every claim, put as questions, answered one by one."""

from collections.abc import Iterator

from trailkeep.authz.prove.answer import Answering
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.formula import Formulas
from trailkeep.authz.prove.proof import Proof, gathered
from trailkeep.authz.prove.solve import Solver
from trailkeep.authz.prove.world import World


def prove_worst_case(world: World) -> Iterator[Proof]:
    """What anybody could do whose identity policies allow everything, in any account, as any role but the exempt ones."""
    with Solver(Formulas()) as solver:
        answering = Answering(solver, world.widths, world.exempt)
        for claim in CLAIMS:
            answers = (answering.answer(deed, attacker) for deed, attacker in claim.questions(world))
            yield gathered(claim.id, claim.title, answers)
