"""The register of everything the embedded organization answers itself, or checks before moto may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab import (
    account,
    cloudtrail,
    config,
    config_register,
    controltower,
    iam,
    kms,
    organizations,
    s3,
    sns,
    sts,
)
from trailkeep.lab.call import Call
from trailkeep.lab.delivery import answers as delivery_answers
from trailkeep.lab.eventbridge import answers as eventbridge
from trailkeep.lab.refusal import Reply
from trailkeep.lab.s3_permissions import SERVED
from trailkeep.lab.securityhub import answers as securityhub
from trailkeep.lab.world import World

Answer = Callable[[Call, World], "dict[str, Any] | Reply | None"]
"""Returns the response's members, a ready answer, or None to let moto answer; raises Refusal."""

ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    "account": account.ANSWERS,
    "cloudtrail": {**cloudtrail.ANSWERS, **delivery_answers.CLOUDTRAIL},
    "config": {**config.ANSWERS, **delivery_answers.CONFIG, **config_register.ANSWERS},
    "controltower": controltower.ANSWERS,
    "events": eventbridge.ANSWERS,
    "iam": iam.ANSWERS,
    "kms": kms.ANSWERS,
    "organizations": organizations.ANSWERS,
    "s3": s3.ANSWERS,
    "securityhub": securityhub.ANSWERS,
    "sns": sns.ANSWERS,
    "sts": sts.ANSWERS,
}
"""By service and API."""

AFTERWARDS: Mapping[str, Mapping[str, Callable[[Call, World], None]]] = {
    "s3": s3.AFTERWARDS,
}
"""What is to be put right after moto answered with success."""


def is_served(call: Call) -> bool:
    """Whether anybody here can answer this API truthfully."""
    if call.service == "s3":
        return call.action in SERVED
    if call.service == "cloudwatch":
        return call.action == "GetMetricStatistics"  # the daily storage metrics of buckets, which moto computes
    if call.service == "sns":
        return call.action in sns.SERVED
    if call.service in {"events", "securityhub"}:
        return call.action in ANSWERS[call.service]
    return bool(call.action) and (call.service, call.action) not in INVENTIONS


INVENTIONS = frozenset(
    {
        ("config", "ListDiscoveredResources"),
        ("config", "ListAggregateDiscoveredResources"),
        ("sts", "GetSessionToken"),
        ("sts", "GetFederationToken"),
        ("sts", "AssumeRoleWithSAML"),
        ("sts", "AssumeRoleWithWebIdentity"),
    }
)
"""APIs to which moto gives answers that are not true of this organization."""
