"""A trail's bucket was changed: its chains go on in the other one, and are verified there, if that may be read."""

import gzip
import random
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.archive_stub import Archive, Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, Chain, Made, digest, grow, of_chains
from tests.verify.checking import Checked, Memory, check
from tests.verify.moved import OLD, Moved
from trailkeep.app.verify.attest import Ledger
from trailkeep.app.verify.follow import NotVouchedError, Other
from trailkeep.app.verify.place import How, Location, _Opening, open_place
from trailkeep.app.world import Access
from trailkeep.errors import ExitCode
from trailkeep.ports import Obstacle, ReadError
from trailkeep.verify.verdict import Kind


@pytest.fixture
def moved() -> Moved:
    return Moved()


def test_a_chain_is_followed_into_the_bucket_it_came_from(moved: Moved) -> None:
    found = moved.check()
    assert found.said == {}
    assert moved.asked == [OLD]
    assert found.valid(Kind.DIGEST) == 16
    assert found.valid(Kind.LOG) == 2 * (4 * 2 + 1 + 3 * 2)
    assert [(c.bucket, c.digests) for c in found.verified.chains] == [("", 4), ("", 4), (OLD, 4), (OLD, 4)]
    assert any(OLD in n and "signed by CloudTrail" in n for n in found.verified.notes)


def test_the_same_rules_hold_there(moved: Moved) -> None:
    log, lost = moved.old.logs()[1], moved.old.digests()[1]
    moved.old.objects[log] = Thing(gzip.compress(b"{}"))
    moved.elsewhere.delete(lost)
    (gone,) = [logs for _, key, logs in moved.old.by_chain[next(iter(moved.old.by_chain))] if key == lost]
    found = moved.check()
    assert found.said == {log: "TAMPERED hash", lost: "MISSING deleted"}
    assert {f.bucket for f in found.findings} == {OLD}
    assert all(OLD in f.detail for f in found.findings)
    assert next(f for f in found.findings if f.key == lost).version == "v1"
    assert not set(gone) & set(found.said)


def test_the_digest_that_the_link_names_must_be_there_and_be_the_one(moved: Moved) -> None:
    del moved.old.objects[moved.ends[0]]
    for key in [k for k in moved.old.objects if "/222222222222/" in k]:
        del moved.old.objects[key]
    said = moved.check().said
    assert said[moved.ends[0]] == "MISSING deleted"
    assert said[moved.ends[1]] == "MISSING deleted"
    again = Moved()
    chain = again.new.chains[0]
    again.first(chain, again.ends[0], previousDigestHashValue="00" * 32)
    first = chain.digest_key(chain.begin + HOUR)
    assert again.check(until=chain.begin + HOUR).said == {first: "TAMPERED bad-link"}


def test_a_bucket_nobody_vouches_for_is_not_read(moved: Moved) -> None:
    def refuse(bucket: str) -> Other:
        raise NotVouchedError(f"not {bucket}")

    found = moved.check(refuse)
    assert {(f.verdict.value, f.cause.value, f.kind, f.bucket) for f in found.findings} == {
        ("UNREADABLE", "elsewhere", Kind.HOURS, OLD)
    }
    assert "--follow s3://old-archive" in found.findings[0].remedy[0]
    assert found.findings[0].end == BEGIN + 4 * HOUR
    assert found.verified.exit_code is ExitCode.INCOMPLETE
    assert moved.elsewhere.got == []


@pytest.mark.parametrize("name", ["a/../b", "arn:aws:s3:us-east-1:222222222222:accesspoint/x", "\x1b[31m", "A b", "x"])
def test_a_name_that_is_no_bucket_is_not_even_asked_for(tmp_path: Path, name: str) -> None:
    def no_cloud() -> None:
        raise AssertionError

    (tmp_path / "AWSLogs").mkdir()
    place, _ = open_place(Location(text=str(tmp_path)), Access(workers=2), How(offline=True, keys=tmp_path / "keys"))
    opening = _Opening(
        replace(place, is_folder=False),
        Location(text="s3://archive"),
        Access(workers=2),
        How(),
        no_cloud,  # type: ignore[arg-type]
    )
    with pytest.raises(NotVouchedError, match="no bucket's name"):
        opening(name)


def test_a_bucket_that_is_closed_is_unreadable(moved: Moved) -> None:
    def closed(_: str) -> Other:
        raise ReadError(Obstacle.ACCESS_DENIED, "closed")

    assert set(moved.check(closed).said.values()) == {"UNREADABLE access-denied"}


def test_without_following_it_is_said_and_no_finding(moved: Moved) -> None:
    found = check(moved.new, moved.store)
    assert found.said == {}
    assert any("not followed: old-archive" in n for n in found.verified.notes)


def test_a_digest_that_is_not_signed_leads_nowhere(moved: Moved) -> None:
    chain = moved.new.chains[0]
    first = chain.digest_key(chain.begin + HOUR)
    thing = moved.new.objects[first]
    raw = gzip.decompress(thing.read()).replace(b'"old-archive"', b'"some-bucket"')
    moved.new.objects[first] = Thing(gzip.compress(raw), thing.metadata)
    moved.check()
    assert moved.asked == [OLD]  # by the other account's chain


def test_a_window_behind_the_change_follows_nothing_and_one_across_it_misses_nothing(moved: Moved) -> None:
    assert moved.check(since=BEGIN + 4 * HOUR).said == {}
    assert moved.asked == []
    found = moved.check(since=BEGIN + 2 * HOUR)
    assert found.said == {}
    assert found.valid(Kind.DIGEST) == 12


def test_what_was_verified_there_is_attested(moved: Moved, tmp_path: Path) -> None:
    def again() -> Checked:
        ledger = Ledger(tmp_path, BUCKET, BEGIN + 300 * HOUR)

        def opening(bucket: str) -> Other:
            return replace(moved.open(bucket), ledger=ledger.of_bucket(bucket))

        return moved.check(opening, ledger=ledger)

    assert again().said == {}
    moved.store.got.clear()
    moved.elsewhere.got.clear()
    second = again()
    assert second.said == {}
    assert second.verified.totals.attested == len(moved.old.objects) + len(moved.new.objects)
    assert moved.store.got == []
    assert sorted(moved.elsewhere.got) == sorted(moved.ends)  # held against the link


def test_there_and_back_again() -> None:
    """BUCKET, then OLD for four hours, then BUCKET again."""
    moved = Moved()
    chain = moved.old.chains[0]
    found = next(iter(moved.old.by_chain.values()))
    (end, key, logs) = found[0]
    start = end - HOUR
    before = replace(chain, bucket=BUCKET, begin=start - 2 * HOUR)
    early = Made(archive=Archive(keys=moved.old.archive.keys), chains=[before])
    grow(early, before, 2, random.Random(4))
    moved.new.objects.update(early.objects)
    last = early.digests()[-1]
    moved.old.objects[last] = early.objects[last]
    moved.old.objects[key] = digest(
        moved.old, chain, start, end, key, sorted(logs), last, previousDigestS3Bucket=BUCKET
    )
    del moved.old.objects[last]
    for (e0, k0, l0), (_, k1, _) in zip(found[1:], found, strict=False):
        moved.old.objects[k0] = digest(moved.old, chain, e0 - HOUR, e0, k0, sorted(l0), k1)
    there = moved.new.chains[0]
    moved.first(there, moved.ends[0])
    late = moved.new.by_chain[there.digest_key(BEGIN)[:-27]]
    del late[1:]
    for name in [
        k
        for k in moved.new.objects
        if "/111111111111/" in k and k not in early.objects and k not in {late[0][1], *late[0][2]}
    ]:
        del moved.new.objects[name]
    grow(moved.new, there, 3, random.Random("111111111111"))
    said = moved.check().said
    assert said == {}
    assert moved.asked == [OLD]


def test_as_many_buckets_as_there_were_and_each_is_attested(tmp_path: Path) -> None:
    chain = Chain(account="111111111111", region="us-east-1", hours=2, logs=1, bucket="first")
    stages = {"first": of_chains([chain])}
    for before, bucket in (("first", "second"), ("second", BUCKET)):
        (old,) = stages[before].by_chain.values()
        end, last, _ = old[-1]
        made = Made(archive=Archive(keys=stages[before].archive.keys), chains=[])
        there = replace(chain, bucket=bucket, begin=end)
        key = there.digest_key(end + HOUR)
        made.objects[last] = stages[before].objects[last]
        made.objects[key] = digest(made, there, end, end + HOUR, key, [], last, previousDigestS3Bucket=before)
        del made.objects[last]
        made.by_chain[there.digest_key(BEGIN)[:-27]] = [(end + HOUR, key, [])]
        grow(made, there, 1, random.Random(bucket))
        stages[bucket] = made
    stores = {name: Memory(made, bucket=name) for name, made in stages.items()}

    def again() -> Checked:
        ledger = Ledger(tmp_path, BUCKET, BEGIN + 300 * HOUR)

        def opening(bucket: str) -> Other:
            return Other(store=stores[bucket], why="", ledger=ledger.of_bucket(bucket), oldest=lambda _: None)

        return check(stages[BUCKET], stores[BUCKET], ledger=ledger, opening=opening)

    for attested in (0, 10, 10):
        found = again()
        assert found.said == {}
        assert [c.bucket for c in found.verified.chains] == ["", "second", "first"]
        assert found.verified.totals.attested == attested
