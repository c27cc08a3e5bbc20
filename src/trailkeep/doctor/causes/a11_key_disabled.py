"""A11: the key that encrypts the logs is disabled, or will be deleted."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found
from trailkeep.doctor.view import Subject, View

_CANCEL = "Cancel the deletion, then enable the key: without it no log can be written, and none can be read."
_ENABLE = "Enable the key: without it no log can be written, and none can be read."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name, key, unsure in walk.keys_in_use(view, subject):
        told = walk.probed_key(view, unsure) if key is None else {}
        state = key.state if key else told.get("state", "")
        if not state:
            yield unsure
        elif state == "Enabled":
            yield Fine(because="DescribeKey says KeyState = Enabled")
        else:
            arn, account, region = (
                (key.arn, key.account, key.region) if key else (name, unsure.probes[0].account, unsure.probes[0].region)
            )
            said = f"KeyState = {state}"
            yield Found(
                where=f"key {name}", said=said, source="kms DescribeKey", fix=revive(view, arn, account, region, state)
            )


def revive(view: View, arn: str, account: str, region: str, state: str) -> Fix:
    """Make a key usable again."""
    if state == "PendingDeletion":
        action = "kms:CancelKeyDeletion"
        return remedy.on_key(view, arn, account, region, _CANCEL, action, "cancel-key-deletion")
    return remedy.on_key(view, arn, account, region, _ENABLE, "kms:EnableKey", "enable-key")


CAUSE = Cause(
    id="A11",
    name="key-disabled",
    title="The key is disabled or pending deletion",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="KeyState of the key that the trail or the channel names (else the bucket's default) is not Enabled.",
    unknown="The key lies in an account that was not read; DescribeKey (`--probe`) tells.",
    remedy="Cancel the deletion within its window (7 to 30 days), enable the key.",
    sources=("botocore model kms DescribeKey, CancelKeyDeletion, EnableKey",),
    look=_look,
    consequences=("A14", "A24", "A32", "A30"),
    nothing="the logs are not encrypted by a KMS key",
)
