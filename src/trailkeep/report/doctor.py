"""A diagnosis for people and machines: symptoms, confirmed causes with evidence and fix, what is open, what is not."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.doctor.causes import BY_ID
from trailkeep.doctor.diagnose import Diagnosis
from trailkeep.doctor.symptoms import Sight, Symptom
from trailkeep.doctor.verdict import Command, Fix, State, Unsure, Verdict
from trailkeep.report.words import count, printable

SHOWN = 5
"""So many places and commands of a cause are printed; JSON has them all."""
_LONGEST = 6000
_STYLE = {State.CONFIRMED: "bold red", State.UNKNOWN: "yellow", State.RULED_OUT: "green"}
_SIGHT = {Sight.SEEN: "red", Sight.NOT_SEEN: "green", Sight.UNKNOWN: "yellow", Sight.UNASKED: "dim"}
_SYMPTOM = {
    "logs": "logs do not appear",
    "deletion": "logs deleted",
    "regions": "Regions differ",
    "retention": "not kept as wanted",
}


def render(diagnosis: Diagnosis, *, details: bool) -> RenderableType:
    """What a person reads: what is seen, what causes it, how it is put right, what is still open."""
    lines: list[Text] = [*_symptoms(diagnosis)]
    for verdict in diagnosis.of(State.CONFIRMED):
        lines += _confirmed(verdict)
    if diagnosis.open:
        lines.append(Text("\nNot known", style="bold"))
        for verdict in diagnosis.open:
            lines += _open(verdict)
    if details:
        lines += _idle(diagnosis)
        lines += _ruled_out(diagnosis)
    return Group(*lines, *_closing(diagnosis))


def _symptoms(diagnosis: Diagnosis) -> Iterator[Text]:
    yield Text("Symptoms", style="bold")
    for symptom in diagnosis.symptoms:
        head = Text(f"  {_SYMPTOM[symptom.family]:20}") + Text(symptom.sight, style=_SIGHT[symptom.sight])
        yield head + Text(_shown(symptom), style="dim")


def _shown(symptom: Symptom) -> str:
    more = f" (and {len(symptom.said) - 1} more)" if len(symptom.said) > 1 else ""
    if symptom.said:
        return f"  {printable(symptom.said[0])}{more}"
    return f"  {count(symptom.fine, 'place')} looked at" if symptom.fine else ""


def _confirmed(verdict: Verdict) -> Iterator[Text]:
    cause = BY_ID[verdict.cause]
    yield Text(f"\n{cause.id} {verdict.state}", style=_STYLE[verdict.state]) + Text(f"  {cause.title}", style="bold")
    if verdict.explained_by:
        before = ", ".join(f"{i} ({BY_ID[i].title})" for i in verdict.explained_by)
        yield Text(f"  follows from {before}: start there", style="cyan")
    elif verdict.same_as:
        before = ", ".join(f"{i} ({BY_ID[i].title})" for i in verdict.same_as)
        yield Text(f"  the same fact as {before}, by another symptom", style="cyan")
    for found in verdict.found[:SHOWN]:
        yield Text(f"  {printable(found.where)}: {printable(found.said, 1200)}")
        yield Text(f"    by {printable(found.source)}", style="dim")
    if len(verdict.found) > SHOWN:
        yield Text(f"  and {count(len(verdict.found) - SHOWN, 'more place')} (all in JSON)", style="dim")
    if verdict.unsure:
        yield Text(f"  not known in {count(len(verdict.unsure), 'other place')}", style="yellow")
    for fix in verdict.fixes[:SHOWN] if not (verdict.explained_by or verdict.same_as) else ():
        yield from _fix(fix)


def _fix(fix: Fix) -> Iterator[Text]:
    yield Text("  What to do: ", style="bold") + Text(printable(fix.words, 1200))
    if fix.statement:
        yield Text(f"    for the {printable(fix.into)}:", style="dim")
        yield from (Text(f"      {printable(line, _LONGEST)}", style="cyan") for line in fix.statement.splitlines())
    for command in fix.commands[:SHOWN]:
        yield Text(f"    as {printable(command.role)}:", style="dim")
        yield Text(f"      {printable(command.text, _LONGEST)}", style="cyan")
    if len(fix.commands) > SHOWN:
        yield Text(f"    and {count(len(fix.commands) - SHOWN, 'more command')} (all in JSON)", style="dim")
    for reason in fix.withheld[:1]:
        yield Text(f"    no command is shown that policies deny: {printable(reason)}", style="yellow")
    if fix.trailkeep:
        yield Text(f"    {printable(fix.trailkeep)}", style="dim")


def _open(verdict: Verdict) -> Iterator[Text]:
    cause = BY_ID[verdict.cause]
    first = verdict.unsure[0]
    more = f" (and {count(len(verdict.unsure) - 1, 'other place')})" if len(verdict.unsure) > 1 else ""
    head = Text(f"  {cause.id} {verdict.state}", style=_STYLE[verdict.state]) + Text(f"  {cause.title}")
    yield head
    yield Text(f"      {printable(first.where)}: {printable(first.because, 1200)}{more}", style="dim")
    if tells(first):
        yield Text(f"      would tell: {printable(tells(first))}", style="dim")


def tells(unsure: Unsure) -> str:
    """What would settle it: a question that --probe asks, or what a person can do."""
    asked = f"--probe ({unsure.probes[0]})" if unsure.probes else ""
    return "; ".join(t for t in (asked, unsure.tell) if t)


def _idle(diagnosis: Diagnosis) -> Iterator[Text]:
    if diagnosis.idle:
        yield Text("\nNot known, and no symptom points to it", style="bold")
        for verdict in diagnosis.idle:
            yield from _open(verdict)


def _ruled_out(diagnosis: Diagnosis) -> Iterator[Text]:
    yield Text("\nRuled out", style="bold")
    for verdict in diagnosis.of(State.RULED_OUT):
        cause = BY_ID[verdict.cause]
        places = f" ({count(verdict.fine, 'time')})" if verdict.fine > 1 else ""
        yield (
            Text(f"  {cause.id:4}", style="green")
            + Text(f" {cause.title}: ")
            + Text(f"{printable(verdict.because)}{places}", style="dim")
        )


def _closing(diagnosis: Diagnosis) -> Iterator[Text]:
    if diagnosis.idle:
        ids = ", ".join(v.cause for v in diagnosis.idle)
        many = count(len(diagnosis.idle), "cause")
        words = (
            f"\n{many} to which no symptom points need more than a snapshot to be settled: {ids} (--probe, --details)."
        )
        yield Text(words, style="dim")
    yield from _where_to_look(diagnosis)
    for symptom in diagnosis.unexplained:
        yield Text(f"\nNo cause was found for: {_SYMPTOM[symptom.family]}.", style="yellow")
    confirmed, out = diagnosis.of(State.CONFIRMED), diagnosis.of(State.RULED_OUT)
    looked = sum(v.fine + len(v.found) for v in diagnosis.verdicts)
    roots = sum(not (v.explained_by or v.same_as) for v in confirmed)
    first = f"{count(len(confirmed), 'cause')} confirmed" if confirmed else "No cause confirmed"
    first += f" ({count(roots, 'of them explains', 'of them explain')} the others)" if roots < len(confirmed) else ""
    is_sure = not (diagnosis.open or diagnosis.unexplained)
    style = "bold red" if diagnosis.faults else "bold green" if is_sure else "bold yellow"
    rest = f"{len(out)} ruled out by {count(looked, 'answer')}, {len(diagnosis.open)} not known"
    yield Text(f"\n{first}, {rest}.", style=style)


def _where_to_look(diagnosis: Diagnosis) -> Iterator[Text]:
    """Logs arrive and somebody misses them: then where they lie is what helps."""
    left = next((v for v in diagnosis.idle if v.cause == "A25"), None)
    if diagnosis.asked is not None and left is not None and left.unsure:
        words = "\nCloudTrail says that it delivers. If you miss logs all the same: "
        yield Text(f"{words}{printable(left.unsure[0].because, 1200)}; --looked-at, --day and --reader tell more.")


def diagnosis_json(diagnosis: Diagnosis, organization: str) -> dict[str, Any]:
    """Everything as plain values."""
    matter = {v.cause for v in diagnosis.open}
    return {
        "trailkeep_diagnosis": 1,
        "organization": organization,
        "asked": diagnosis.asked,
        "symptoms": [
            {"family": s.family, "sight": s.sight, "said": list(s.said), "fine": s.fine} for s in diagnosis.symptoms
        ],
        "causes": [_cause_json(v, matters=v.cause in matter) for v in diagnosis.verdicts],
        "unexplained": [s.family for s in diagnosis.unexplained],
    }


def _cause_json(verdict: Verdict, *, matters: bool) -> dict[str, Any]:
    cause = BY_ID[verdict.cause]
    return {
        "id": cause.id,
        "title": cause.title,
        "family": cause.family,
        "state": verdict.state,
        "open": matters,
        "because": verdict.because,
        "explained_by": list(verdict.explained_by),
        "same_as": list(verdict.same_as),
        "evidence": [{"where": f.where, "said": f.said, "source": f.source} for f in verdict.found],
        "unknown": [{"where": u.where, "because": u.because, "would_tell": tells(u)} for u in verdict.unsure],
        "ruled_out_by": verdict.fine,
        "fixes": [_fix_json(f) for f in verdict.fixes],
        "sources": list(cause.sources),
    }


def _fix_json(fix: Fix) -> dict[str, Any]:
    return {
        "words": fix.words,
        "statement": fix.statement,
        "into": fix.into,
        "commands": [_command_json(c) for c in fix.commands],
        "withheld": list(fix.withheld),
        "trailkeep": fix.trailkeep,
    }


def _command_json(command: Command) -> dict[str, str]:
    return {"text": command.text, "as": command.role, "account": command.account, "action": command.action}


def render_rows(title: str, rows: Sequence[object], nothing: str) -> RenderableType:
    """Answers of a tip, one a line; what is not known says so."""
    lines = [Text(title, style="bold")]
    for row in rows:
        values = asdict(row)  # type: ignore[call-overload]  # the tips' own dataclasses
        silent = "because" in values
        words = "  ".join(printable(str(v), 600) for v in values.values() if v)
        lines.append(Text(f"  {'UNKNOWN  ' if silent else ''}{words}", style="yellow" if silent else ""))
    if not rows:
        lines.append(Text(f"  {nothing}", style="green"))
    return Group(*lines)


def rows_json(rows: Sequence[object]) -> list[dict[str, Any]]:
    """The same as plain values; `kind` tells an answer from silence."""
    return [{"kind": type(r).__name__, **asdict(r)} for r in rows]  # type: ignore[call-overload]
