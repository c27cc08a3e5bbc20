"""The policy of the archive's key: the log services encrypt, named auditors decrypt, its account administers."""

from trailkeep.setup.documents.statement import Statement, document, statement
from trailkeep.setup.documents.writers import Writer
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec


def key_policy(spec: Spec, places: Places, writers: tuple[Writer, ...], accounts: tuple[str, ...]) -> str:
    """The key policy, for each of `writers`; `accounts` matter only with `recorder.write_condition: accounts`.

    CloudTrail also needs Decrypt when a bucket uses Bucket Keys, or creating and updating the trail fails.
    Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
    https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
    """
    owner = {"AWS": f"arn:{places.partition}:iam::{places.security}:root"}
    return document(
        [
            statement("Administration", "Allow", ["kms:*"], ["*"], Principal=owner),
            *(s for number, writer in enumerate(writers, 1) for s in _cloudtrail(places, writer, number)),
            _config(spec, places, accounts),
            *_readers(spec, places),
        ]
    )


def _cloudtrail(places: Places, writer: Writer, number: int) -> list[Statement]:
    service = {"Service": "cloudtrail.amazonaws.com"}
    owners = places.management if places.management in writer.source_arn else "*"
    context = f"arn:{places.partition}:cloudtrail:*:{owners}:trail/*"
    condition = {**writer.condition, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": context}}
    return [
        statement(
            f"CloudTrailEncrypt{number}",
            "Allow",
            ["kms:GenerateDataKey*"],
            ["*"],
            Principal=service,
            Condition=condition,
        ),
        statement(
            f"CloudTrailUse{number}",
            "Allow",
            ["kms:Decrypt", "kms:DescribeKey"],
            ["*"],
            Principal=service,
            Condition=writer.condition,
        ),
    ]


def _config(spec: Spec, places: Places, accounts: tuple[str, ...]) -> Statement:
    by_organization = spec.recorder.write_condition == "organization"
    source = {"aws:SourceOrgID": places.organization} if by_organization else {"aws:SourceAccount": sorted(accounts)}
    return statement(
        "ConfigEncrypt",
        "Allow",
        ["kms:Decrypt", "kms:GenerateDataKey"],
        ["*"],
        Principal={"Service": "config.amazonaws.com"},
        Condition={"StringEquals": source},
    )


def _readers(spec: Spec, places: Places) -> list[Statement]:
    if not spec.archive.readers:
        return []
    via = {"StringEquals": {"kms:ViaService": f"s3.{places.home}.amazonaws.com"}}
    who = {"AWS": sorted(spec.archive.readers)}
    return [
        statement("ReadersDecrypt", "Allow", ["kms:Decrypt"], ["*"], Principal=who, Condition=via),
        statement("ReadersDescribe", "Allow", ["kms:DescribeKey"], ["*"], Principal=who),
    ]
