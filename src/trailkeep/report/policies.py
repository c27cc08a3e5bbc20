"""Policies for people and machines: the tree, the level that decides, a decision with reasons, outcomes of cases."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.authz.case import Outcome
from trailkeep.authz.levels import Saying
from trailkeep.authz.request import Decision, Reason, Request, Verdict
from trailkeep.model.organization import Account, Organization, Policy
from trailkeep.report.words import account_name, count, printable

SHOWN = 10
"""So many accounts with nothing of their own are named below a unit; more are counted."""

_SHORT = {"SERVICE_CONTROL_POLICY": "SCP", "RESOURCE_CONTROL_POLICY": "RCP"}
_STYLE = {Verdict.ALLOWED: "green", Verdict.EXPLICITLY_DENIED: "red", Verdict.IMPLICITLY_DENIED: "yellow"}
_WORDS = {
    Verdict.ALLOWED: "allowed",
    Verdict.EXPLICITLY_DENIED: "explicitly denied",
    Verdict.IMPLICITLY_DENIED: "denied, because nothing allows it",
}


def render_tree(organization: Organization) -> RenderableType:
    """Root, units and accounts, with the policies where they are attached."""
    off = [_SHORT[t] for t in _SHORT if organization.policy_types.get(t) != "ENABLED"]
    notes = [Text(f"{', '.join(off)}: not enabled in this organization; none applies", style="yellow")] if off else []
    return Group(*notes, *_unit(organization, organization.root, 0, frozenset()))


def _unit(organization: Organization, unit: str, depth: int, above: frozenset[str]) -> Iterator[Text]:
    if unit in above or unit not in organization.units:  # a hostile file may hold a circle
        return
    pad, known = "  " * depth, organization.units
    named = next(u for u in known.values() if u.id == unit)
    yield Text(f"{pad}{printable(named.name)}", style="bold") + Text(f"  {unit}", style="dim")
    yield from _attached(organization, unit, depth + 1)
    for child in sorted((u for u in known.values() if u.parent == unit), key=lambda u: u.name):
        yield from _unit(organization, child.id, depth + 1, above | {unit})
    mine = sorted((a for a in organization.accounts.values() if a.parent == unit), key=lambda a: a.name)
    special = [a for a in mine if _own(organization, a.id) or a.id == organization.management]
    plain = [a for a in mine if a not in special]
    for account in [*special, *plain[:SHOWN]]:
        yield _account(organization, account, depth + 1)
        yield from _attached(organization, account.id, depth + 2)
    if len(plain) > SHOWN:
        yield Text(f"{pad}  and {count(len(plain) - SHOWN, 'more account')} with nothing of their own", style="dim")


def _account(organization: Organization, account: Account, depth: int) -> Text:
    boss = " (management account: no SCP binds it)" if account.id == organization.management else ""
    return Text("  " * depth + account_name(organization, account.id)) + Text(boss, style="yellow")


def _own(organization: Organization, target: str) -> list[Policy]:
    found = [p for p in organization.policies if target in p.targets]
    return sorted((p for p in found if not p.aws_managed), key=lambda p: (p.type, p.name))


def _attached(organization: Organization, target: str, depth: int) -> Iterator[Text]:
    managed = sorted(p.name for p in organization.policies if target in p.targets and p.aws_managed)
    for policy in _own(organization, target):
        yield Text(f"{'  ' * depth}{_SHORT[policy.type]} ", style="cyan") + Text(
            f"{printable(policy.name)} ({printable(policy.id)}), {len(policy.content):,} characters"
        )
    if managed:
        yield Text(f"{'  ' * depth}AWS's own: {', '.join(map(printable, managed))}", style="dim")


def tree_json(organization: Organization) -> dict[str, Any]:
    """The tree as plain values: every target with its path and its policies."""
    targets = [*organization.units, *organization.accounts]
    return {
        "trailkeep_policies": 1,
        "organization": organization.id,
        "policy_types": dict(organization.policy_types),
        "targets": [
            {
                "id": target,
                "path": organization.path(target),
                "policies": [
                    {"id": p.id, "name": p.name, "type": p.type, "aws_managed": p.aws_managed, "content": p.content}
                    for p in organization.policies
                    if target in p.targets
                ],
            }
            for target in targets
        ],
    }


def render_levels(
    organization: Organization, account: str, action: str, said: Sequence[Saying], notes: Sequence[str]
) -> RenderableType:
    """What each level says about an action, and which decides."""
    lines = [Text(f"{printable(action)} in {account_name(organization, account)}", style="bold")]
    lines += [Text(f"  {printable(note)}", style="yellow") for note in notes]
    for saying in said:
        style = "red" if saying.decides else "yellow" if "sometimes" in saying.answer else "green"
        path = printable(organization.path(saying.target))
        lines.append(Text(f"  {saying.layer}  {path}: ") + Text(saying.answer, style=style))
        for s in saying.said:
            when = f", when {printable('; '.join(s.when), 600)}" if s.when else ""
            verb = "Deny " if s.denies else "Allow"
            lines.append(Text(f"      {verb} {printable(s.policy)}, statement {printable(s.statement)}{when}", "dim"))
    return Group(*lines, _conclusion(organization, said))


def _conclusion(organization: Organization, said: Sequence[Saying]) -> Text:
    deciding = next((s for s in said if s.decides), None)
    if deciding is not None:
        path = printable(organization.path(deciding.target))
        return Text(f"Decided at {path} by {deciding.layer}s: nobody they bind can do this.", style="bold red")
    if any("sometimes" in s.answer for s in said):
        return Text("It depends on the conditions above; `trailkeep policies explain` decides one request.", "yellow")
    return Text("No level stands in the way; identity and resource policies decide.", style="bold green")


def levels_json(account: str, action: str, said: Sequence[Saying], notes: Sequence[str]) -> dict[str, Any]:
    """What each level says, as plain values."""
    deciding = next((s.target for s in said if s.decides), None)
    levels = [asdict(s) for s in said]
    return {"account": account, "action": action, "levels": levels, "decided_at": deciding, "notes": list(notes)}


def render_decision(
    request: Request, decision: Decision, notes: Sequence[str], names: Mapping[str, str], *, is_known: bool
) -> RenderableType:
    """A decision in words: the verdict, the reasons in AWS's order, what was assumed."""
    who = printable(request.principal.id or "an anonymous caller")
    verdict = _WORDS[decision.verdict] if is_known else "UNKNOWN: the organization's policies do not decide it"
    lines = [
        Text(f"{who}\n  {printable(request.action)} on {printable(request.resource)}"),
        Text(verdict, style=f"bold {_STYLE[decision.verdict] if is_known else 'yellow'}"),
    ]
    shown = decision.reasons if is_known else tuple(r for r in decision.reasons if r.policy != "administrator rights")
    lines += [Text(f"  {number}. {_reason(r, names)}") for number, r in enumerate(shown, 1)]
    lines += [Text(f"  note: {printable(note)}", style="yellow") for note in notes]
    lines += [Text(f"  assumed: {_reason(r, names)}", style="yellow") for r in decision.assumptions]
    return Group(*lines)


def _reason(reason: Reason, names: Mapping[str, str]) -> str:
    where = f" at {printable(names.get(reason.level, reason.level))}" if reason.level else ""
    which = f", {printable(reason.policy)}, statement {printable(reason.statement)}" if reason.policy else ""
    return f"{reason.layer}{where}{which}: {printable(reason.words)}"


def decision_json(request: Request, decision: Decision, notes: Sequence[str], *, is_known: bool) -> dict[str, Any]:
    """A decision as plain values."""
    return {
        "principal": printable(request.principal.id or "anonymous", 2000),
        "action": printable(request.action, 2000),
        "resource": printable(request.resource, 4000),
        "decision": str(decision.verdict) if is_known else "UNKNOWN",
        "reasons": [_plain(r) for r in decision.reasons],
        "assumptions": [_plain(r) for r in decision.assumptions],
        "notes": [printable(n, 4000) for n in notes],
        "context": {printable(k): [printable(x, 4000) for x in v] for k, v in sorted(request.context.items())},
    }


def _plain(reason: Reason) -> dict[str, str]:
    """A reason as plain values that can be written anywhere: names in policies are of unknown origin."""
    return {key: printable(str(value), 2000) for key, value in asdict(reason).items()}


def render_outcomes(outcomes: Sequence[Outcome]) -> RenderableType:
    """Every case that is not as expected with its reasons, and how many are."""
    lines: list[Text] = []
    for o in outcomes:
        if not o.is_as_expected:
            lines.append(
                Text(f"✗ {printable(o.case.id)}: {o.decision.verdict}, expected {o.case.expected}", style="red")
            )
            lines += [Text(f"    {_reason(r, {})}") for r in o.decision.reasons]
            lines += [Text(f"    assumed: {_reason(r, {})}", style="yellow") for r in o.decision.assumptions]
    wrong = sum(not o.is_as_expected for o in outcomes)
    total = f"{count(len(outcomes), 'case')}: {len(outcomes) - wrong} as expected, {wrong} not"
    return Group(*lines, Text(total, style="bold red" if wrong else "bold green"))


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One case as plain values."""
    return {
        "id": printable(outcome.case.id, 2000),
        "decision": str(outcome.decision.verdict),
        "expected": str(outcome.case.expected),
        "passed": outcome.is_as_expected,
        "reasons": [_plain(r) for r in outcome.decision.reasons],
        "assumptions": [_plain(r) for r in outcome.decision.assumptions],
    }


def junit(outcomes: Sequence[Outcome]) -> str:
    """JUnit XML, as CI systems read it: a test case for each case, a failure for each mismatch."""
    wrong = sum(not o.is_as_expected for o in outcomes)
    suite = ET.Element("testsuite", name="trailkeep policies test", tests=str(len(outcomes)), failures=str(wrong))
    for o in outcomes:
        case = ET.SubElement(suite, "testcase", classname="policies", name=printable(o.case.id))
        if not o.is_as_expected:
            said = f"{o.decision.verdict}, expected {o.case.expected}"
            failure = ET.SubElement(case, "failure", message=said)
            failure.text = "\n".join(_reason(r, {}) for r in o.decision.reasons)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)
