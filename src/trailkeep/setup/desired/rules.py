"""AWS Config's rules as they should be (recipe 4.1): in every account, and on the archive itself.

Identifiers and parameters: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import AccountRule, Aggregator, ConfigRule, OrganizationRule, Pack, digest
from trailkeep.model.plan import Note
from trailkeep.model.recorder import DAILY, HOURLY
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.documents.alarm_policies import service_trust
from trailkeep.setup.documents.pack import pack_template
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import MonitoringPart, Spec

MOST_EXCLUDED = 1_000
"""Accounts that an organization rule or pack can leave out (botocore model config ExcludedAccounts)."""
BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredRules:
    """What AWS Config should judge, and what cannot be had."""

    organization: tuple[OrganizationRule, ...] = ()
    account: tuple[AccountRule, ...] = ()
    pack: Pack | None = None
    template: str = ""
    aggregator: Aggregator | None = None
    notes: tuple[Note, ...] = ()


def desired_rules(spec: Spec, snapshot: Snapshot, places: Places, cells: Cells, bucket: str) -> DesiredRules:
    """The rules; `bucket` is where the organization's trail delivers, "" where nobody knows."""
    part = spec.monitoring
    if part is None:
        return DesiredRules()
    notes: list[Note] = []
    known = {a: r for a, r in cells.items() if snapshot.organization.accounts[a].regions is not None}
    regional = tuple(_regional(spec, part, places, known, bucket, notes)) if part.config_rules else ()
    pack, template = _pack(spec, part, places, known, bucket, notes) if part.conformance_pack else (None, "")
    return DesiredRules(
        organization=regional,
        account=tuple(_own(spec, part, snapshot, places, cells, bucket)) if part.config_rules else (),
        pack=pack,
        template=template,
        aggregator=_aggregator(spec, snapshot, places) if part.aggregator else None,
        notes=tuple(notes),
    )


def aggregator_name(spec: Spec) -> str:
    """Name of the aggregator's role."""
    return f"{spec.created.name_prefix}-config-aggregator"


def aggregator_role(spec: Spec, places: Places) -> Role:
    """The role through which the aggregator asks Organizations who belongs to it.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/set-up-aggregator-cli.html
    """
    name = aggregator_name(spec)
    return Role(
        account=places.security,
        name=name,
        arn=f"arn:{places.partition}:iam::{places.security}:role{spec.created.iam_path}{name}",
        trust=service_trust("config.amazonaws.com"),
        policies=frozenset({f"arn:{places.partition}:iam::aws:policy/service-role/AWSConfigRoleForOrganizations"}),
    )


def _regional(
    spec: Spec, part: MonitoringPart, places: Places, cells: Cells, bucket: str, notes: list[Note]
) -> Iterator[OrganizationRule]:
    """What can differ from Region to Region: whether a trail listens there, whether Security Hub is on."""
    prefix = spec.created.name_prefix
    wanted = [
        ConfigRule(
            name=f"{prefix}-trail-enabled",
            identifier="CLOUD_TRAIL_ENABLED",
            parameters=_named(s3BucketName=bucket),
            frequency=DAILY,
        )
    ]
    if part.security_hub:
        wanted.append(ConfigRule(name=f"{prefix}-security-hub", identifier="SECURITYHUB_ENABLED", frequency=DAILY))
    everywhere = {r for regions in cells.values() for r in regions}
    here = set(cells.get(places.security, ()))
    notes += [_not_there(region) for region in sorted(everywhere - here)]
    for region in sorted(here):
        left_out = _left_out(cells, region)
        if len(left_out) > MOST_EXCLUDED:
            notes.append(_too_many(f"organization Config rules in {region}", len(left_out)))
            continue
        for rule in wanted:
            if not _is_unsupported(part, rule, region):
                yield OrganizationRule(owner=places.security, region=region, rule=rule, excluded=left_out)


def _pack(
    spec: Spec, part: MonitoringPart, places: Places, cells: Cells, bucket: str, notes: list[Note]
) -> tuple[Pack | None, str]:
    left_out = _left_out(cells, places.home)
    if len(left_out) > MOST_EXCLUDED:
        notes.append(_too_many(f"conformance pack in {places.home}", len(left_out)))
        return None, ""
    rules = [r for r in _whole_account(spec, places, bucket) if not _is_unsupported(part, r, places.home)]
    template = pack_template(rules)
    pack = Pack(
        owner=places.security,
        region=places.home,
        name=f"{spec.created.name_prefix}-logging",
        content=digest(template),
        excluded=left_out,
    )
    return pack, template


def _whole_account(spec: Spec, places: Places, bucket: str) -> Iterator[ConfigRule]:
    """What is true of an account as a whole, so that it is asked, and paid for, once."""
    prefix = spec.created.name_prefix
    yield ConfigRule(
        name=f"{prefix}-multi-region-trail",
        identifier="MULTI_REGION_CLOUD_TRAIL_ENABLED",
        parameters=_named(includeManagementEvents="true", readWriteType="ALL", s3BucketName=bucket),
        frequency=DAILY,
    )
    yield ConfigRule(
        name=f"{prefix}-log-file-validation", identifier="CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", frequency=DAILY
    )
    if places.key_arn:
        yield ConfigRule(
            name=f"{prefix}-trail-encryption", identifier="CLOUD_TRAIL_ENCRYPTION_ENABLED", frequency=DAILY
        )
    yield ConfigRule(
        name=f"{prefix}-membership",
        identifier="ACCOUNT_PART_OF_ORGANIZATIONS",
        parameters=_named(MasterAccountId=places.management),
        frequency=DAILY,
    )


def _own(
    spec: Spec, part: MonitoringPart, snapshot: Snapshot, places: Places, cells: Cells, bucket: str
) -> Iterator[AccountRule]:
    """Rules of single accounts, where AWS Config records there."""
    wanted = [
        *((places.log_archive, rule) for rule in _archive(spec, places)),
        *((places.security, rule) for rule in _key(spec, places)),
        (places.management, _detector(spec, bucket)),
    ]
    for account, rule in wanted:
        records = places.home in cells.get(account, ()) and snapshot.unread(account, places.home, "config") is None
        if records and not _is_unsupported(part, rule, places.home):
            yield AccountRule(account=account, region=places.home, rule=rule)


def _archive(spec: Spec, places: Places) -> Iterator[ConfigRule]:
    """MFA Delete and lifecycle exclude each other, and so do the rules that ask for them."""
    name, both = f"{spec.created.name_prefix}-archive", ",".join(sorted([places.trail_bucket, places.config_bucket]))
    mfa = spec.archive.protection == "mfa"
    yield ConfigRule(
        name=f"{name}-versioning",
        identifier="S3_BUCKET_VERSIONING_ENABLED",
        parameters=_named(isMfaDeleteEnabled="true") if mfa else (),
        types=(BUCKET,),
    )
    if spec.lock:
        yield ConfigRule(
            name=f"{name}-lock",
            identifier="S3_BUCKET_DEFAULT_LOCK_ENABLED",
            parameters=_named(mode=spec.lock.mode.upper()),
            types=(BUCKET,),
            resource=places.trail_bucket,
        )
    if not mfa and spec.archive.retention_days:
        yield ConfigRule(
            name=f"{name}-lifecycle",
            identifier="S3_VERSION_LIFECYCLE_POLICY_CHECK",
            parameters=_named(bucketNames=both),
            types=(BUCKET,),
        )
    yield ConfigRule(name=f"{name}-public", identifier="S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", types=(BUCKET,))
    yield ConfigRule(name=f"{name}-tls", identifier="S3_BUCKET_SSL_REQUESTS_ONLY", types=(BUCKET,))
    if places.key_arn:
        yield ConfigRule(
            name=f"{name}-encryption",
            identifier="S3_DEFAULT_ENCRYPTION_KMS",
            parameters=_named(kmsKeyArns=places.key_arn),
            types=(BUCKET,),
        )


def _key(spec: Spec, places: Places) -> Iterator[ConfigRule]:
    if places.key_arn:
        yield ConfigRule(
            name=f"{spec.created.name_prefix}-key-deletion",
            identifier="KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
            parameters=_named(kmsKeyIds=places.key_arn.rpartition("/")[2]),
            frequency=DAILY,
        )


def _detector(spec: Spec, bucket: str) -> ConfigRule:
    """It asks CloudTrail itself once an hour, and AWS Config tells its change on its own: no trail takes part."""
    return ConfigRule(
        name=f"{spec.created.name_prefix}-trail-detector",
        identifier="CLOUD_TRAIL_ENABLED",
        parameters=_named(s3BucketName=bucket),
        frequency=HOURLY,
    )


def _aggregator(spec: Spec, snapshot: Snapshot, places: Places) -> Aggregator | None:
    """Ours, or none where the security account already has one over the whole organization (Control Tower's)."""
    name = f"{spec.created.name_prefix}-organization"
    seen = snapshot.monitoring.aggregators if snapshot.monitoring else ()
    if any(a.owner == places.security and a.name != name and a.role and a.all_regions for a in seen):
        return None
    role = aggregator_role(spec, places).arn
    return Aggregator(owner=places.security, region=places.home, name=name, role=role, all_regions=True)


def _left_out(cells: Cells, region: Region) -> frozenset[AccountId]:
    """Accounts that are known not to be there; one whose Regions could not be read is not left out."""
    return frozenset(account for account, regions in cells.items() if region not in regions)


def _is_unsupported(part: MonitoringPart, rule: ConfigRule, region: Region) -> bool:
    return any(u.rule == rule.identifier and region in u.regions for u in part.unsupported)


def _named(**values: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in values.items() if value))


def _not_there(region: Region) -> Note:
    text = "the security account has not enabled that Region, so it can make no rule of the organization there"
    hint = "enable the Region in the security account; `audit` and `coverage` judge it all the same"
    return Note(kind="left alone", subject=f"organization Config rules in {region}", text=text, hint=hint)


def _too_many(what: str, count: int) -> Note:
    hint = "leave the Region out of `organization.regions`, or let the accounts enable it"
    text = f"{count} accounts are to be left out there, and AWS Config takes {MOST_EXCLUDED}"
    return Note(kind="refused", subject=what, text=text, hint=hint)
