"""Everybody who could ask in the worst case: administrators of every account, strangers, services, nobody at all."""

from collections.abc import Iterator

from trailkeep.authz.policy import parse
from trailkeep.authz.principal import Kind, Principal
from trailkeep.authz.prove import language
from trailkeep.authz.prove.attacker import SESSION, Attacker, Fixed, anyone, fixed_of
from trailkeep.authz.prove.variables import Choice, Text
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Facts, Level, Policies

ADMINISTRATOR = parse(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="administrator rights",
    kind="identity",
)
LOG_SERVICES = frozenset({
    "cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com", "logging.s3.amazonaws.com",
})  # fmt: skip
"""The services that write logs."""

_WHO: dict[Kind, str] = {
    "role": "an administrator (role)",
    "user": "an administrator (user)",
    "federated user": "an administrator (federated user)",
    "root": "the root user",
}


def insiders(world: World, account: str, owner: str, stands_for: int = 1) -> Iterator[Attacker]:
    """Roles, users, federated users and the root user of one of our accounts; `owner` is the resource's account."""
    yield from _of_account(world, account, owner, world.organization.path(account), world.scp(account), stands_for)


def outsiders(world: World, owner: str) -> Iterator[Attacker]:
    """Principals of accounts that are not of the organization, and requests without credentials."""
    for account in world.strangers:
        yield from _of_account(world, account, owner, f"account {account}, outside of the organization", (), 1)
    yield Attacker(
        who="anybody without credentials",
        kind="anonymous",
        account="",
        arn=None,
        session=None,
        fixed=fixed_of(Principal(kind="anonymous", id=""), owner, world.organization),
        facts=Facts(resource_in_management_account=owner == world.organization.management),
        policies=Policies(),
    )


def services(world: World, owner: str, *, also_ours: bool) -> Iterator[Attacker]:
    """AWS services on behalf of a stranger, or of nobody that can be told; `also_ours` those on our behalf.

    A log service on our behalf is no attacker. A service is told from another by its name alone, so those that policies
    name are asked about, and one that none does.
    """
    for name in (*sorted(world.services), "any-other.amazonaws.com"):
        yield _service(world, name, owner, "on behalf of a stranger", world.strangers[-1])
        yield _service(world, name, owner, "on nobody's behalf", "")
        if also_ours and name not in LOG_SERVICES:
            yield _service(world, name, owner, "on behalf of this organization", world.organization.management)


def _of_account(
    world: World, account: str, owner: str, place: str, scp: tuple[Level, ...], stands_for: int
) -> Iterator[Attacker]:
    organization = world.organization
    is_ours = account in organization.accounts
    others = Choice(name="aws:principalorgid", values=("o-0000000000", *sorted(world.other_organizations)))
    for kind, words in _WHO.items():
        arn = anyone(kind, organization.partition, account)
        example = Principal(kind=kind, id=arn.likely[0], account=account)
        yield Attacker(
            who=f"{words} of {place}",
            kind=kind,
            account=account,
            arn=arn,
            session=SESSION if kind == "role" else None,
            fixed=fixed_of(example, owner, organization),
            facts=Facts(
                is_root=kind == "root",
                management_account=account == organization.management,
                resource_in_management_account=owner == organization.management,
            ),
            policies=Policies(identity=(ADMINISTRATOR,), scp=scp),
            stands_for=stands_for,
            open={} if is_ours else {"aws:principalorgid": others},
        )


def _service(world: World, name: str, owner: str, words: str, source: str) -> Attacker:
    organization = world.organization
    known = fixed_of(Principal(kind="service", id=name), owner, organization)
    arns = Text(
        name="aws:sourcearn",
        domain=(
            language.pattern((
                *language.literal(f"arn:{organization.partition}:"), *language.some("name"), *language.literal(":"),
                *language.any_number("name"), *language.literal(f":{source}:"), *language.some("any"),
            )),
        ),
        likely=(f"arn:{organization.partition}:cloudtrail:us-east-1:{source}:trail/theirs",),
    )  # fmt: skip
    return Attacker(
        who=f"{name} {words}",
        kind="service",
        account="",
        arn=None,
        session=None,
        fixed={**known, **_source(world, source)},
        facts=Facts(resource_in_management_account=owner == organization.management),
        policies=Policies(),
        open={"aws:sourcearn": arns} if source else {},
        service=name,
    )


def _source(world: World, account: str) -> Fixed:
    """For whom a service acts: the confused deputy's keys go together, or are not there at all.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if not account:
        return {"aws:sourceaccount": (), "aws:sourcearn": (), "aws:sourceorgid": (), "aws:sourceorgpaths": ()}
    if account in world.organization.accounts:
        return {"aws:sourceaccount": (account,), "aws:sourceorgid": (world.organization.id,)}
    return {"aws:sourceaccount": (account,), "aws:sourceorgid": ("o-0000000000",), "aws:sourceorgpaths": ()}
