"""Questions to the evaluator that checks share: what SCPs, RCPs, bucket and key policies say of one request."""

from collections.abc import Mapping
from functools import lru_cache

from trailkeep.audit.view import View
from trailkeep.authz import chain
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import Principal, read_principal
from trailkeep.authz.prove.world import bucket_policy, key_policy
from trailkeep.authz.request import Facts, Layer, Policies, Request, Verdict
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.document import as_list, statements
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Policy

Asked = Mapping[str, tuple[str, ...]]

_EVERYTHING = parse(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="AdministratorAccess",
    kind="identity",
)
_STRANGER = "999999999999"
_ADMINISTRATOR = "role/trailkeep-audit-administrator"


def _administrator(partition: str, account: str) -> Principal:
    """A session of a role of the account; the account may still be a stand-in, as after a plan."""
    arn = f"arn:{partition}:iam::{account}:{_ADMINISTRATOR}"
    session = f"arn:{partition}:sts::{account}:assumed-role/{_ADMINISTRATOR.removeprefix('role/')}/audit"
    return Principal(kind="session", id=session, account=account, role=arn)


def guard_class(view: View, account: AccountId) -> object:
    """What decides about SCPs: accounts of one class have the same policies above them, and none names them."""
    own = tuple(p.id for p in view.attached.get(account, ()))
    parent = view.organization.accounts[account].parent
    return (parent, own, account if account in view.named else "")


def scp_denies(view: View, account: AccountId, action: str, resource: str) -> bool:
    """Whether SCPs explicitly deny this to an administrator of the account, a role that nothing exempts."""
    who = _administrator(view.organization.partition, account)
    levels = chain.levels(view.organization, account, "SERVICE_CONTROL_POLICY")
    request = Request(
        principal=who,
        action=action,
        resource=resource,
        resource_account=account,
        context={
            "aws:principalarn": (who.role,),
            "aws:principalaccount": (account,),
            "aws:principalorgid": (view.organization.id,),
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("false",),
        },
        wildcard_only=resource == "*",
    )
    decision = evaluate(request, Policies(identity=(_EVERYTHING,), scp=levels), Facts())
    return decision.verdict is Verdict.EXPLICITLY_DENIED


def rcp_denies(view: View, bucket: Bucket, action: str) -> bool:
    """Whether RCPs explicitly deny this on a bucket's objects to an administrator of another organization."""
    organization = view.organization
    partition = organization.partition
    who = _administrator(partition, _STRANGER)
    request = Request(
        principal=who,
        action=action,
        resource=f"arn:{partition}:s3:::{bucket.name}/x",
        resource_account=bucket.account,
        context={
            "aws:principalarn": (who.role,),
            "aws:principalaccount": (_STRANGER,),
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("false",),
        },
    )
    rcp = chain.levels(organization, bucket.account, "RESOURCE_CONTROL_POLICY")
    outside = Facts(resource_in_management_account=bucket.account == organization.management)
    decision = evaluate(request, Policies(identity=(_EVERYTHING,), rcp=rcp), outside)
    return decision.verdict is Verdict.EXPLICITLY_DENIED and decision.reasons[0].layer is Layer.RCP


def denied(bucket: Bucket, partition: str, action: str, resource: str, context: Asked) -> bool:
    """Whether the bucket policy explicitly denies this to the owner's administrators and to everybody outside."""
    policy = bucket_policy(bucket)
    if policy is None:
        return False
    everybody = (_administrator(partition, bucket.account), read_principal("anonymous"))
    return all(
        evaluate(
            Request(
                principal=who,
                action=action,
                resource=resource,
                resource_account=bucket.account,
                context=context,
            ),
            Policies(identity=(_EVERYTHING,), resource=policy),
            Facts(),
        ).verdict
        is Verdict.EXPLICITLY_DENIED
        for who in everybody
    )


def lets_in(key: Key, service: str, context: Asked) -> bool:
    """Whether the key policy lets a service generate a data key, on behalf of whom the context says."""
    full = {**context, "aws:securetransport": ("true",), "aws:principalisawsservice": ("true",)}
    request = Request(
        principal=read_principal(service),
        action="kms:GenerateDataKey",
        resource=key.arn,
        resource_account=key.account,
        context={**full, "aws:principalservicename": (service,)},
    )
    return evaluate(request, Policies(resource=key_policy(key)), Facts()).is_allowed


def lets_read(view: View, key: Key, arn: str) -> bool:
    """Whether the key policy lets a reader, who may decrypt as far as IAM goes, decrypt what S3 hands out."""
    who = read_principal(arn)
    known = who.account in view.organization.accounts
    context = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (who.account,),
        "aws:securetransport": ("true",),
        "kms:calleraccount": (who.account,),
        "kms:viaservice": (f"s3.{key.region}.amazonaws.com",),
    }
    request = Request(
        principal=who,
        action="kms:Decrypt",
        resource=key.arn,
        resource_account=key.account,
        context=context | ({"aws:principalorgid": (view.organization.id,)} if known else {}),
    )
    return evaluate(request, Policies(identity=(_EVERYTHING,), resource=key_policy(key)), Facts()).is_allowed


@lru_cache(maxsize=4096)
def allows_everything(policy: Policy) -> bool:
    """Whether an SCP allows every action on everything, as FullAWSAccess does."""
    return policy.type == "SERVICE_CONTROL_POLICY" and any(
        s.get("Effect") == "Allow"
        and "*" in as_list(s.get("Action"))
        and "*" in as_list(s.get("Resource"))
        and not s.get("Condition")
        for s in statements(policy.content)
    )
