"""What the guardrails must deny, and whether they do: concrete requests of an administrator, put to one layer alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from trailkeep.authz import chain, context
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import Policy
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Decision, Layer, Level, Policies, Reason, Request
from trailkeep.doctor import requests, what_if
from trailkeep.doctor.view import View
from trailkeep.errors import SpecError
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Policy as Attached
from trailkeep.model.organization import PolicyType
from trailkeep.setup.targets import resolve

NOBODY_SPECIAL = "SomeAdministrator"
"""The name of a role that no guardrail exempts."""
SCP, RCP = Layer.SCP, Layer.RCP
_TYPES: dict[Layer, PolicyType] = {SCP: "SERVICE_CONTROL_POLICY", RCP: "RESOURCE_CONTROL_POLICY"}
Answer = Literal["denied", "wrong resource", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A request that one layer of guardrails should deny."""

    layer: Layer
    account: AccountId
    action: str
    resource: str


def dangers(view: View) -> Iterator[Danger]:
    """What should be denied: destroying logs and key by SCP and, if wanted, RCP; stopping logging where guarded."""
    wants_rcp = view.spec is not None and view.spec.guardrails.resource_policy
    for bucket in view.archive:
        arn = f"arn:{view.partition}:s3:::{bucket.name}"
        for action, resource in _destroying(arn):
            yield Danger(layer=SCP, account=bucket.account, action=action, resource=resource)
            if wants_rcp:
                yield Danger(layer=RCP, account=bucket.account, action=action, resource=resource)
    for key in view.snapshot.keys:
        if key.arn in {b.encryption.key for b in view.archive} | {t.kms_key for t in view.trails}:
            yield Danger(layer=SCP, account=key.account, action="kms:ScheduleKeyDeletion", resource=key.arn)
    for account in guarded(view):
        home = view.trails[0].home_region if view.trails else "us-east-1"
        own = f"arn:{view.partition}:cloudtrail:{home}:{account}:trail/any"
        recorder = f"arn:{view.partition}:config:{home}:{account}:configuration-recorder/any"
        yield Danger(layer=SCP, account=account, action="cloudtrail:StopLogging", resource=own)
        yield Danger(layer=SCP, account=account, action="config:StopConfigurationRecorder", resource=recorder)


def _destroying(arn: str) -> tuple[tuple[str, str], ...]:
    return (
        ("s3:DeleteObjectVersion", f"{arn}/AWSLogs/x/log.json.gz"),
        ("s3:DeleteObject", f"{arn}/AWSLogs/x/log.json.gz"),
        ("s3:DeleteBucket", arn),
    )


def guarded(view: View) -> Iterator[AccountId]:
    """One account of each set that the same levels stand above, where the specification wants logging guarded."""
    if view.spec is None:
        return
    organization = view.organization
    targets: set[str] = set()
    for name in view.spec.guardrails.attach_to:
        try:
            targets.add(resolve(name, organization))
        except SpecError:
            continue
    attached = {t for p in organization.policies for t in p.targets}
    seen: set[tuple[str, ...]] = set()
    for account in view.snapshot.active():
        above = organization.chain(account.id)
        like = above if account.id in attached - _full(view) else above[:-1]
        if account.id != organization.management and targets & set(above) and like not in seen:
            seen.add(like)
            yield account.id


def _full(view: View) -> set[str]:
    """What FullAWSAccess is attached to, which is nearly everything and says nothing."""
    return {t for p in view.organization.policies if p.aws_managed for t in p.targets}


def ask(view: View, danger: Danger) -> tuple[Answer, Reason | None]:
    """Whether the layer denies it; "wrong resource" where it would if its Denies were about every resource."""
    levels = chain.levels(view.organization, danger.account, _TYPES[danger.layer])
    decision = _decide(view, danger, levels)
    if not decision.is_allowed:
        return "denied", decision.reasons[-1] if decision.reasons else None
    changed = tuple(replace(lv, policies=_everywhere(view, lv.target, danger.layer)) for lv in levels)
    reason = requests.denying(_decide(view, danger, changed))
    return ("wrong resource", reason) if reason else ("open", None)


def _decide(view: View, danger: Danger, levels: tuple[Level, ...]) -> Decision:
    who = read_principal(f"arn:{view.partition}:iam::{danger.account}:role/{NOBODY_SPECIAL}")
    made = Request(
        principal=who,
        action=danger.action,
        resource=danger.resource,
        resource_account=danger.account,
        context=context.derived(who, danger.account, view.organization),
    )
    policies = Policies(
        identity=(requests.ADMINISTRATOR,),
        scp=levels if danger.layer is SCP else (),
        rcp=levels if danger.layer is RCP else (),
    )
    return evaluate(made, policies, chain.facts(view.organization, who, danger.account))


def _everywhere(view: View, target: str, layer: Layer) -> tuple[Policy, ...]:
    attached = (p for p in view.organization.policies if p.type == _TYPES[layer] and target in p.targets)
    return tuple(_widened(p, layer) for p in attached if p.id != chain.FULL_RCP)


def _widened(policy: Attached, layer: Layer) -> Policy:
    name = f"{policy.name} ({policy.id})"
    return what_if.denying_everywhere(policy.content, name, "scp" if layer is SCP else "rcp")


def by_bucket_policy(view: View, bucket: Bucket, action: str, resource: str) -> tuple[Answer, Reason | None]:
    """The same of a bucket's policy, about an administrator of its account."""
    if view.policy_of(bucket) is None:
        return "open", None
    who = f"arn:{view.partition}:iam::{bucket.account}:role/{NOBODY_SPECIAL}"
    none: frozenset[Layer] = frozenset()
    decision = requests.by_person(
        view, who, action, resource, bucket.account, policy=view.policy_of(bucket), layers=none
    )
    if not decision.is_allowed:
        return "denied", requests.denying(decision)
    wide = what_if.denying_everywhere(bucket.policy, f"bucket policy of {bucket.name}", "resource")
    again = requests.by_person(view, who, action, resource, bucket.account, policy=wide, layers=none)
    reason = requests.denying(again)
    return ("wrong resource", reason) if reason else ("open", None)


def on_bucket(view: View, bucket: Bucket) -> tuple[tuple[str, str], ...]:
    """The actions that end objects or the bucket, each with its resource."""
    return _destroying(f"arn:{view.partition}:s3:::{bucket.name}")
