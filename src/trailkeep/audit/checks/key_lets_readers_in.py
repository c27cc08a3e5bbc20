"""The archive's key lets the named readers decrypt."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_keys
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.guards import lets_read
from trailkeep.audit.view import View
from trailkeep.model.archive import Key


def ask(view: View) -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""

    def judge(key: Key) -> Said:
        if not key.policy:
            return unsure("its policy could not be read")
        shut_out = [arn for arn in view.promise.readers if not lets_read(view, key, arn)]
        return (
            bad(f"it does not let in {', '.join(shut_out[:5])}") if shut_out else good("every named reader may decrypt")
        )

    return on_keys(view, judge)


CHECK = Check(
    id="key-lets-readers-in",
    claim="The archive's key lets the named readers decrypt",
    why="Who may read the bucket and not the key sees that there are logs, and nothing in them.",
    decided="The key policy lets each reader of the specification decrypt by way of S3.",
    unknown="The key or its policy could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms get-key-policy --key-id {key} --policy-name default --region {region}",
        cloudformation=(
            "Type: AWS::KMS::Key\n"
            "Properties:\n"
            "  KeyPolicy:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {AWS: READER_ARN}\n"
            "        Action: kms:Decrypt\n"
            "        Resource: '*'\n"
            "        Condition: {StringEquals: {kms:ViaService: s3.REGION.amazonaws.com}}"
        ),
        console="KMS, Customer managed keys, the key, Key policy",
    ),
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",),
    controls=("CL-INT-05", "CL-POL-06"),
    ask=ask,
    applies=lambda view: view.promise.kms and bool(view.promise.readers),
)
