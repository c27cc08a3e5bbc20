"""moto's own evaluation of bucket policies, switched off: the gate has decided before moto is asked."""

from __future__ import annotations

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def leave_it_to_the_gate() -> None:
    """Let moto permit everything; it knows bucket policies for objects only, without Principal and Condition."""
    FakeBucket.get_permission = lambda _self, _action, _resource: PermissionResult.NEUTRAL
