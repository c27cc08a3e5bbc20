"""Small healthy values for the tests of `setup/`: make a healthy thing, say what is wrong with it.

build.snapshot()                                  an untouched organization: no trail, no recorder, no bucket
build.snapshot(organization=build.organization(accounts=build.ACCOUNTS + build.DEDICATED))
build.spec(archive={"retention_days": 400})       keywords are merged into a whole specification
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from trailkeep.model.archive import Bucket, Encryption, Key, LifecycleRule, Lock
from trailkeep.model.ids import AccountId, Partition, Region, UnitId
from trailkeep.model.organization import Account, Delegation, Organization, Policy, State, Unit
from trailkeep.model.recorder import Channel, Recorder, RecordingGroup
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Trail
from trailkeep.setup.spec import Spec

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORGANIZATION_ID = "o-exampleorg1"
HOME = Region("eu-west-1")
REGIONS = (Region("eu-central-1"), HOME, Region("us-east-1"))

ROOT = UnitId("r-exam")
SECURITY = UnitId("ou-exam-security")
WORKLOADS = UnitId("ou-exam-workload")
PROD = UnitId("ou-exam-prodprod")
SANDBOX = UnitId("ou-exam-sandbox1")

MANAGEMENT = AccountId("111111111111")
IDENTITY = AccountId("222222222222")
PAYMENTS = AccountId("333333333333")
WEB = AccountId("444444444444")
PLAYGROUND = AccountId("555555555555")
LOG_ARCHIVE = AccountId("666666666666")
TOOLING = AccountId("777777777777")


def unit(id: str, name: str, parent: str | None = ROOT) -> Unit:  # noqa: A002 the field's own name
    """An organizational unit, below the root unless said otherwise."""
    return Unit(id=UnitId(id), name=name, parent=UnitId(parent) if parent else None)


def account(id: str, name: str, parent: str = WORKLOADS, **changes: Any) -> Account:  # noqa: A002
    """An active account, made by the organization, with every Region of `REGIONS` enabled."""
    healthy = Account(
        id=AccountId(id),
        name=name,
        email=f"aws+{name.lower().replace(' ', '-')}@example.com",
        state=State.ACTIVE,
        parent=UnitId(parent),
        joined=datetime(2024, 1, 2, tzinfo=UTC),
        invited=False,
        regions=REGIONS,
    )
    return replace(healthy, **changes)


UNITS = (
    unit(ROOT, "Root", None),
    unit(SECURITY, "Security"),
    unit(WORKLOADS, "Workloads"),
    unit(PROD, "Prod", WORKLOADS),
    unit(SANDBOX, "Sandbox"),
)
MANAGER = account(MANAGEMENT, "Example Corp", ROOT, email="aws@example.com", invited=True)
ACCOUNTS = (
    MANAGER,
    account(IDENTITY, "identity", SECURITY),
    account(PAYMENTS, "payments", PROD),
    account(WEB, "web", WORKLOADS),
    account(PLAYGROUND, "playground", SANDBOX),
)
DEDICATED = (
    account(LOG_ARCHIVE, "Log Archive", SECURITY),
    account(TOOLING, "Security Tooling", SECURITY, email="aws+security@example.com"),
)
"""The two accounts of `spec()`, for an organization in which they exist already."""

FULL_ACCESS = Policy(
    id="p-FullAWSAccess",
    name="FullAWSAccess",
    type="SERVICE_CONTROL_POLICY",
    aws_managed=True,
    content='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    targets=frozenset({ROOT, SECURITY, WORKLOADS, PROD, SANDBOX, *(a.id for a in ACCOUNTS + DEDICATED)}),
)


def organization(
    *, accounts: Iterable[Account] = ACCOUNTS, units: Iterable[Unit] = UNITS, **changes: Any
) -> Organization:
    """Management account at the root; Security, Workloads/Prod and Sandbox below; all features, SCPs on."""
    healthy = Organization(
        id=ORGANIZATION_ID,
        partition=Partition("aws"),
        management=MANAGEMENT,
        all_features=True,
        root=ROOT,
        units={u.id: u for u in units},
        accounts={a.id: a for a in accounts},
        policy_types={"SERVICE_CONTROL_POLICY": "ENABLED"},
        policies=(FULL_ACCESS,),
        trusted_access=frozenset(),
        delegations=frozenset(),
    )
    return replace(healthy, **changes)


def cells(
    accounts: Iterable[Account], given: Mapping[AccountId, Mapping[Region, Cell]] | None = None
) -> dict[AccountId, dict[Region, Cell]]:
    """An empty cell for every active account and Region, but for the `given` ones."""
    said = given or {}
    return {
        a.id: {r: said.get(a.id, {}).get(r, Cell()) for r in (a.regions or ())}
        for a in sorted(accounts, key=lambda a: a.id)
        if a.is_active
    }


def snapshot(
    *,
    organization: Organization | None = None,
    given: Mapping[AccountId, Mapping[Region, Cell]] | None = None,
    **changes: Any,
) -> Snapshot:
    """An untouched organization; `given` says which cells are not empty."""
    org = organization or _organization()
    healthy = Snapshot(
        taken=NOW,
        caller=f"arn:aws:iam::{org.management}:role/Admin",
        organization=org,
        cells=cells(org.accounts.values(), given),
        trails=(),
        buckets=(),
        keys=(),
        roles=(),
        service_linked_roles={},
        guards=(),
        foreign=(),
        volumes=(),
        unreachable=(),
    )
    return replace(healthy, **changes)


_organization = organization


def trail(**changes: Any) -> Trail:
    """A healthy organization trail of the management account, homed in `HOME`."""
    name = changes.get("name", "trailkeep")
    owner = changes.get("owner", MANAGEMENT)
    home = changes.get("home_region", HOME)
    healthy = Trail(
        arn=f"arn:aws:cloudtrail:{home}:{owner}:trail/{name}",
        name=name,
        owner=owner,
        home_region=home,
        bucket=f"acme-trail-{LOG_ARCHIVE}-{HOME}",
        prefix="",
        kms_key=key().arn,
        is_organization=True,
        is_multi_region=True,
        validates_files=True,
        global_events=True,
        recursive=False,
        selectors=ALL_MANAGEMENT_EVENTS,
        is_logging=True,
    )
    return replace(healthy, **changes)


def key(**changes: Any) -> Key:
    """A healthy KMS key of the security account."""
    healthy = Key(
        arn=f"arn:aws:kms:{HOME}:{TOOLING}:key/11111111-2222-3333-4444-555555555555",
        alias="alias/trailkeep-logs",
        account=TOOLING,
        region=HOME,
        state="Enabled",
        rotates=True,
        policy="",
    )
    return replace(healthy, **changes)


def bucket(**changes: Any) -> Bucket:
    """A healthy trail bucket of the log-archive account: versioned, locked, encrypted, with lifecycle."""
    rule = LifecycleRule(
        id="retention",
        enabled=True,
        prefix="",
        expire_days=2557,
        noncurrent_days=90,
        abort_multipart_days=7,
        expired_delete_markers=False,
        other="",
    )
    healthy = Bucket(
        name=f"acme-trail-{LOG_ARCHIVE}-{HOME}",
        account=LOG_ARCHIVE,
        region=HOME,
        versioning="Enabled",
        lock=Lock(mode="GOVERNANCE", days=365),
        encryption=Encryption(key=key().arn, bucket_key=False),
        lifecycle=(rule,),
        blocks_public_access=True,
        ownership="BucketOwnerEnforced",
    )
    return replace(healthy, **changes)


def config_bucket(**changes: Any) -> Bucket:
    """A healthy AWS Config bucket: as the trail bucket, without Object Lock."""
    return replace(bucket(name=f"acme-config-{LOG_ARCHIVE}-{HOME}", lock=None), **changes)


def recorder(**changes: Any) -> Recorder:
    """A healthy recorder of every resource type, the global IAM types included."""
    healthy = Recorder(
        name="default",
        role=f"arn:aws:iam::{PAYMENTS}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        group=RecordingGroup(strategy="all", types=(), global_types=True),
        frequency="continuous",
        is_recording=True,
        status="success",
        error="",
    )
    return replace(healthy, **changes)


def channel(**changes: Any) -> Channel:
    """A healthy delivery channel into the Config bucket."""
    healthy = Channel(
        name="default",
        bucket=f"acme-config-{LOG_ARCHIVE}-{HOME}",
        prefix="",
        kms_key=key().arn,
        topic="",
        frequency="TwentyFour_Hours",
        history="success",
        snapshot="success",
        error="",
    )
    return replace(healthy, **changes)


def delegation(account: str = TOOLING, service: str = "cloudtrail.amazonaws.com") -> Delegation:
    """A delegated administrator."""
    return Delegation(account=AccountId(account), service=service)


SPEC: Mapping[str, Any] = {
    "version": 1,
    "organization": {"home_region": HOME},
    "accounts": {
        "log_archive": {"name": "Log Archive", "email": "aws+log-archive@example.com", "ou": "Security"},
        "security": {"name": "Security Tooling", "email": "aws+security@example.com", "ou": "Security"},
    },
    "archive": {
        "name": "acme",
        "protection": "lock",
        "lock": {"mode": "governance", "days": 365},
        "retention_days": 2557,
        "encryption": "kms",
    },
    "trail": {"scope": "organization", "name": "trailkeep"},
    "guardrails": {"canary": "Sandbox", "attach_to": ["Security", "Workloads"]},
    "tags": {"owner": "platform"},
}


def document(**changes: Any) -> dict[str, Any]:
    """A whole specification as plain data; `changes` are merged into it, key by key."""
    return _merged(SPEC, changes)


def spec(**changes: Any) -> Spec:
    """A whole, healthy specification; `spec(archive={"name": "x1"})` changes one key of it."""
    return Spec.model_validate(document(**changes))


def _merged(into: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(into)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
