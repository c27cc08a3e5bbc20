"""The human procedure for MFA Delete: exact commands for the root user, and for nobody else."""

from trailkeep.model.ids import AccountId


def procedure(bucket: str, account: AccountId) -> tuple[str, ...]:
    """The steps in order; a root access key exists only while they are done.

    Only the bucket owner's root user with its MFA device can do it, from the command line; temporary credentials and
    passkeys cannot (https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html).
    """
    s3api = "aws s3api {} --profile root-log-archive --bucket " + bucket
    switch = s3api.format("put-bucket-versioning") + (
        ' --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "$MFA_DEVICE_ARN $MFA_CODE"'
    )
    recovery = " (if central root management took its credentials away, let IAM, Root access management restore them)"
    steps = (
        f"Sign in to account {account} as the root user{recovery}.",
        "Give the root user a virtual or hardware MFA device (a passkey gives no code); note its ARN or serial number.",
        "Create a root access key and put it into a profile of its own, here root-log-archive.",
        switch,
        s3api.format("get-bucket-versioning") + "   (expect MFADelete: Enabled)",
        "Delete the root access key and the profile. Run `trailkeep plan`: the change is gone once it is verified.",
    )
    return tuple(f"{number}. {step}" for number, step in enumerate(steps, 1))
