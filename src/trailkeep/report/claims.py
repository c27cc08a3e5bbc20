"""Claims beside a plan: what it proves, what it breaks, and what is proved of the organization afterwards."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.authz.prove.proof import Proof, Verdict
from trailkeep.report.words import count, printable

_STYLE = {Verdict.PROVED: "green", Verdict.REFUTED: "red", Verdict.UNKNOWN: "yellow"}


def render_judgement(before: Sequence[Proof], after: Sequence[Proof]) -> RenderableType:
    """Each claim whose verdict the plan changes, and those that stay open; `trailkeep prove` has the requests."""
    return Group(*_judged(before, after))


def _judged(before: Sequence[Proof], after: Sequence[Proof]) -> Iterator[Text]:
    was = {proof.claim: proof.verdict for proof in before}
    yield Text("\nWhat this comes to, by proof (worst case)", style="bold")
    for proof in after:
        now, then = proof.verdict, was.get(proof.claim, Verdict.UNKNOWN)
        if now is then is Verdict.PROVED:
            continue
        line = Text(f"  {now:8}", style=_STYLE[now]) + Text(f" {proof.title}")
        yield line + Text(f"  (now {then})" if then is not now else "  (as now)", style="dim")
        if now is not Verdict.PROVED:
            yield Text(f"           {_why(proof)}", style="dim")
    kept = sum(p.verdict is was.get(p.claim) is Verdict.PROVED for p in after)
    if kept:
        yield Text(f"  {count(kept, 'claim')} proved now and afterwards", style="dim")


def render_verdicts(proofs: Sequence[Proof]) -> RenderableType:
    """Every claim with its verdict, a line each."""
    lines = (Text(f"  {p.verdict:8}", style=_STYLE[p.verdict]) + Text(f" {p.title}") for p in proofs)
    return Group(*lines)


def render_proved(proofs: Sequence[Proof]) -> RenderableType:
    """What is proved of the organization as it was read back, in one line where everything is."""
    return Group(*_proved(proofs))


def _proved(proofs: Sequence[Proof]) -> Iterator[Text]:
    held = sum(p.verdict is Verdict.PROVED for p in proofs)
    style = "bold green" if held == len(proofs) else "bold yellow"
    yield Text(f"{held} of {count(len(proofs), 'claim')} proved of what AWS has now (worst case).", style=style)
    for proof in proofs:
        if proof.verdict is not Verdict.PROVED:
            yield Text(f"  {proof.verdict:8}", style=_STYLE[proof.verdict]) + Text(f" {proof.title}: {_why(proof)}")
    if held < len(proofs):
        yield Text("  `trailkeep prove` shows the requests, and the statements that would close them.", style="dim")


def _why(proof: Proof) -> str:
    if proof.holes:
        hole = proof.holes[0]
        request = hole.witness.request
        verb = "could" if hole.witness.decision.is_allowed else "could not"
        more = f", and {len(proof.holes) - 1} more" if len(proof.holes) > 1 else ""
        return (
            f"{printable(hole.attacker.who)} {verb} {printable(request.action)} on {printable(hole.deed.subject)}{more}"
        )
    if proof.unsettled:
        return f"{printable(proof.unsettled[0].subject)}: {printable(proof.unsettled[0].because)}"
    return "there is nothing yet that it could be asked of"


def claims_json(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Verdicts by claim."""
    return {p.claim: {"verdict": p.verdict, "because": "" if p.verdict is Verdict.PROVED else _why(p)} for p in proofs}
