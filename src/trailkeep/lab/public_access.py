"""S3 Block Public Access, where it takes away what a public bucket policy gives (Amazon S3 User Guide)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trailkeep.lab.bucket_policy import is_public

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.decision import Ask
    from trailkeep.lab.world import World


def is_restricted(call: Call, world: World, ask: Ask) -> bool:
    """RestrictPublicBuckets: a bucket with a public policy is open to its own account and AWS services only."""
    bucket = world.bucket(call.bucket)
    if bucket is None or not bucket.policy or call.account == ask.owner:
        return False
    block = bucket.public_access_block
    if block is None or not block.restrict_public_buckets:
        return False
    statements = json.loads(bucket.policy).get("Statement", [])
    return any(is_public(s) for s in (statements if isinstance(statements, list) else [statements]))
