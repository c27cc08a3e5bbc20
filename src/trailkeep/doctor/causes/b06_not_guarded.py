"""B6: no guardrail denies what destroys logs or stops them: not attached, its type disabled, or its scope too small."""

from collections.abc import Iterator

from trailkeep.doctor import guards, remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Attach the guardrail to the account or a unit above it; a policy type that was disabled lost every attachment."
)
_MANAGEMENT = "Move the archive into a member account: neither SCPs nor RCPs protect the management account."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for danger in guards.dangers(view):
        if subject.account not in {None, danger.account}:
            continue
        answer, _ = guards.ask(view, danger)
        if answer == "open":
            yield _found(view, danger)
        else:
            yield Fine(because="an administrator who tries it is denied by a guardrail, or one is attached (see B7)")
    yield from walk.unseen_buckets(view)


def _found(view: View, danger: guards.Danger) -> Found:
    kind = "SERVICE_CONTROL_POLICY" if danger.layer is guards.SCP else "RESOURCE_CONTROL_POLICY"
    status = view.organization.policy_types.get(kind, "never enabled")
    management = danger.account == view.organization.management
    why = f"policy type {kind} is {status}" if status != "ENABLED" else f"no {danger.layer} above it is about this"
    return Found(
        where=view.name(danger.account),
        said=f"an administrator may {danger.action} on {danger.resource}: "
        + ("no guardrail binds the management account" if management else why),
        source="organizations ListRoots, ListTargetsForPolicy, DescribePolicy, evaluated",
        fix=remedy.in_words(view, _MANAGEMENT if management else _WORDS, "the guardrail"),
    )


CAUSE = Cause(
    id="B6",
    name="not-guarded",
    title="No guardrail stands above the archive or the logging",
    family=Family.DELETION,
    cost=Cost.POLICY,
    decided="An administrator's requests (delete versions, objects, bucket, key; stop trail and recorder where the "
    "specification wants it guarded) are put to the SCPs alone and the RCPs alone: none denies them, also not if its "
    "Denies were about every resource.",
    unknown="No bucket of the archive is in the snapshot.",
    remedy="Enable the policy type, attach the guardrail.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",),
    look=_look,
)
