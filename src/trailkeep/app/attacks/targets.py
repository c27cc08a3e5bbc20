"""What is attacked: the logging that the specification describes where it stands, otherwise a likeness of it."""

from dataclasses import dataclass

from trailkeep.app.attacks.attempt import Targets
from trailkeep.app.attacks.sacrifice import sacrifice
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError, UsageError
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, is_pending
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.places import Places, by_email, find
from trailkeep.setup.spec import Spec
from trailkeep.setup.targets import resolve

OUTSIDER = "909090909090"
"""An account of some other organization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The accounts that have a part in it."""

    member: str
    archive: str
    security: str


def choose_targets(cloud: Cloud, spec: Spec, snapshot: Snapshot) -> Targets:
    """The targets; a likeness is built first where the archive does not stand yet. Raises AwsError, UsageError."""
    places = find(spec, snapshot)
    cast = _cast(spec, snapshot)
    if is_pending(places.log_archive) or snapshot.bucket(places.trail_bucket) is None:
        return sacrifice(cloud, spec, snapshot, cast.member, cast.archive, cast.security, OUTSIDER)
    return _standing(cloud, spec, snapshot, places, cast)


def _cast(spec: Spec, snapshot: Snapshot) -> Cast:
    """The dedicated accounts, or whoever can stand in for them; and a member that the guardrails are to hold."""
    organization = snapshot.organization
    enterable = [a.id for a in snapshot.active() if a.id != organization.management and snapshot.blind(a.id) is None]
    known = [by_email(organization, p.email) for p in (spec.accounts.log_archive, spec.accounts.security)]
    archive, security = (a.id if a and a.id in enterable else None for a in known)
    guarded = {resolve(t, organization) for t in spec.guardrails.attach_to}
    members = [a for a in enterable if a not in {archive, security}]
    held = [a for a in members if guarded & set(organization.chain(a))]
    if not members:
        raise UsageError("there is no member account to attack from", hint="attack an organization with more accounts")
    member = (held or members)[0]
    spare = next((a for a in members if a != member), member)
    return Cast(member=member, archive=archive or security or spare, security=security or archive or spare)


def _standing(cloud: Cloud, spec: Spec, snapshot: Snapshot, places: Places, cast: Cast) -> Targets:
    organization_wide = spec.trail.scope == "organization"
    home, name = str(places.home), spec.trail.name

    def trail(owner: str) -> str:
        return f"arn:{places.partition}:cloudtrail:{home}:{owner}:trail/{name}"

    trail_account = places.management if organization_wide else cast.member
    central_account = places.management if organization_wide else cast.security
    cell = snapshot.cell(AccountId(cast.member), places.home)
    recorder, channel = (cell.recorder, cell.channel) if cell else (None, None)
    bucket = snapshot.bucket(places.trail_bucket)
    key = next((k for k in snapshot.keys if k.arn == places.key_arn), None)
    object_key, version = _an_object(cloud, places)
    return Targets(
        sacrificed=False,
        home=home,
        organization=places.organization,
        member=cast.member,
        archive=places.log_archive,
        security=cast.security,
        outsider=OUTSIDER,
        trail=trail(trail_account),
        trail_account=trail_account,
        trail_bucket=places.trail_bucket,
        central=trail(central_account),
        central_account=central_account,
        bucket=places.trail_bucket,
        bucket_policy=bucket.policy if bucket else "",
        object_key=object_key,
        version=version,
        elsewhere=f"trailkeep-attack-{cast.member}",
        key=key.arn if key else "",
        key_policy=key.policy if key else "",
        recorder=recorder.name if recorder else "default",
        recorder_role=recorder.role if recorder else "",
        channel=channel.name if channel else "default",
        recorder_region=home,
        access_role=spec.organization.access_role,
        access_trust=access_trust(cloud, spec, cast.member),
        break_glass=spec.guardrails.break_glass_role,
        break_glass_path=spec.created.iam_path,
    )


def access_trust(cloud: Cloud, spec: Spec, account: str) -> str:
    """The trust policy of the access role."""
    role = cloud.call(account, "", "iam", "get_role", RoleName=spec.organization.access_role)["Role"]
    return canonical(role["AssumeRolePolicyDocument"])


def _an_object(cloud: Cloud, places: Places) -> tuple[str, str]:
    """A log that is there, or the name of one that could be: S3 denies before it looks."""
    try:
        found = cloud.call(
            places.log_archive, places.home, "s3", "list_object_versions", Bucket=places.trail_bucket, MaxKeys=1
        )
    except AwsError:
        found = {}
    version = next(iter(found.get("Versions", [])), None)
    return (version["Key"], version["VersionId"]) if version else ("AWSLogs/a-log.json.gz", "null")
