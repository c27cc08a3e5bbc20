"""A certificate for people and machines: verdicts, holes with their requests, what holds, what no policy can close."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trailkeep.authz.prove.certificate import Certificate
from trailkeep.authz.prove.proof import Guard, Hole, Proof, Verdict
from trailkeep.authz.request import Layer, Reason
from trailkeep.report.words import count, printable

SHOWN = 8
"""So many holes of a claim are printed; JSON has them all."""

_STYLE = {Verdict.PROVED: "green", Verdict.REFUTED: "bold red", Verdict.UNKNOWN: "yellow"}


def render_certificate(certificate: Certificate, names: dict[str, str], *, details: bool) -> RenderableType:
    """The verdicts as a table, each hole with its request, what closes it, and the paths that stay."""
    parts: list[RenderableType] = [_verdicts(certificate)]
    for proof in certificate.worst_case:
        parts += _holes(proof, names)
        parts += [_bold(f"\n{proof.title}: held by"), *_held(proof, names)] if details and proof.guards else []
    for proof in certificate.as_is:
        own = [
            h for h in proof.holes if h.attacker.arn and len(h.attacker.arn.domain) == 1 and h.attacker.kind != "root"
        ]
        parts += [*_holes(replace(proof, title=f"{proof.title}, as it is", holes=tuple(own)), names)] if own else []
    if certificate.closings:
        parts.append(_bold("\nWhat would close them"))
        for closing in certificate.closings:
            places = ", ".join(printable(place) for place in closing.places[:SHOWN])
            more = f" and {count(len(closing.places) - SHOWN, 'other')}" if len(closing.places) > SHOWN else ""
            parts.append(Text(f"  {closing.layer} at {places}{more}:", style="cyan"))
            parts.append(Text(f"    {printable(closing.statement, 4000)}"))
    parts += _residuals(certificate)
    if details:
        parts.append(_bold("\nTaken for granted"))
        parts += [Text(f"  {axiom}") for axiom in certificate.axioms]
    return Group(*parts)


def _bold(text: str) -> Text:
    return Text(text, style="bold")


def _verdicts(certificate: Certificate) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=True, header_style="dim")
    for column in ("claim", "worst case", "as it is", ""):
        table.add_column(column, overflow="fold")
    again = {proof.claim: proof for proof in certificate.as_is}
    for proof in certificate.worst_case:
        as_is = again.get(proof.claim)
        table.add_row(
            Text(proof.title),
            Text(proof.verdict, style=_STYLE[proof.verdict]),
            _as_is(as_is),
            Text(_because(proof), style="dim"),
        )
    return table


def _as_is(proof: Proof | None) -> Text:
    if proof is None:
        return Text("")
    if any(u.subject == "principals" for u in proof.unsettled):
        return Text("not read", style="dim")
    return Text(proof.verdict, style=_STYLE[proof.verdict])


def _because(proof: Proof) -> str:
    if proof.holes:
        return f"{count(len({(h.deed.action, h.attacker.who) for h in proof.holes}), 'way')} to break it"
    if proof.unsettled:
        first = proof.unsettled[0]
        more = f" (and {len(proof.unsettled) - 1} more)" if len(proof.unsettled) > 1 else ""
        return f"{printable(first.subject)}: {printable(first.because)}{more}"
    if proof.because:
        return proof.because
    return count(len(proof.guards), "question") if proof.guards else "there is nothing it could be asked of"


def _holes(proof: Proof, names: dict[str, str]) -> Iterator[RenderableType]:
    """Who can break a claim, and by what: the requests of one principal together, the first of them in full."""
    if not proof.holes:
        return
    yield _bold(f"\n{proof.title}: refuted")
    by_who: dict[tuple[str, str], list[Hole]] = {}
    for hole in proof.holes:
        by_who.setdefault((hole.attacker.who, hole.witness.request.principal.id), []).append(hole)
    for (who, principal), holes in list(by_who.items())[:SHOWN]:
        yield _who(who, principal, holes[0].attacker.stands_for)
        yield from _what(holes, names)
    if len(by_who) > SHOWN:
        yield Text(f"  and {count(len(by_who) - SHOWN, 'more principal')} (all in JSON)", style="dim")


def _who(who: str, principal: str, stands_for: int) -> Text:
    many = f", like {count(stands_for - 1, 'other account')}" if stands_for > 1 else ""
    named = f": {printable(principal)}" if principal and principal != who else ""
    return Text(f"  {printable(who)}{many}", style="cyan") + Text(named)


def _what(holes: list[Hole], names: dict[str, str]) -> Iterator[Text]:
    by_subject: dict[str, list[Hole]] = {}
    for hole in holes:
        by_subject.setdefault(hole.deed.subject, []).append(hole)
    for found in by_subject.values():
        first = found[0]
        request, decision = first.witness.request, first.witness.decision
        actions = ", ".join(dict.fromkeys(h.deed.action for h in found))
        resource = "" if request.resource == "*" else f" on {printable(first.witness.through or request.resource)}"
        yield Text(f"    {actions}{resource}")
        context = {k: v for k, v in sorted(request.context.items()) if k not in {*first.attacker.fixed, *_PLAIN}}
        if context:
            said = ", ".join(f"{k}={' '.join(v)}" for k, v in context.items())
            yield Text(f"      with {printable(said)}", style="dim")
        verdict = "allowed" if decision.is_allowed else "refused"
        yield Text(f"      {verdict}: {'; '.join(_said(r, names) for r in decision.reasons[-2:])}", style="red")


_PLAIN = ("aws:principalarn", "aws:securetransport", "aws:username")


def _said(reason: Reason, names: dict[str, str]) -> str:
    level = f" at {printable(names.get(reason.level, reason.level))}" if reason.level else ""
    which = f" {printable(reason.policy)} ({printable(reason.statement)})" if reason.policy else ""
    return f"{reason.layer}{which}{level} {printable(reason.words)}"


def _held(proof: Proof, names: dict[str, str]) -> Iterator[Text]:
    """For each action the statements that would hold it alone, with how many classes of principals each holds."""
    for action, guards in _by_action(proof).items():
        held: dict[str, int] = {}
        for guard in guards:
            for words in _words(guard, names):
                held[words] = held.get(words, 0) + 1
        for words, times in sorted(held.items(), key=lambda item: (-item[1], item[0])):
            yield Text(f"  {action:38} {words}  ({count(times, 'question')})")


def _by_action(proof: Proof) -> dict[str, list[Guard]]:
    found: dict[str, list[Guard]] = {}
    for guard in proof.guards:
        found.setdefault(guard.deed.action, []).append(guard)
    return found


def _words(guard: Guard, names: dict[str, str]) -> Iterator[str]:
    if guard.alone:
        yield from (_where(reason, names) for reason in guard.alone)
    elif guard.together:
        yield " and ".join(_where(reason, names) for reason in guard.together) + ", together"
    else:
        yield "nothing grants it"


def _where(reason: Reason, names: dict[str, str]) -> str:
    if reason.layer is Layer.AWS:
        return reason.words
    level = f" at {printable(names.get(reason.level, reason.level))}" if reason.level else ""
    return f"{reason.layer} {printable(reason.policy)}, {printable(reason.statement)}{level}"


def _residuals(certificate: Certificate) -> Iterator[RenderableType]:
    yield _bold("\nPaths that no policy can close")
    for residual in certificate.residuals:
        yield Text(f"  {printable(residual.path, 1000)}")
        yield Text(f"    {residual.why}", style="dim")
        yield Text(f"    watched by: {residual.watch}", style="dim")
    if certificate.reaches:
        yield _bold("\nWhat the exempt roles could do")
    for role in certificate.exempt:
        actions = sorted({a for r in certificate.reaches if r.role == role for a in r.actions})
        if actions:
            yield Text(f"  {printable(role)}: {', '.join(actions)}")


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """The certificate as plain values, everything in it."""
    again = {proof.claim: proof for proof in certificate.as_is}
    return {
        "trailkeep_certificate": 1,
        "taken": certificate.taken.isoformat(),
        "organization": certificate.organization,
        "claims": [
            {
                "id": proof.claim,
                "title": proof.title,
                "worst_case": _proof_json(proof),
                "as_is": _proof_json(again[proof.claim]) if proof.claim in again else None,
            }
            for proof in certificate.worst_case
        ],
        "exempt_roles": [
            {"role": role, "could": {r.claim: list(r.actions) for r in certificate.reaches if r.role == role}}
            for role in certificate.exempt
        ],
        "residual_paths": [{"path": r.path, "why": r.why, "watch": r.watch} for r in certificate.residuals],
        "closings": [
            {"layer": c.layer, "places": list(c.places), "statement": json.loads(c.statement), "claims": list(c.claims)}
            for c in certificate.closings
        ],
        "axioms": list(certificate.axioms),
    }


def _proof_json(proof: Proof) -> dict[str, Any]:
    return {
        "verdict": proof.verdict,
        "because": proof.because,
        "questions": len(proof.guards) + len(proof.holes) + len(proof.unsettled),
        "holes": [_hole_json(hole) for hole in proof.holes],
        "held_by": [_guards_json(action, guards) for action, guards in _by_action(proof).items()],
        "unsettled": [{"subject": u.subject, "because": u.because} for u in proof.unsettled],
    }


def _hole_json(hole: Hole) -> dict[str, Any]:
    request = hole.witness.request
    return {
        "who": hole.attacker.who,
        "stands_for": hole.attacker.stands_for,
        "request": {
            "principal": request.principal.id or {"type": "Anonymous"},
            "action": request.action,
            "resource": request.resource,
            "through": hole.witness.through,
            "resource_account": request.resource_account,
            "context": {k: list(v) if len(v) > 1 else v[0] for k, v in sorted(request.context.items())},
        },
        "decision": hole.witness.decision.verdict,
        "reasons": [_reason_json(r) for r in hole.witness.decision.reasons],
        "assumptions": [_reason_json(r) for r in hole.witness.decision.assumptions],
    }


def _guards_json(action: str, guards: list[Guard]) -> dict[str, Any]:
    alone = {r for g in guards for r in g.alone}
    together = {g.together for g in guards if g.together}
    return {
        "action": action,
        "questions": len(guards),
        "alone": [_reason_json(r) for r in sorted(alone, key=repr)],
        "together": [[_reason_json(r) for r in reasons] for reasons in sorted(together, key=repr)],
        "nothing_grants_it": sum(not g.alone and not g.together for g in guards),
    }


def _reason_json(reason: Reason) -> dict[str, str]:
    return {
        "layer": reason.layer,
        "level": reason.level,
        "policy": reason.policy,
        "statement": reason.statement,
        "words": reason.words,
    }
