"""Which calls each change makes that change something, and which resource they are about."""

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.aws.permissions import Operation
from trailkeep.model.change import (
    ApplyHubPolicy,
    AttachGuard,
    AttachPolicy,
    Change,
    CreateAccount,
    CreateBucket,
    CreateKey,
    CreateRole,
    CreateServiceLinkedRole,
    CreateUnit,
    EnableAllFeatures,
    EnablePolicyType,
    MoveAccount,
    PutAggregator,
    PutBus,
    PutChannel,
    PutEventRule,
    PutFindingAggregator,
    PutGuard,
    PutHubPolicy,
    PutOrganizationRule,
    PutPack,
    PutPolicy,
    PutRecorder,
    PutRole,
    PutRule,
    PutTopic,
    PutTrail,
    SetBucket,
    SetCentralConfiguration,
    SetDelegate,
    SetHub,
    SetHubAdministrator,
    SetKey,
    SetLogging,
    SetRecording,
    SetSelectors,
    SetSubscription,
    SetTrustedAccess,
)
from trailkeep.model.ids import is_pending

ANY = "*"
_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_BUCKET: Mapping[str, str] = {
    "versioning": "put_bucket_versioning",
    "lock": "put_object_lock_configuration",
    "blocks_public_access": "put_public_access_block",
    "ownership": "put_bucket_ownership_controls",
    "encryption": "put_bucket_encryption",
    "lifecycle": "put_bucket_lifecycle_configuration",
    "policy": "put_bucket_policy",
    "tags": "put_bucket_tagging",
}
_KEY: Mapping[str, str] = {"policy": "put_key_policy", "rotates": "enable_key_rotation", "state": "enable_key"}

_ALWAYS: Mapping[type[Change], tuple[Operation, ...]] = {
    CreateUnit: (("organizations", "create_organizational_unit"),),
    CreateAccount: (("organizations", "list_create_account_status"), ("organizations", "create_account")),
    MoveAccount: (("organizations", "move_account"),),
    EnableAllFeatures: (("organizations", "enable_all_features"),),
    EnablePolicyType: (("organizations", "enable_policy_type"),),
    CreateServiceLinkedRole: (("iam", "create_service_linked_role"),),
    CreateRole: (("iam", "create_role"), ("iam", "attach_role_policy")),
    CreateKey: (("kms", "create_key"), ("kms", "create_alias"), ("kms", "enable_key_rotation")),
    CreateBucket: (("s3", "create_bucket"),),
    SetSelectors: (("cloudtrail", "put_event_selectors"),),
    PutRecorder: (("config", "put_configuration_recorder"),),
    PutChannel: (("config", "put_delivery_channel"),),
    SetHubAdministrator: (("securityhub", "enable_organization_admin_account"),),
    SetHub: (("securityhub", "enable_security_hub"),),
    SetCentralConfiguration: (("securityhub", "update_organization_configuration"),),
    ApplyHubPolicy: (("securityhub", "start_configuration_policy_association"),),
    PutTopic: (("sns", "create_topic"), ("sns", "set_topic_attributes")),
    SetSubscription: (("sns", "subscribe"),),
}


def operations_of(change: Change) -> tuple[Operation, ...]:
    """The calls that change something when this change is made (`aws.write` makes them); none for a human step."""
    kind = type(change)
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    if kind in _WATCHING:
        return _WATCHING[kind](change)
    return (_DEPENDING[kind](change),) if kind in _DEPENDING else ()


def _watching(
    service: str, write: tuple[str, ...], delete: str, update: tuple[str, ...] | None = None
) -> Callable[[Any], tuple[Operation, ...]]:
    """What a change with a `before` and an `after` calls: to make, to change, or to end something."""

    def needed(change: Any) -> tuple[Operation, ...]:  # noqa: ANN401 any change of that form
        if change.after is None:
            return ((service, delete),)
        names = write if change.before is None or update is None else update
        return tuple((service, name) for name in names)

    return needed


_WATCHING: Mapping[type[Change], Callable[[Any], tuple[Operation, ...]]] = {
    PutRole: _watching("iam", ("create_role", "put_role_policy"), "delete_role", ("put_role_policy",)),
    PutOrganizationRule: _watching("config", ("put_organization_config_rule",), "delete_organization_config_rule"),
    PutRule: _watching("config", ("put_config_rule",), "delete_config_rule"),
    PutPack: _watching("config", ("put_organization_conformance_pack",), "delete_organization_conformance_pack"),
    PutAggregator: _watching("config", ("put_configuration_aggregator",), "delete_configuration_aggregator"),
    PutFindingAggregator: _watching(
        "securityhub", ("create_finding_aggregator",), "delete_finding_aggregator", ("update_finding_aggregator",)
    ),
    PutHubPolicy: _watching(
        "securityhub", ("create_configuration_policy",), "delete_configuration_policy", ("update_configuration_policy",)
    ),
    PutBus: _watching("events", ("create_event_bus", "put_permission"), "delete_event_bus", ("put_permission",)),
    PutEventRule: _watching("events", ("put_rule", "put_targets"), "delete_rule"),
}


def _delegate(change: SetDelegate) -> Operation:
    verb = "register" if change.after else "deregister"
    if change.delegation.service == _CLOUDTRAIL:
        return "cloudtrail", f"{verb}_organization_delegated_admin"
    return "organizations", f"{verb}_delegated_administrator"


def _guard(change: PutGuard) -> Operation:
    if change.after is None:
        return "iam", "delete_policy"
    return "iam", "create_policy" if change.before is None else "create_policy_version"


def _written(change: PutPolicy | PutTrail) -> str:
    return "create" if change.before is None else "delete" if change.after is None else "update"


_DEPENDING: Mapping[type[Change], Callable[[Any], Operation]] = {
    SetTrustedAccess: lambda c: ("organizations", f"{'enable' if c.after else 'disable'}_aws_service_access"),
    SetDelegate: _delegate,
    SetKey: lambda c: ("kms", _KEY[c.setting]),
    SetBucket: lambda c: ("s3", _BUCKET[c.setting]),
    PutTrail: lambda c: ("cloudtrail", f"{_written(c)}_trail"),
    SetLogging: lambda c: ("cloudtrail", f"{'start' if c.after else 'stop'}_logging"),
    SetRecording: lambda c: ("config", f"{'start' if c.after else 'stop'}_configuration_recorder"),
    PutPolicy: lambda c: ("organizations", f"{_written(c)}_policy"),
    AttachPolicy: lambda c: ("organizations", f"{'attach' if c.after else 'detach'}_policy"),
    PutGuard: _guard,
    AttachGuard: lambda c: ("iam", f"{'attach' if c.after else 'detach'}_role_policy"),
}


def resource_of(change: Change) -> str:
    """The ARN that a change is about, `*` where it has none yet or the request names none."""
    match change:
        case CreateBucket():
            found = f"arn:{_partition(change)}:s3:::{change.bucket.name}"
        case SetBucket():
            found = f"arn:{_partition(change)}:s3:::{change.bucket}"
        case PutTrail():
            found = change.trail.arn
        case SetSelectors() | SetLogging() | SetKey():
            found = change.arn
        case CreateRole():
            found = change.role.arn
        case PutRole():
            found = change.item.arn
        case PutTopic():
            found = change.item.arn
        case PutGuard():
            guard = change.after or change.before
            found = guard.arn if guard else ANY
        case _:
            found = ANY
    return ANY if is_pending(found) else found


def _partition(change: CreateBucket | SetBucket) -> str:
    head = change.region.partition("-")[0]
    return "aws-cn" if head == "cn" else "aws-us-gov" if change.region.startswith("us-gov-") else "aws"
