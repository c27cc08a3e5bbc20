"""No account and Region rests on a service-linked recorder alone."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    return on_cells(view, "config", _judge)


def _judge(_seen: Seen, cell: Cell) -> Said | None:
    if cell.recorder is None and cell.service_recorders:
        return bad("only a service-linked recorder is there: Config.1 may pass, and nothing is delivered")
    return good("no recorder that delivers nothing stands in for ours")


CHECK = Check(
    id="config-does-not-rest-on-service-linked-recorders",
    claim="No account and Region rests on a service-linked recorder alone",
    why=(
        "Security Hub's control Config.1 passes where only its own internal recorder exists, and nothing "
        "of it is ever delivered: green is no evidence."
    ),
    decided=(
        "Where ListConfigurationRecorders shows service-linked recorders there is a customer-managed one as well."
    ),
    unknown="The account or Region could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws configservice list-configuration-recorders --region {region}",
        cloudformation=(
            "Type: AWS::Config::ConfigurationRecorder\n"
            "Properties:\n"
            "  RoleARN: ROLE_ARN\n"
            "  RecordingGroup:\n"
            "    AllSupported: true"
        ),
        console="AWS Config in that Region, Settings: Customer managed recorder",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html",
    ),
    controls=("CL-CFG-01",),
    ask=ask,
)
