"""The guardrails as they should be (recipe 3.1, 3.3), and the reasons for those that would not be safe yet."""

from collections.abc import Iterable, Iterator

from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import pending
from trailkeep.model.organization import Organization, Policy, PolicyType
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.state import Guardrail
from trailkeep.setup.documents.deny_deletion import deny_deletion
from trailkeep.setup.documents.rcp import archive_rcp
from trailkeep.setup.documents.scp import archive_scp, member_scp
from trailkeep.setup.documents.trust import break_glass_trust, strangers
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec
from trailkeep.setup.targets import resolve

SCP: PolicyType = "SERVICE_CONTROL_POLICY"
RCP: PolicyType = "RESOURCE_CONTROL_POLICY"
MAX_SIZE = {SCP: 10_240, RCP: 5_120}
"""Characters, white space included (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html)."""
MAX_RCPS = 5
"""Per target, of which RCPFullAWSAccess takes one (same page)."""


def desired_guardrails(spec: Spec, snapshot: Snapshot, places: Places) -> tuple[Guardrail, ...]:
    """The SCP of the archive, the SCP of the members, the RCP; the canary comes first among the members' targets."""
    organization, prefix = snapshot.organization, spec.created.name_prefix
    archive = tuple(dict.fromkeys([places.log_archive, places.security]))
    canary = resolve(spec.guardrails.canary, organization) if spec.guardrails.canary else None
    members = tuple(
        dict.fromkeys([*([canary] if canary else []), *(resolve(t, organization) for t in spec.guardrails.attach_to)])
    )
    rails = [
        (
            f"{prefix}-archive",
            SCP,
            archive_scp(spec, places),
            "Nobody can destroy logs or weaken the archive",
            archive,
            None,
        ),
        (
            f"{prefix}-logging",
            SCP,
            member_scp(spec, places),
            "Nobody can stop trails or recorders, or leave",
            members,
            canary,
        ),
    ]
    if spec.guardrails.resource_policy:
        rails.append(
            (f"{prefix}-archive-resources", RCP, archive_rcp(places), "Nobody anywhere can destroy logs", archive, None)
        )
    return tuple(
        Guardrail(
            policy=_policy(organization, name, type_, content),
            description=f"{description} (managed by trailkeep)",
            targets=targets,
            canary=canary_,
        )
        for name, type_, content, description, targets, canary_ in rails
        if targets
    )


def desired_guard(spec: Spec, snapshot: Snapshot, places: Places, made: Iterable[Role] = ()) -> GuardPolicy:
    """The deny policy of recipe 3.1 on every role of the archive account that AWS lets us attach it to.

    `made` are roles that the same plan makes.
    Service-linked roles and those of IAM Identity Center cannot be changed by the account; the break-glass role is the
    way back. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    name = f"{spec.created.name_prefix}-deny-log-deletion"
    arn = f"arn:{places.partition}:iam::{places.log_archive}:policy{spec.created.iam_path}{name}"
    untouchable = ("AWSServiceRoleFor", "AWSReservedSSO_", "aws-controltower-", "AWSControlTower")
    roles = frozenset(
        r.name
        for r in (*snapshot.roles, *made)
        if r.account == places.log_archive
        and r.name != spec.guardrails.break_glass_role
        and not r.name.startswith(untouchable)
    )
    return GuardPolicy(
        account=places.log_archive,
        name=name,
        arn=arn,
        content=deny_deletion(places),
        roles=roles,
        users=frozenset(),
        groups=frozenset(),
    )


def break_glass_role(spec: Spec, places: Places) -> Role:
    """The role in the archive account that every guardrail exempts."""
    name = spec.guardrails.break_glass_role
    return Role(
        account=places.log_archive,
        name=name,
        arn=f"arn:{places.partition}:iam::{places.log_archive}:role{spec.created.iam_path}{name}",
        trust=break_glass_trust(places),
        policies=frozenset({f"arn:{places.partition}:iam::aws:policy/AdministratorAccess"}),
    )


def objections(rail: Guardrail, target: str, spec: Spec, snapshot: Snapshot, places: Places) -> Iterator[Note]:
    """Why a guardrail must not be attached to a target (refused), or what stays unverified there (open)."""
    organization = snapshot.organization
    subject = f"{rail.policy.name} on {organization.path(target)}"
    size, slots = len(rail.policy.content), _slots(organization, rail, target)
    limit = spec.guardrails.max_policies_per_target if rail.policy.type == SCP else MAX_RCPS
    if size > MAX_SIZE[rail.policy.type]:
        yield _refused(
            subject,
            f"it has {size} characters, AWS takes {MAX_SIZE[rail.policy.type]}",
            "name fewer roles or shorter ones",
        )
    if slots >= limit:
        yield _refused(
            subject,
            f"{slots} policies are attached there directly and {limit} is the limit",
            "merge two of them, attach higher up, or raise guardrails.max_policies_per_target (AWS allows 10 SCPs)",
        )
    if rail.policy.type == SCP:
        yield from _trusts(subject, target, spec, snapshot, places)


def _trusts(subject: str, target: str, spec: Spec, snapshot: Snapshot, places: Places) -> Iterator[Note]:
    """An exempt role that strangers may assume would be a hole in the guardrail."""
    names = {spec.organization.access_role, spec.guardrails.break_glass_role, spec.guardrails.deployer_role}
    for account in snapshot.organization.accounts.values():
        if (
            target not in snapshot.organization.chain(account.id)
            or not account.is_active
            or account.id == places.management
        ):
            continue
        blind = snapshot.unread(account.id, "", "roles")
        if blind is not None:
            text = f"who may assume the exempt roles of {account.name} ({account.id}) is not known: it was not read"
            yield Note(kind="open", subject=subject, text=text)
        for role in snapshot.roles:
            if role.account == account.id and role.name in names:
                for stranger in strangers(role.trust, places.management):
                    yield _refused(
                        subject,
                        f"the exempt role {role.name} of {account.name} ({account.id}) trusts {stranger}",
                        f"let it trust only {places.management}, or name another role in the specification",
                    )


def _refused(subject: str, text: str, hint: str) -> Note:
    return Note(kind="refused", subject=subject, text=text, hint=hint)


def _slots(organization: Organization, rail: Guardrail, target: str) -> int:
    return sum(
        target in p.targets for p in organization.policies if p.type == rail.policy.type and p.id != rail.policy.id
    )


def _policy(organization: Organization, name: str, type_: PolicyType, content: str) -> Policy:
    known = next((p for p in organization.policies if p.name == name and p.type == type_ and not p.aws_managed), None)
    return Policy(
        id=known.id if known else pending(f"policy {type_} {name}"),
        name=name,
        type=type_,
        aws_managed=False,
        content=content,
        targets=known.targets if known else frozenset(),
    )
