"""Rules about CloudTrail (AWS Config Developer Guide, managed rules: cloudtrail-enabled and its sisters)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trailkeep.lab.rules.facts import ACCOUNT, TRAIL, Facts, Result, TrailFacts

_DESTINATIONS = {"s3BucketName": "bucket", "snsTopicArn": "topic", "cloudWatchLogsLogGroupArn": "log_group"}


def enabled(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """CLOUD_TRAIL_ENABLED: a trail logs here, to the bucket, topic and log group that are named."""
    good = any(t.logs and _goes_to(t, parameters) for t in facts.trails)
    yield Result(kind=ACCOUNT, id=facts.account, complies=good)


def multi_region(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """MULTI_REGION_CLOUD_TRAIL_ENABLED: a multi-Region trail logs, as the parameters say, and excludes nothing."""
    good = any(
        t.logs and t.multi_region and _goes_to(t, parameters) and _takes(t, parameters) and not t.excludes
        for t in facts.trails
    )
    yield Result(kind=ACCOUNT, id=facts.account, complies=good)


def security_trail(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """CLOUDTRAIL_SECURITY_TRAIL_ENABLED: one trail has all of AWS's recommendations.

    They are: multi-Region, global services' events, reads and writes of every service, validation, a KMS key.
    """
    good = any(
        t.logs and t.multi_region and t.global_events and t.validates and t.key and t.reads and t.writes
        and not t.excludes
        for t in facts.trails
    )  # fmt: skip
    yield Result(kind=ACCOUNT, id=facts.account, complies=good)


def validation(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED: every trail that is seen here signs its log files."""
    return (Result(kind=TRAIL, id=t.name, complies=t.validates) for t in facts.trails)


def encryption(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """CLOUD_TRAIL_ENCRYPTION_ENABLED: every trail that is seen here encrypts with a KMS key."""
    return (Result(kind=TRAIL, id=t.name, complies=bool(t.key)) for t in facts.trails)


def _goes_to(trail: TrailFacts, parameters: Mapping[str, str]) -> bool:
    return all(getattr(trail, of) == parameters[name] for name, of in _DESTINATIONS.items() if parameters.get(name))


def _takes(trail: TrailFacts, parameters: Mapping[str, str]) -> bool:
    wanted = parameters.get("includeManagementEvents", "").lower()
    if wanted and (trail.reads or trail.writes) != (wanted == "true"):
        return False
    match parameters.get("readWriteType", "").upper().replace("_", ""):
        case "ALL":
            return trail.reads and trail.writes
        case "READONLY":
            return trail.reads and not trail.writes
        case "WRITEONLY":
            return trail.writes and not trail.reads
        case _:
            return True
