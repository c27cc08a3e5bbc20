"""Changes: a closed union of domain changes, each knowing its resource, before, after, reason and stage."""

from trailkeep.model.change.archive import CreateBucket, CreateKey, EnableMfaDelete, SetBucket, SetKey
from trailkeep.model.change.form import Change, Reason, Stage, bind
from trailkeep.model.change.guardrail import AttachGuard, AttachPolicy, PutGuard, PutPolicy
from trailkeep.model.change.organization import (
    CreateAccount,
    CreateRole,
    CreateServiceLinkedRole,
    CreateUnit,
    EnableAllFeatures,
    EnablePolicyType,
    MoveAccount,
    SetDelegate,
    SetTrustedAccess,
)
from trailkeep.model.change.recorder import PutChannel, PutRecorder, SetRecording
from trailkeep.model.change.trail import PutTrail, SetLogging, SetSelectors

CHANGES: tuple[type[Change], ...] = (
    CreateUnit,
    CreateAccount,
    MoveAccount,
    EnableAllFeatures,
    SetTrustedAccess,
    SetDelegate,
    EnablePolicyType,
    CreateServiceLinkedRole,
    CreateRole,
    CreateKey,
    SetKey,
    CreateBucket,
    SetBucket,
    PutTrail,
    SetSelectors,
    SetLogging,
    PutRecorder,
    PutChannel,
    SetRecording,
    EnableMfaDelete,
    PutPolicy,
    AttachPolicy,
    PutGuard,
    AttachGuard,
)
"""Every kind of change there is; adding one is one class and one line here."""

__all__ = [
    "CHANGES",
    "AttachGuard",
    "AttachPolicy",
    "Change",
    "CreateAccount",
    "CreateBucket",
    "CreateKey",
    "CreateRole",
    "CreateServiceLinkedRole",
    "CreateUnit",
    "EnableAllFeatures",
    "EnableMfaDelete",
    "EnablePolicyType",
    "MoveAccount",
    "PutChannel",
    "PutGuard",
    "PutPolicy",
    "PutRecorder",
    "PutTrail",
    "Reason",
    "SetBucket",
    "SetDelegate",
    "SetKey",
    "SetLogging",
    "SetRecording",
    "SetSelectors",
    "SetTrustedAccess",
    "Stage",
    "bind",
]
