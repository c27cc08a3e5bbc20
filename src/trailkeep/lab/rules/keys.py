"""Rules about KMS keys (AWS Config Developer Guide: cmk-backing-key-rotation-enabled, kms-cmk-not-scheduled-…)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trailkeep.lab.rules.facts import KEY, Facts, Result, named


def rotation(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """CMK_BACKING_KEY_ROTATION_ENABLED: of enabled keys that KMS can rotate."""
    keys = (key for key in facts.keys if key.rotatable and key.state == "Enabled")
    return (Result(kind=KEY, id=key.id, complies=key.rotates) for key in keys)


def not_scheduled_for_deletion(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """KMS_CMK_NOT_SCHEDULED_FOR_DELETION: of all keys, or of those that `kmsKeyIds` names by id or ARN."""
    only = named(parameters.get("kmsKeyIds"))
    for key in facts.keys:
        if not only or only & {key.id, key.arn}:
            yield Result(kind=KEY, id=key.id, complies=key.state != "PendingDeletion")
