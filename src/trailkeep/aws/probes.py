"""Live questions for a diagnosis: each reads, changes nothing, and answers in rows of text by name.

Sources: botocore models of the services named in PROBES.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError

Row = dict[str, str]
Ask = Callable[[Cloud, str, str, str, datetime], Iterator[Row]]

SINCE = timedelta(days=7)
"""How far back the event history is asked."""
EVENTS = 200
"""So many events are looked at."""
HISTORY = timedelta(hours=6)
"""How often AWS Config delivers history (Config developer guide, how-does-config-work)."""
NEWEST = "SELECT resourceId, resourceType, configurationItemCaptureTime ORDER BY configurationItemCaptureTime DESC"
"""Sorted by a property that it yields, as the grammar wants it; the first one is had by `Limit`, as it has no LIMIT.

Source: https://docs.aws.amazon.com/config/latest/developerguide/query-components.html
"""
_PAGE = 50
_ABSENT = frozenset({"404", "NoSuchBucket", "NotFound"})
_FORBIDDEN = frozenset({"403", "AccessDenied", "Forbidden"})
_NO_HUB = frozenset({"InvalidAccessException", "ResourceNotFoundException", "AccessDeniedException"})
_NOT_SUBSCRIBED = "not subscribed"


def ask(cloud: Cloud, operation: str, account: str, region: str, about: str, now: datetime) -> tuple[Row, ...]:
    """The rows that a question is answered with. Raises AwsError."""
    return tuple(PROBES[operation](cloud, account, region, about, now))


def _head_bucket(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """`state`: there, gone or forbidden."""
    try:
        cloud.call(account, region, "s3", "head_bucket", Bucket=about)
    except AwsError as error:
        if error.code in _ABSENT:
            yield {"state": "gone"}
        elif error.code in _FORBIDDEN:
            yield {"state": "forbidden"}
        else:
            raise
    else:
        yield {"state": "there"}


def _list_object_versions(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """The first thousand versions and delete markers below `about`, a bucket and a prefix."""
    bucket, _, prefix = about.partition("/")
    told = cloud.call(account, region, "s3", "list_object_versions", Bucket=bucket, Prefix=prefix, MaxKeys=1000)
    for kind, key in (("version", "Versions"), ("delete marker", "DeleteMarkers")):
        for found in told.get(key) or ():
            yield {
                "kind": kind,
                "key": str(found.get("Key", "")),
                "version": str(found.get("VersionId", "")),
                "latest": str(bool(found.get("IsLatest"))).lower(),
                "modified": _time(found.get("LastModified")),
                "class": str(found.get("StorageClass", "")),
            }


def _get_bucket_acl(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """Every grant: `grantee`, `permission`, and whether it is the `owner`'s."""
    told = cloud.call(account, region, "s3", "get_bucket_acl", Bucket=about)
    owner = (told.get("Owner") or {}).get("ID", "")
    for grant in told.get("Grants") or ():
        who = grant.get("Grantee") or {}
        yield {
            "grantee": str(who.get("URI") or who.get("DisplayName") or who.get("ID", "")),
            "permission": str(grant.get("Permission", "")),
            "owner": str(bool(owner) and who.get("ID") == owner).lower(),
        }


def _get_bucket_lifecycle(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """`minimum`: TransitionDefaultMinimumObjectSize."""
    told = cloud.call(account, region, "s3", "get_bucket_lifecycle_configuration", Bucket=about)
    yield {"minimum": str(told.get("TransitionDefaultMinimumObjectSize") or "all_storage_classes_128K")}


def _lookup_events(cloud: Cloud, account: str, region: str, about: str, now: datetime) -> Iterator[Row]:
    """Events of the last days, newest first; `about` is an event name, `source:` and a service, or "" for all."""
    attributes = {}
    if about.startswith("source:"):
        attributes = {"AttributeKey": "EventSource", "AttributeValue": about.removeprefix("source:")}
    elif about:
        attributes = {"AttributeKey": "EventName", "AttributeValue": about}
    params: dict[str, Any] = {"StartTime": now - SINCE, "MaxResults": _PAGE}
    if attributes:
        params["LookupAttributes"] = [attributes]
    found = cloud.pages(account, region, "cloudtrail", "lookup_events", "Events", **params)
    yield from (_event(e) for e in islice(found, EVENTS if about else 1))


def _write_events(cloud: Cloud, account: str, region: str, _about: str, now: datetime) -> Iterator[Row]:
    """Calls of the last six hours that do not only read, newest first, a page at most; refused ones tell an `error`.

    Management events of that Region only, by one attribute, two questions a second, which `pace` keeps.

    Source: botocore model cloudtrail LookupEvents.
    """
    params: dict[str, Any] = {
        "StartTime": now - HISTORY,
        "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
        "MaxResults": _PAGE,
    }
    found = cloud.pages(account, region, "cloudtrail", "lookup_events", "Events", **params)
    yield from (_event(e) for e in islice(found, _PAGE))


def _event(told: Mapping[str, Any]) -> Row:
    whole = _object(told.get("CloudTrailEvent"))
    identity = whole.get("userIdentity")
    identity = identity if isinstance(identity, dict) else {}
    return {
        "event": str(told.get("EventName", "")),
        "time": _time(told.get("EventTime")),
        "who": str(identity.get("arn") or identity.get("invokedBy") or told.get("Username", "")),
        "service": str(identity.get("invokedBy") or ""),
        "error": str(whole.get("errorCode") or ""),
        "message": str(whole.get("errorMessage") or ""),
        "resource": json.dumps(whole.get("requestParameters") or {}, sort_keys=True)[:2000],
    }


def _describe_key(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """`state` of a key."""
    told = cloud.call(account, region, "kms", "describe_key", KeyId=about)["KeyMetadata"]
    yield {"state": str(told.get("KeyState", "")), "arn": str(told.get("Arn", ""))}


def _get_trail_status(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """The fields of GetTrailStatus that a snapshot does not hold."""
    told = cloud.call(account, region, "cloudtrail", "get_trail_status", Name=about)
    yield {
        "logging": str(bool(told.get("IsLogging"))).lower(),
        "notification_error": str(told.get("LatestNotificationError") or ""),
        "cloudwatch_error": str(told.get("LatestCloudWatchLogsDeliveryError") or ""),
    }


def _describe_resource_policy(cloud: Cloud, account: str, _region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """`content` of the organization's resource policy; "" for none."""
    try:
        told = cloud.call(account, "", "organizations", "describe_resource_policy")
    except AwsError as error:
        if error.code != "ResourcePolicyNotFoundException":
            raise
        yield {"content": ""}
    else:
        yield {"content": str((told.get("ResourcePolicy") or {}).get("Content") or "")}


def _get_role(cloud: Cloud, account: str, _region: str, about: str, _now: datetime) -> Iterator[Row]:
    """Whether a role is `there`, and whom it trusts."""
    try:
        role = cloud.call(account, "", "iam", "get_role", RoleName=about)["Role"]
    except AwsError as error:
        if error.code not in {"NoSuchEntity", "NoSuchEntityException"}:
            raise
        yield {"there": "false"}
    else:
        trust = role.get("AssumeRolePolicyDocument") or {}
        yield {"there": "true", "trust": trust if isinstance(trust, str) else json.dumps(trust)}


def _describe_hub(cloud: Cloud, account: str, region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """`hub`: on or off."""
    try:
        cloud.call(account, region, "securityhub", "describe_hub")
    except AwsError as error:
        subscribed = _NOT_SUBSCRIBED not in error.message.lower()
        if error.code not in _NO_HUB or (error.code == "AccessDeniedException" and subscribed):
            raise
        yield {"hub": "off"}
    else:
        yield {"hub": "on"}


def _list_regions(cloud: Cloud, account: str, _region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """Every Region of an account with its state."""
    whose: dict[str, Any] = {} if account == cloud.caller.account else {"AccountId": account}
    for found in cloud.pages(cloud.caller.account, "", "account", "list_regions", "Regions", **whose):
        yield {"region": str(found.get("RegionName", "")), "state": str(found.get("RegionOptStatus", ""))}


def _retention(cloud: Cloud, account: str, region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """`days` that AWS Config keeps its own history; no row where it was never set."""
    found = cloud.pages(account, region, "config", "describe_retention_configurations", "RetentionConfigurations")
    for told in found:
        yield {"days": str(told.get("RetentionPeriodInDays", ""))}


def _log_group(cloud: Cloud, account: str, region: str, about: str, _now: datetime) -> Iterator[Row]:
    """The log group a trail copies to, and its `days` ("" for ever); no row for none."""
    told = cloud.call(
        account, region, "cloudtrail", "describe_trails", trailNameList=[about], includeShadowTrails=False
    )
    for trail in told.get("trailList") or ():
        arn = str(trail.get("CloudWatchLogsLogGroupArn") or "")
        if arn.count(":") >= 6:
            name = arn.split(":")[6]
            groups = cloud.pages(account, region, "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
            for group in groups:
                if group.get("logGroupName") == name:
                    yield {"group": name, "days": str(group.get("retentionInDays") or "")}


def _compliance(cloud: Cloud, account: str, region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """Every rule of AWS Config with its compliance."""
    for told in cloud.pages(account, region, "config", "describe_compliance_by_config_rule", "ComplianceByConfigRules"):
        state = (told.get("Compliance") or {}).get("ComplianceType", "")
        yield {"rule": str(told.get("ConfigRuleName", "")), "state": str(state)}


def _channel_status(cloud: Cloud, account: str, region: str, _about: str, now: datetime) -> Iterator[Row]:
    """When history was `delivered` last ("" for never), whether a delivery `failed`, and when that was `asked`.

    No row for no channel.
    """
    told = cloud.call(account, region, "config", "describe_delivery_channel_status")
    for channel in told.get("DeliveryChannelsStatus") or ():
        history, snapshot = (channel.get(f"config{kind}DeliveryInfo") or {} for kind in ("History", "Snapshot"))
        failed = any(str(one.get("lastStatus") or "").lower() == "failure" for one in (history, snapshot))
        delivered = _time(history.get("lastSuccessfulTime"))
        yield {"delivered": delivered, "failed": str(failed).lower(), "asked": _time(now)}


def _newest_item(cloud: Cloud, account: str, region: str, _about: str, _now: datetime) -> Iterator[Row]:
    """The `newest` capture time of all that AWS Config records there, and of which `resource`; no row for nothing.

    Only resources that there are: a deleted one has no current configuration to be queried
    (https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html).
    """
    asked: dict[str, Any] = {"Expression": NEWEST, "Limit": 1}
    for told in islice(cloud.pages(account, region, "config", "select_resource_config", "Results", **asked), 1):
        item = _object(told)
        yield {
            "newest": str(item.get("configurationItemCaptureTime") or ""),
            "resource": f"{item.get('resourceType', '')} {item.get('resourceId', '')}",
        }


def _object(text: object) -> Mapping[str, Any]:
    """A JSON object in text, empty for whatever is none."""
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")


PROBES: Mapping[str, Ask] = {
    "head_bucket": _head_bucket,
    "list_object_versions": _list_object_versions,
    "get_bucket_acl": _get_bucket_acl,
    "get_bucket_lifecycle_configuration": _get_bucket_lifecycle,
    "lookup_events": _lookup_events,
    "write_events": _write_events,
    "describe_key": _describe_key,
    "get_trail_status": _get_trail_status,
    "describe_resource_policy": _describe_resource_policy,
    "get_role": _get_role,
    "describe_hub": _describe_hub,
    "list_regions": _list_regions,
    "describe_retention_configurations": _retention,
    "describe_delivery_channel_status": _channel_status,
    "select_resource_config": _newest_item,
    "log_group_retention": _log_group,
    "describe_compliance_by_config_rule": _compliance,
}
"""The questions there are, by name."""
