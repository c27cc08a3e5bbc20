"""Digests that are not what CloudTrail wrote, or that only CloudTrail could have written so wrong."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trailkeep.lab.delivery.objects import zipped
from trailkeep.lab.delivery.signing import stray_key
from trailkeep.lab.delivery.trail_files import sign_digest
from trailkeep.lab.logs.vaults import Vault
from trailkeep.verify.digest import Link, LogFile, fingerprint, parse, render
from trailkeep.verify.keys import Chain, DigestKey


def edited(vault: Vault, key: DigestKey) -> Sequence[str]:
    """What it lists is changed; the signature stays."""
    file = vault.read(str(key))
    digest = parse(gzip.decompress(file.body))
    never = LogFile(bucket=digest.bucket, key=digest.key, hash=hashlib.sha256(b"").hexdigest())
    listed = digest.log_files[:-1] if digest.log_files else (never,)
    vault.write(replace(file, body=zipped(render(replace(digest, log_files=listed)))))
    return [file.key]


def resigned(vault: Vault, key: DigestKey) -> Sequence[str]:
    """The same digest, signed with a stranger's key in the name of AWS's."""
    file = vault.read(str(key))
    made, _ = sign_digest(parse(gzip.decompress(file.body)), _stranger, {})
    vault.write(made)
    return [file.key]


def of_unknown_key(vault: Vault, key: DigestKey) -> Sequence[str]:
    """A digest that names the stranger's key and is signed with it."""
    file = vault.read(str(key))
    value = stray_key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    digest = replace(parse(gzip.decompress(file.body)), fingerprint=fingerprint(value))
    made, _ = sign_digest(digest, _stranger, {})
    vault.write(made)
    return [file.key]


def unlinked(vault: Vault, key: DigestKey, chains: Mapping[Chain, Sequence[DigestKey]]) -> Sequence[str]:
    """One wrong link under AWS's own signature; the digests after it are signed again, so that only this is wrong."""
    after = [one for one in chains[key.chain] if one.end >= key.end]
    link: Link | None = None
    for one in after:
        digest = parse(gzip.decompress(vault.read(str(one)).body))
        if link is None:
            assert digest.previous is not None
            wrong = hashlib.sha256(b"another digest").hexdigest()
            digest = replace(digest, previous=replace(digest.previous, hash=wrong))
        else:
            digest = replace(digest, previous=link)
        sign = partial(vault.keys.sign, one.chain.region, digest.end.timestamp())
        made, link = sign_digest(digest, sign, {})
        vault.write(made)
    return [str(key)]


def _stranger(text: bytes) -> str:
    return stray_key().sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()
