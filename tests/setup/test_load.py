"""The door: what is right comes through, and all that is wrong is said with its place and its remedy."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.setup import build
from trailkeep.errors import ExitCode, Problem, SpecError
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.spec.example import EXAMPLE
from trailkeep.setup.spec.load import load, located
from trailkeep.setup.spec.schema import schema
from trailkeep.setup.spec.words import PATTERNS
from trailkeep.setup.spec.yamltext import scalar

MINIMAL = """\
version: 1
organization:
  home_region: eu-west-1
accounts:
  log_archive: {name: Log Archive, email: a+log@example.com}
  security: {name: Security, email: a+sec@example.com}
archive:
  name: acme
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as raised:
        load(text, "trailkeep.yaml")
    assert raised.value.exit_code is ExitCode.USAGE
    assert raised.value.problems
    assert all(p.message and p.hint for p in raised.value.problems)
    return raised.value.problems


def only(text: str) -> tuple[str, str, str]:
    """Place, message and hint of the one problem."""
    (problem,) = problems(text)
    return f"{problem.line}:{problem.column}", problem.message, problem.hint


def test_the_documented_example_loads() -> None:
    spec = load(EXAMPLE, "trailkeep.yaml")
    assert spec.organization.exclude[0].until is not None
    assert spec.archive.readers == ("arn:aws:iam::222222222222:role/SecurityAudit",)
    assert spec.tags == {"owner": "platform"}


def test_defaults_fill_what_is_left_out() -> None:
    spec = load(MINIMAL, "x")
    assert (spec.trail.name, spec.archive.retention_days, spec.accounts.security.ou) == ("trailkeep", 2557, "Security")
    assert load("\ufeff" + MINIMAL.replace("\n", "\r\n"), "x") == spec


def test_an_account_id_needs_no_quotation_marks_and_keeps_its_zeros() -> None:
    spec = load(MINIMAL + "guardrails: {canary: 012345678901}\n", "x")
    assert spec.guardrails.canary == "012345678901"


def test_a_misspelt_key_is_recognized() -> None:
    place, message, hint = only(MINIMAL + "  retension_days: 5\n")
    assert (place, hint) == ("9:3", "write `retention_days`")
    assert message == "unknown key `retension_days` in archive; did you mean `retention_days`?"


def test_an_unknown_key_gets_the_list_of_keys() -> None:
    place, message, hint = only(MINIMAL + "trail: {colour: red}\n")
    assert (place, message) == ("9:9", "unknown key `colour` in trail")
    assert hint == "allowed here: scope, name, log_bucket_data_events"


def test_a_missing_key_points_to_its_parent_and_shows_an_example() -> None:
    place, message, hint = only(MINIMAL.replace("  home_region: eu-west-1", "  access_role: Admin"))
    assert (place, message) == ("2:1", "`home_region` in organization is missing")
    assert hint == "add `home_region: eu-west-1`"


def test_a_missing_account_shows_a_whole_one() -> None:
    text = MINIMAL.replace("  security: {name: Security, email: a+sec@example.com}\n", "")
    place, _, hint = only(text)
    assert (place, hint) == ("4:1", "add `security: {name: Security Tooling, email: aws+security@example.com}`")


@pytest.mark.parametrize(
    ("line", "place", "message", "hint"),
    [
        (
            "  retention_days: long",
            "9:19",
            '`retention_days` in archive is "long", not a whole number',
            "without quotation",
        ),
        ("  retention_days: 0", "9:19", "`retention_days` in archive is 0", "from 1 to 36500"),
        ("  retention_days: true", "9:19", "is true, not a whole number", "without quotation"),
        ("  lock: {days: 1.5}", "9:16", "`days` in archive.lock is 1.5, not a whole number", "whole number"),
        ("  lock: 5", "9:9", "`lock` in archive is 5, not a set of keys", "mode, days"),
        ("  protection: lok", "9:15", 'cannot be "lok"; did you mean `lock`?', "write `lock` or `mfa`"),
        ("  encryption: [kms]", "9:15", "`encryption` in archive cannot be a list", "write `kms` or `s3`"),
        ("  readers: me", "9:12", '`readers` in archive is "me", not a list', "[me]"),
        ("  readers: [me]", "9:13", 'item 1 of archive.readers is "me": it must be the ARN of a role', "correct it"),
        ("  trail_bucket: A_b", "9:17", "it must be lower-case letters", "correct|existing"),
        ("  trail_bucket: a", "9:17", "has 1 character", "3 to 63"),
        ("trail:", "9:1", "`trail` is empty, not a set of keys", "scope, name"),
        ("trail: {log_bucket_data_events: 5}", "9:33", "is 5", "`true` or `false`"),
        ("trail: {name: 5}", "9:15", "is 5, which YAML does not read as text", 'quotation marks: "5"'),
        ("guardrails: {attach_to: Prod}", "9:25", "not a list", "[Prod]"),
        ("tags: [a]", "9:7", "`tags` is a list, not a set of keys", "key: value"),
        ("tags: {a: 5}", "9:11", "`a` in tags is 5", '"5"'),
        ("created: {iam_path: x}", "9:21", "it must be a path that begins and ends with a slash", "write"),
    ],
)
def test_values_that_cannot_be_are_explained_in_words(line: str, place: str, message: str, hint: str) -> None:
    found_place, found_message, found_hint = only(MINIMAL + line + "\n")
    assert found_place == place
    assert message in found_message
    assert any(h in found_hint for h in hint.split("|"))


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        ("eu-west-1", "`regions` in organization must be `enabled` or a list of Regions"),
        (
            "[eu-west-1, Ireland]",
            'item 2 of organization.regions: "Ireland" is not an AWS Region code such as eu-west-1',
        ),
        ("{a: b}", "`regions` in organization must be `enabled` or a list of Regions"),
    ],
)
def test_enabled_or_a_list_is_one_problem(regions: str, message: str) -> None:
    assert only(MINIMAL.replace("eu-west-1\n", f"eu-west-1\n  regions: {regions}\n"))[1] == message


@pytest.mark.parametrize("until", ["20270630", "soon", "2027-02-30", "[2027]", "true"])
def test_until_is_a_date(until: str) -> None:
    text = MINIMAL.replace("eu-west-1\n", f"eu-west-1\n  exclude: [{{ou: A, reason: because, until: {until}}}]\n")
    place, message, hint = only(text)
    assert place == "4:45"
    assert "date" in message
    assert "2027-06-30" in hint


def test_every_problem_is_listed_in_the_order_of_the_text() -> None:
    text = MINIMAL.replace("version: 1", "version: 2").replace("name: acme", "nam: acme") + "bogus: 1\nbogus: 2\n"
    found = [(p.line, p.message.split(";")[0]) for p in problems(text)]
    assert found == [
        (1, "`version` cannot be 2"),
        (7, "`name` in archive is missing"),
        (8, "unknown key `nam` in archive"),
        (9, "unknown key `bogus`"),
        (10, "`bogus` is written twice (first in line 9)"),
    ]


def test_no_escape_sequence_reaches_a_terminal() -> None:
    found = problems(MINIMAL + '"\\e[31m": 1\ntags: {"\\e[31m*": "x"}\nguardrails: {"\\n": 1}\n')
    assert len(found) == 2
    assert all((p.message + p.hint).isprintable() for p in found)


def test_contradictions_have_places_too() -> None:
    place, message, _ = only(MINIMAL + "  protection: mfa\n  retention_days: 5\n")
    assert place == "10:19"
    assert "S3 refuses lifecycle rules" in message
    place, message, hint = only(MINIMAL + "  protection: mfa\n")
    assert (place, hint) == ("7:1", "write `retention_days: null`")
    assert message.startswith("`retention_days` must be written with `protection: mfa`")


def test_conflicts_with_an_organization_can_be_located() -> None:
    text = MINIMAL + "guardrails:\n  attach_to:\n    - Security\n    - Nowhere\n"
    conflicts = contradictions_with(load(text, "x"), build.snapshot())
    assert [str(p) for p in located(conflicts, text, "x")] == ["x:12:7: there is no unit or account `Nowhere`"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("version: 1\n\tarchive: 2\n", "2:1", "a tab is used for indentation"),
        ("a: b: c\n", "1:5", "a second `: `"),
        ("a: 'x\nb: 1\n", "1:4", "a quotation mark is opened and never closed"),
        ("a: 1\nb: [1, 2\n", "2:4", "a bracket is opened here and not closed"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "this line does not fit the lines above it"),
        ("a: @b\n", "1:4", "a value cannot begin with `@`"),
        ('a: "\\q"\n', "1:6", "an unknown escape"),
        ("a: 1\n---\nb: 2\n", "3:1", "a second document begins here"),
        ("a: 1\nb: \x00\n", "2:4", "a character that YAML does not allow"),
        ("? [a]\n: 1\n", "1:3", "a key must be a word"),
    ],
)
def test_what_is_not_yaml_is_one_problem_with_a_remedy(text: str, place: str, message: str) -> None:
    found_place, found_message, _ = only(text)
    assert found_place == place
    assert message in found_message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tags: &x {a: b}", "anchors (`&`) and aliases (`*`) are not supported"),
        (
            "tags: {a: !!python/object:os.system b}",
            "the tag `tag:yaml.org,2002:python/object:os.system` is not supported",
        ),
        ("<<: {version: 1}", "merge keys (`<<`) are not supported"),
    ],
)
def test_what_yaml_could_do_beyond_plain_data_is_refused(line: str, message: str) -> None:
    assert message in [p.message for p in problems(MINIMAL + line + "\n")]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "x" * (1024 * 1024 + 1),
        "é" * (512 * 1024 + 1),
        "a: " + "9" * 100_000,
        "\ud800",
        "",
        "# nothing\n",
        "- a\n",
        "just text",
    ],
)
def test_hostile_and_empty_texts_are_refused_quickly(text: str) -> None:
    began = time.process_time()
    problems(text)
    assert time.process_time() - began < 5


@given(st.text(alphabet="ab:-{}[]&*!?|>'\"#%@`,\n\t 01.~<\x00\u2028é", max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_door(text: str) -> None:
    problems(text)


PARTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["enabled", "lock", "eu-west-1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "email", "lock", "days", "regions", "exclude", "until", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(list(schema()["properties"])), PARTS)
@settings(max_examples=200, deadline=None)
def test_no_value_gets_raw_words_of_pydantic(key: str, value: object) -> None:
    import json

    lines = [line for line in EXAMPLE.splitlines() if line[:1] not in {"#", " "} and not line.startswith(f"{key}:")]
    text = (
        "\n".join(line for line in lines if ":" in line and line.split(":")[1].strip())
        + f"\n{key}: {json.dumps(value)}\n"
    )
    for problem in problems(text):
        assert "Input should" not in problem.message + problem.hint
        assert "pydantic" not in problem.message + problem.hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~", None),
        ("", None),
        ("True", True),
        ("yes", "yes"),
        ("-5", -5),
        ("1.5", 1.5),
        ("012345678901", "012345678901"),
        ("2027-06-30", "2027-06-30"),
        (".", "."),
        ("1_000", "1_000"),
    ],
)
def test_unquoted_words_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    found = scalar(written)
    assert found == meant
    assert type(found) is type(meant)


def test_every_pattern_of_the_schema_has_words() -> None:
    def patterns(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["pattern"]} if isinstance(node.get("pattern"), str) else set()
            return own | {p for value in node.values() for p in patterns(value)}
        return {p for value in node for p in patterns(value)} if isinstance(node, list) else set()

    regions = {p for p in patterns(schema()) if "[a-z]{2,5}" in p}  # has words of its own, from model.ids
    assert patterns(schema()) - regions == set(PATTERNS)
