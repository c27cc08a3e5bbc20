"""Made snapshots: a healthy little organization, and hypothesis strategies for wilder ones."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from trailkeep.model.archive import Bucket, Encryption, Key, LifecycleRule, Lock
from trailkeep.model.document import canonical
from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import DEFAULT_REGIONS, AccountId, Partition, Region, UnitId
from trailkeep.model.organization import Account, Delegation, Organization, Policy, State, Unit
from trailkeep.model.recorder import Channel, Recorder, RecordingGroup
from trailkeep.model.snapshot import Cell, Foreign, Snapshot, Unreachable, Volume
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Trail, TrailStatus

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROOT = UnitId("r-ab12")
UNIT = UnitId("ou-ab12-11111111")
BOSS = AccountId("111111111111")
ARCHIVE = AccountId("222222222222")
HOME = Region("eu-west-1")
BUCKET = "acme-trail-222222222222-eu-west-1"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{BOSS}:trail/acme-main"


def account(number: AccountId, name: str, email: str, parent: UnitId) -> Account:
    return Account(
        id=number,
        name=name,
        email=email,
        state=State.ACTIVE,
        parent=parent,
        joined=NOON,
        invited=False,
        regions=(HOME, Region("us-east-1")),
    )


def bucket_policy() -> str:
    statement = {
        "Sid": "Write",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": [f"arn:aws:s3:::{BUCKET}/AWSLogs/{BOSS}/*", f"arn:aws:s3:::{BUCKET}/AWSLogs/o-abcdefghij/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    wide = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme-trail-*"}
    return canonical({"Version": "2012-10-17", "Statement": [statement, wide]})


def organization() -> Organization:
    accounts = (
        account(BOSS, "Acme Corp", "aws@acme.example", ROOT),
        account(ARCHIVE, "Acme Log Archive", "aws+logs@acme.example", UNIT),
    )
    return Organization(
        id="o-abcdefghij",
        partition=Partition("aws"),
        management=BOSS,
        all_features=True,
        root=ROOT,
        units={ROOT: Unit(id=ROOT, name="Root", parent=None), UNIT: Unit(id=UNIT, name="Zebra Division", parent=ROOT)},
        accounts={a.id: a for a in accounts},
        policy_types={"SERVICE_CONTROL_POLICY": "ENABLED"},
        policies=(
            Policy(
                id="p-12345678",
                name="ZebraGuard",
                type="SERVICE_CONTROL_POLICY",
                aws_managed=False,
                content=canonical({"Version": "2012-10-17", "Statement": []}),
                targets=frozenset({str(ARCHIVE), str(UNIT)}),
            ),
        ),
        trusted_access=frozenset({"cloudtrail.amazonaws.com"}),
        delegations=frozenset({Delegation(account=ARCHIVE, service="cloudtrail.amazonaws.com")}),
    )


def trail() -> Trail:
    return Trail(
        arn=TRAIL,
        name="acme-main",
        owner=BOSS,
        home_region=HOME,
        bucket=BUCKET,
        prefix="",
        kms_key="",
        is_organization=True,
        is_multi_region=True,
        validates_files=True,
        global_events=True,
        recursive=True,
        selectors=ALL_MANAGEMENT_EVENTS,
        is_logging=True,
    )


def cell(error: str = "") -> Cell:
    return Cell(
        recorder=Recorder(
            name="default",
            role=f"arn:aws:iam::{ARCHIVE}:role/acme-config",
            group=RecordingGroup(strategy="all", types=(), global_types=True),
            frequency="continuous",
            is_recording=True,
            status="success",
            error=error,
        ),
        channel=Channel(
            name="default",
            bucket=BUCKET,
            prefix="",
            kms_key="",
            topic="",
            frequency="",
            history="success",
            snapshot="",
            error="",
        ),
        trails=(
            TrailStatus(
                arn=TRAIL,
                is_logging=True,
                started=NOON,
                stopped=None,
                delivered=NOON,
                delivery_error=error,
                digest_delivered=None,
                digest_error="",
            ),
        ),
    )


def snapshot(error: str = "") -> Snapshot:
    return Snapshot(
        taken=NOON,
        caller=f"arn:aws:iam::{BOSS}:user/jane.doe",
        organization=organization(),
        cells={BOSS: {HOME: Cell()}, ARCHIVE: {HOME: cell(error)}},
        trails=(trail(),),
        buckets=(
            Bucket(
                name=BUCKET,
                account=ARCHIVE,
                region=HOME,
                versioning="Enabled",
                lock=Lock(mode="GOVERNANCE", days=365),
                encryption=Encryption(
                    key=f"arn:aws:kms:eu-west-1:{ARCHIVE}:key/0a1b2c3d-0000-4444-8888-abcdefabcdef", bucket_key=False
                ),
                lifecycle=(
                    LifecycleRule(
                        id="expire",
                        enabled=True,
                        prefix="",
                        expire_days=2557,
                        noncurrent_days=30,
                        abort_multipart_days=7,
                        expired_delete_markers=False,
                        other="",
                    ),
                ),
                policy=bucket_policy(),
                tags=(("owner", "zebra-platform"),),
            ),
        ),
        keys=(
            Key(
                arn=f"arn:aws:kms:eu-west-1:{ARCHIVE}:key/0a1b2c3d-0000-4444-8888-abcdefabcdef",
                alias="alias/trailkeep-logs",
                account=ARCHIVE,
                region=HOME,
                state="Enabled",
                rotates=True,
                policy="{}",
            ),
        ),
        roles=(
            Role(
                account=ARCHIVE,
                name="OrganizationAccountAccessRole",
                arn=f"arn:aws:iam::{ARCHIVE}:role/OrganizationAccountAccessRole",
                trust=canonical(
                    {
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"AWS": f"arn:aws:iam::{BOSS}:root"},
                                "Action": "sts:AssumeRole",
                            }
                        ]
                    }
                ),
                policies=frozenset({"arn:aws:iam::aws:policy/AdministratorAccess"}),
            ),
        ),
        service_linked_roles={ARCHIVE: frozenset({"AWSServiceRoleForConfig"})},
        guards=(
            GuardPolicy(
                account=ARCHIVE,
                name="trailkeep-guard",
                arn=f"arn:aws:iam::{ARCHIVE}:policy/trailkeep-guard",
                content="{}",
                roles=frozenset({"ZebraOps"}),
                users=frozenset(),
                groups=frozenset(),
            ),
        ),
        foreign=(
            Foreign(owner="Control Tower", kind="trail", name="aws-controltower-BaselineCloudTrail", account=BOSS),
        ),
        volumes=(Volume(account=BOSS, events_per_month=1000, sampled_hours=24.0),),
        unreachable=(
            Unreachable(
                account=BOSS,
                region="",
                what="",
                reason=f"could not enter account {BOSS} (Acme Corp) as jane.doe@acme.example of Zebra Division, role arn:aws:iam::{BOSS}:role/secret/hidden",
                hint="",
            ),
        ),
    )


texts = st.text(max_size=30)
accounts = st.from_regex(r"[0-9]{12}", fullmatch=True).map(AccountId)
regions = st.sampled_from(sorted(DEFAULT_REGIONS))
times = st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the zone is given apart
unreachables = st.builds(Unreachable, account=accounts, region=texts, what=texts, reason=texts, hint=texts)
statuses = st.builds(
    TrailStatus,
    arn=texts,
    is_logging=st.booleans(),
    started=st.none() | times,
    stopped=st.none() | times,
    delivered=st.none() | times,
    delivery_error=texts,
    digest_delivered=st.none() | times,
    digest_error=texts,
)
buckets = st.builds(
    Bucket,
    name=texts,
    account=accounts,
    region=regions,
    versioning=st.sampled_from(["Enabled", "Suspended", ""]),
    lock=st.none()
    | st.builds(Lock, mode=st.sampled_from(["GOVERNANCE", "COMPLIANCE", None]), days=st.none() | st.integers(1, 9999)),
    policy=texts,
    tags=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)
cells = st.builds(
    Cell, trails=st.lists(statuses, max_size=2).map(tuple), service_recorders=st.lists(texts, max_size=2).map(tuple)
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    base = snapshot(draw(texts))
    return Snapshot(
        taken=draw(times),
        caller=draw(texts),
        organization=base.organization,
        cells=draw(st.dictionaries(accounts, st.dictionaries(regions, cells, max_size=3), max_size=3)),
        trails=base.trails,
        buckets=tuple(draw(st.lists(buckets, max_size=3))),
        keys=base.keys,
        roles=base.roles,
        service_linked_roles=draw(st.dictionaries(accounts, st.frozensets(texts, max_size=2), max_size=2)),
        guards=base.guards,
        foreign=base.foreign,
        volumes=base.volumes,
        unreachable=tuple(draw(st.lists(unreachables, max_size=3))),
    )
