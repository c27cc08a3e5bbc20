"""The door of the specification: YAML text in, a Spec out, or every problem with its line and column."""

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from trailkeep.errors import Problem, SpecError
from trailkeep.setup.spec import Spec
from trailkeep.setup.spec.contradictions import Contradiction, contradictions
from trailkeep.setup.spec.schema import described
from trailkeep.setup.spec.words import explain
from trailkeep.setup.spec.yamltext import Document, Path, Plain, parse


def load(text: str, file: str) -> Spec:
    """The specification written in `text`; `file` is only its name, for messages.

    Raises SpecError whose `problems` are all there is to correct, in the order of the text: what is not YAML,
    unknown and missing keys, values that cannot be, and, when these are right, parts that contradict each other.
    """
    document = parse(text, file)
    problems = list(document.problems)
    if document.whole and not isinstance(document.value, dict):
        problems.append(_not_keys(document))
    elif document.whole:
        try:
            spec = Spec.model_validate(document.value)
        except ValidationError as error:
            problems += _faults(document, error)
        else:
            problems += placed(contradictions(spec), document)
            if not problems:
                return spec
    raise refusal(problems, file)


def located(found: Iterable[Contradiction], text: str, file: str) -> tuple[Problem, ...]:
    """Contradictions found later (`conflicts.contradictions_with`) with their places in the text they came from."""
    return tuple(placed(found, parse(text, file)))


def placed(found: Iterable[Contradiction], document: Document) -> list[Problem]:
    """Each contradiction where its value stands, or where the nearest part that was written stands."""
    return [document.problem(c.path, c.message, c.hint) for c in found]


def refusal(problems: Iterable[Problem], file: str) -> SpecError:
    """One error for all problems, in the order of the text, each said once."""
    ordered = tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.line, p.column)))
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    hint = (
        ordered[0].hint if len(ordered) == 1 else "correct them; `trailkeep init` writes a specification that is right"
    )
    return SpecError(f"{file}: {count} in the specification", hint=hint, problems=ordered)


def _not_keys(document: Document) -> Problem:
    empty = document.value is None
    message = "the file is empty" if empty else "the file must consist of `key: value` lines"
    return document.problem((), message, "begin with `version: 1`, or let `trailkeep init` write a specification")


def _faults(document: Document, error: ValidationError) -> list[Problem]:
    problems = []
    for fault in error.errors(include_url=False):
        path = _path(document.value, fault["loc"], is_missing=fault["type"] == "missing")
        if fault["type"] == "literal_error" and isinstance(fault["input"], list) and "items" in described(path):
            continue  # one branch of `enabled` or a list: for a list the other branch's faults say it better,
        if fault["type"] == "tuple_type" and len(fault["loc"]) > len(path):
            continue  # and for anything else the first branch's
        problems.append(_problem(document, fault, path))
    return problems


def _problem(document: Document, fault: ErrorDetails, path: Path) -> Problem:
    message, hint = explain(fault, path)
    if fault["type"] == "missing":
        return document.problem(path[:-1], message, hint, of_key=True)
    return document.problem(
        path, message, hint, of_key=fault["type"] == "extra_forbidden" or fault["loc"][-1] == "[key]"
    )


def _path(value: Plain, loc: tuple[str | int, ...], *, is_missing: bool) -> Path:
    """Pydantic's location without the names of union branches: only steps that exist, and a missing last key."""
    path: list[str | int] = []
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        match value, step:
            case list(), int() if step < len(value):
                value = value[step]
            case dict(), str() if step in value:
                value = value[step]
            case dict(), str() if last and is_missing:
                pass
            case _:
                continue
        path.append(step)
    return tuple(path)
