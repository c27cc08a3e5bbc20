"""A model becomes a request, and the request is put to the evaluator: what it does not allow is no witness."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.prove import keys
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.attackers import ADMINISTRATOR
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.solve import Model
from trailkeep.authz.prove.variables import Presence, Text, Variable, example
from trailkeep.authz.request import Decision, Policies, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A request, and the decision of the evaluator on it; `through` is another ARN of the same object, if any."""

    request: Request
    decision: Decision
    through: str = ""


class ReplayError(Exception):
    """Formula and evaluator disagree about a request: a defect of trailkeep, so nothing that was proved counts."""


def replay(model: Model, attacker: Attacker, deed: Deed, policies: Policies, kinds: Mapping[str, Variable]) -> Witness:
    """The request a model describes, decided by the evaluator; `kinds` are the keys that policies ask about."""
    request = _request(model, attacker, deed, kinds)
    if deed.behind is None:
        return Witness(request=request, decision=evaluate(request, policies, attacker.facts))
    return _through_another_arn(request, _text(model, deed.behind), attacker, policies)


def _through_another_arn(request: Request, own: str, attacker: Attacker, policies: Policies) -> Witness:
    """The principal's side sees the ARN of the request, the resource's side its own: both must allow."""
    theirs = replace(policies, resource=None, rcp=())
    asked = evaluate(replace(request, resource_account=attacker.account), theirs, attacker.facts)
    ours = replace(policies, scp=(), identity=(ADMINISTRATOR,), boundary=None)
    answered = evaluate(replace(request, resource=own), ours, attacker.facts)
    decision = asked if answered.is_allowed else answered
    return Witness(
        request=replace(request, resource=own),
        decision=replace(decision, assumptions=(*asked.assumptions, *answered.assumptions)),
        through=request.resource,
    )


def _request(model: Model, attacker: Attacker, deed: Deed, kinds: Mapping[str, Variable]) -> Request:
    values = model.values
    arn = _text(model, attacker.arn) if attacker.arn else ""
    session = _text(model, attacker.session) if attacker.session else ""
    context = {k: v for k, v in {**attacker.fixed, **deed.fixed}.items() if v} | _open(
        values, keys.ALWAYS | attacker.present, kinds
    )
    context |= {"aws:principalarn": (arn,)} if arn else {}
    context |= {"aws:username": (arn.rpartition("/")[2],)} if attacker.kind == "user" else {}
    return Request(
        principal=attacker.principal(arn, session),
        action=deed.action,
        resource=_text(model, deed.resource) if deed.resource else "*",
        resource_account=deed.account,
        context=context,
        wildcard_only=deed.resource is None,
    )


def _text(model: Model, variable: Text) -> str:
    found = model.values.get(variable)
    return found if found is not None else variable.likely[0]


def _open(
    values: Mapping[Variable, str | None], always: frozenset[str], kinds: Mapping[str, Variable]
) -> dict[str, tuple[str, ...]]:
    """The context keys that the model gives a value; several elements of one key are put together again.

    A key whose value makes no difference has an example of its kind.
    """
    given = {v.name: value for v, value in values.items() if not isinstance(v, Presence) and value is not None}
    present = sorted(v.name for v, value in values.items() if isinstance(v, Presence) and value is not None)
    found: dict[str, tuple[str, ...]] = {"aws:securetransport": ("true",)}
    found |= {key: (example(kinds[key]),) for key in sorted(always & kinds.keys())}
    for name in present:
        key = name.partition("#")[0]
        value = given.get(name) or (example(kinds[key]) if key in kinds else "x")
        found[key] = (*found.get(key, ()), value)
    return found | {name: (value,) for name, value in given.items() if name in always}
