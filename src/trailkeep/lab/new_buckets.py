"""What AWS gives every new bucket and moto does not: public access blocked, ACLs off, encryption with S3's own key."""

from __future__ import annotations

from typing import Any

from moto.s3.models import PublicAccessBlock


def give_defaults(bucket: Any) -> None:
    """Set the defaults of a bucket made since April 2023 (Amazon S3 User Guide, default settings for new buckets)."""
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = "BucketOwnerEnforced"
    give_default_encryption(bucket)


def give_default_encryption(bucket: Any) -> None:
    """Every bucket is encrypted; without a configuration of its own, with AES256 (SSE-S3)."""
    bucket.encryption = {
        "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
    }
