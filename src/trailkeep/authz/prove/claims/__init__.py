"""The claims, one file each."""

from trailkeep.authz.prove.claims import (
    auditors,
    buckets_kept,
    delivery,
    exempt_roles,
    logs_kept,
    membership,
    operator,
    readable,
    readers,
    recorders_kept,
    retention_kept,
    trails_kept,
    writers,
)

CLAIMS = (
    logs_kept.CLAIM,
    retention_kept.CLAIM,
    readable.CLAIM,
    buckets_kept.CLAIM,
    trails_kept.CLAIM,
    recorders_kept.CLAIM,
    writers.CLAIM,
    readers.CLAIM,
    membership.CLAIM,
    exempt_roles.CLAIM,
    delivery.CLOUDTRAIL,
    delivery.CONFIG,
    auditors.CLAIM,
    operator.WORKS,
    operator.APPLICATIONS,
)
"""In the order of the recipe's worries."""

NEEDED = tuple(claim for claim in CLAIMS if claim.nature != "nobody")
"""What must stay possible, whatever is guarded."""
