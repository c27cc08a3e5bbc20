"""Which events are alarms, as EventBridge patterns, and what is told of each.

Where CloudTrail's events appear: Organizations and IAM in the partition's first Region, the others where they are
called (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html). Attempts that AWS
denied are told as well: somebody tried. A pattern stays below 2,048 characters, EventBridge's quota
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
"""

import json
from collections.abc import Iterable
from typing import Any

from trailkeep.setup.places import Places

API = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"
COMPLIANCE = "Config Rules Compliance Change"
LONGEST = 2_048

LOGGING = {
    "aws.cloudtrail": (
        "DeleteTrail",
        "DeregisterOrganizationDelegatedAdmin",
        "PutEventConfiguration",
        "PutEventSelectors",
        "PutInsightSelectors",
        "StopLogging",
        "UpdateTrail",
    ),
    "aws.config": (
        "DeleteConfigRule",
        "DeleteConfigurationAggregator",
        "DeleteConfigurationRecorder",
        "DeleteConformancePack",
        "DeleteDeliveryChannel",
        "DeleteOrganizationConfigRule",
        "DeleteOrganizationConformancePack",
        "DeleteRetentionConfiguration",
        "DeleteServiceLinkedConfigurationRecorder",
        "DisassociateResourceTypes",
        "PutConfigurationRecorder",
        "PutDeliveryChannel",
        "PutRetentionConfiguration",
        "StopConfigurationRecorder",
    ),
    "aws.securityhub": (
        "BatchDisableStandards",
        "DeleteConfigurationPolicy",
        "DeleteFindingAggregator",
        "DeleteMembers",
        "DisableOrganizationAdminAccount",
        "DisableSecurityHub",
        "DisableSecurityHubV2",
        "DisassociateFromAdministratorAccount",
        "DisassociateMembers",
        "UpdateOrganizationConfiguration",
    ),
}
"""What stops or narrows logging, in every account and Region (Service Authorization Reference of each service)."""

ORGANIZATION = (
    "CloseAccount",
    "DeleteOrganization",
    "DeletePolicy",
    "DeregisterDelegatedAdministrator",
    "DetachPolicy",
    "DisableAWSServiceAccess",
    "DisablePolicyType",
    "LeaveOrganization",
    "MoveAccount",
    "RemoveAccountFromOrganization",
    "UpdatePolicy",
)
KEY = (
    "CreateGrant",
    "DeleteImportedKeyMaterial",
    "DisableKey",
    "DisableKeyRotation",
    "PutKeyPolicy",
    "ReplicateKey",
    "RevokeGrant",
    "ScheduleKeyDeletion",
    "UpdatePrimaryRegion",
)
PLUMBING = (
    "DeleteEventBus",
    "DeleteRule",
    "DeleteTopic",
    "DisableRule",
    "PutPermission",
    "RemovePermission",
    "RemoveTargets",
    "SetTopicAttributes",
    "Unsubscribe",
)
"""What silences the alarms themselves, where they come together."""

_BUCKET = ("PutBucket", "DeleteBucket", "PutObjectLock", "DeleteObject")
"""Beginnings of S3's event names, which differ from those of its API and of IAM's actions.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""


def logging_pattern() -> str:
    """Logging is stopped or narrowed; for every account and Region."""
    return _calls(LOGGING, sorted(name for names in LOGGING.values() for name in names))


def organization_pattern() -> str:
    """Guardrails and membership change; for the management account."""
    return _calls(["aws.organizations"], ORGANIZATION)


def role_pattern(role_changes: Iterable[str], names: Iterable[str]) -> str:
    """An exempt role, or the one that sends alarms, is changed; `role_changes` are IAM actions."""
    events = sorted(action.partition(":")[2] for action in role_changes)
    return _calls(["aws.iam"], events, requestParameters={"roleName": sorted(set(names))})


def root_pattern() -> str:
    """A root user signs in or gets a key."""
    detail = {"eventName": ["ConsoleLogin", "CreateAccessKey"], "userIdentity": {"type": ["Root"]}}
    return pattern({"detail-type": [API, SIGN_IN], "detail": detail})


def bucket_pattern(places: Places) -> str:
    """The archive's buckets are changed, or objects in them deleted (the latter where data events are logged)."""
    named = {"bucketName": sorted([places.config_bucket, places.trail_bucket])}
    return _calls(["aws.s3"], [{"prefix": p} for p in _BUCKET], requestParameters=named)


def public_pattern() -> str:
    """The archive account's block of public access is changed: these calls name no bucket."""
    return _calls(["aws.s3"], [{"prefix": "PutAccountPublicAccess"}, {"prefix": "DeleteAccountPublicAccess"}])


def key_pattern(places: Places) -> str:
    """The archive's key is put out of use, or its policy is changed."""
    return _calls(["aws.kms"], KEY, resources={"ARN": [places.key_arn]})


def plumbing_pattern() -> str:
    """The alarms' own bus, rules and topic are changed."""
    return _calls(["aws.events", "aws.sns"], PLUMBING)


def compliance_pattern(prefix: str) -> str:
    """A rule of ours finds something wrong: AWS Config says so itself, no trail is needed.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
    """
    names = [{"prefix": f"{prefix}-"}, {"prefix": f"OrgConfigRule-{prefix}-"}]
    detail = {"configRuleName": names, "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}}
    return pattern({"source": ["aws.config"], "detail-type": [COMPLIANCE], "detail": detail})


def arriving_pattern(*kinds: str) -> str:
    """What the bus passes on to people: whatever accounts of the organization sent to it."""
    return pattern({"detail-type": sorted(kinds)})


def template(text: str, **paths: str) -> str:
    """An input transformer as one text: `text` with <name> where `paths` say what stands."""
    return json.dumps({"paths": dict(sorted(paths.items())), "text": text}, separators=(",", ":"), ensure_ascii=False)


CALL_MESSAGE = template(
    "trailkeep: <event> by <who> in account <account>, <region>, at <time>. Outcome: <error> (empty: it was done). "
    "Event id <id>; CloudTrail has the whole of it.",
    event="$.detail.eventName",
    who="$.detail.userIdentity.arn",
    account="$.account",
    region="$.region",
    time="$.time",
    error="$.detail.errorCode",
    id="$.detail.eventID",
)
COMPLIANCE_MESSAGE = template(
    "trailkeep: <rule> finds <type> <resource> of account <account>, <region>, NON_COMPLIANT at <time>: <why>",
    rule="$.detail.configRuleName",
    type="$.detail.resourceType",
    resource="$.detail.resourceId",
    account="$.detail.awsAccountId",
    region="$.detail.awsRegion",
    time="$.time",
    why="$.detail.newEvaluationResult.annotation",
)


def pattern(asked: dict[str, Any]) -> str:
    """A pattern as text, the same for patterns that say the same."""
    return json.dumps(asked, separators=(",", ":"), sort_keys=True, ensure_ascii=False)  # stand-ins stay readable


def _calls(sources: Iterable[str], events: Iterable[str | dict[str, str]], **detail: object) -> str:
    asked = {"detail-type": [API], "source": sorted(sources), "detail": {"eventName": list(events), **detail}}
    return pattern(asked)
