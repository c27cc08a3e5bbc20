"""The two SCPs: nobody in the archive's accounts can destroy logs, nobody in a member can stop them.

Denies of what trailkeep itself does (Put, Update, Stop) carry the one exemption list: access role, break-glass,
deployer. Denies of destruction exempt break-glass at most, leaving exempts nobody. Every exempt role is protected.
Action lists only, never NotAction: a deny of every future action is an outage waiting to happen.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from trailkeep.setup.documents.scp_watching import guarded_roles, watching_archive, watching_members
from trailkeep.setup.documents.statement import (
    DESTROY,
    FORGE,
    WEAKEN,
    Statement,
    bucket_and_objects,
    deny,
    document,
)
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec

ROLE_CHANGES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
"""What could make an exempt role serve somebody else."""


def archive_scp(spec: Spec, places: Places) -> str:
    """For the archive account and the key's: buckets by name, so that no other bucket is touched."""
    buckets = bucket_and_objects(places.partition, places.trail_bucket, places.config_bucket)
    # access points are another way to the same objects, with ARNs of their own
    points = f"arn:{places.partition}:s3:*:{places.log_archive}:accesspoint/*"
    versioning = [*places.exempt, *([places.root_of_archive] if spec.archive.protection == "mfa" else [])]
    return document(
        [
            deny("Destroy", DESTROY + FORGE, [*buckets, points], [places.break_glass]),
            deny("Weaken", WEAKEN, buckets, places.exempt),
            # MFA Delete is switched by the root user, through this very action
            deny("Versioning", ["s3:PutBucketVersioning"], buckets, versioning),
            deny(
                "OtherDoors",
                [
                    "s3:CreateAccessPoint",
                    "s3:CreateMultiRegionAccessPoint",
                    "s3:PutAccessPointPolicy",
                    "s3:PutAccountPublicAccessBlock",
                ],
                ["*"],
                places.exempt,
            ),
            *_key(places),
            *watching_archive(spec, places),
            deny("ExemptRoles", ROLE_CHANGES, guarded_roles(spec, places), [places.access_role, places.break_glass]),
            deny("Leave", ["account:CloseAccount", "organizations:LeaveOrganization"], ["*"], []),
        ]
    )


def _key(places: Places) -> list[Statement]:
    if not places.key_arn:
        return []
    destroy = ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion"]
    weaken = [
        "kms:CreateGrant",
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:ReplicateKey",
        "kms:UpdatePrimaryRegion",
    ]
    return [
        deny("KeyDestroy", destroy, [places.key_arn], [places.break_glass]),
        deny("KeyWeaken", weaken, [places.key_arn], places.exempt),
    ]


def member_scp(spec: Spec, places: Places) -> str:
    """For every guarded unit: trails, recorders and membership.

    `arn:…:cloudtrail:*:*:trail/*` also holds the organization trail, whose ARN names the management account, against
    a delegated administrator.
    """
    return document(
        [
            *_trails(places),
            *_recorders(places),
            *watching_members(spec, places),
            deny("ExemptRoles", ROLE_CHANGES, guarded_roles(spec, places), [places.access_role, places.break_glass]),
            deny("Leave", ["account:CloseAccount", "organizations:LeaveOrganization"], ["*"], []),
        ]
    )


def _trails(places: Places) -> list[Statement]:
    trails = [f"arn:{places.partition}:cloudtrail:*:*:trail/*"]
    change = [
        "cloudtrail:PutEventConfiguration",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:RemoveTags",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
    ]
    return [
        deny("TrailDelete", ["cloudtrail:DeleteTrail"], trails, [places.break_glass]),
        deny("TrailChange", change, trails, places.exempt),
        deny("TrailAdmin", ["cloudtrail:DeregisterOrganizationDelegatedAdmin"], ["*"], places.exempt),
    ]


def _recorders(places: Places) -> list[Statement]:
    service_role = f"arn:{places.partition}:iam::*:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    delete = [
        "config:DeleteConfigurationRecorder",
        "config:DeleteDeliveryChannel",
        "config:DeleteRetentionConfiguration",
        "config:DeleteServiceLinkedConfigurationRecorder",
    ]
    change = [
        "config:DisassociateResourceTypes",
        "config:PutConfigurationRecorder",
        "config:PutDeliveryChannel",
        "config:PutRetentionConfiguration",
        "config:StopConfigurationRecorder",
    ]
    return [
        deny("ConfigDelete", delete, ["*"], [places.break_glass]),
        deny("ConfigChange", change, ["*"], places.exempt),
        deny("ConfigRole", ["iam:DeleteServiceLinkedRole"], [service_role], [places.break_glass]),
    ]
