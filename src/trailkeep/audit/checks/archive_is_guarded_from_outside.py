"""An RCP keeps everybody else from destroying the archive."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.guards import rcp_denies
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""

    def judge(bucket: Bucket) -> Said:
        if rcp_denies(view, bucket, "s3:DeleteObjectVersion"):
            return good("an RCP denies deleting versions to everybody else")
        return bad("no RCP denies deleting versions")

    return on_buckets(view, "account", judge)


CHECK = Check(
    id="archive-is-guarded-from-outside",
    claim="An RCP keeps everybody else from destroying the archive",
    why="SCPs bind the organization's own principals; only an RCP also binds those of other organizations.",
    decided=(
        "An RCP denies deleting versions in each bucket of the archive to a principal of another "
        "organization, whatever the bucket policy says."
    ),
    unknown="The bucket could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations attach-policy --policy-id POLICY --target-id {account}",
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: RESOURCE_CONTROL_POLICY\n  TargetIds: [ACCOUNT]"
        ),
        console="Organizations, Policies, Resource control policies, the policy, Targets: Attach",
    ),
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",),
    controls=("CL-POL-01", "CL-POL-05"),
    ask=ask,
    applies=lambda view: view.promise.resource_policy,
)
