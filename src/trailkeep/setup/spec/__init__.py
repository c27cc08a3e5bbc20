"""The specification: what a person wants, as one pydantic schema from which JSON Schema and reference page come."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from trailkeep.model.ids import Region

Email = Annotated[str, StringConstraints(min_length=6, max_length=64)]
"""6 to 64 characters; `contradictions` checks the rest (botocore model organizations CreateAccount Email)."""
AccountName = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[ -~]+$")]
RoleName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+=,.@-]+$")]
TrailName = Annotated[
    str, StringConstraints(min_length=3, max_length=128, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])$")
]
BucketName = Annotated[str, StringConstraints(min_length=3, max_length=63, pattern=r"^[a-z0-9][a-z0-9.-]*[a-z0-9]$")]
ArchiveName = Annotated[str, StringConstraints(min_length=2, max_length=24, pattern=r"^[a-z0-9][a-z0-9-]*[a-z0-9]$")]
IamPath = Annotated[str, StringConstraints(max_length=128, pattern=r"^/([A-Za-z0-9_+=,.@-]+/)*$")]
NamePrefix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,32}$")]
RegionCode = Annotated[
    Region, WithJsonSchema({"type": "string", "pattern": f"^{Region.pattern.pattern}$", "examples": ["eu-west-1"]})
]
Standard = Annotated[str, StringConstraints(max_length=128, pattern=r"^[a-z0-9-]+/v/[0-9]+\.[0-9]+\.[0-9]+$")]
"""The end of a standard's ARN, as Security Hub's DescribeStandards gives it."""
ControlId = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9]+\.[0-9]+$")]
RuleIdentifier = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Z][A-Z0-9_]+$")]
Listener = Annotated[
    str,
    StringConstraints(
        max_length=500,
        pattern=r"^([^@\s]+@[^@\s]+|https://[^\s]+|arn:aws[a-z-]*:(sqs|lambda):[a-z0-9-]+:[0-9]{12}:[^\s]+)$",
    ),
]
"""An e-mail address, an HTTPS address, or the ARN of an SQS queue or Lambda function."""
Days = Annotated[int, Field(strict=True, ge=1, le=36500)]
"""Whole days; strict, because `true` and "365" are slips, not numbers."""
PrincipalArn = Annotated[
    str, StringConstraints(max_length=600, pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$")
]


def _day(value: object) -> object:
    """A date as text or a date; pydantic alone would read the number 20270630 as seconds since 1970."""
    if isinstance(value, (str, date)):
        return value
    message = f"{value!r} is not a date such as 2027-06-30"
    raise ValueError(message)


Day = Annotated[date, BeforeValidator(_day)]


class Part(BaseModel):
    """A part of the specification: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Exclusion(Part):
    """Accounts or Regions that are neither expected to log nor unknown."""

    account: str | None = Field(default=None, description="account id or name")
    ou: str | None = Field(default=None, description="organizational unit: name, path or id")
    regions: tuple[RegionCode, ...] | None = Field(
        default=None, description="only these Regions; all of them if left out"
    )
    reason: str = Field(
        min_length=3,
        description="why it is excluded; shown wherever it matters",
        examples=["Region denied by SCP"],
    )
    until: Day | None = Field(default=None, description="the day the exclusion ends", examples=["2027-06-30"])


class OrganizationPart(Part):
    """Where the organization is entered and which Regions count."""

    home_region: RegionCode = Field(
        description="home Region of the trail and the archive; enabled by default in every account",
        examples=["eu-west-1"],
    )
    regions: Literal["enabled"] | tuple[RegionCode, ...] = Field(
        default="enabled", description="`enabled`: every Region an account has enabled; or a list"
    )
    access_role: RoleName = Field(
        default="OrganizationAccountAccessRole",
        description="role in each member that trailkeep assumes from the management account",
    )
    external_id: str | None = Field(default=None, description="external id the access role asks for")
    exclude: tuple[Exclusion, ...] = Field(default=(), description="neither expected nor unknown")


class AccountPart(Part):
    """A dedicated account, created or adopted."""

    name: AccountName = Field(description="name of the account", examples=["Log Archive"])
    email: Email = Field(
        description="e-mail address of its root user; no other AWS account may ever have used it",
        examples=["aws+log-archive@example.com"],
    )
    ou: str = Field(
        default="Security", description="organizational unit: name, path or id; created when it does not exist"
    )


class AccountsPart(Part):
    """The two dedicated accounts (recipe 1.1)."""

    log_archive: AccountPart = Field(description="owns the buckets; nothing else lives there")
    security: AccountPart = Field(description="delegated administrator; owns the keys")


class LockPart(Part):
    """Object Lock default retention of the trail bucket."""

    mode: Literal["governance", "compliance"] = Field(
        default="governance", description="compliance cannot be undone by anybody, not even by AWS"
    )
    days: Days = Field(default=365, description="new log objects cannot be deleted for this many days")


class ArchivePart(Part):
    """Two buckets in the log-archive account (recipe 2.1, 3.2)."""

    name: ArchiveName = Field(
        description="buckets are NAME-trail-ACCOUNT-REGION and NAME-config-ACCOUNT-REGION", examples=["acme"]
    )
    trail_bucket: BucketName | None = Field(default=None, description="adopt this existing bucket for the trail")
    config_bucket: BucketName | None = Field(default=None, description="adopt this existing bucket for AWS Config")
    protection: Literal["lock", "mfa"] = Field(
        default="lock", description="Object Lock with lifecycle, or the recipe's MFA Delete without lifecycle"
    )
    lock: LockPart | None = Field(default=None, description="only with protection: lock")
    retention_days: Days | None = Field(
        default=2557, description="objects expire after this many days; null keeps them for ever"
    )
    noncurrent_days: Days = Field(default=90, description="replaced or deleted versions are kept this long")
    encryption: Literal["kms", "s3"] = Field(default="kms", description="a KMS key of the security account, or SSE-S3")
    readers: tuple[PrincipalArn, ...] = Field(default=(), description="who may read the logs: auditors' roles")


class TrailPart(Part):
    """CloudTrail (recipe 2.2)."""

    scope: Literal["organization", "members"] = Field(
        default="organization", description="one organization trail, or the recipe's literal trail in each member"
    )
    name: TrailName = Field(default="trailkeep", description="name of the trail")
    log_bucket_data_events: bool = Field(default=True, description="record who reads and writes log objects")


class RecorderPart(Part):
    """AWS Config (recipe 2.3)."""

    scope: Literal["all"] = Field(default="all", description="resource types")
    frequency: Literal["continuous", "daily"] = Field(
        default="continuous", description="daily is dearer below four changes of a resource a day"
    )
    write_condition: Literal["organization", "accounts"] = Field(
        default="organization",
        description="how the Config bucket knows its writers; try `accounts` if AWS Config says it cannot write",
    )


class GuardrailsPart(Part):
    """SCPs, RCP and the archive's deny policy (recipe 3.1, 3.3)."""

    canary: str | None = Field(
        default=None,
        description="account or unit that gets each guardrail first; required when attach_to names the root",
    )
    attach_to: tuple[str, ...] = Field(
        default=(), description="units, accounts, or `root`: guarded against stopping logging"
    )
    break_glass_role: RoleName = Field(
        default="TrailkeepBreakGlass", description="role for emergencies: exempt from the guardrails, itself guarded"
    )
    deployer_role: RoleName = Field(
        default="TrailkeepDeployer",
        description="role that may change logging: exempt from the guardrails, itself guarded",
    )
    resource_policy: bool = Field(default=True, description="guard the archive with an RCP as well")
    max_policies_per_target: int = Field(
        default=10, strict=True, ge=1, le=10, description="SCP slots trailkeep may fill up to"
    )


class DisabledControl(Part):
    """A control of Security Hub that is switched off, and why."""

    control: ControlId = Field(description="control id", examples=["S3.7"])
    reason: str = Field(min_length=3, description="why; kept in the policy's description", examples=["one Region only"])


class SecurityHubPart(Part):
    """Security Hub CSPM for every account (recipe 4.2)."""

    standards: tuple[Standard, ...] = Field(
        default=("aws-foundational-security-best-practices/v/1.0.0",),
        description="standards that are on, by the end of their ARN; each is billed by its checks",
    )
    disable: tuple[DisabledControl, ...] = Field(
        default=(), description="controls that are off; the one that contradicts `archive.protection` is off anyway"
    )


class AlarmsPart(Part):
    """Alarms on tampering, from every account and Region to one topic."""

    notify: tuple[Listener, ...] = Field(
        default=(), description="who is told: e-mail addresses, HTTPS addresses, ARNs of SQS queues or Lambda functions"
    )


class Unsupported(Part):
    """Something that AWS does not offer in some Regions."""

    rule: RuleIdentifier = Field(description="identifier of a managed rule", examples=["SECURITYHUB_ENABLED"])
    regions: tuple[RegionCode, ...] = Field(description="where it is not offered")


class MonitoringPart(Part):
    """What watches the logging (recipe 4.1, 4.2); leave the part out and nothing does."""

    config_rules: bool = Field(
        default=True, description="AWS Config rules: of the organization in every Region, and on the archive itself"
    )
    conformance_pack: bool = Field(
        default=True, description="one pack of the logging rules that judge an account as a whole, in the home Region"
    )
    aggregator: bool = Field(default=True, description="compliance of every account, seen from the security account")
    security_hub: SecurityHubPart | None = Field(
        default=SecurityHubPart(), description="Security Hub CSPM, centrally configured; null leaves it alone"
    )
    alarms: AlarmsPart | None = Field(default=AlarmsPart(), description="alarms on tampering; null leaves them out")
    unsupported: tuple[Unsupported, ...] = Field(
        default=(), description="rules that AWS does not offer somewhere, as `apply` said"
    )


class CreatedPart(Part):
    """What everything that is created carries."""

    iam_path: IamPath = Field(default="/", description="IAM path of the roles and policies that are created")
    permissions_boundary: str | None = Field(
        default=None, description="ARN of a boundary for the roles that are created"
    )
    name_prefix: NamePrefix = Field(default="trailkeep", description="names of policies and keys begin with it")


class Spec(Part):
    """The central logging of one organization (trailkeep.yaml)."""

    version: Literal[1] = Field(description="version of this file's format", examples=[1])
    organization: OrganizationPart = Field(description="where the organization is entered and which Regions count")
    accounts: AccountsPart = Field(description="the two dedicated accounts")
    archive: ArchivePart = Field(description="the buckets that keep the logs, and how they are protected")
    trail: TrailPart = Field(default=TrailPart(), description="CloudTrail")
    recorder: RecorderPart = Field(default=RecorderPart(), description="AWS Config")
    guardrails: GuardrailsPart = Field(default=GuardrailsPart(), description="policies that keep logging on")
    monitoring: MonitoringPart | None = Field(default=None, description="what watches the logging; nothing if left out")
    created: CreatedPart = Field(default=CreatedPart(), description="what everything that is created carries")
    tags: dict[
        Annotated[str, StringConstraints(min_length=1, max_length=128)],
        Annotated[str, StringConstraints(max_length=256)],
    ] = Field(default={}, description="on everything created")

    @property
    def lock(self) -> LockPart | None:
        """The default retention asked for: with protection `lock` there always is one."""
        return (self.archive.lock or LockPart()) if self.archive.protection == "lock" else None
