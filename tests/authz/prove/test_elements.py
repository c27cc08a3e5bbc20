"""Patterns as automata against the evaluator's matchers, and the shortest text against trying them all."""

import itertools
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from trailkeep.authz.arns import ArnCondition, ResourcePattern
from trailkeep.authz.conditions import OPERATORS, parse
from trailkeep.authz.conditions import Test as Condition
from trailkeep.authz.patterns import encode
from trailkeep.authz.prove import elements, language
from trailkeep.authz.prove.variables import Atom, Ordered, value_of

LAWS = settings(max_examples=400, deadline=None)
pieces = st.sampled_from(
    ["arn", "aws", "s3", "iam", "*", "?", "a", "b", "a*", "*a", "", "x/y", "*/n", "role/*", "role/a", "**", "?*"]
)
patterns = st.one_of(
    st.lists(pieces, min_size=1, max_size=8).map(":".join),
    st.text("ab*?:/", max_size=8),
    st.just("arn:aws:iam::1:role/*"),
)
words = st.sampled_from(["arn", "aws", "s3", "iam", "a", "b", "ab", "", "x/y", "x/n", "role/a", "role/a/b", "role/x:y"])
texts = st.one_of(st.lists(words, min_size=1, max_size=8).map(":".join), st.text("ab:/", max_size=8))


def fits(union: language.Union, text: str) -> bool:
    return any(language.accepts(p, text) for p in union)


@LAWS
@given(patterns, texts)
def test_a_resource_pattern_is_the_texts_it_matches(pattern: str, text: str) -> None:
    if text == "*":
        return
    truth = ResourcePattern(encode(pattern)).matches(text)
    assert fits(elements.of_resource(encode(pattern), surely=True), text) is (truth is True)
    assert fits(elements.of_resource(encode(pattern), surely=False), text) is (truth is not False)


@LAWS
@given(patterns, texts)
def test_an_arn_condition_is_the_texts_it_matches(pattern: str, text: str) -> None:
    truth = ArnCondition(encode(pattern)).matches(text)
    assert fits(elements.of_condition("ArnLike", encode(pattern), surely=True), text) is (truth is True)
    assert fits(elements.of_condition("ArnLike", encode(pattern), surely=False), text) is (truth is not False)


@LAWS
@given(
    st.sampled_from(["StringEquals", "StringEqualsIgnoreCase", "StringLike"]),
    st.text("aAbB*?", max_size=5),
    st.text("aAbB*?", max_size=5),
)
def test_a_string_operator_is_the_texts_it_matches(operator: str, wanted: str, text: str) -> None:
    matches = OPERATORS[operator].compile(wanted, "2012-10-17").matches(text, {})
    for surely in (True, False):
        assert fits(elements.of_condition(operator, encode(wanted), surely=surely), text) is matches


globs = st.text("ab*?", min_size=1, max_size=4)
LENGTH = 6
SHORT = tuple("".join(t) for n in range(LENGTH + 1) for t in itertools.product("abc", repeat=n))


@settings(max_examples=150, deadline=None)
@given(
    globs,
    st.lists(st.lists(globs, min_size=1, max_size=2), max_size=2),
    st.lists(st.lists(globs, min_size=1, max_size=2), max_size=3),
)
def test_the_shortest_text_is_the_shortest(domain: str, within: list[list[str]], without: list[list[str]]) -> None:
    def union(found: list[str]) -> language.Union:
        return tuple(language.pattern(language.glob(encode(g))) for g in found)

    first, yes, no = union([domain]), tuple(map(union, within)), tuple(map(union, without))
    answer = language.shortest(first, yes, no)

    def is_one(text: str) -> bool:
        return fits(first, text) and all(fits(u, text) for u in yes) and not any(fits(u, text) for u in no)

    by_trying = next((t for t in SHORT if is_one(t)), None)
    if answer is not None:
        assert is_one(answer)
    if by_trying is not None:
        assert answer is not None
        assert len(answer) == len(by_trying)
    elif answer is not None:
        assert len(answer) > LENGTH


def test_a_question_that_is_too_entangled_is_given_up() -> None:
    several = [
        (language.pattern((*language.any_number(), *language.literal(c), *(language.Token(among="any"),) * 18)),)
        for c in "abcd"
    ]
    try:
        found = language.shortest(
            (language.pattern(language.any_number()),), tuple(several), (several[0] + several[1],)
        )
    except language.TooLargeError:
        return
    assert found is None


# what is ordered --------------------------------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(-3, 3).map(str),
    st.sampled_from(["0.5", "1.25", "1e3", "1e-3", "1e30", "999999999999999999999999999999.5", "1e999"]),
)
dates = st.sampled_from([
    "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00.5Z", "2026-01-01", "2027", "1767225600",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
])  # fmt: skip
networks = st.sampled_from(
    ["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "255.255.255.255", "::/0", "2001:db8::/32", "0.0.0.0/1", "128.0.0.0/1"]
)
COMPARING = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
KINDS = {
    "number": ("Numeric", COMPARING, numbers),
    "date": ("Date", COMPARING, dates),
    "ip": ("", ("IpAddress", "NotIpAddress"), networks),
}


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, list[tuple[Condition, bool]], list[str]]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    family, names, values = KINDS[kind]
    found = []
    for _ in range(draw(st.integers(1, 3))):
        operator = f"{family}{draw(st.sampled_from(names))}"
        (test,) = parse({operator: {"k": draw(st.lists(values, min_size=1, max_size=2))}}, "2012-10-17")
        assert isinstance(test, Condition)
        found.append((test, draw(st.booleans())))
    return kind, found, draw(st.lists(values, min_size=3, max_size=8))


def tried(kind: str, values: list[str]) -> Iterator[str]:
    if kind == "ip":
        yield from (
            "10.0.0.1",
            "10.1.2.3",
            "11.0.0.0",
            "200.0.0.1",
            "2001:db8::1",
            "2002::1",
            "255.255.255.255",
            "0.0.0.0",
        )
        return
    yield from values
    more = ("0.25", "0.75", "1.5", "1e31", "-4", "1000.5", "0.0005", "999999999999999999999999999999.7", "1e999")
    yield from (
        more
        if kind == "number"
        else ("2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00.75Z", "2026-06-01", "2100-01-01", "1980-01-01")
    )


@LAWS
@given(comparisons())
def test_a_value_is_found_wherever_there_is_one(made: tuple[str, list[tuple[Condition, bool]], list[str]]) -> None:
    kind, tests, values = made
    variable = Ordered(name="k", kind=kind)
    atoms = [(Atom(variable=variable, test=t), truth) for t, truth in tests]
    true, false = (frozenset(a for a, truth in atoms if truth is side) for side in (True, False))
    found = value_of(variable, true, false)
    if found is None:
        assert not any(all(a.holds(v) is truth for a, truth in atoms) for v in tried(kind, values))
    else:
        assert all(a.holds(found) is truth for a, truth in atoms)
