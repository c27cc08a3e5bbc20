"""The managed rules there are, with their parameters and triggers, and which of them are evaluated here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.config.models import MANAGED_RULES_CONSTRAINTS

from trailkeep.lab.rules import accounts, buckets, keys, trails
from trailkeep.lab.rules.facts import Evaluator

EVALUATORS: Mapping[str, Evaluator] = {
    "CLOUD_TRAIL_ENABLED": trails.enabled,
    "MULTI_REGION_CLOUD_TRAIL_ENABLED": trails.multi_region,
    "CLOUDTRAIL_SECURITY_TRAIL_ENABLED": trails.security_trail,
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED": trails.validation,
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": trails.encryption,
    "S3_BUCKET_VERSIONING_ENABLED": buckets.versioning,
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": buckets.default_lock,
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED": buckets.public_access,
    "S3_BUCKET_SSL_REQUESTS_ONLY": buckets.ssl_only,
    "S3_LIFECYCLE_POLICY_CHECK": buckets.lifecycle,
    "S3_VERSION_LIFECYCLE_POLICY_CHECK": buckets.version_lifecycle,
    "S3_DEFAULT_ENCRYPTION_KMS": buckets.kms_encryption,
    "CMK_BACKING_KEY_ROTATION_ENABLED": keys.rotation,
    "KMS_CMK_NOT_SCHEDULED_FOR_DELETION": keys.not_scheduled_for_deletion,
    "SECURITYHUB_ENABLED": accounts.hub_enabled,
    "ACCOUNT_PART_OF_ORGANIZATIONS": accounts.part_of_organization,
}
"""Rules without an evaluator are accepted, and their compliance is INSUFFICIENT_DATA."""


def is_known(identifier: str) -> bool:
    """Whether AWS has a managed rule of this identifier (moto's list of them)."""
    return identifier in MANAGED_RULES_CONSTRAINTS


def parameters_of(identifier: str) -> Mapping[str, bool]:
    """The input parameters a managed rule knows, and whether each must be given (one with a default need not be)."""
    listed: list[dict[str, Any]] = MANAGED_RULES_CONSTRAINTS[identifier]["Parameters"]
    return {str(p["Name"]): not p["Optional"] and "Default" not in p for p in listed}


def is_periodic(identifier: str) -> bool:
    """Whether it is evaluated as time passes."""
    return "Periodic" in MANAGED_RULES_CONSTRAINTS[identifier]["Trigger type"]


def follows_changes(identifier: str) -> bool:
    """Whether it is evaluated when a recorded resource changes."""
    return str(MANAGED_RULES_CONSTRAINTS[identifier]["Trigger type"]).startswith("Configuration changes")
