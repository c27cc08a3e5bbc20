"""The global IAM types are recorded in exactly one Region of every account."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import NOT_OFFERED, Seen, View
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer an account; an unread Region keeps "exactly one" from being known."""
    of_account: defaultdict[AccountId, list[Seen]] = defaultdict(list)
    for seen in view.cells:
        if seen.config != NOT_OFFERED:
            of_account[seen.account].append(seen)
    for account, cells in of_account.items():
        yield Answer(subject=view.account(account), said=_said(cells))


def _said(cells: list[Seen]) -> Said:
    unread = [s for s in cells if s.config or s.cell is None]
    where = [
        s.region for s in cells if s.cell and s.cell.recorder and s.cell.recorder.group.records_iam and not s.config
    ]
    if len(where) > 1:
        return bad(f"recorded {len(where)} times: {', '.join(str(r) for r in where[:5])}")
    if unread:
        return unsure(f"{len(unread)} of its Regions could not be read")
    return good(f"recorded in {where[0]}") if where else bad("no Region records them")


CHECK = Check(
    id="config-records-iam-once",
    claim="The global IAM types are recorded in exactly one Region of every account",
    why=(
        "IAM is where an intruder stays; recorded nowhere it is missed, recorded everywhere it is paid "
        "for in each Region."
    ),
    decided=(
        "Exactly one Region of the account has a recorder that records AWS::IAM::User, Group, Role and "
        "Policy; which recorders do depends on their strategy."
    ),
    unknown="One of the account's Regions could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-configuration-recorder --region HOME_REGION --configuration-recorder "
            "name=default,roleARN=ROLE_ARN --recording-group "
            "allSupported=true,includeGlobalResourceTypes=true"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigurationRecorder\n"
            "Properties:\n"
            "  RoleARN: ROLE_ARN\n"
            "  RecordingGroup:\n"
            "    AllSupported: true\n"
            "    IncludeGlobalResourceTypes: true  # in one Region"
        ),
        console="AWS Config, Settings, Edit: include globally recorded resource types, in one Region",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",),
    controls=("CL-CFG-03",),
    ask=ask,
)
