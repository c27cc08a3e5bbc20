"""B11: the key is scheduled for deletion; with it every log it encrypted becomes unreadable, locked or not."""

from collections.abc import Iterator

from trailkeep.doctor import walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.causes.a11_key_disabled import revive
from trailkeep.doctor.verdict import Case, Fine, Found, Probe
from trailkeep.doctor.view import Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name, key, unsure in walk.keys_in_use(view, subject):
        told = walk.probed_key(view, unsure) if key is None else {}
        state = key.state if key else told.get("state", "")
        account, region = (key.account, key.region) if key else _place(unsure.probes)
        if not state:
            yield unsure
        elif state != "PendingDeletion":
            yield Fine(because="DescribeKey says that no deletion is pending")
        else:
            probe = Probe(operation="lookup_events", account=account, region=region, about="ScheduleKeyDeletion")
            arn = key.arn if key else name
            yield Found(
                where=f"key {name}",
                said=f"KeyState = PendingDeletion{walk.actor(view, probe)}",
                source="kms DescribeKey",
                fix=revive(view, arn, account, region, state),
                probes=(probe,),
            )


def _place(probes: tuple[Probe, ...]) -> tuple[str, str]:
    return (probes[0].account, probes[0].region) if probes else ("", "")


CAUSE = Cause(
    id="B11",
    name="key-deletion",
    title="The key will be deleted",
    family=Family.DELETION,
    cost=Cost.SETTING,
    decided="KeyState of the key is PendingDeletion.",
    unknown="The key lies in an account that was not read; DescribeKey (`--probe`) tells.",
    remedy="Cancel the deletion before the window (7 to 30 days) ends; nothing brings a deleted key back.",
    sources=("botocore model kms DescribeKey, ScheduleKeyDeletion, CancelKeyDeletion",),
    look=_look,
    consequences=("A14", "A24", "A32", "A30"),
    also=("A11",),
    nothing="the logs are not encrypted by a KMS key",
)
