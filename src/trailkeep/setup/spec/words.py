"""What is wrong with a value, in words for a person: pydantic's findings translated, with what to write instead."""

import difflib
import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import StringConstraints
from pydantic_core import ErrorDetails

from trailkeep.setup import spec
from trailkeep.setup.spec.schema import described
from trailkeep.setup.spec.yamltext import Path


def pattern_of(alias: object) -> str:
    """The regular expression of an annotated string type of `spec`."""
    found = [m.pattern for m in get_args(alias) if isinstance(m, StringConstraints) and isinstance(m.pattern, str)]
    return found[0]


PATTERNS: Mapping[str, str] = {
    pattern_of(spec.AccountName): "letters, digits, spaces and signs of plain ASCII",
    pattern_of(spec.RoleName): "letters, digits and _ + = , . @ -",
    pattern_of(spec.TrailName): "letters, digits and . _ -, beginning and ending with a letter or digit",
    pattern_of(spec.BucketName): "lower-case letters, digits, . and -, beginning and ending with a letter or digit",
    pattern_of(spec.ArchiveName): "lower-case letters, digits and -, beginning and ending with a letter or digit",
    pattern_of(spec.PrincipalArn): "the ARN of a role or user, such as arn:aws:iam::222222222222:role/SecurityAudit",
    pattern_of(spec.IamPath): "a path that begins and ends with a slash, such as /platform/",
    pattern_of(spec.Standard): "the end of a standard's ARN, such as nist-800-53/v/5.0.0",
    pattern_of(spec.ControlId): "the id of a control, such as S3.7",
    pattern_of(spec.RuleIdentifier): "the identifier of a managed rule, such as SECURITYHUB_ENABLED",
    pattern_of(spec.Listener): "an e-mail address, an https:// address, or the ARN of an SQS queue or Lambda function",
    pattern_of(spec.NamePrefix): "1 to 32 letters, digits and -",
}
"""Every pattern of the specification, in words (a test keeps this complete)."""


def explain(error: ErrorDetails, path: Path) -> tuple[str, str]:  # noqa: PLR0911 one line a type
    """Message and hint for one of pydantic's errors about the value (or missing key) at `path`."""
    match error["type"]:
        case "missing":
            return f"{called(path)} is missing", f"add `{example(path)}`"
        case "extra_forbidden":
            return _unknown(path)
        case "string_pattern_mismatch":
            allowed = PATTERNS.get(str(error.get("ctx", {}).get("pattern")), "characters that are allowed here")
            return f"{called(path)} is {shown(error['input'])}: it must be {allowed}", _such_as(path)
        case "string_too_short" | "string_too_long":
            return _length(error, path)
        case "greater_than_equal" | "less_than_equal":
            limits = described(path)
            low, high = limits.get("minimum"), limits.get("maximum")
            return f"{called(path)} is {shown(error['input'])}", f"write a whole number from {low} to {high}"
        case "literal_error":
            return _choice(error, path)
        case "value_error":
            return f"{called(path)}: {_without_prefix(error['msg'])}", _such_as(path)
        case _:
            return _wrong_type(error, path)


_SECOND_ACCOUNT: Mapping[Path, str] = {
    ("accounts", "security", "name"): "Security Tooling",
    ("accounts", "security", "email"): "aws+security@example.com",
}
"""Both accounts have one schema, and so the same examples; but they may not have the same values."""


def called(path: Path) -> str:
    """How a message names a place: `days` in archive.lock, item 2 of archive.readers."""
    if not path:
        return "the specification"
    *above, last = path
    if isinstance(last, int):
        return f"item {last + 1} of {_dotted(above)}"
    last = last[:60] or '""'
    return f"`{last}` in {_dotted(above)}" if above else f"`{last}`"


def shown(value: object) -> str:
    """A value as YAML writes it, shortened."""
    if isinstance(value, str):
        return json.dumps(value[:60] + "…" if len(value) > 60 else value, ensure_ascii=False)
    if isinstance(value, dict):
        return "a set of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def example(path: Path) -> str:
    """A line that would do at `path`: `email: aws+log-archive@example.com`."""
    node, last = described(path), path[-1]
    if path in _SECOND_ACCOUNT:
        return f"{last}: {_SECOND_ACCOUNT[path]}"
    if "examples" in node:
        return f"{last}: {node['examples'][0]}"
    if "properties" in node:
        inner = ", ".join(example((*path, key)) for key in node.get("required", ()))
        return f"{last}: {{{inner}}}"
    return f"{last}: …"


def _dotted(path: list[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _unknown(path: Path) -> tuple[str, str]:
    *above, key = path
    allowed = list(described(tuple(above)).get("properties", {}))
    where = f" in {_dotted(above)}" if above else ""
    close = difflib.get_close_matches(str(key), allowed, n=1, cutoff=0.6)
    shown_key = str(key)[:60]
    if close:
        return f"unknown key `{shown_key}`{where}; did you mean `{close[0]}`?", f"write `{close[0]}`"
    return f"unknown key `{shown_key}`{where}", f"allowed here: {', '.join(allowed)}"


def _such_as(path: Path) -> str:
    node: dict[str, Any] = described(path)
    if "examples" in node:
        return f"write for example `{node['examples'][0]}`"
    default = node.get("default")
    if default not in (None, "", [], {}):
        return f"write for example `{default}`"
    return f"it is the {node['description']}" if "description" in node else "correct it or remove it"


def _length(error: ErrorDetails, path: Path) -> tuple[str, str]:
    limits = described(path[:-1]).get("propertyNames", {}) if error["loc"][-1] == "[key]" else described(path)
    low, high = limits.get("minLength", 0), limits.get("maxLength")
    size = len(str(error["input"]))
    span = f"{low} to {high}" if high else f"at least {low}"
    return f"{called(path)} has {size} character{'' if size == 1 else 's'}", f"write {span} characters"


def _choice(error: ErrorDetails, path: Path) -> tuple[str, str]:
    node = described(path)
    if "items" in node:
        return (
            f"{called(path)} must be `enabled` or a list of Regions",
            "write `enabled`, or a list: [eu-west-1, us-east-1]",
        )
    allowed = [str(v) for v in node.get("enum", [node.get("const")])]
    close = difflib.get_close_matches(str(error["input"]), allowed, n=1)
    meant = f"; did you mean `{close[0]}`?" if close else ""
    return f"{called(path)} cannot be {shown(error['input'])}{meant}", f"write {' or '.join(f'`{v}`' for v in allowed)}"


def _without_prefix(message: str) -> str:
    return message.removeprefix("Value error, ").replace("'", '"')


def _wrong_type(error: ErrorDetails, path: Path) -> tuple[str, str]:  # noqa: PLR0911 one line a type
    node, value = described(path), error["input"]
    got = f"{called(path)} is {shown(value)}"
    if "properties" in node:
        return f"{got}, not a set of keys", f"write these keys below it: {', '.join(node['properties'])}"
    if node.get("format") == "date":
        return f"{got}, not a date", "write year-month-day, such as 2027-06-30"
    match node.get("type"):
        case "array":
            return f"{got}, not a list", f"write a list: [{value}]" if isinstance(
                value, str
            ) else "write a list: [a, b]"
        case "integer":
            return f"{got}, not a whole number", "write a whole number without quotation marks"
        case "boolean":
            return f"{got}", "write `true` or `false`"
        case "object":
            return f"{got}, not a set of keys", "write `key: value` pairs"
        case "string" if isinstance(value, (int, float, bool)):
            return f"{got}, which YAML does not read as text", f'put it in quotation marks: "{shown(value)}"'
        case "string" if value is None:
            return got, f"write a value, for example `{example(path)}`" if "examples" in node else "write a value"
        case _:
            return f"{got}, not text", _such_as(path)
