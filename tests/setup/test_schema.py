"""The JSON Schema says what the door says, and the reference page is current."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from trailkeep.errors import SpecError
from trailkeep.setup.spec.example import EXAMPLE
from trailkeep.setup.spec.load import load
from trailkeep.setup.spec.schema import SCHEMA_FILE, described, reference, schema
from trailkeep.setup.spec.yamltext import parse

PAGE = Path(__file__).parents[2] / "docs" / "specification.md"


def test_the_schema_is_a_valid_2020_12_schema_with_a_name() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$id"] == "urn:trailkeep:specification:1"
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_example_is_valid() -> None:
    value = parse(EXAMPLE, "x").value
    jsonschema.Draft202012Validator(schema()).validate(value)
    assert EXAMPLE.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")


def test_our_reading_of_yaml_agrees_with_the_library() -> None:
    value = parse(EXAMPLE, "x").value
    theirs = YAML(typ="safe", pure=True).load(EXAMPLE)
    theirs["organization"]["exclude"][0]["until"] = str(theirs["organization"]["exclude"][0]["until"])
    assert value == theirs


@pytest.mark.parametrize(
    "changed",
    [
        ("eu-west-1 ", "Ireland "),
        ("days: 365", "days: 0"),
        ("days: 365", "dayz: 5"),
        ("version: 1", "version: 2"),
        ("name: acme", "name: Acme"),
        ("protection: lock", "protection: both"),
        ("tags: {owner: platform}", "tags: {owner: 5}"),
        ("role/SecurityAudit", "group/SecurityAudit"),
    ],
)
def test_what_the_schema_refuses_the_door_refuses(changed: tuple[str, str]) -> None:
    text = EXAMPLE.replace(*changed)
    assert text != EXAMPLE
    assert not jsonschema.Draft202012Validator(schema()).is_valid(parse(text, "x").value)
    with pytest.raises(SpecError):
        load(text, "x")


def test_every_key_has_a_meaning() -> None:
    for name, part in {**schema()["$defs"], "Spec": schema()}.items():
        silent = [key for key, field in part["properties"].items() if not field.get("description")]
        assert not silent, f"{name}: {silent}"


def test_a_copy_is_given_away() -> None:
    schema()["properties"].clear()
    assert described(("archive", "lock", "days"))["maximum"] == 36500


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run: python -m trailkeep.setup.spec.schema > docs/specification.md"
    )


def test_the_reference_page_has_every_key() -> None:
    page = reference()
    for part in (schema(), *schema()["$defs"].values()):
        for key in part["properties"]:
            assert f"| `{key}` |" in page
