"""Deny with NotPrincipal: it misses sessions, and always hits principals with a permissions boundary."""

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.repair import one_or_all

ID = "not-principal"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding a statement; an Allow with NotPrincipal serves everybody else, anonymous callers too."""
    for clause in document.readable:
        if clause.meant.principal is None or not clause.meant.principal.negated:
            continue
        if clause.meant.denies:
            yield document.finding(
                ID,
                Severity.WARNING,
                clause,
                what="a Deny with NotPrincipal also hits sessions of the roles it lists, unless account and session "
                "are listed too, and every principal that has a permissions boundary",
                why="AWS advises a Deny for everybody with a condition on aws:PrincipalArn",
                source=SOURCE,
                corrected=_corrected(clause),
            )
        else:
            yield document.finding(
                ID,
                Severity.ERROR,
                clause,
                what="an Allow with NotPrincipal allows everybody else, anonymous callers too",
                why="AWS advises never to use the two together; name the principals that are allowed",
                source=SOURCE,
            )


def _corrected(clause: Clause) -> tuple[dict[str, Any], ...]:
    named = clause.written.get("NotPrincipal")
    if not isinstance(named, Mapping) or set(named) - {"AWS", "Service"}:
        return ()
    block: dict[str, dict[str, Any]] = {op: dict(tests) for op, tests in clause.written.get("Condition", {}).items()}
    listed = _listed(named.get("AWS"))
    arns = [_role(v) for v in listed if v.startswith("arn:") and not v.endswith(":root")]
    if arns:
        operator = "ArnNotLike" if any("*" in v for v in arns) else "ArnNotEquals"
        block.setdefault(operator, {})["aws:PrincipalArn"] = one_or_all(list(dict.fromkeys(arns)))
    elif listed:
        accounts = [v.split(":")[4] if v.startswith("arn:") else v for v in listed]
        block.setdefault("StringNotEquals", {})["aws:PrincipalAccount"] = one_or_all(accounts)
    if services := _listed(named.get("Service")):
        block.setdefault("StringNotEqualsIfExists", {})["aws:PrincipalServiceName"] = one_or_all(services)
    return (clause.with_(NotPrincipal=None, Principal="*", Condition=block),)


def _listed(value: Any) -> list[str]:  # noqa: ANN401 compiled before, so text or a list of it
    return value if isinstance(value, list) else [value] if value else []


def _role(arn: str) -> str:
    head, found, name = arn.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{name.partition('/')[0]}" if found else arn
