"""The proofs of an organization: every claim, put as questions, answered one by one."""

from collections.abc import Callable, Iterator

from trailkeep.authz.prove.answer import Answering
from trailkeep.authz.prove.as_is import AsIs, without_principals
from trailkeep.authz.prove.certificate import Certificate, Reach, proved
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.claims.claim import Claim
from trailkeep.authz.prove.formula import Formulas
from trailkeep.authz.prove.proof import Guard, Proof, gathered
from trailkeep.authz.prove.solve import Solver
from trailkeep.authz.prove.unread import unread
from trailkeep.authz.prove.world import World
from trailkeep.model.principals import Principals

Progress = Callable[[str], None]


def prove(
    world: World,
    principals: Principals | None = None,
    *,
    claims: tuple[Claim, ...] = CLAIMS,
    progress: Progress = lambda _claim: None,
) -> Certificate:
    """Every claim twice: of anybody there could be, and of the principals there are.

    The worst case is anybody with administrator rights, in any account, as any role but the exempt ones.
    """
    worst: list[Proof] = []
    as_is: list[Proof] = []
    reaches: list[Reach] = []
    with Solver(Formulas()) as solver:
        answering = Answering(solver, world.widths, world.exempt)
        for claim in claims:
            progress(claim.id)
            worst.append(_worst_case(claim, world, answering))
            if claim.nature != "nobody":
                continue
            again = AsIs(world=world, principals=principals, answering=answering) if principals else None
            as_is.append(again.prove(worst[-1]) if again else without_principals(worst[-1]))
            reaches += _reaches(claim, world, answering)
    return proved(world, tuple(worst), tuple(as_is), tuple(reaches))


def verdicts(world: World, claims: tuple[Claim, ...] = CLAIMS) -> tuple[Proof, ...]:
    """The worst case alone, without what holds each claim: for a plan, which asks twice and wants to know soon."""
    with Solver(Formulas()) as solver:
        answering = Answering(solver, world.widths, world.exempt, explain=False)
        return tuple(_worst_case(claim, world, answering) for claim in claims)


def _worst_case(claim: Claim, world: World, answering: Answering) -> Proof:
    ask = {"nobody": answering.answer, "always": answering.always, "can": answering.can}[claim.nature]
    answers = [ask(deed, attacker) for deed, attacker in claim.questions(world)]
    if claim.one_by_one is not None and not all(isinstance(a, Guard) for a in answers):
        answers = [ask(deed, attacker) for deed, attacker in claim.one_by_one(world)]
    return gathered(claim.id, claim.title, (*unread(world, claim.about), *answers), claim.unasked(world))


def _reaches(claim: Claim, world: World, answering: Answering) -> Iterator[Reach]:
    """What each exempt role could do against a claim."""
    for pattern in world.exempt:
        actions = {
            deed.action
            for deed, attacker in claim.questions(world)
            if attacker.kind == "role" and attacker.account in world.organization.accounts and deed.behind is None
            if answering.reaches(deed, attacker, pattern)
        }
        if actions:
            yield Reach(role=pattern, claim=claim.id, actions=tuple(sorted(actions)))
