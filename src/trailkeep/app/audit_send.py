"""audit --send security-hub: read what Security Hub holds, say what it would be told, tell it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trailkeep.aws.send import Hub, Refused, import_findings, read_active
from trailkeep.model.ids import AccountId, Region
from trailkeep.report.formats.asff import prefix, product
from trailkeep.report.formats.asff_import import Import, to_import

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.report.findings import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What would be told to which Security Hub."""

    hub: Hub
    told: Import


def prepare(cloud: "Cloud", report: "Report") -> Sending:
    """What Security Hub of the security account would be told; of the caller's own without a specification.

    The default product takes findings of the account that imports them only (botocore model securityhub
    BatchImportFindings), so the account that a finding is about stands in its resources. Raises AwsError.
    """
    reporter = report.audited.reporter if report.audited.specified else cloud.caller.account
    ours = replace(report, audited=replace(report.audited, reporter=reporter))
    hub = Hub(account=AccountId(reporter), region=Region(ours.audited.home), product=product(ours.audited))
    return Sending(hub=hub, told=to_import(ours, read_active(cloud, hub, prefix(ours.audited))))


def send(cloud: "Cloud", sending: Sending, *, progress: Callable[[int], None] = lambda _n: None) -> tuple[Refused, ...]:
    """Tell it, and return what it did not take. Raises AwsError."""
    return import_findings(cloud, sending.hub, sending.told.findings, progress=progress)
