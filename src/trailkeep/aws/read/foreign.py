"""What somebody else manages: Control Tower, Landing Zone Accelerator, AWS's reference architecture, StackSets."""

from collections.abc import Iterator, Sequence

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Foreign, Snapshot

_MARKS = (
    ("aws-controltower", "Control Tower"),
    ("aws-guardrails-", "Control Tower"),
    ("awscontroltower", "Control Tower"),
    ("awsaccelerator", "Landing Zone Accelerator"),
    ("aws-accelerator", "Landing Zone Accelerator"),
    ("sra-", "AWS Security Reference Architecture"),
    ("securityhub-", "Security Hub"),
    ("fms-", "Firewall Manager"),
    ("stackset-", "CloudFormation StackSets"),
)
_TAG = ("aws-control-tower", "managed-by-control-tower")


def read_landing_zones(cloud: Cloud, region: Region) -> tuple[str, ...]:
    """ARNs of Control Tower's landing zones; none where the service is not there or may not be asked."""
    try:
        found = list(cloud.pages(cloud.caller.account, region, "controltower", "list_landing_zones", "landingZones"))
    except AwsError:  # absence of evidence: the name marks are still looked at
        return ()
    return tuple(z["arn"] for z in found if z.get("arn"))


def owner_of(name: str) -> str:
    """Who manages a resource of that name, "" for nobody known."""
    lowered = name.casefold()
    return next((owner for mark, owner in _MARKS if lowered.startswith(mark)), "")


def foreign(snapshot: Snapshot, landing_zones: Sequence[str] = ()) -> tuple[Foreign, ...]:
    """Every resource in the snapshot that bears another owner's mark, and the landing zones themselves."""
    management = snapshot.organization.management
    zones = [Foreign(owner="Control Tower", kind="landing zone", name=z, account=management) for z in landing_zones]
    return tuple(sorted({*zones, *_named(snapshot)}, key=lambda f: (f.owner, f.kind, f.account, f.name)))


def _named(snapshot: Snapshot) -> Iterator[Foreign]:
    for kind, name, account in _resources(snapshot):
        owner = owner_of(name)
        if owner:
            yield Foreign(owner=owner, kind=kind, name=name, account=account)
    for bucket in snapshot.buckets:
        if _TAG in bucket.tags:
            yield Foreign(owner="Control Tower", kind="bucket", name=bucket.name, account=bucket.account)


def _resources(snapshot: Snapshot) -> Iterator[tuple[str, str, AccountId]]:
    for trail in snapshot.trails:
        yield "trail", trail.name, trail.owner
    for account, cells in snapshot.cells.items():
        for cell in cells.values():
            if cell.recorder:
                yield "recorder", cell.recorder.name, account
            if cell.channel:
                yield "delivery channel", cell.channel.name, account
    for bucket in snapshot.buckets:
        yield "bucket", bucket.name, bucket.account
    for policy in snapshot.organization.policies:
        if not policy.aws_managed:
            yield "policy", policy.name, snapshot.organization.management
    for role in snapshot.roles:
        yield "role", role.name, role.account
