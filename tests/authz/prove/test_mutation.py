"""Leave one thing out of our own policies: a verdict changes, or the certificate had named what else holds.

All mutants with TRAILKEEP_ALL_MUTANTS=1 (some minutes); otherwise a sample, the same in every run.
"""

import os
import random
from functools import lru_cache

import pytest

from tests.authz.prove import guarded as g
from tests.authz.prove.mutants import Mutant, mutants
from trailkeep.authz.prove.certificate import Certificate
from trailkeep.authz.prove.proof import Guard
from trailkeep.authz.prove.prove import prove

SAMPLE = 9
UNASKED = frozenset({
    # tags, logs and notifications of buckets, who pays: they keep no log and lose none
    "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:DeleteObjectTagging", "s3:ReplicateTags", "s3:PutBucketLogging",
    "s3:PutBucketNotification", "s3:PutBucketRequestPayment", "s3:PutBucketTagging", "s3:DeleteObjectVersionTagging",
    # doors to objects: a proof takes them to be open already, and asks what goes through
    "s3:CreateAccessPoint", "s3:CreateMultiRegionAccessPoint", "s3:PutAccessPointPolicy", "s3:DeleteAccessPointPolicy",
    # grants are a residual path; rotation and replicas of a key take nothing away
    "kms:CreateGrant", "kms:DisableKeyRotation", "kms:EnableKeyRotation", "kms:ReplicateKey", "kms:UpdatePrimaryRegion",
    # what weakens an exempt role, or renames it, helps nobody to become it
    "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
})  # fmt: skip
"""Actions that our policies deny and no claim asks about, each for the reason above it."""


@lru_cache
def base() -> Certificate:
    return prove(g.ours())


def is_explained(mutant: Mutant) -> bool:
    """Whether a verdict changes without what was dropped, or what it held is held by another statement, or by none."""
    now = g.said(mutant.world)
    if any(now[p.claim] is not p.verdict for p in base().worst_case):
        return True
    if mutant.dropped in UNASKED:
        return True
    guards = [guard for proof in base().worst_case for guard in proof.guards]
    return any(mutant.concerns(guard.deed.action) and names(guard, mutant) for guard in guards)


def names(guard: Guard, mutant: Mutant) -> bool:
    """Whether the certificate names the statement for this question, and, where it lost something, another beside it.

    A Deny that lost one of its exceptions only denies more.
    """
    held = {(r.policy, r.statement) for r in (*guard.alone, *guard.together)}
    return (mutant.policy, mutant.statement) in held and (len(held) > 1 or " " in mutant.element)


def chosen() -> list[Mutant]:
    found = list(mutants(g.ours()))
    if os.environ.get("TRAILKEEP_ALL_MUTANTS"):
        return found
    return random.Random(11).sample(found, SAMPLE)


@pytest.mark.parametrize("mutant", chosen(), ids=str)
def test_nothing_in_our_policies_is_there_for_nothing(mutant: Mutant) -> None:
    assert is_explained(mutant)
