"""The organization as a proof sees it: what is to be protected, and the classes of principals that could ask."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from trailkeep.authz import chain, conditions
from trailkeep.authz.policy import Kind, Policy, parse, unreadable
from trailkeep.authz.prove.encode import widths_of
from trailkeep.authz.prove.numbers import by_part, is_part
from trailkeep.authz.request import Level
from trailkeep.errors import PolicyError
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Trail

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class World:
    """A Snapshot with what was declared about it.

    `exempt` are ARN patterns of the roles that are trusted to be exempt; `names` the buckets that are the archive, None
    for every bucket that was seen; `readers` the ARNs of those who should be able to read; `operator` the pattern of
    the role by which trailkeep works in members.
    """

    snapshot: Snapshot
    exempt: tuple[str, ...] = ()
    operator: str = ""
    readers: tuple[str, ...] = ()
    names: frozenset[str] | None = None

    @property
    def organization(self) -> Organization:
        """The organization of the snapshot."""
        return self.snapshot.organization

    @cached_property
    def buckets(self) -> tuple[Bucket, ...]:
        """The archive's buckets."""
        return tuple(b for b in self.snapshot.buckets if self.names is None or b.name in self.names)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The keys that encrypt what is in them."""
        used = {b.encryption.key for b in self.buckets} | {t.kms_key for t in self.trails}
        return tuple(k for k in self.snapshot.keys if k.arn in used or k.alias in used)

    @cached_property
    def trails(self) -> tuple[Trail, ...]:
        """The trails that deliver into them."""
        names = {b.name for b in self.buckets}
        return tuple(t for t in self.snapshot.trails if t.bucket in names)

    @cached_property
    def widths(self) -> dict[str, int]:
        """How many values of each multi-valued key must be told apart."""
        return widths_of(s for policy in self._policies() for s in policy.statements)

    def rcp(self, account: str) -> tuple[Level, ...]:
        """The RCPs over a resource of an account."""
        return _levels(self.organization, account, "RESOURCE_CONTROL_POLICY")

    def scp(self, account: str) -> tuple[Level, ...]:
        """The SCPs over a principal of an account."""
        return _levels(self.organization, account, "SERVICE_CONTROL_POLICY")

    def accounts(self) -> tuple[tuple[AccountId, int], ...]:
        """One account of each class that every policy treats alike, with the number it stands for; no management."""
        return tuple((ids[0], len(ids)) for ids in self._classes)

    def alike(self, account: AccountId) -> tuple[AccountId, ...]:
        """The accounts a representative stands for."""
        return next((ids for ids in self._classes if ids[0] == account), (account,))

    def stands_for(self, account: AccountId) -> AccountId:
        """The account that is asked in place of this one."""
        return self._representatives.get(account, account)

    @cached_property
    def _representatives(self) -> dict[AccountId, AccountId]:
        return {account: ids[0] for ids in self._classes for account in ids}

    @cached_property
    def _classes(self) -> tuple[tuple[AccountId, ...], ...]:
        organization = self.organization
        paths = any("orgpaths" in key for key in self._asked_keys)
        attached: dict[str, list[str]] = {}
        for policy in organization.policies:
            for target in policy.targets:
                attached.setdefault(target, []).append(policy.id)
        trails: dict[AccountId, list[str]] = {}
        for trail in self.trails:
            trails.setdefault(trail.owner, []).append(trail.arn.replace(trail.owner, ""))
        found: dict[object, list[AccountId]] = {}
        for account in organization.accounts.values():
            if account.id == organization.management or not account.is_active:
                continue
            above = organization.chain(account.id)
            alone = account.id if account.id in self._singled_out or self._partly else ""
            policies = tuple(tuple(attached.get(target, ())) for target in above)
            own = tuple(sorted(trails.get(account.id, ())))
            found.setdefault((policies, alone, own, above[:-1] if paths else ()), []).append(account.id)
        return tuple(tuple(sorted(ids)) for ids in found.values())

    @cached_property
    def _singled_out(self) -> frozenset[str]:
        """Accounts that some policy may treat unlike others: it names them, or they own something, or may do more."""
        owners = {b.account for b in self.buckets} | {k.account for k in self.keys}
        delegated = {d.account for d in self.organization.delegations}
        trails = {t.owner for t in self.trails if t.is_organization}
        return frozenset(owners | delegated | trails | self._named)

    @cached_property
    def _named(self) -> frozenset[str]:
        texts = [*(p.content for p in self.organization.policies), *self.exempt]
        found = {a for text in texts for a in _ACCOUNT.findall(text)}
        for policy in self._resource_policies():
            found |= _accounts_in(policy)
        return frozenset(found)

    @cached_property
    def _partly(self) -> bool:
        """Whether some policy names accounts by a part of their number: then no two are sure to be alike."""
        return any(by_part(p) for p in self._policies()) or any(is_part(text) for text in self.exempt)

    @cached_property
    def _asked_keys(self) -> frozenset[str]:
        return frozenset(t.key for p in self._policies() for s in p.statements for t in s.conditions)

    def _policies(self) -> Iterator[Policy]:
        yield from (chain.compiled(p) for p in self.organization.policies)
        yield from self._resource_policies()

    def _resource_policies(self) -> Iterator[Policy]:
        yield from (p for b in self.buckets if (p := bucket_policy(b)))
        yield from (p for k in self.keys if (p := key_policy(k)))

    @cached_property
    def strangers(self) -> tuple[str, ...]:
        """Accounts that are not of the organization: those that policies name, and one that none does."""
        known = self.organization.accounts
        unnamed = next(a for n in range(999_999_999_999, 0, -1) if (a := f"{n:012d}") not in known.keys() | self._named)
        return (*sorted(a for a in self._named if a not in known), unnamed)

    @cached_property
    def services(self) -> frozenset[str]:
        """AWS services that some resource policy names."""
        elements = (s.principal for p in self._resource_policies() for s in p.statements)
        return frozenset(n for e in elements if e is not None for n in e.others if ".amazonaws." in n)

    @cached_property
    def other_organizations(self) -> frozenset[str]:
        """Organizations that some policy speaks of, apart from this one."""
        tests = (t for p in self._policies() for s in p.statements for t in s.conditions)
        named = {
            v
            for t in tests
            if isinstance(t, conditions.Test) and t.key == "aws:principalorgid"
            for v in t.values
            if v.startswith("o-") and "*" not in v
        }
        return frozenset(named - {self.organization.id})


def bucket_policy(bucket: Bucket) -> Policy | None:
    """A bucket's policy, compiled."""
    return _held(bucket.policy, f"bucket policy of {bucket.name}", "resource")


def key_policy(key: Key) -> Policy | None:
    """A key's policy, compiled."""
    return _held(key.policy, f"key policy of {key.alias or key.arn}", "resource")


@lru_cache(maxsize=4096)
def _held(text: str, name: str, kind: Kind) -> Policy | None:
    if not text:
        return None
    try:
        return parse(text, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)


def _levels(organization: Organization, account: str, policy_type: str) -> tuple[Level, ...]:
    return chain.levels(organization, account, policy_type)  # type: ignore[arg-type]


def _accounts_in(policy: Policy) -> set[str]:
    """The accounts a resource policy names as principals, or in conditions about principals."""
    found: set[str] = set()
    for statement in policy.statements:
        if statement.principal is not None:
            found |= statement.principal.accounts
            found |= {a for arn in statement.principal.arns for a in _ACCOUNT.findall(arn)}
        for test in statement.conditions:
            if isinstance(test, conditions.Test) and not test.key.startswith("aws:source"):
                found |= {a for v in test.values for a in _ACCOUNT.findall(v)}
    return found
