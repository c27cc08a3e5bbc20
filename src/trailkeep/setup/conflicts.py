"""What a specification asks for that this organization, as it stands, does not allow: judged against a snapshot."""

from collections.abc import Callable, Iterator

from trailkeep.errors import SpecError
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import partition_of
from trailkeep.model.organization import Account
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.places import by_email
from trailkeep.setup.spec import AccountPart, Spec
from trailkeep.setup.spec.contradictions import Contradiction
from trailkeep.setup.spec.yamltext import Path
from trailkeep.setup.targets import Kind, candidates, resolve


def contradictions_with(spec: Spec, snapshot: Snapshot) -> tuple[Contradiction, ...]:
    """Everything in `spec` that `snapshot` shows cannot be; `load.located` gives each its line and column."""
    return tuple(found for rule in RULES for found in rule(spec, snapshot))


def accounts(spec: Spec, snapshot: Snapshot) -> Iterator[Contradiction]:
    """The dedicated accounts are active members of their own; SCPs never bind the management account.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    organization = snapshot.organization
    for key, part in _parts(spec):
        path: Path = ("accounts", key)
        account = by_email(organization, part.email)
        if account is None:
            yield from _same_name(part, path, snapshot)
        elif account.id == organization.management:
            message = f"{part.email} is the management account, which no guardrail binds"
            yield Contradiction((*path, "email"), message, "write the address of a member account, or a new one")
        elif not account.is_active:
            message = f"the account {account.name} ({account.id}) is {account.state}"
            hint = "reopen it (possible for 90 days after closing), or write another address"
            yield Contradiction((*path, "email"), message, hint)
        yield from _target((*path, "ou"), part.ou, spec, snapshot, "unit")


def partition(spec: Spec, snapshot: Snapshot) -> Iterator[Contradiction]:
    """An organization never spans partitions, so its home Region is in its own."""
    home, own = spec.organization.home_region, snapshot.organization.partition
    if partition_of(home) != own and not own.startswith("aws-iso"):
        message = f"the home Region {home} is in the partition {partition_of(home)}, the organization in {own}"
        yield Contradiction(("organization", "home_region"), message, f"write a Region of the partition {own}")


def targets(spec: Spec, snapshot: Snapshot) -> Iterator[Contradiction]:
    """Guardrails are attached to what exists, and never to the management account: SCPs and RCPs do not bind it.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    rails = spec.guardrails
    named: list[tuple[Path, str]] = [(("guardrails", "attach_to", i), t) for i, t in enumerate(rails.attach_to)]
    if rails.canary is not None:
        named.append((("guardrails", "canary"), rails.canary))
    for path, text in named:
        yield from _target(path, text, spec, snapshot, "any")
        found = _found(text, snapshot)
        if found == snapshot.organization.management:
            message = f"{text} is the management account: service control policies never bind it"
            yield Contradiction(path, message, "remove it; trailkeep watches the management account by alarms instead")
    archive = by_email(snapshot.organization, spec.accounts.log_archive.email)
    canary = _found(rails.canary, snapshot) if rails.canary else None
    said = {spec.accounts.log_archive.name, spec.accounts.log_archive.ou}
    if archive and canary and canary in snapshot.organization.chain(archive.id) and rails.canary not in said:
        message = f"the canary {rails.canary} holds the log archive: a bad guardrail would hit the logs first"
        yield Contradiction(("guardrails", "canary"), message, "name a unit or account whose loss would not hurt")


def exclusions(spec: Spec, snapshot: Snapshot) -> Iterator[Contradiction]:
    """What is excluded exists, and does not take the log archive along."""
    archive = by_email(snapshot.organization, spec.accounts.log_archive.email)
    for index, exclusion in enumerate(spec.organization.exclude):
        kinds: tuple[tuple[str, str | None, Kind], ...] = (
            ("account", exclusion.account, "account"),
            ("ou", exclusion.ou, "unit"),
        )
        for key, text, kind in kinds:
            if text is None:
                continue
            path: Path = ("organization", "exclude", index, key)
            yield from _target(path, text, spec, snapshot, kind)
            if archive is None or exclusion.regions or text == spec.accounts.log_archive.name:
                continue  # nothing to lose yet, only some Regions, or said by `contradictions` already
            if _found(text, snapshot, kind) in snapshot.organization.chain(archive.id):
                message = f"this exclusion covers the log-archive account {archive.name} ({archive.id})"
                yield Contradiction(path, message, "exclude the other accounts one by one")


def buckets(spec: Spec, snapshot: Snapshot) -> Iterator[Contradiction]:
    """The archive's buckets are where and whose they must be; an adopted bucket never loses protection.

    AWS Config refuses a bucket with Object Lock default retention:
    https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """
    archive = by_email(snapshot.organization, spec.accounts.log_archive.email)
    home = spec.organization.home_region
    for key, name in (("trail_bucket", spec.archive.trail_bucket), ("config_bucket", spec.archive.config_bucket)):
        generated = f"{spec.archive.name}-{key.removesuffix('_bucket')}-{archive.id}-{home}" if archive else ""
        bucket = snapshot.bucket(name or generated)
        if bucket is None:
            continue
        path: Path = ("archive", key) if name else ("archive", "name")
        if bucket.region != home:
            message = f"the bucket {bucket.name} is in {bucket.region}, the home Region is {home}"
            yield Contradiction(path, message, f"name a bucket in {home}, or remove the key: one will be created")
        if archive is not None and bucket.account != archive.id:
            message = f"the bucket {bucket.name} belongs to {bucket.account}, not to the log archive {archive.id}"
            yield Contradiction(path, message, "name a bucket of the log-archive account, or let one be created")
        if key == "config_bucket" and bucket.lock is not None:
            message = f"the bucket {bucket.name} has Object Lock, with which AWS Config does not deliver"
            yield Contradiction(path, message, "name another bucket, or remove the key: one will be created")
        yield from _weaker(spec, bucket, is_trail=key == "trail_bucket")


def _weaker(spec: Spec, bucket: Bucket, *, is_trail: bool) -> Iterator[Contradiction]:
    """Where the specification asks for less than the bucket has, or for what S3 refuses beside MFA Delete."""
    retention = spec.archive.retention_days
    if bucket.mfa_delete and retention is not None:
        message = f"MFA Delete is on at the bucket {bucket.name}, so S3 refuses lifecycle rules for `retention_days`"
        hint = "let the root user of its account switch it off first, or write `protection: mfa`"
        yield Contradiction(("archive", "protection"), message, hint)
    expiry = [r.expire_days for r in bucket.lifecycle if r.enabled and not r.prefix and r.expire_days is not None]
    if expiry and retention is not None and retention < min(expiry):
        message = f"the bucket {bucket.name} keeps objects {min(expiry)} days today; {retention} would delete old logs"
        hint = f"write `retention_days: {min(expiry)}` or more; to keep less, change the bucket's rule yourself first"
        yield Contradiction(("archive", "retention_days"), message, hint)
    if not is_trail or bucket.lock is None or bucket.lock.days is None:
        return
    has, wanted = bucket.lock, spec.lock
    if wanted is None:
        message = f"the bucket {bucket.name} locks objects for {bucket.lock.days} days; `protection: mfa` has no lock"
        yield Contradiction(("archive", "protection"), message, "write `protection: lock`, or use a new bucket")
        return
    if wanted.days < bucket.lock.days:
        fixed = "; COMPLIANCE can never be shortened" if has.mode == "COMPLIANCE" else ""
        message = f"the bucket {bucket.name} locks objects for {bucket.lock.days} days, not {wanted.days}{fixed}"
        hint = f"write `days: {bucket.lock.days}` or more, or use a new bucket"
        yield Contradiction(("archive", "lock", "days"), message, hint)
    if has.mode == "COMPLIANCE" and wanted.mode == "governance":
        message = f"the bucket {bucket.name} locks objects in COMPLIANCE mode; governance would be weaker"
        yield Contradiction(("archive", "lock", "mode"), message, "write `mode: compliance`, or use a new bucket")


def _parts(spec: Spec) -> tuple[tuple[str, AccountPart], ...]:
    return (("log_archive", spec.accounts.log_archive), ("security", spec.accounts.security))


def _same_name(part: AccountPart, path: Path, snapshot: Snapshot) -> Iterator[Contradiction]:
    """A new account beside one of the same name is nearly always a slip in the address."""
    same: list[Account] = [a for a in snapshot.active() if a.name.casefold() == part.name.casefold()]
    if same:
        message = f"an account {same[0].name} ({same[0].id}) exists, with the address {same[0].email}"
        hint = f"write `email: {same[0].email}` to adopt it, or another `name` for a new account"
        yield Contradiction((*path, "email"), message, hint)


def _target(path: Path, text: str, spec: Spec, snapshot: Snapshot, kind: Kind) -> Iterator[Contradiction]:
    """A target that is not there, unless trailkeep is about to create it; or one that fits several."""
    try:
        resolve(text, snapshot.organization, kind)
    except SpecError as error:
        coming = {name for _, part in _parts(spec) for name in (part.ou, part.name, f"{part.ou}/{part.name}")}
        if text not in coming or candidates(text, snapshot.organization, kind):
            yield Contradiction(path, error.message, error.hint)


def _found(text: str, snapshot: Snapshot, kind: Kind = "any") -> str | None:
    try:
        return resolve(text, snapshot.organization, kind)
    except SpecError:
        return None  # said where the target is judged


Rule = Callable[[Spec, Snapshot], Iterator[Contradiction]]
RULES: tuple[Rule, ...] = (accounts, partition, targets, exclusions, buckets)
