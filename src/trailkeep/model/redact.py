"""A snapshot to show to others: same shape, same judgements, nobody's names.

Every account id becomes another twelve-digit number, one to one. Names, ARNs, ids, prefixes and tags keep the words
that say nothing (`redact_words`); each other word becomes a keyed fingerprint, the same everywhere, so that what was
equal stays equal and a policy's `acme-trail-*` still matches the bucket it meant. E-mail addresses become
…@example.com. AWS's error texts lose ARNs, addresses, account ids, compound-words and every word replaced in a name.
IP addresses in policy conditions are kept: they carry meaning that a fingerprint cannot.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Partition, Region, UnitId
from trailkeep.model.organization import Account, Unit
from trailkeep.model.redact_words import is_kept
from trailkeep.model.snapshot import Snapshot

Value = TypeVar("Value")

_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PLAIN = r"\$\{[^{}]*\}|[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?\b|\bAWS::[A-Za-z0-9:]+"
_ID = r"\b(?:o|r|p|ou)-[0-9a-z]{4,32}(?:-[0-9a-z]{8,32})?\b"
_WORD = r"[^\W_]+"
_ARN = r"arn:aws[\w-]*:[\w-]*:[\w-]*:(?:\d*|aws):[^\s\"',)]*"
_NAME = re.compile(f"(?P<plain>{_PLAIN})|(?P<email>{_EMAIL})|(?P<id>{_ID})|(?P<word>{_WORD})")
_TEXT = re.compile(f"(?P<arn>{_ARN})|{_NAME.pattern}")
_COMPOUND = r"[^\W_]+(?:[-._][^\W_]+)+"
_SAID = re.compile(
    f"(?P<arn>{_ARN})|(?P<plain>{_PLAIN})|(?P<email>{_EMAIL})|(?P<compound>{_COMPOUND})|(?P<id>{_ID})|(?P<word>{_WORD})"
)
_FIRST = re.compile(_WORD)
_MANAGED_POLICY = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/")
_ACCOUNT = re.compile(r"\d{12}")
_ROUNDS = 8
_HALF = 10**6

_NAMES = frozenset(
    "name arn bucket prefix key kms_key alias role topic logging caller id targets roles users groups policies tags "
    "service_recorders what".split()
)
_DOCUMENTS = frozenset({"policy", "content", "trust"})
_JSON = frozenset({"data", "other", "replication"})
_SAYINGS = frozenset({"reason", "error", "delivery_error", "digest_error"})
_KEYWORDS = frozenset({"Action", "NotAction", "Effect", "Version"})


def redact(snapshot: Snapshot, salt: str) -> Snapshot:
    """The snapshot with its identities replaced; the same `salt` gives the same replacements."""
    found = _Redaction(salt.encode())
    found.learn(snapshot)
    return found.thing(snapshot)


class _Redaction:
    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._replaced: set[str] = set()
        self._titles: dict[str, str] = {}
        self._titles_by_word: dict[str, list[str]] = {}
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, snapshot: Snapshot) -> None:
        """Go through the names once, so that texts can be cleaned of them whatever comes first."""
        for account in snapshot.organization.accounts.values():
            self._titles[account.name] = self._title("account", account.name)
        for unit in snapshot.organization.units.values():
            if unit.parent:
                self._titles[unit.name] = self._title("unit", unit.name)
        for title in self._titles:
            first = _FIRST.search(title)
            if first:
                self._titles_by_word.setdefault(first[0], []).append(title)
        self.thing(snapshot)
        self._known.clear()  # texts were seen before all names were known

    def thing(self, value: Value) -> Value:
        """A dataclass of the model, field by field; one without anything to replace is returned as it is."""
        assert is_dataclass(value)
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: self._field(name, was) for name, was in old.items()}
        if isinstance(value, Account | Unit) and value.name in self._titles:
            new["name"] = self._titles[value.name]
        return cast("Value", replace(cast("Any", value), **new)) if new != old else value

    def _field(self, name: str, value: Any) -> Any:  # noqa: ANN401 any value of the model
        if name == "email":
            return self._name(value)
        return self._value(value, self._rewriting(name))

    def _rewriting(self, name: str) -> str:
        if name in _NAMES:
            return "name"
        if name in _DOCUMENTS:
            return "document"
        if name in _JSON:
            return "json"
        if name in _SAYINGS:
            return "said"
        return "text" if name == "hint" else ""

    def _value(self, value: Any, kind: str) -> Any:  # noqa: ANN401 any value of the model
        match value:
            case AccountId() | UnitId():
                return type(value)(self._rewritten("name", value))
            case Enum() | Region() | Partition():
                return value
            case str():
                return self._rewritten(kind, value) if kind and value else value
            case Mapping():
                return {self._value(k, ""): self._value(v, kind) for k, v in value.items()}
            case tuple() | frozenset():
                return type(value)(self._value(v, kind) for v in value)
            case _:
                return self.thing(value) if is_dataclass(value) else value

    def _rewritten(self, kind: str, text: str) -> str:
        """Each text once: the same ARNs and names stand in every cell."""
        key = (kind, str(text))
        found = self._known.get(key)
        if found is None:
            ways = {"name": self._name, "document": self._document, "json": self._json}
            ways |= {"text": self._text, "said": self._said}
            found = self._known[key] = ways[kind](text)
        return found

    def _name(self, text: str) -> str:
        return text if _MANAGED_POLICY.match(text) else _NAME.sub(self._part_of_name, text)

    def _part_of_name(self, found: re.Match[str]) -> str:
        match found.lastgroup, found[0]:
            case "plain", part:
                return part
            case "email", part:
                return f"{self._word(part)}@example.com"
            case "id", part:
                kind, *rest = part.split("-")
                return "-".join((kind, *map(self._word, rest)))
            case _, part if _ACCOUNT.fullmatch(part):
                return self._account(part)
            case _, part if is_kept(part):
                return part
            case _, part:
                self._replaced.add(part)
                return self._word(part)

    def _said(self, text: str) -> str:
        """AWS's words: as `_text`, and whatever looks like the name of a bucket or a role is treated as one."""
        return self._text(text, _SAID)

    def _text(self, text: str, parts: re.Pattern[str] = _TEXT) -> str:
        words = set(_FIRST.findall(text))
        titles = sorted((t for w in words for t in self._titles_by_word.get(w, ()) if t in text), key=len, reverse=True)
        if not titles:
            return parts.sub(self._part_of_text, text)
        either = "|".join(map(re.escape, titles))
        return re.sub(rf"(?P<title>(?<!\w)(?:{either})(?!\w))|{parts.pattern}", self._part_of_text, text)

    def _part_of_text(self, found: re.Match[str]) -> str:
        match found.lastgroup, found[0]:
            case "arn" | "compound", part:
                return self._name(part)
            case "title", part:
                return self._titles[part]
            case "word", part if not _ACCOUNT.fullmatch(part) and part not in self._replaced:
                return part
        return self._part_of_name(found)

    def _document(self, text: str) -> str:
        try:
            parsed = json.loads(text)
            return canonical(self._inside(parsed, "", self._name)) if isinstance(parsed, dict) else self._text(text)
        except (ValueError, RecursionError):  # whatever a bucket's owner has put there
            return self._text(text)

    def _json(self, text: str) -> str:
        try:
            inside = self._inside(json.loads(text), "", self._text)
            separators = None if '": ' in text else (",", ":")
            return json.dumps(inside, sort_keys=True, ensure_ascii=False, separators=separators)
        except (ValueError, RecursionError):
            return self._text(text)

    def _inside(self, value: Any, key: str, rewrite: Callable[[str], str]) -> Any:  # noqa: ANN401 JSON
        """Values are rewritten; what a policy's grammar names (actions, effects, keys of conditions) is not."""
        if isinstance(value, dict):
            return {k: self._inside(v, k, rewrite) for k, v in value.items()}
        if isinstance(value, list):
            return [self._inside(v, key, rewrite) for v in value]
        return rewrite(value) if isinstance(value, str) and key not in _KEYWORDS else value

    def _title(self, kind: str, name: str) -> str:
        return f"{kind}-{self._word(f'{kind} {name}')}"

    def _word(self, word: str) -> str:
        """Twelve lower-case characters, the first a letter: fits bucket names, unit ids and organization ids."""
        return "x" + base64.b32encode(self._digest(word)).decode().lower()[:11]

    def _account(self, digits: str) -> str:
        """A permutation of the twelve-digit numbers, so that no two accounts become one (a Feistel network)."""
        left, right = int(digits[:6]), int(digits[6:])
        for turn in range(_ROUNDS):
            mixed = int.from_bytes(self._digest(f"account {turn} {right}")[:8], "big")
            left, right = right, (left + mixed) % _HALF
        return f"{left:06d}{right:06d}"

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._salt, text.encode(), hashlib.sha256).digest()
