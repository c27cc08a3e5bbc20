"""The archive is in the account dedicated to it."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""

    def judge(bucket: Bucket) -> Said:
        if bucket.account == view.organization.management:
            return bad("it is in the management account, which no SCP or RCP binds")
        if bucket.account != view.promise.archive:
            return bad(f"it is in account {bucket.account}, not in {view.promise.archive}")
        return good(f"it is in account {bucket.account}")

    return on_buckets(view, "account", judge)


CHECK = Check(
    id="archive-is-in-its-own-account",
    claim="The archive is in the account dedicated to it",
    why=("No policy binds the management account: a log that is kept there is at the mercy of its administrators."),
    decided=(
        "The buckets belong to the log-archive account of the specification (without one: to one "
        "account), which is not the management account and does not hold the key."
    ),
    unknown="The bucket could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations create-account --email EMAIL --account-name 'Log Archive'",
        cloudformation=(
            "Type: AWS::Organizations::Account\n"
            "Properties:\n"
            "  AccountName: Log Archive\n"
            "  Email: EMAIL\n"
            "  ParentIds: [UNIT]"
        ),
        console="Organizations, AWS accounts, Add an AWS account",
    ),
    sources=(
        ("https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html"),
    ),
    controls=("CL-ORG-01",),
    ask=ask,
)
