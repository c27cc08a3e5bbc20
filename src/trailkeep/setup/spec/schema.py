"""The specification's JSON Schema for editors, and the reference page made from it."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from trailkeep.setup.spec import Spec
from trailkeep.setup.spec.example import EXAMPLE
from trailkeep.setup.spec.yamltext import Path

SCHEMA_FILE = "trailkeep.schema.json"
"""The name under which a specification's first line looks for the schema, next to itself."""

JsonSchema = dict[str, Any]


def schema() -> JsonSchema:
    """JSON Schema, draft 2020-12, of trailkeep.yaml (https://json-schema.org/draft/2020-12)."""
    return deepcopy(_schema())


def described(path: Path) -> JsonSchema:
    """The part of the schema that a path leads to: references followed, nullable parts taken as not null."""
    node = _followed(_schema())
    for step in path:
        if isinstance(step, int):
            node = node.get("items", {})
        else:
            inner = node.get("additionalProperties", {})
            node = node.get("properties", {}).get(step, inner if isinstance(inner, dict) else {})
        node = _followed(node)
    return node


@cache
def _schema() -> JsonSchema:
    made = Spec.model_json_schema()
    for part in (made, *made["$defs"].values()):
        for field in part["properties"].values():
            field.pop("title", None)  # pydantic derives it from the key: nothing an editor would not show anyway
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:trailkeep:specification:1",
        **made,
        "title": "trailkeep specification",
    }


def _followed(node: JsonSchema) -> JsonSchema:
    """The node with its `$ref` resolved; of alternatives the one with most to say, which is never null."""
    own = {k: v for k, v in node.items() if k not in {"$ref", "anyOf"}}
    if "$ref" in node:
        part: JsonSchema = _schema()["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return part | own
    if "anyOf" in node:
        richest = max(node["anyOf"], key=lambda n: ("$ref" in n, "items" in n, n.get("type") != "null"))
        return _followed(richest) | own
    return node


def reference() -> str:
    """The reference page (Markdown): every key with its type, default and meaning, and an example."""
    lines = [
        "# The specification: trailkeep.yaml",
        "",
        "<!-- Made from the schema by `python -m trailkeep.setup.spec.schema`; a test keeps it current. -->",
        "",
        "One file says what central logging should be. Unknown keys are refused, and every problem is reported with",
        "file, line, column and what to write instead. Where a unit or an account is named, its name, its path",
        "(`Workloads/Prod`) or its id will do; a name that fits two is refused with both.",
        "",
        f"Editors complete and check the file when its first line is `# yaml-language-server: $schema={SCHEMA_FILE}`.",
        "",
        "```yaml",
        EXAMPLE.rstrip(),
        "```",
        "",
        *_section(()),
    ]
    return "\n".join(lines) + "\n"


def _section(path: Path) -> Iterator[str]:
    node = described(path)
    title = ".".join(str(p) for p in path if not isinstance(p, int)) if path else ""
    about = _schema()["$defs"].get(node["title"], _schema())["description"]
    yield f"## `{title}`" if title else "## The file"
    yield ""
    yield from (about, "", "| key | value | default | meaning |", "|---|---|---|---|")
    for key, field in node["properties"].items():
        required = key in node.get("required", ())
        yield f"| `{key}` | {_value(field)} | {_default(field, required=required)} | {field.get('description', '')} |"
    yield ""
    for key in node["properties"]:
        inner, item = (*path, key), (*path, key, 0)
        if "properties" in described(inner):
            yield from _section(inner)
        elif "properties" in described(item):
            yield from _section(item)


def _value(field: Mapping[str, Any]) -> str:  # noqa: PLR0911 one line a type
    """What may be written, in a few words."""
    if "anyOf" in field:
        return " or ".join(_value(n) for n in field["anyOf"])
    if "enum" in field or "const" in field:
        return " or ".join(f"`{v}`" for v in field.get("enum", [field.get("const")]))
    match field.get("type"):
        case "array":
            return f"list of {_value(field['items'])}"
        case "integer":
            return f"{field.get('minimum')} to {field.get('maximum')}"
        case "boolean":
            return "`true` or `false`"
        case "object":
            return "keys with text"
        case "null":
            return "`null`"
        case "string":
            return _text(field)
        case _:
            return "keys, see below"


def _text(field: Mapping[str, Any]) -> str:
    if field.get("format") == "date":
        return "date"
    shortest, longest = field.get("minLength"), field.get("maxLength")
    if shortest and longest:
        return f"text of {shortest} to {longest} characters"
    if longest:
        return f"text of at most {longest} characters"
    return f"text such as `{field['examples'][0]}`" if "examples" in field else "text"


def _default(field: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    default = field.get("default")
    if isinstance(default, dict) and default:
        return "see below"
    return f"`{json.dumps(default)}`"


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 the page goes to standard output
