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
    # how long Config itself keeps items (the archive has them), recorders that belong to other services
    "config:DeleteRetentionConfiguration", "config:PutRetentionConfiguration",
    "config:DeleteServiceLinkedConfigurationRecorder",
    # only the management account may call it; tags; IAM keeps a service-linked role while a recorder uses it
    "cloudtrail:DeregisterOrganizationDelegatedAdmin", "cloudtrail:AddTags", "cloudtrail:RemoveTags",
    "iam:DeleteServiceLinkedRole",
    # what weakens an exempt role, or renames it, helps nobody to become it
    "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription",
})  # fmt: skip
"""Actions that our policies deny and no claim asks about, each for the reason above it."""

SPARE = ("DenyPlainTransport", "CloudTrailAcl", "CloudTrailUse", "ConfigAcl", "ConfigCheck")
"""Statements that no claim is about: plain HTTP, and what a service may look at before it delivers.

The value bucket-owner-full-control is another: buckets without ACLs take no account of it. So are the objects in
Weaken and Versioning, whose actions are about buckets.
"""


@lru_cache
def base() -> Certificate:
    return prove(g.ours())


def is_explained(mutant: Mutant) -> bool:
    """Whether a verdict changes without what was dropped, or what it held is held by another statement, or by none."""
    now = g.said(mutant.world)
    if any(now[p.claim] is not p.verdict for p in base().worst_case):
        return True
    if mutant.dropped in UNASKED or mutant.actions <= UNASKED:
        return True
    spare = mutant.statement in {"Weaken", "Versioning"} and mutant.dropped.endswith("/*")
    if spare or mutant.statement.startswith(SPARE) or mutant.dropped == "bucket-owner-full-control":
        return True
    guards = [guard for proof in base().worst_case for guard in proof.guards]
    concerned = [guard for guard in guards if mutant.concerns(guard.deed.action)]
    if any(held(guard) and mutant.where in held(guard) for guard in guards):
        return any(names(guard, mutant) for guard in concerned)
    return any(not held(guard) for guard in concerned)  # it stands where nothing is granted in the first place


def held(guard: Guard) -> frozenset[tuple[str, str]]:
    """The statements that a certificate names for a question, by policy and name."""
    return frozenset((r.policy, r.statement) for r in (*guard.alone, *guard.together))


def names(guard: Guard, mutant: Mutant) -> bool:
    """Whether the certificate names the statement for this question, and, where it lost something, another beside it.

    A Deny that lost one of its exceptions only denies more.
    """
    return mutant.where in held(guard) and (len(held(guard)) > 1 or " " in mutant.element)


def chosen() -> list[Mutant]:
    found = list(mutants(g.ours()))
    if os.environ.get("TRAILKEEP_ALL_MUTANTS"):
        return found
    return random.Random(11).sample(found, SAMPLE)


@pytest.mark.parametrize("mutant", chosen(), ids=str)
def test_nothing_in_our_policies_is_there_for_nothing(mutant: Mutant) -> None:
    assert is_explained(mutant)
