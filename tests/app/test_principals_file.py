"""The principals file: what goes in comes out, shared texts stand once, nothing else gets through."""

import gzip
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trailkeep.app import principals_file
from trailkeep.errors import UsageError
from trailkeep.model.ids import AccountId
from trailkeep.model.principals import AttachedPolicy, IamPrincipal, Principals
from trailkeep.model.snapshot import Unreachable

ONE_FOLDER = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
A, B = AccountId("111111111111"), AccountId("222222222222")

text = st.text(max_size=12)
policies = st.builds(AttachedPolicy, name=text, arn=text, content=text)
who = st.builds(
    IamPrincipal,
    account=st.sampled_from([A, B]),
    kind=st.sampled_from(["role", "user"]),
    arn=text,
    name=text,
    trust=text,
    policies=st.lists(policies, max_size=3).map(tuple),
    boundary=st.none() | policies,
)
blind = st.builds(Unreachable, account=st.just(B), region=st.just(""), what=text, reason=text, hint=text)


@st.composite
def made(draw: st.DrawFn) -> Principals:
    found = sorted(draw(st.lists(who, max_size=5)), key=lambda p: p.account)
    lost = draw(st.lists(blind, max_size=2))
    return Principals(
        taken=NOON,
        organization="o-abcdefghij",
        accounts=frozenset({A} | {p.account for p in found}),
        principals=tuple(found),
        unreachable=tuple(lost),
    )


def roles(count: int, content: str) -> Principals:
    def role(number: int) -> IamPrincipal:
        policy = AttachedPolicy(name="P", arn="arn:aws:iam::aws:policy/P", content=content)
        arn = f"arn:aws:iam::{A}:role/r{number}"
        return IamPrincipal(
            account=A, kind="role", arn=arn, name=f"r{number}", trust="{}", policies=(policy,), boundary=policy
        )

    return Principals(
        taken=NOON,
        organization="o-abcdefghij",
        accounts=frozenset({A}),
        principals=tuple(role(n) for n in range(count)),
        unreachable=(),
    )


def contents(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def put(path: Path, value: Any) -> Path:
    path.write_bytes(gzip.compress(json.dumps(value).encode()))
    return path


@ONE_FOLDER
@given(made=made())
def test_what_is_written_is_read(tmp_path: Path, made: Principals) -> None:
    principals_file.write(made, tmp_path / "p")
    read = principals_file.read(tmp_path / "p")
    assert read == made
    assert all(read.of(account) == made.of(account) for account in (A, B))
    assert all(type(account) is AccountId for account in read.accounts)


def test_a_text_that_many_share_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "p"
    principals_file.write(roles(500, "x" * 10_000), path)
    assert len(gzip.decompress(path.read_bytes())) < 100_000
    assert contents(path)["texts"] == ["{}", "x" * 10_000]
    read = principals_file.read(path)
    assert len({id(p.policies[0]) for p in read.principals} | {id(p.boundary) for p in read.principals}) == 1


def test_only_the_owner_may_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "p"
    principals_file.write(roles(1, "a"), path)
    principals_file.write(roles(2, "b"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not write"):
        principals_file.write(roles(1, "a"), tmp_path / "none" / "p")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not hold the principals"),
        (b"hello", "does not hold the principals"),
        (b'{"trailkeep_snapshot": 1, "snapshot": {}}', "does not hold the principals"),
        (b"\x1f\x8b\x08 damaged", "damaged"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], "damaged"),
        (b'{"trailkeep_principals": 1, "taken": 5}', "texts: Field required"),
        (b'{"trailkeep_principals": 99, "texts": "whatever"}', "newer trailkeep"),
        (b'{"trailkeep_principals": 0, "texts": []}', "never was"),
        (b'{"trailkeep_principals": 1, "texts": ' + b"[" * 100_000, "cannot be believed"),
    ],
)
def test_what_is_not_ours_is_said_in_words(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "p"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said):
        principals_file.read(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        principals_file.read(tmp_path / "none")
    with pytest.raises(UsageError, match="could not read"):
        principals_file.read(tmp_path)


def test_a_bomb_is_not_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(gzip.compress(b" " * 10_000_000))
    with pytest.raises(UsageError, match="more than 1,000,000 bytes"):
        principals_file.read(path, largest=1_000_000)


@pytest.mark.parametrize(
    ("table", "key", "place"),
    [("policies", "text", 7), ("policies", "text", -1), ("who", "trust", 9), ("who", "policies", [-1])],
)
def test_a_place_outside_of_the_tables_is_damage(tmp_path: Path, table: str, key: str, place: Any) -> None:
    path = tmp_path / "p"
    principals_file.write(roles(1, "a"), path)
    value = contents(path)
    (value["policies"] if table == "policies" else value["accounts"][A])[0][key] = place
    with pytest.raises(UsageError, match="outside of its tables"):
        principals_file.read(put(path, value))


def test_the_first_wrong_places_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p"
    principals_file.write(roles(1, "a"), path)
    value = contents(path)
    value["accounts"][A][0]["kind"] = "group"
    value["taken"] = "yesterday"
    with pytest.raises(UsageError) as caught:
        principals_file.read(put(path, value))
    assert f"accounts.{A}.0.kind" in caught.value.message
    assert "taken" in caught.value.message


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p"
    principals_file.write(roles(1, "a"), path)
    with pytest.raises(UsageError, match="time zone"):
        principals_file.read(put(path, {**contents(path), "taken": "2026-11-01T12:00:00"}))
