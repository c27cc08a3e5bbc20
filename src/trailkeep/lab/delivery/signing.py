"""CloudTrail's keys: one a Region and week, signing digests, shown by ListPublicKeys with overlapping validity."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trailkeep.lab.delivery.primes import PRIMES

PERIOD = 7 * 86_400
"""Seconds for which a key signs."""
EARLIER, LATER = 3_600, 86_400
"""Seconds by which a key is valid before it signs and after it has signed."""
_EXPONENT = 65_537
_PAIRS = tuple(combinations(PRIMES[:14], 2))
_STEP = 5
"""Prime to the number of pairs, so that a Region's keys come round only after all pairs were used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key as ListPublicKeys shows it: `value` is DER in PKCS#1 form, the times are seconds since the epoch."""

    value: bytes
    valid_from: int
    valid_to: int
    fingerprint: str


class KeyRing:
    """The keys of every Region at every time; the same seed gives the same keys."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[int, tuple[rsa.RSAPrivateKey, bytes, str]] = {}

    def fingerprint(self, region: str, moment: float) -> str:
        """The fingerprint of the key that signs in a Region at a moment: MD5 of its DER value, in hex."""
        return self._key(region, int(moment // PERIOD))[2]

    def sign(self, region: str, moment: float, text: bytes) -> str:
        """The signature, in hex: RSA PKCS#1 v1.5 over SHA-256 (CloudTrail User Guide, custom validation)."""
        key = self._key(region, int(moment // PERIOD))[0]
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()

    def public_keys(self, region: str, start: float, end: float) -> tuple[PublicKey, ...]:
        """The keys of a Region that are valid at any moment from `start` to `end`."""
        first, last = int((start - LATER) // PERIOD), int((end + EARLIER) // PERIOD)
        found = []
        for number in range(first, last + 1):
            _, value, fingerprint = self._key(region, number)
            begin, over = number * PERIOD - EARLIER, (number + 1) * PERIOD + LATER
            if begin <= end and start <= over:
                found.append(PublicKey(value=value, valid_from=begin, valid_to=over, fingerprint=fingerprint))
        return tuple(found)

    def _key(self, region: str, number: int) -> tuple[rsa.RSAPrivateKey, bytes, str]:
        offset = int.from_bytes(hashlib.sha256(f"{self._seed}/{region}".encode()).digest()[:8], "big")
        index = (offset + _STEP * number) % len(_PAIRS)
        if index not in self._made:
            key = _private_key(*_PAIRS[index])
            value = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
            self._made[index] = (key, value, hashlib.md5(value, usedforsecurity=False).hexdigest())
        return self._made[index]


def stray_key() -> rsa.RSAPrivateKey:
    """A key that no Region ever has: what a forger signs with."""
    return _private_key(PRIMES[14], PRIMES[15])


def _private_key(p: int, q: int) -> rsa.RSAPrivateKey:
    private = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p, q=q, d=private,
        dmp1=rsa.rsa_crt_dmp1(private, p), dmq1=rsa.rsa_crt_dmq1(private, q), iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, p * q),
    )  # fmt: skip
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)  # validation would cost more than all else here
