"""Asking before anything is changed: a yes to the plan, and the typed name of what cannot be taken back."""

from collections.abc import Iterable

from trailkeep.cli import say
from trailkeep.errors import UsageError
from trailkeep.model.change import Change
from trailkeep.report.words import count


def consent(changes: Iterable[Change], *, yes: bool, confirmed: Iterable[str]) -> None:
    """Return if everything was agreed to; raises UsageError if not, and before anything was changed."""
    changes = list(changes)
    missing = sorted({c.confirmation for c in changes if c.confirmation} - set(confirmed))
    if not yes:
        if not say.is_person():
            raise UsageError("nobody is there to say yes", hint="read the plan, then run again with --yes")
        if say.ask(f"Make {count(len(changes), 'change')}? [yes/no]").lower() not in {"y", "yes"}:
            raise UsageError("nothing was changed", hint="the answer was not yes")
    for name in missing:
        why = next(c for c in changes if c.confirmation == name)
        if not say.is_person() or yes:
            raise UsageError(
                f"{why.resource} wants its name confirmed: {why.irreversible or 'it ends something that runs'}",
                hint=" ".join(f'--confirm "{m}"' for m in missing),
            )
        if (
            say.ask(f'{why.resource}: {why.irreversible or "it ends something that runs"}. Type "{name}" to go on:')
            != name
        ):
            raise UsageError("nothing was changed", hint=f"{name} was not typed")
