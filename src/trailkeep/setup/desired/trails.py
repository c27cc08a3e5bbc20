"""The trails as they should be (recipe 2.2): one organization trail, or the recipe's literal trail per member."""

from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Selectors, Trail, selector_text
from trailkeep.setup.documents.writers import MEMBER_SUFFIX, Writer, member_trails, organization_trail
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import Spec


def desired_trails(spec: Spec, snapshot: Snapshot, places: Places, cells: Cells) -> tuple[Trail, ...]:
    """Every trail that should run, with what it should record.

    An existing trail keeps the data selectors it has. Data events on the log buckets come with RecursiveLogging off,
    or CloudTrail's own deliveries would be logged in a loop (botocore model cloudtrail UpdateTrail).
    """
    if spec.trail.scope == "organization":
        return (_trail(spec, snapshot, places, places.management, is_organization=True),)
    return tuple(
        _trail(spec, snapshot, places, account, is_organization=False)
        for account, regions in sorted(cells.items())
        if regions and not snapshot.unread(account, "", "trail")
    )


def writers_of(spec: Spec, snapshot: Snapshot, places: Places, leaving: tuple[Trail, ...] = ()) -> tuple[Writer, ...]:
    """Who must be let into the trail bucket: the wanted scope, and the other one while its trails still run."""
    ours = [t for t in snapshot.trails if t.bucket == places.trail_bucket and t.is_logging and t not in leaving]
    organization, members = organization_trail(spec, places), member_trails(spec, places)
    if spec.trail.scope == "organization":
        moving = any(t.name == spec.trail.name + MEMBER_SUFFIX and not t.is_organization for t in ours)
        return (organization, members) if moving else (organization,)
    moving = any(t.is_organization and t.arn == organization.source_arn for t in ours)
    return (members, organization) if moving else (members,)


def _trail(spec: Spec, snapshot: Snapshot, places: Places, owner: AccountId, *, is_organization: bool) -> Trail:
    name = spec.trail.name if is_organization else spec.trail.name + MEMBER_SUFFIX
    observed = snapshot.trail(owner, name)
    hears_archive = spec.trail.log_bucket_data_events and (is_organization or owner == places.log_archive)
    kept = observed.selectors.data if observed and observed.selectors else ()
    wanted = log_bucket_events(places)
    data = kept if not hears_archive or wanted in kept else tuple(sorted({*kept, wanted}))
    return Trail(
        arn=f"arn:{places.partition}:cloudtrail:{places.home}:{owner}:trail/{name}",
        name=name,
        owner=owner,
        home_region=Region(places.home),
        bucket=places.trail_bucket,
        prefix="",
        kms_key=places.key_arn,
        is_organization=is_organization,
        is_multi_region=True,
        validates_files=True,
        global_events=True,
        recursive=False if hears_archive else (observed.recursive if observed else True),
        selectors=Selectors(management="all", excluded_sources=(), data=data),
        is_logging=True,
    )


def log_bucket_events(places: Places) -> str:
    """One advanced selector: every data event on objects of the two log buckets, as canonical JSON.

    Source: botocore model cloudtrail AdvancedFieldSelector (eventCategory and resources.type take only Equals).
    """
    buckets = sorted(f"arn:{places.partition}:s3:::{b}/" for b in (places.trail_bucket, places.config_bucket))
    fields = [
        {"Equals": ["Data"], "Field": "eventCategory"},
        {"Field": "resources.ARN", "StartsWith": buckets},
        {"Equals": ["AWS::S3::Object"], "Field": "resources.type"},
    ]
    return selector_text({"FieldSelectors": fields, "Name": "log buckets"})
