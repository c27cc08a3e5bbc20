"""A change becomes calls: one `match` over every kind of change there is, one module a subject."""

from typing import assert_never, cast

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write import archive, guardrail, identity, monitoring, organization, recorder, trail
from trailkeep.aws.write.archive import ArchiveChange
from trailkeep.aws.write.guardrail import PolicyChange
from trailkeep.aws.write.identity import IdentityChange
from trailkeep.aws.write.monitoring import MonitoringChange
from trailkeep.aws.write.once import is_lost
from trailkeep.aws.write.organization import MembershipChange
from trailkeep.aws.write.recorder import RecorderChange
from trailkeep.aws.write.trail import TrailChange
from trailkeep.aws.write.wait import Wait
from trailkeep.errors import AwsError
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
    EnableMfaDelete,
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

Performable = (
    MembershipChange
    | IdentityChange
    | ArchiveChange
    | TrailChange
    | RecorderChange
    | MonitoringChange
    | PolicyChange
    | EnableMfaDelete
)
"""The closed union of `trailkeep.model.change.CHANGES`, by subject."""

_PAUSE = 5.0
"""Seconds before a change whose answer was lost is made again: what it did do shows by then."""

__all__ = ["Performable", "Wait", "perform"]


def perform(cloud: Cloud, change: Change, *, wait: Wait) -> dict[str, str]:
    """Make `change`, and return what AWS chose: {stand-in: real value}, empty when it chose nothing.

    Making a change that is already made changes nothing and raises nothing, so that a run that broke off between a
    call and its record can make it again. Raises AwsError when AWS refuses or something else is in the way, ValueError
    for a change that only a person can make.
    """
    known = cast("Performable", change)
    try:
        return _perform(cloud, known, wait)
    except AwsError as error:
        if not is_lost(error):
            raise
    wait.sleep(_PAUSE)
    return _perform(cloud, known, wait)


def _perform(cloud: Cloud, known: Performable, wait: Wait) -> dict[str, str]:
    match known:
        case CreateKey() | SetKey() | CreateBucket() | SetBucket():
            return archive.perform(cloud, known)
        case PutTrail() | SetSelectors() | SetLogging():
            trail.perform(cloud, known)
        case PutRecorder() | PutChannel() | SetRecording():
            recorder.perform(cloud, known)
        case (
            PutOrganizationRule()
            | PutRule()
            | PutPack()
            | PutAggregator()
            | SetHubAdministrator()
            | SetHub()
            | PutFindingAggregator()
            | SetCentralConfiguration()
            | PutHubPolicy()
            | ApplyHubPolicy()
            | PutRole()
            | PutBus()
            | PutTopic()
            | SetSubscription()
            | PutEventRule()
        ):
            return monitoring.perform(cloud, known, wait=wait)
        case PutPolicy() | AttachPolicy():
            return guardrail.perform(cloud, known)
        case EnableMfaDelete():
            raise ValueError("a human step is never performed by trailkeep")
        case CreateServiceLinkedRole() | CreateRole() | PutGuard() | AttachGuard():
            identity.perform(cloud, known)
        case (
            CreateUnit()
            | CreateAccount()
            | MoveAccount()
            | EnableAllFeatures()
            | SetTrustedAccess()
            | SetDelegate()
            | EnablePolicyType()
        ):
            return organization.perform(cloud, known, wait)
        case _:
            assert_never(known)
    return {}
