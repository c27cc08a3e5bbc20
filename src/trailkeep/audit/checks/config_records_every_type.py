"""Every recorder records every resource type."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Seen, View
from trailkeep.model.recorder import GLOBAL_IAM_TYPES
from trailkeep.model.snapshot import Cell

_IAM = frozenset(GLOBAL_IAM_TYPES)


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    return on_cells(view, "config", _judge)


def _judge(_seen: Seen, cell: Cell) -> Said | None:
    recorder = cell.recorder
    if recorder is None:
        return unsure("there is no recorder")
    left_out = sorted(set(recorder.group.types) - _IAM)
    if recorder.group.strategy == "all" or (recorder.group.strategy == "exclude" and not left_out):
        return good("every resource type is recorded")
    many = len(left_out)
    if recorder.group.strategy == "exclude":
        return bad(f"{many} types are left out, {', '.join(left_out[:3])} among them")
    return bad(f"only {len(recorder.group.types)} types are recorded")


CHECK = Check(
    id="config-records-every-type",
    claim="Every recorder records every resource type",
    why="A list of types misses what AWS adds next month and what somebody uses for the first time.",
    decided=("The recording group is all supported types, or all but the global IAM types, which one Region records."),
    unknown="The account or Region could not be read. Or there is no recorder.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-configuration-recorder --region {region} --configuration-recorder "
            "name=default,roleARN=ROLE_ARN --recording-group "
            "allSupported=true,includeGlobalResourceTypes=false"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigurationRecorder\n"
            "Properties:\n"
            "  RoleARN: ROLE_ARN\n"
            "  RecordingGroup:\n"
            "    AllSupported: true"
        ),
        console="AWS Config, Settings, Edit: All resource types with customizable overrides",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",),
    controls=("CL-CFG-01",),
    ask=ask,
)
