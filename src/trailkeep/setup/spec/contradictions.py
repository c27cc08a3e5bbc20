"""What a specification asks for that cannot be, or that defeats its own purpose: judged from its text alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from trailkeep.model.ids import is_opt_in, partition_of
from trailkeep.setup.spec import LockPart, Spec
from trailkeep.setup.spec.names import bucket_fault, email_fault, tag_key_fault, trail_fault
from trailkeep.setup.spec.yamltext import Path

ROOT = "root"
"""How attach_to and canary name the organization's root."""


class Contradiction(NamedTuple):
    """Something to correct: where in the specification, why, and what to write."""

    path: Path
    message: str
    hint: str


def contradictions(spec: Spec) -> tuple[Contradiction, ...]:
    """Every contradiction in `spec`, whatever the organization looks like; see each rule for its source."""
    return tuple(found for rule in RULES for found in rule(spec))


def protection(spec: Spec) -> Iterator[Contradiction]:
    """S3 refuses a lifecycle configuration on a bucket with MFA Delete, in either order.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html
    """
    archive = spec.archive
    if archive.protection != "mfa":
        return
    because = "S3 refuses lifecycle rules on a bucket with MFA Delete"
    if archive.retention_days is not None:
        said = "retention_days" in archive.model_fields_set
        message = "cannot be combined with `protection: mfa`" if said else "must be written with `protection: mfa`"
        yield Contradiction(
            ("archive", "retention_days"), f"`retention_days` {message}: {because}", "write `retention_days: null`"
        )
    if archive.lock is not None:
        message = "`lock` cannot be combined with `protection: mfa`: it is either Object Lock or MFA Delete"
        yield Contradiction(("archive", "lock"), message, "remove `lock`, or write `protection: lock`")
    if "noncurrent_days" in archive.model_fields_set:
        message = f"`noncurrent_days` would have no effect with `protection: mfa`: {because}"
        yield Contradiction(("archive", "noncurrent_days"), message, "remove `noncurrent_days`")


def lock_outlives_retention(spec: Spec) -> Iterator[Contradiction]:
    """A lock may not be longer than the retention: expired objects would stay locked, unreadable and paid for.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    retention, lock = spec.archive.retention_days, spec.lock
    if lock is None or retention is None or lock.days <= retention:
        return
    message = f"objects would be locked for {lock.days} days but expire after {retention}"
    if spec.archive.lock is None or "days" not in spec.archive.lock.model_fields_set:
        message += f" (`lock.days` is {LockPart().days} unless written)"
    yield Contradiction(
        ("archive", "lock", "days"), message, f"write `days: {retention}` or less, or raise `retention_days`"
    )


def home_region(spec: Spec) -> Iterator[Contradiction]:
    """Members that have not enabled the home Region of an organization trail send nothing.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html
    """
    home, regions = spec.organization.home_region, spec.organization.regions
    path: Path = ("organization", "home_region")
    if is_opt_in(home):
        message = f"{home} is enabled only in accounts that ask for it: members that have not enabled it send nothing"
        yield Contradiction(path, message, "choose a Region that is enabled by default, such as eu-west-1 or us-east-1")
    if regions == "enabled":
        return
    if home not in regions:
        message = f"the home Region {home} is not in the list of `regions`"
        yield Contradiction(
            ("organization", "regions"), message, f"add {home} to the list, or write `regions: enabled`"
        )
    yield from _twice(("organization", "regions"), regions)
    if strangers := sorted({r for r in regions if partition_of(r) != partition_of(home)}):
        message = f"{', '.join(strangers)} and {home} are in different partitions; an organization never spans two"
        yield Contradiction(("organization", "regions"), message, "write one specification for each partition")


def exclusions(spec: Spec) -> Iterator[Contradiction]:
    """An exclusion says what it excludes, and never the archive itself."""
    for index, exclusion in enumerate(spec.organization.exclude):
        path: Path = ("organization", "exclude", index)
        if not (exclusion.account or exclusion.ou or exclusion.regions):
            message = "this exclusion names neither `account` nor `ou` nor `regions`"
            yield Contradiction(path, message, "say what is excluded, for example `ou: Sandbox`")
        if exclusion.account and exclusion.ou:
            message = "this exclusion names both `account` and `ou`"
            yield Contradiction(path, message, "write two exclusions, one for each")
        if exclusion.account == spec.accounts.log_archive.name and not exclusion.regions:
            message = "the log-archive account cannot be excluded: who touches the logs must be recorded"
            yield Contradiction((*path, "account"), message, "remove this exclusion, or name single `regions`")
        if exclusion.regions == ():
            yield Contradiction((*path, "regions"), "`regions` is an empty list", "name Regions, or remove the key")
        yield from _twice((*path, "regions"), exclusion.regions or ())


def accounts(spec: Spec) -> Iterator[Contradiction]:
    """Each dedicated account has its own name and address (botocore model organizations CreateAccount)."""
    archive, security = spec.accounts.log_archive, spec.accounts.security
    for key, part in (("log_archive", archive), ("security", security)):
        if fault := email_fault(part.email):
            message = f"the e-mail address {part.email} {fault}"
            yield Contradiction(
                ("accounts", key, "email"), message, "write an address like aws+log-archive@example.com"
            )
    if archive.email.casefold() == security.email.casefold():
        message = "both accounts have the same e-mail address; AWS wants another one for each account"
        yield Contradiction(("accounts", "security", "email"), message, "use plus-addressing: aws+security@example.com")
    if archive.name.casefold() == security.name.casefold():
        message = f"both accounts are called {security.name}; the log archive must be an account of its own"
        yield Contradiction(("accounts", "security", "name"), message, "write another name, such as Security Tooling")


def buckets(spec: Spec) -> Iterator[Contradiction]:
    """Bucket names that S3 accepts; one bucket for CloudTrail and another for AWS Config.

    AWS Config refuses a bucket with default retention:
    https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """
    archive = spec.archive
    adopted = {"trail_bucket": archive.trail_bucket, "config_bucket": archive.config_bucket}
    for key, name in adopted.items():
        if name is not None and (fault := bucket_fault(name)):
            hint = "write the name of a bucket that exists"
            yield Contradiction(("archive", key), f"the name {name} {fault}", hint)
    made = (f"{archive.name}-{key.removesuffix('_bucket')}" for key, name in adopted.items() if name is None)
    where = spec.organization.home_region
    faults = ((name, bucket_fault(f"{name}-{'0' * 12}-{where}")) for name in made)
    if bad := next(((name, fault) for name, fault in faults if fault), None):
        message = f"the bucket {bad[0]}-<account>-{where} {bad[1]}"
        yield Contradiction(("archive", "name"), message, "write another `name`")
    if archive.trail_bucket and archive.trail_bucket == archive.config_bucket:
        message = (
            "CloudTrail and AWS Config cannot share a bucket: Config refuses one with Object Lock default retention"
        )
        yield Contradiction(
            ("archive", "config_bucket"), message, "name another bucket, or remove the key: one will be created"
        )


def readers(spec: Spec) -> Iterator[Contradiction]:
    """A principal lives in the partition of the archive (IAM: identifiers, ARNs)."""
    partition = partition_of(spec.organization.home_region)
    for index, arn in enumerate(spec.archive.readers):
        if (other := arn.split(":")[1]) != partition:
            message = f"this reader is in the partition {other}, the archive in {partition}"
            yield Contradiction(
                ("archive", "readers", index), message, f"write an ARN that begins with arn:{partition}:iam"
            )
    yield from _twice(("archive", "readers"), spec.archive.readers)


def trail(spec: Spec) -> Iterator[Contradiction]:
    """A name that CloudTrail accepts."""
    if fault := trail_fault(spec.trail.name):
        yield Contradiction(
            ("trail", "name"), f"the name {spec.trail.name} {fault}", "write for example `name: trailkeep`"
        )


def guardrails(spec: Spec) -> Iterator[Contradiction]:
    """A guardrail is watched on a canary before it can lock out the whole organization.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    rails, archive = spec.guardrails, spec.accounts.log_archive
    path: Path = ("guardrails", "canary")
    if any(is_root(target) for target in rails.attach_to) and not rails.canary:
        message = "`attach_to` names the root, so a `canary` must get each guardrail first"
        yield Contradiction(path, message, "add `canary:` with a unit or account whose loss would not hurt")
    if rails.canary and is_root(rails.canary):
        yield Contradiction(path, "the root cannot be the canary: it is everything", "name a small unit or an account")
    if rails.canary in {archive.name, archive.ou}:
        message = f"the canary {rails.canary} holds the log archive: a bad guardrail would hit the logs first"
        yield Contradiction(path, message, "name a unit or account whose loss would not hurt")
    yield from _twice(("guardrails", "attach_to"), rails.attach_to)


def roles(spec: Spec) -> Iterator[Contradiction]:
    """Roles exempt from the guardrails are three different ones that we may make (botocore model iam CreateRole)."""
    named = {
        ("guardrails", "break_glass_role"): spec.guardrails.break_glass_role,
        ("guardrails", "deployer_role"): spec.guardrails.deployer_role,
        ("organization", "access_role"): spec.organization.access_role,
    }
    counts = Counter(name.casefold() for name in named.values())
    for path, name in named.items():
        if counts[name.casefold()] > 1 and path[0] == "guardrails":
            message = f"the role {name} is named twice among break_glass_role, deployer_role and access_role"
            yield Contradiction(path, message, "write a name of its own: each has other rights")
        if name.casefold().startswith("awsservicerolefor"):
            message = f"{name}: names that begin with AWSServiceRoleFor belong to AWS"
            yield Contradiction(path, message, "write another name, such as TrailkeepDeployer")


def created(spec: Spec) -> Iterator[Contradiction]:
    """Paths, boundaries and tags that IAM accepts and that are not AWS's own.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    made = spec.created
    if made.iam_path.startswith(("/aws-service-role/", "/aws-reserved/", "/service-role/aws")):
        message = f"the path {made.iam_path} belongs to AWS"
        yield Contradiction(("created", "iam_path"), message, "write a path of your own, such as /platform/")
    boundary = made.permissions_boundary
    partition = partition_of(spec.organization.home_region)
    if boundary is not None and not (boundary.startswith(f"arn:{partition}:iam::") and ":policy/" in boundary):
        message = f"the permissions boundary is not the ARN of a managed policy in the partition {partition}"
        hint = f"write for example `arn:{partition}:iam::111111111111:policy/Boundary`"
        yield Contradiction(("created", "permissions_boundary"), message, hint)
    for key in spec.tags:
        if fault := tag_key_fault(key):
            yield Contradiction(
                ("tags", key), f"the tag key {key} {fault}", "use letters, digits, spaces and _ . : / = + - @"
            )
    if len(spec.tags) > 40:
        message = f"{len(spec.tags)} tags; AWS allows 50 on a resource and trailkeep adds its own"
        yield Contradiction(("tags",), message, "keep at most 40")


def is_root(target: str) -> bool:
    """Whether a target names the organization's root: the word, or an id such as r-exam."""
    return target.casefold() == ROOT or (target.startswith("r-") and target[2:].isalnum() and target.islower())


def _twice(path: Path, values: tuple[str, ...]) -> Iterator[Contradiction]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Contradiction((*path, index), f"{value} is named twice", "remove one of the two")


Rule = Callable[[Spec], Iterator[Contradiction]]
RULES: tuple[Rule, ...] = (
    protection,
    lock_outlives_retention,
    home_region,
    exclusions,
    accounts,
    buckets,
    readers,
    trail,
    guardrails,
    roles,
    created,
)
