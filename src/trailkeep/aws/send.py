"""What an audit sends: a message to an SNS topic, findings to Security Hub CSPM."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region

MOST = 100
"""Findings a call (botocore model securityhub BatchImportFindings, GetFindings MaxResults)."""

_REFUSED = frozenset({"AuthorizationError", "AuthorizationErrorException", "AccessDenied", "AccessDeniedException"})


def publish(cloud: Cloud, topic: str, message: Mapping[str, Any]) -> None:
    """Publish to a topic (its ARN) as the caller; where its policy refuses, as the account that owns it.

    `message` holds the parameters of Publish but for the topic. Raises AwsError.
    """
    _, _, _, region, owner, _ = topic.split(":", 5)
    try:
        cloud.call(cloud.caller.account, region, "sns", "publish", **message, TopicArn=topic)
    except AwsError as error:
        if error.code not in _REFUSED or owner == cloud.caller.account:
            raise
        try:
            cloud.call(owner, region, "sns", "publish", **message, TopicArn=topic)
        except AwsError:
            raise error from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Security Hub CSPM of one account in one Region, and what custom findings in it are called."""

    account: AccountId
    region: Region
    product: str
    """The ARN of the account's default product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A finding that Security Hub did not take (botocore model securityhub ImportFindingsError)."""

    id: str
    code: str
    why: str


def read_active(cloud: Cloud, hub: Hub, prefix: str) -> Iterator[Mapping[str, Any]]:
    """The active findings of the default product whose id starts with `prefix`. Raises AwsError."""
    filters = {
        "ProductArn": [{"Value": hub.product, "Comparison": "EQUALS"}],
        "Id": [{"Value": prefix, "Comparison": "PREFIX"}],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
    }
    asked: dict[str, Any] = {"Filters": filters, "MaxResults": MOST}
    try:
        yield from cloud.pages(hub.account, hub.region, "securityhub", "get_findings", "Findings", **asked)
    except AwsError as error:
        raise _explained(error, hub) from error


def import_findings(
    cloud: Cloud, hub: Hub, findings: Sequence[Mapping[str, Any]], *, progress: Callable[[int], None] = lambda _n: None
) -> tuple[Refused, ...]:
    """Import findings, 100 a call, and say which were not taken; `progress` hears of each call. Raises AwsError.

    Importing twice is the same as importing once, so a lost answer is asked for again.
    """
    refused: list[Refused] = []
    for start in range(0, len(findings), MOST):
        some = list(findings[start : start + MOST])
        try:
            told = cloud.call(hub.account, hub.region, "securityhub", "batch_import_findings", safe=True, Findings=some)
        except AwsError as error:
            raise _explained(error, hub, sent=start) from error
        refused += [
            Refused(id=f["Id"], code=f["ErrorCode"], why=f["ErrorMessage"]) for f in told.get("FailedFindings", ())
        ]
        progress(len(some))
    return tuple(refused)


def _explained(error: AwsError, hub: Hub, *, sent: int = 0) -> AwsError:
    """The same error with what to do about Security Hub, and what had already arrived."""
    hint = error.hint
    if error.code == "InvalidAccessException":  # the account is not subscribed (botocore model securityhub)
        hint = (
            f"as {hub.account}: aws securityhub enable-security-hub --no-enable-default-standards --region {hub.region}"
        )
    said = f"{error.message}; {sent:,} findings had arrived, sending again completes it" if sent else error.message
    return AwsError(said, code=error.code, hint=hint)
