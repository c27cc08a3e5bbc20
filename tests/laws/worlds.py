"""Organizations and specifications that hypothesis makes up: half built, wrongly built, never built."""

from hypothesis import strategies as st

from tests.setup import build
from trailkeep.model.archive import Lock
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import Monitoring
from trailkeep.model.organization import Account, Policy, State
from trailkeep.model.recorder import RecordingGroup, Strategy
from trailkeep.model.snapshot import Cell, Foreign, Snapshot, Unreachable
from trailkeep.model.trail import Selectors, Trail
from trailkeep.setup.spec import Spec

MEMBERS = tuple(AccountId(f"{n}" * 12) for n in (2, 3, 4, 5, 8))
UNITS = [build.SECURITY, build.WORKLOADS, build.PROD, build.SANDBOX, build.ROOT]
ALL_REGIONS = (*build.REGIONS, Region("af-south-1"), Region("us-west-2"))


@st.composite
def worlds(draw: st.DrawFn) -> Snapshot:
    """An organization with anything from nothing to half of its logging in place."""
    accounts = [build.MANAGER, *(draw(_account(i)) for i in draw(st.sets(st.sampled_from(MEMBERS))))]
    accounts += [a for a in build.DEDICATED if draw(st.booleans())]
    organization = build.organization(
        accounts=accounts,
        all_features=draw(st.booleans()) or draw(st.booleans()),
        trusted_access=draw(st.frozensets(st.sampled_from(["cloudtrail.amazonaws.com", "config.amazonaws.com"]))),
        policy_types=draw(
            st.sampled_from(
                [
                    {},
                    {"SERVICE_CONTROL_POLICY": "ENABLED"},
                    dict.fromkeys(_TYPES, "ENABLED"),
                    {_TYPES[1]: "PENDING_ENABLE"},
                ]
            )
        ),
        policies=(build.FULL_ACCESS, *draw(_policies())),
    )
    active = [a for a in accounts if a.is_active]
    cells = {a.id: {r: draw(_cell()) for r in a.regions or ()} for a in active}
    trails = tuple(draw(_trails(active)))
    buckets = draw(_buckets()) if any(a.id == build.LOG_ARCHIVE for a in accounts) else ()
    has_key = any(a.id == build.TOOLING for a in accounts) and draw(st.booleans())
    return build.snapshot(
        organization=organization,
        cells=cells,
        trails=trails,
        buckets=buckets,
        keys=(build.key(alias="alias/trailkeep-archive", rotates=draw(st.booleans())),) if has_key else (),
        roles=tuple(_role(a.id) for a in active if a.id != build.MANAGEMENT),
        service_linked_roles={a.id: frozenset({"AWSServiceRoleForConfig"}) for a in active if draw(st.booleans())},
        foreign=_foreign(cells),
        monitoring=draw(st.sampled_from([None, Monitoring()])),
    )


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """A specification that `load` would accept."""
    protection = draw(st.sampled_from(["lock", "mfa"]))
    lock = {"mode": draw(st.sampled_from(["governance", "compliance"])), "days": draw(st.sampled_from([1, 365, 400]))}
    attach = draw(st.sampled_from([[], ["Security"], ["Workloads/Prod"], ["Security", "Workloads"], ["root"]]))
    canary = "Sandbox" if "root" in attach or draw(st.booleans()) else None
    excluded = [{"ou": "Sandbox", "reason": "no logging there"}] if draw(st.booleans()) else []
    return build.spec(
        organization={"regions": draw(st.sampled_from(["enabled", list(build.REGIONS)])), "exclude": excluded},
        archive={
            "protection": protection,
            "lock": lock if protection == "lock" else None,
            "retention_days": draw(st.sampled_from([400, 2557, None])) if protection == "lock" else None,
            "encryption": draw(st.sampled_from(["kms", "s3"])),
            "readers": draw(st.sampled_from([[], ["arn:aws:iam::222222222222:role/SecurityAudit"]])),
        },
        accounts={"log_archive": {"ou": draw(st.sampled_from(["Security", "Logs", "Security/Logs"]))}},
        trail={
            "scope": draw(st.sampled_from(["organization", "members"])),
            "log_bucket_data_events": draw(st.booleans()),
        },
        recorder={
            "frequency": draw(st.sampled_from(["continuous", "daily"])),
            "write_condition": draw(st.sampled_from(["organization", "accounts"])),
        },
        guardrails={"attach_to": attach, "canary": canary, "resource_policy": draw(st.booleans())},
        monitoring=draw(st.sampled_from([None, {}, {"security_hub": None, "alarms": {"notify": ["a@example.com"]}}])),
    )


def blind(account: AccountId) -> Unreachable:
    """An account that could not be entered."""
    return Unreachable(account=account, region="", what="", reason="the role could not be assumed", hint="make it")


_STRATEGIES: tuple[Strategy, ...] = ("all", "include", "exclude")
_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@st.composite
def _account(draw: st.DrawFn, account: AccountId) -> Account:
    return build.account(
        account,
        f"member-{account[0]}",
        draw(st.sampled_from(UNITS)),
        state=draw(st.sampled_from([State.ACTIVE, State.ACTIVE, State.ACTIVE, *State])),
        invited=draw(st.booleans()),
        regions=tuple(sorted(draw(st.sets(st.sampled_from(ALL_REGIONS), min_size=1)))),
    )


@st.composite
def _cell(draw: st.DrawFn) -> Cell:
    if not draw(st.booleans()):
        return Cell()
    strategy = draw(st.sampled_from(_STRATEGIES))
    group = RecordingGroup(
        strategy=strategy, types=() if strategy == "all" else ("AWS::IAM::Role",), global_types=draw(st.booleans())
    )
    recorder = build.recorder(
        name=draw(st.sampled_from(["default", "audit-recorder", "aws-controltower-BaselineConfigRecorder"])),
        group=group,
        is_recording=draw(st.booleans()),
    )
    channel = build.channel(
        name=draw(st.sampled_from(["default", "main"])), bucket=draw(st.sampled_from(["theirs", "ours"]))
    )
    return Cell(recorder=recorder, channel=channel if draw(st.booleans()) else None)


@st.composite
def _trails(draw: st.DrawFn, active: list[Account]) -> list[Trail]:
    owners = [a.id for a in active if draw(st.integers(0, 4)) == 0]
    names = st.sampled_from(["audit", "trailkeep-member"])
    trails = [_member_trail(owner, draw(names), draw(st.booleans())) for owner in owners]
    if draw(st.booleans()):
        trails.append(
            build.trail(
                is_logging=draw(st.booleans()),
                is_multi_region=draw(st.booleans()),
                validates_files=draw(st.booleans()),
                bucket=draw(st.sampled_from(["elsewhere", f"acme-trail-{build.LOG_ARCHIVE}-{build.HOME}"])),
                selectors=draw(
                    st.sampled_from([Selectors(management="write", excluded_sources=("kms.amazonaws.com",), data=())])
                ),
                home_region=draw(st.sampled_from([build.HOME, build.HOME, Region("us-east-1")])),
            )
        )
    return trails


def _member_trail(owner: AccountId, name: str, is_logging: bool) -> Trail:
    return build.trail(owner=owner, name=name, is_organization=False, is_logging=is_logging, bucket=f"{name}-bucket")


@st.composite
def _buckets(draw: st.DrawFn) -> tuple[object, ...]:
    trail = build.bucket(
        versioning=draw(st.sampled_from(["Enabled", "Suspended", ""])),
        lock=draw(st.sampled_from([None, Lock(mode=None, days=None), Lock(mode="GOVERNANCE", days=1)])),
        blocks_public_access=draw(st.booleans()),
        mfa_delete=draw(st.booleans()) and draw(st.booleans()),
    )
    config = build.config_bucket(policy=draw(st.sampled_from(["", '{"Statement":[]}'])))
    return tuple(b for b in (trail, config) if draw(st.booleans()))


@st.composite
def _policies(draw: st.DrawFn) -> list[Policy]:
    if not draw(st.booleans()):
        return []
    targets = draw(st.frozensets(st.sampled_from([build.SECURITY, build.SANDBOX, build.WORKLOADS])))
    content = '{"Version":"2012-10-17","Statement":[]}'
    return [
        Policy(
            id="p-ours0001",
            name="trailkeep-logging",
            type="SERVICE_CONTROL_POLICY",
            aws_managed=False,
            content=content,
            targets=targets,
        )
    ]


def _foreign(cells: dict[AccountId, dict[Region, Cell]]) -> tuple[Foreign, ...]:
    named = {
        (account, cell.recorder.name)
        for account, regions in cells.items()
        for cell in regions.values()
        if cell.recorder and cell.recorder.name.startswith("aws-controltower")
    }
    return tuple(Foreign(owner="Control Tower", kind="recorder", name=n, account=a) for a, n in sorted(named))


def _role(account: AccountId) -> Role:
    trust = f'{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{build.MANAGEMENT}:root"}},"Action":"sts:AssumeRole"}}]}}'
    name = "OrganizationAccountAccessRole"
    return Role(
        account=account, name=name, arn=f"arn:aws:iam::{account}:role/{name}", trust=trust, policies=frozenset()
    )
