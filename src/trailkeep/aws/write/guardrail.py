"""Changes to SCPs and RCPs: the policies, and where they are attached."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, ask_all, chosen, once, tagged
from trailkeep.errors import AwsError
from trailkeep.model.change import AttachPolicy, PutPolicy
from trailkeep.model.document import canonical

PolicyChange = PutPolicy | AttachPolicy

_FULL_ACCESS = frozenset({"p-FullAWSAccess", "p-RCPFullAWSAccess"})
_GONE = frozenset({"PolicyNotFoundException"})


def perform(cloud: Cloud, change: PolicyChange) -> dict[str, str]:
    """Make one change to a guardrail. Raises AwsError."""
    match change:
        case PutPolicy(before=None):
            return _create(cloud, change)
        case PutPolicy(after=None):
            once(
                cloud,
                change,
                "organizations",
                "delete_policy",
                so_already=_GONE,
                PolicyId=change.policy.id,
            )
        case PutPolicy():
            once(
                cloud,
                change,
                "organizations",
                "update_policy",
                PolicyId=change.policy.id,
                Name=change.policy.name,
                Description=change.description,
                Content=canonical(change.policy.content),
            )
        case AttachPolicy():
            _attach(cloud, change)
        case _:
            assert_never(change)
    return {}


def _create(cloud: Cloud, change: PutPolicy) -> dict[str, str]:
    policy = change.policy
    made = once(
        cloud,
        change,
        "organizations",
        "create_policy",
        so_already={"DuplicatePolicyException"},
        Name=policy.name,
        Description=change.description,
        Type=policy.type,
        Content=canonical(policy.content),
        **tagged("Tags", change.tags),
    )
    real = made["Policy"]["PolicySummary"]["Id"] if made else _existing(cloud, change)
    return chosen(policy.id, real)


def _existing(cloud: Cloud, change: PutPolicy) -> str:
    """The id of the policy that has the name already, when it says what is wanted."""
    policy = change.policy
    listed = ask_all(cloud, change, "organizations", "list_policies", "Policies", Filter=policy.type)
    for found in listed:
        if found["Name"] == policy.name:
            said = ask(cloud, change, "organizations", "describe_policy", PolicyId=found["Id"])["Policy"]["Content"]
            if canonical(said) == canonical(policy.content):
                return str(found["Id"])
    raise AwsError(
        f"policy {policy.name} exists already and says something else",
        code="DuplicatePolicyException",
        hint="plan again: it was made or changed after the organization was read",
    )


def _attach(cloud: Cloud, change: AttachPolicy) -> None:
    where: dict[str, Any] = {"PolicyId": change.policy, "TargetId": change.target}
    if change.after:
        once(
            cloud,
            change,
            "organizations",
            "attach_policy",
            so_already={"DuplicatePolicyAttachmentException"},
            **where,
        )
        return
    if change.policy in _FULL_ACCESS:
        raise ValueError(f"{change.name} is never detached: everything below {change.path} would stop working")
    # a target that is gone (TargetNotFoundException) has no policy left either
    once(
        cloud,
        change,
        "organizations",
        "detach_policy",
        so_already=_GONE | {"PolicyNotAttachedException", "TargetNotFoundException"},
        **where,
    )
