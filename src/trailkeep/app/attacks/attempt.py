"""An attempt on the logging as data: who tries which call on what, and what puts it right if it succeeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Who(StrEnum):
    """Whose credentials an attempt is made with."""

    MEMBER = "member administrator"
    ARCHIVE = "archive administrator"
    ARCHIVE_ROOT = "archive root user"
    SECURITY = "security administrator"
    DELEGATED = "delegated administrator"
    OUTSIDER = "outsider"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What is attacked: the logging that stands, or (`sacrificed`) a likeness of it that nothing protects.

    `trail` is the trail the member reaches, `central` the one a delegated administrator reaches: ARNs, each with its
    account. `elsewhere` is a bucket of the member, where CloudTrail and Config may deliver. `key` is "" without KMS.
    """

    sacrificed: bool
    home: str
    organization: str
    member: str
    archive: str
    security: str
    outsider: str
    trail: str
    trail_account: str
    trail_bucket: str
    central: str
    central_account: str
    bucket: str
    bucket_policy: str
    object_key: str
    version: str
    elsewhere: str
    key: str
    key_policy: str
    recorder: str
    recorder_role: str
    channel: str
    recorder_region: str
    access_role: str
    access_trust: str
    break_glass: str
    break_glass_path: str

    def account(self, who: Who) -> str:
        """The account of whoever tries; "" for nobody."""
        return {
            Who.MEMBER: self.member,
            Who.ARCHIVE: self.archive,
            Who.ARCHIVE_ROOT: self.archive,
            Who.SECURITY: self.security,
            Who.DELEGATED: self.security,
            Who.OUTSIDER: self.outsider,
            Who.ANONYMOUS: "",
        }[who]

    def role(self, account: str, name: str, path: str = "/") -> str:
        """The ARN of a role."""
        return f"arn:aws:iam::{account}:role{path}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call that puts something right, made by the access role of `account`."""

    account: str
    service: str
    operation: str
    params: Mapping[str, Any]
    region: str = ""


Params = Callable[[Targets], Mapping[str, Any]]


def always(_: Targets) -> bool:
    """For attempts that need nothing in particular."""
    return True


def nothing(_: Targets) -> tuple[Step, ...]:
    """For attempts that spoil nothing others need."""
    return ()


def at_home(targets: Targets) -> str:
    """The home Region."""
    return targets.home


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way to attack, by each of `by`. The order in the families matters: what destroys comes last."""

    what: str
    by: tuple[Who, ...]
    service: str
    operation: str
    params: Params
    undo: Callable[[Targets], tuple[Step, ...]] = nothing
    needs: Callable[[Targets], bool] = always
    region: Callable[[Targets], str] = at_home
