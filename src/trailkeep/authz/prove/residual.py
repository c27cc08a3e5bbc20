"""The paths that no policy can close, each with the detective control that watches it."""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.authz.prove.world import World
from trailkeep.model.document import as_list, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A way that stays open: who can go it, why no policy closes it, what notices when it is gone."""

    path: str
    why: str
    watch: str


def residuals(world: World) -> tuple[Residual, ...]:
    """Those of this organization, the widest first."""
    return (*_everywhere(world), *_exempt(world), *_here(world))


def _everywhere(world: World) -> Iterator[Residual]:
    """Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html."""
    manager = world.organization.path(world.organization.management)
    yield Residual(
        path=f"the management account ({manager}): its users, roles and root user",
        why="SCPs and RCPs never bind it; it can detach them, move the archive's account out of their reach, or stop "
        "the organization trail, which it owns",
        watch="alarms on DetachPolicy, UpdatePolicy, DisablePolicyType, MoveAccount, DisableAWSServiceAccess and "
        "StopLogging",
    )
    yield Residual(
        path="closing the archive's account from the management account",
        why="organizations:CloseAccount is the management account's to call; after 90 days AWS deletes what is in it",
        watch="alarm on CloseAccount; a replica of the archive in another organization",
    )
    yield Residual(
        path="service-linked roles",
        why="neither SCPs nor RCPs bind them; AWS alone decides what they may do",
        watch="`snapshot --principals` reads their policies; alarm on CreateServiceLinkedRole in the archive's account",
    )
    yield Residual(
        path="S3's own lifecycle, replication and batch operations that are configured already",
        why="S3 asks no policy about them; what may configure them is proved above",
        watch="`trailkeep plan` compares the settings with the specification; alarm on PutBucketLifecycle",
    )
    by_account: dict[str, list[str]] = {}
    for delegation in sorted(world.organization.delegations, key=lambda d: (d.account, d.service)):
        by_account.setdefault(delegation.account, []).append(delegation.service)
    for account, services in by_account.items():
        yield Residual(
            path=f"{world.organization.path(account)} as delegated administrator of {', '.join(services)}",
            why="it acts for the organization; SCPs are the only policies over it",
            watch="alarms on RegisterDelegatedAdministrator and on what it changes",
        )


def _exempt(world: World) -> Iterator[Residual]:
    for pattern in world.exempt:
        trusted = sorted(
            {who for role in world.snapshot.roles if _is(role.arn, pattern) for who in _trusted(role.trust)}
        )
        who = f"; it can be assumed by {', '.join(trusted)}" if trusted else "; no role of that name was seen"
        yield Residual(
            path=f"the exempt role {pattern}{who}",
            why="the guardrails exempt it by declaration, so that the archive can be changed at all",
            watch="alarm on AssumeRole of it, in every account",
        )


def _here(world: World) -> Iterator[Residual]:
    for bucket in world.buckets:
        if bucket.mfa_delete:
            yield Residual(
                path=f"the root user of {world.organization.path(bucket.account)} with its MFA device",
                why=f"MFA Delete of {bucket.name} asks for just that",
                watch="alarm on ConsoleLogin and CreateAccessKey of root",
            )
    for key in world.keys:
        yield Residual(
            path=f"grants on {key.alias or key.arn}",
            why="a grant lets its holder use the key beside the key policy, and grants are not read",
            watch="alarm on CreateGrant of the key",
        )


def _is(arn: str, pattern: str) -> bool:
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(wanted) == 6 and all(w in {"*", p} for p, w in zip(parts, wanted, strict=True))


def _trusted(trust: str) -> Iterator[str]:
    for statement in statements(trust):
        principal = statement.get("Principal", "everybody but some")
        if statement.get("Effect") == "Allow":
            values = principal.values() if isinstance(principal, dict) else [principal]
            yield from (str(v) for value in values for v in as_list(value))
