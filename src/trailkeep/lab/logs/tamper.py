"""Damage by name: what can be done to an archive, each kind with what a verifier has to say of it.

`KINDS` is the whole list. A kind chooses what it hits with a seeded generator, in the accounts and Regions asked for.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

import orjson

from trailkeep.lab.delivery.trail_files import File, unique
from trailkeep.lab.logs import forged_digests as forged
from trailkeep.lab.logs.vaults import Vault
from trailkeep.verify.keys import Chain, DigestKey, LogKey, parse_base, parse_digest, parse_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The accounts and Regions that may be hit; empty for all."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def has(self, account: str, region: str) -> bool:
        """Whether an account and Region may be hit."""
        return (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What was done: the keys that were hit."""

    kind: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What there is to hit: the archive, its log files and hourly digests in order, and the generator that chooses."""

    vault: Vault
    chance: random.Random
    logs: tuple[LogKey, ...]
    digests: Mapping[Chain, tuple[DigestKey, ...]]

    def log(self) -> File:
        """Any log file."""
        if not self.logs:
            raise ValueError("there is no log file to damage")
        return self.vault.read(str(self.chance.choice(self.logs)))

    def inside(self, number: int = 1) -> tuple[DigestKey, ...]:
        """So many digests in a row with others before and after them."""
        long = [chain for chain in self.digests.values() if len(chain) >= number + 2]
        if not long:
            raise ValueError(f"no chain has {number + 2} digests or more")
        chain = self.chance.choice(long)
        start = self.chance.randrange(1, len(chain) - number)
        return chain[start : start + number]

    def chain(self) -> tuple[DigestKey, ...]:
        """All digests of one account and Region."""
        if not self.digests:
            raise ValueError("there is no digest to damage")
        return self.digests[self.chance.choice(sorted(self.digests))]


def tamper(vault: Vault, kind: str, *, seed: int = 1, where: Where = Where()) -> Damage:
    """Do one kind of damage to an archive. Raises ValueError for an unknown kind, or where there is nothing to hit."""
    if kind not in KINDS:
        raise ValueError(f"there is no damage {kind!r}; there is {', '.join(KINDS)}")
    hit = KINDS[kind].act(_scene(vault, random.Random(f"{kind}/{seed}"), where))
    return Damage(kind=kind, keys=tuple(hit))


def any_log(vault: Vault, name: str, *, seed: int, where: Where) -> str:
    """The key of a log file chosen by name and seed. Raises ValueError where there is none."""
    return _scene(vault, random.Random(f"{name}/{seed}"), where).log().key


def _scene(vault: Vault, chance: random.Random, where: Where) -> Scene:
    logs: list[LogKey] = []
    digests: dict[Chain, list[DigestKey]] = {}
    for key in sorted(vault.list_keys()):
        log, digest = parse_log(key), parse_digest(key)
        if log is not None and where.has(log.base.account, log.region):
            logs.append(log)
        elif (
            digest is not None and not digest.is_backfill and where.has(digest.chain.base.account, digest.chain.region)
        ):
            digests.setdefault(digest.chain, []).append(digest)
    ordered = {chain: tuple(sorted(keys, key=lambda key: key.end)) for chain, keys in digests.items()}
    return Scene(vault=vault, chance=chance, logs=tuple(logs), digests=MappingProxyType(ordered))


def _overwrite(scene: Scene) -> Sequence[str]:
    file = scene.log()
    scene.vault.write(replace(file, body=gzip.compress(b'{"Records":[]}', mtime=0)))
    return [file.key]


def _edit(scene: Scene) -> Sequence[str]:
    file = scene.log()
    content = orjson.loads(gzip.decompress(file.body))
    content["Records"][0]["sourceIPAddress"] = "198.51.100.7"
    scene.vault.write(replace(file, body=gzip.compress(orjson.dumps(content), mtime=0)))
    return [file.key]


def _truncate(scene: Scene) -> Sequence[str]:
    file = scene.log()
    scene.vault.write(replace(file, body=file.body[: len(file.body) * 6 // 10]))
    return [file.key]


def _append(scene: Scene) -> Sequence[str]:
    file = scene.log()
    scene.vault.write(replace(file, body=file.body + gzip.compress(b'{"Records":[]}', mtime=0)))
    return [file.key]


def _rezip(scene: Scene) -> Sequence[str]:
    file = scene.log()
    scene.vault.write(replace(file, body=gzip.compress(gzip.decompress(file.body), 9, mtime=1)))
    return [file.key]


def _delete_log(scene: Scene) -> Sequence[str]:
    key = scene.log().key
    scene.vault.delete(key)
    return [key]


def _erase_log(scene: Scene) -> Sequence[str]:
    key = scene.log().key
    scene.vault.erase(key)
    return [key]


def _forge_log(scene: Scene) -> Sequence[str]:
    file = scene.log()
    model = parse_log(file.key)
    assert model is not None
    key = str(replace(model, unique=unique(f"forged/{file.key}")))
    scene.vault.write(File(bucket=file.bucket, key=key, body=file.body))
    return [key]


def _put_away(scene: Scene) -> Sequence[str]:
    key = scene.log().key
    scene.vault.put_away(key)
    return [key]


def _delete_digests(scene: Scene, keys: Sequence[DigestKey]) -> Sequence[str]:
    names = [str(key) for key in keys]
    for name in names:
        scene.vault.delete(name)
    return names


def _move_digest(scene: Scene) -> Sequence[str]:
    (digest,) = scene.inside()
    file = scene.vault.read(str(digest))
    there = str(digest.at(digest.end + timedelta(minutes=17)))
    scene.vault.write(replace(file, key=there))
    scene.vault.delete(file.key)
    return [file.key, there]


def _wipe(scene: Scene, part: Callable[[str], str]) -> Sequence[str]:
    """Erase everything of the account or Region, whichever `part` of a key says."""
    chosen = part(scene.chance.choice([str(keys[0]) for keys in scene.digests.values()]))
    gone = [key for key in scene.vault.list_keys() if part(key) == chosen]
    for key in gone:
        scene.vault.erase(key)
    return gone


def _account(key: str) -> str:
    base = parse_base(key)
    return base.account if base else ""


def _region(key: str) -> str:
    found = parse_digest(key)
    log = parse_log(key)
    return found.chain.region if found else log.region if log else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of damage: in words, what a verifier says of it, and how it is done."""

    does: str
    expected: str
    act: Callable[[Scene], Sequence[str]]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "object-overwritten": Kind(does="a log file put anew, empty", expected="TAMPERED hash", act=_overwrite),
        "object-edited": Kind(does="an event of a log file changed", expected="TAMPERED hash", act=_edit),
        "object-truncated": Kind(does="a log file cut off", expected="TAMPERED format", act=_truncate),
        "object-appended": Kind(does="a second gzip member appended", expected="TAMPERED trailing", act=_append),
        "object-regzipped": Kind(does="a log file zipped again, the same inside", expected="VALID", act=_rezip),
        "object-deleted": Kind(does="a log file deleted", expected="MISSING deleted", act=_delete_log),
        "object-version-gone": Kind(
            does="a log file gone with all versions", expected="MISSING deleted", act=_erase_log
        ),
        "object-forged": Kind(does="a log that no digest names", expected="UNCOVERED unreferenced", act=_forge_log),
        "object-archived": Kind(does="a log file moved to Glacier", expected="UNREADABLE archived", act=_put_away),
        "digest-deleted": Kind(
            does="a digest deleted", expected="MISSING deleted", act=lambda s: _delete_digests(s, s.inside())
        ),
        "digests-deleted": Kind(
            does="three digests in a row deleted",
            expected="MISSING deleted",
            act=lambda s: _delete_digests(s, s.inside(3)),
        ),
        "newest-digest-deleted": Kind(
            does="the newest digest of a chain deleted",
            expected="MISSING deleted",
            act=lambda s: _delete_digests(s, s.chain()[-1:]),
        ),
        "all-digests-deleted": Kind(
            does="all digests of an account and Region deleted",
            expected="UNCOVERED no-chain",
            act=lambda s: _delete_digests(s, s.chain()),
        ),
        "digest-forged": Kind(
            does="a digest changed, with its old signature",
            expected="TAMPERED signature",
            act=lambda s: forged.edited(s.vault, s.inside()[0]),
        ),
        "digest-moved": Kind(does="a digest moved to another key", expected="TAMPERED moved", act=_move_digest),
        "digest-resigned": Kind(
            does="a digest signed with somebody's own key",
            expected="TAMPERED signature",
            act=lambda s: forged.resigned(s.vault, s.inside()[0]),
        ),
        "digest-key-unknown": Kind(
            does="a digest that names a key AWS never published",
            expected="UNREADABLE public-key",
            act=lambda s: forged.of_unknown_key(s.vault, s.inside()[0]),
        ),
        "digest-unlinked": Kind(
            does="a digest that names a wrong hash of the one before it",
            expected="TAMPERED bad-link",
            act=lambda s: forged.unlinked(s.vault, s.inside()[0], s.digests),
        ),
        "account-wiped": Kind(
            does="everything of an account gone, in all its Regions",
            expected="UNCOVERED no-chain",
            act=lambda s: _wipe(s, _account),
        ),
        "region-wiped": Kind(
            does="everything of a Region gone, in all accounts",
            expected="UNCOVERED no-chain",
            act=lambda s: _wipe(s, _region),
        ),
    }
)
"""Every kind of damage, by name."""
