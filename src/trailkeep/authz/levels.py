"""What each level above an account says about one action, for people who look for the level that decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trailkeep.authz.policy import Policy, Statement, about
from trailkeep.authz.request import Layer, Level

Answer = Literal["denies", "denies sometimes", "allows", "allows sometimes", "does not allow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement about the action: `when` are its conditions and, where none was asked about, its resources."""

    policy: str
    statement: str
    denies: bool
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A level's answer with the statements behind it."""

    layer: Layer
    target: str
    answer: Answer
    said: tuple[Said, ...]

    @property
    def decides(self) -> bool:
        """Whether nothing below this level can still allow it."""
        return self.answer in {"denies", "does not allow"}


def say(level: Level, layer: Layer, action: str, resource: str | None) -> Saying:
    """What a level of SCPs or RCPs says about an action, on a resource or (None) on any."""
    said = tuple(s for policy in level.policies for s in _said(policy, action.lower(), resource))
    return Saying(layer=layer, target=level.target, answer=_answer(said, layer), said=said)


def _answer(said: tuple[Said, ...], layer: Layer) -> Answer:
    if any(s.denies and not s.when for s in said):
        return "denies"
    allows = layer is Layer.RCP or any(not s.denies and not s.when for s in said)  # RCPFullAWSAccess is everywhere
    if any(s.denies for s in said) and (allows or any(not s.denies for s in said)):
        return "denies sometimes"
    if allows:
        return "allows"
    return "allows sometimes" if any(not s.denies for s in said) else "does not allow"


def _said(policy: Policy, action: str, resource: str | None) -> Iterator[Said]:
    for statement, of_action in about(policy, action):
        unsure = ("the action: AWS's documentation does not settle it",) if of_action is None else ()
        where = _where(statement, resource)
        if where is not None:
            when = (statement.unreadable,) if statement.unreadable else (*unsure, *where, *_conditions(statement))
            yield Said(policy=policy.name, statement=statement.sid, denies=statement.denies, when=when)


def _where(statement: Statement, resource: str | None) -> tuple[str, ...] | None:
    """The resources it is limited to in words; () for no limit, None where it is not about `resource`."""
    if statement.unreadable or "*" in statement.resource_words or not statement.resource_words:
        return None if statement.not_resource and "*" in statement.resource_words else ()
    word = "resource is not" if statement.not_resource else "resource is"
    limits = (f"{word} {' or '.join(statement.resource_words[:3])}{' …' if len(statement.resource_words) > 3 else ''}",)
    if resource is None:
        return limits
    truth = statement.of_resource(resource, {})
    return None if truth is False else () if truth else limits


def _conditions(statement: Statement) -> tuple[str, ...]:
    return tuple(test.text for test in statement.conditions)
