"""A likeness of central logging, without any protection, for attacks on an organization that has none yet."""

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.app.attacks.attempt import Targets
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.spec import Spec

NAME = "trailkeep-attack"
_CONFIG = "config.amazonaws.com"
_SERVICE_ROLE = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def sacrifice(
    cloud: Cloud, spec: Spec, snapshot: Snapshot, member: str, archive: str, security: str, outsider: str
) -> Targets:
    """Build trails, recorder, bucket with a log in it, and key; what stands in their place. Raises AwsError."""
    home = str(spec.organization.home_region)
    bucket, elsewhere = f"{NAME}-archive-{archive}", f"{NAME}-{member}"
    policy = _policy(bucket)
    make_bucket(cloud, archive, home, bucket, policy)
    versioning = {"Status": "Enabled"}
    cloud.call(archive, home, "s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration=versioning)
    log = f"AWSLogs/{member}/CloudTrail/{home}/a-log.json.gz"
    put = cloud.call(archive, home, "s3", "put_object", Bucket=bucket, Key=log, Body=b"{}")
    key = cloud.call(security, home, "kms", "create_key", Description=NAME)["KeyMetadata"]
    key_policy = cloud.call(security, home, "kms", "get_key_policy", KeyId=key["KeyId"], PolicyName="default")
    trails = {account: _trail(cloud, account, home, bucket) for account in dict.fromkeys((member, security))}
    where = _recorder(cloud, snapshot, member, bucket)
    role = cloud.call(member, "", "iam", "get_role", RoleName=spec.organization.access_role)["Role"]
    return Targets(
        sacrificed=True,
        home=home,
        organization=snapshot.organization.id,
        member=member,
        archive=archive,
        security=security,
        outsider=outsider,
        trail=trails[member],
        trail_account=member,
        trail_bucket=bucket,
        central=trails[security],
        central_account=security,
        bucket=bucket,
        bucket_policy=policy,
        object_key=log,
        version=put["VersionId"],
        elsewhere=elsewhere,
        key=key["Arn"],
        key_policy=key_policy["Policy"],
        recorder=NAME,
        recorder_role=f"arn:aws:iam::{member}:role/{_SERVICE_ROLE}",
        channel=NAME,
        recorder_region=where,
        access_role=spec.organization.access_role,
        access_trust=canonical(role["AssumeRolePolicyDocument"]),
        break_glass=spec.guardrails.break_glass_role,
        break_glass_path=spec.created.iam_path,
    )


def make_elsewhere(cloud: Cloud, targets: Targets) -> None:
    """The bucket of the member's own into which an attacker would have the logs delivered."""
    make_bucket(cloud, targets.member, targets.home, targets.elsewhere, _policy(targets.elsewhere))


def make_bucket(cloud: Cloud, account: str, region: str, name: str, policy: str) -> None:
    """A bucket into which CloudTrail and Config may deliver."""
    where: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    cloud.call(account, region, "s3", "create_bucket", Bucket=name, **where)
    cloud.call(account, region, "s3", "put_bucket_policy", Bucket=name, Policy=policy)


def clear(cloud: Cloud, targets: Targets) -> None:
    """Remove what was built; what an attack removed before is gone already."""
    for account, region, service, operation, params in _leftovers(targets):
        try:
            cloud.call(account, region, service, operation, **params)
        except AwsError:
            continue  # an attack was there first
    empty_and_delete(cloud, targets.member, targets.home, targets.elsewhere)
    if targets.sacrificed:
        empty_and_delete(cloud, targets.archive, targets.home, targets.bucket)


def empty_and_delete(cloud: Cloud, account: str, region: str, bucket: str) -> None:
    """Remove a bucket with all versions in it, if it is there."""
    try:
        found = cloud.call(account, region, "s3", "list_object_versions", Bucket=bucket)
        for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            cloud.call(
                account,
                region,
                "s3",
                "delete_object",
                Bucket=bucket,
                Key=one["Key"],
                VersionId=one["VersionId"],
                BypassGovernanceRetention=True,
            )
        cloud.call(account, region, "s3", "delete_bucket", Bucket=bucket)
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise


def _leftovers(t: Targets) -> Iterator[tuple[str, str, str, str, dict[str, Any]]]:
    if not t.sacrificed:
        return
    yield t.trail_account, t.home, "cloudtrail", "delete_trail", {"Name": t.trail}
    yield t.central_account, t.home, "cloudtrail", "delete_trail", {"Name": t.central}
    where, recorder = t.recorder_region, {"ConfigurationRecorderName": t.recorder}
    if where:
        yield t.member, where, "config", "stop_configuration_recorder", recorder
        yield t.member, where, "config", "delete_delivery_channel", {"DeliveryChannelName": t.channel}
        yield t.member, where, "config", "delete_configuration_recorder", recorder
    yield t.security, t.home, "kms", "schedule_key_deletion", {"KeyId": t.key, "PendingWindowInDays": 7}


def _trail(cloud: Cloud, account: str, home: str, bucket: str) -> str:
    made = cloud.call(
        account,
        home,
        "cloudtrail",
        "create_trail",
        Name=NAME,
        S3BucketName=bucket,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )
    cloud.call(account, home, "cloudtrail", "start_logging", Name=made["TrailARN"])
    return str(made["TrailARN"])


def _recorder(cloud: Cloud, snapshot: Snapshot, member: str, bucket: str) -> str:
    """A recorder in a Region of the member that has none; "" when every Region has one."""
    cells = snapshot.cells.get(AccountId(member), {})
    region = next((str(r) for r, cell in sorted(cells.items()) if cell.recorder is None and cell.channel is None), "")
    if not region:
        return ""
    if _CONFIG not in snapshot.service_linked_roles.get(AccountId(member), frozenset()):
        cloud.call(member, "", "iam", "create_service_linked_role", AWSServiceName=_CONFIG)
    role = f"arn:aws:iam::{member}:role/{_SERVICE_ROLE}"
    recorder = {"name": NAME, "roleARN": role}
    cloud.call(member, region, "config", "put_configuration_recorder", ConfigurationRecorder=recorder)
    channel = {"name": NAME, "s3BucketName": bucket}
    cloud.call(member, region, "config", "put_delivery_channel", DeliveryChannel=channel)
    cloud.call(member, region, "config", "start_configuration_recorder", ConfigurationRecorderName=NAME)
    return region


def _policy(bucket: str) -> str:
    services = {"Service": ["cloudtrail.amazonaws.com", _CONFIG]}
    arn = f"arn:aws:s3:::{bucket}"
    deliver = [
        {"Effect": "Allow", "Principal": services, "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": arn},
        {"Effect": "Allow", "Principal": services, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": deliver})
