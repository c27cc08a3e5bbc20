"""The archive's key lets the log services encrypt."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_keys
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.guards import Asked, lets_in
from trailkeep.audit.view import View
from trailkeep.model.archive import Key


def ask(view: View) -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""

    def judge(key: Key) -> Said:
        if not key.policy:
            return unsure("its policy could not be read")
        refused = [service for service, context in _users(view, key) if not lets_in(key, service, context)]
        return (
            bad(f"{', '.join(dict.fromkeys(refused))} may not encrypt with it") if refused else good("they may encrypt")
        )

    return on_keys(view, judge)


def _users(view: View, key: Key) -> Iterator[tuple[str, Asked]]:
    """Each service that encrypts with the key, with what its requests say of whom they are for."""
    names, organization = {key.arn, key.alias}, view.organization
    whole = {"aws:sourceorgid": (organization.id,)}
    for trail in view.trails:
        delivers = trail.arn in view.promise.trail_arns or trail.is_logging is not False
        if trail.kms_key in names and delivers:  # one that was left behind and stopped encrypts nothing
            arn = trail.arn
            context = {"aws:sourcearn": (arn,), "kms:encryptioncontext:aws:cloudtrail:arn": (arn,), **whole}
            yield "cloudtrail.amazonaws.com", {**context, "aws:sourceaccount": (trail.owner,)}
    bucket = view.holder("config")
    if bucket and bucket.encryption.key in names:
        account = organization.management
        arn = f"arn:{organization.partition}:config:{key.region}:{account}:x"
        ours = {"aws:sourcearn": (arn,), "aws:sourceaccount": (account,), **whole}
        yield "config.amazonaws.com", ours


CHECK = Check(
    id="key-lets-log-services-in",
    claim="The archive's key lets the log services encrypt",
    why="CloudTrail and AWS Config stop delivering as soon as the key policy no longer lets them encrypt.",
    decided=(
        "The key policy allows kms:GenerateDataKey to each service that encrypts with it, on behalf of "
        "this trail and this organization."
    ),
    unknown="The key or its policy could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms get-key-policy --key-id {key} --policy-name default --region {region}",
        cloudformation=(
            "Type: AWS::KMS::Key\n"
            "Properties:\n"
            "  KeyPolicy:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: cloudtrail.amazonaws.com}\n"
            "        Action: kms:GenerateDataKey*\n"
            "        Resource: '*'\n"
            "        Condition: {StringEquals: {aws:SourceArn: TRAIL_ARN}}"
        ),
        console="KMS, Customer managed keys, the key, Key policy",
    ),
    sources=(
        ("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"),
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html",
    ),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
