"""AWS Config records with its service-linked role."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell
from trailkeep.setup.desired.recorders import SERVICE_ROLE


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    return on_cells(view, "config", _judge)


def _judge(_seen: Seen, cell: Cell) -> Said | None:
    recorder = cell.recorder
    if recorder is None:
        return unsure("there is no recorder")
    its_own = recorder.role.endswith(f":role/aws-service-role/config.amazonaws.com/{SERVICE_ROLE}")
    return good("it is service-linked") if its_own else bad(f"it records with {recorder.role}")


CHECK = Check(
    id="config-uses-its-service-linked-role",
    claim="AWS Config records with its service-linked role",
    why=("A role of one's own lacks what AWS adds, and SCPs bind it: a Region deny stops recording without a word."),
    decided="The recorder's role is AWSServiceRoleForConfig.",
    unknown="The account or Region could not be read. Or there is no recorder.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws iam create-service-linked-role --aws-service-name config.amazonaws.com",
        cloudformation=("Type: AWS::IAM::ServiceLinkedRole\nProperties:\n  AWSServiceName: config.amazonaws.com"),
        console="AWS Config, Settings, Edit: Use an existing AWS Config service-linked role",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html",
    ),
    controls=("CL-CFG-01",),
    ask=ask,
)
