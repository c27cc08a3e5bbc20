"""B7: a Deny that should protect the logs names another resource, or a placeholder."""

from collections.abc import Iterator

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Policies, Reason, Request
from trailkeep.doctor import guards, remedy, requests, walk, what_if
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.errors import PolicyError
from trailkeep.model.identity import GuardPolicy

_WORDS = (
    "Write the archive's own ARNs: the bucket, and the bucket with /* for its objects. `trailkeep policies lint` "
    "shows how."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for danger in guards.dangers(view):
        if subject.account in {None, danger.account}:
            answer, reason = guards.ask(view, danger)
            yield _case(view, answer, reason, danger.action, danger.resource)
    for bucket in view.archive:
        for action, resource in guards.on_bucket(view, bucket):
            answer, reason = guards.by_bucket_policy(view, bucket, action, resource)
            yield _case(view, answer, reason, action, resource)
            for guard in view.snapshot.guards:
                if guard.account == bucket.account:
                    reason = _in_guard(view, guard, action, resource)
                    yield _case(view, "wrong resource" if reason else "denied", reason, action, resource)
    yield from walk.unseen_buckets(view)


def _case(view: View, answer: guards.Answer, reason: Reason | None, action: str, resource: str) -> Case:
    if answer != "wrong resource" or reason is None:
        return Fine(because="what denies it is about the archive's own resources, or nothing is meant to (see B6)")
    return Found(
        where=reason.policy,
        said=f"statement {reason.statement} is about {action}, and does not match {resource}",
        source=f"{reason.layer}, evaluated with its own Resource and with *",
        fix=remedy.in_words(view, _WORDS, reason.policy),
    )


def _in_guard(view: View, guard: GuardPolicy, action: str, resource: str) -> Reason | None:
    """The statement of the archive's IAM deny policy that would deny it if it were about every resource."""
    name = f"IAM policy {guard.name}"
    who = read_principal(f"arn:{view.partition}:iam::{guard.account}:role/{guards.NOBODY_SPECIAL}")
    request = Request(principal=who, action=action, resource=resource, resource_account=guard.account)
    try:
        policy = parse(guard.content, name=name, kind="identity")
    except PolicyError:
        return None
    if not evaluate(request, Policies(identity=(requests.ADMINISTRATOR, policy)), Facts()).is_allowed:
        return None
    wide = what_if.denying_everywhere(guard.content, name, "identity")
    return requests.denying(evaluate(request, Policies(identity=(requests.ADMINISTRATOR, wide)), Facts()))


CAUSE = Cause(
    id="B7",
    name="wrong-resource",
    title="A Deny names the wrong resource",
    family=Family.DELETION,
    cost=Cost.POLICY,
    decided="A dangerous request goes through a layer whose Denies would stop it if their Resource were `*`: the ARN "
    "in them is empty, a placeholder, of another bucket or another partition.",
    unknown="No bucket of the archive is in the snapshot.",
    remedy="Correct the ARN; never widen it to `arn:aws:s3:::*`, which stops every clean-up in the account.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",),
    look=_look,
)
