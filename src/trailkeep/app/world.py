"""Which organization, which files, which clock: the one place that chooses."""

import os
import re
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trailkeep.errors import SpecError, UsageError
from trailkeep.model.ids import Region

if TYPE_CHECKING:
    from trailkeep.aws.calls import Call
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.read.scope import Scope
    from trailkeep.setup.spec import Spec

MAX_SPEC = 1 << 20


def now() -> datetime:
    """This moment, in UTC: the only clock that `app` reads."""
    return datetime.now(UTC)  # noqa: TID251 time enters here


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How AWS is entered, as the command line says it."""

    profile: str | None = None
    region: Region | None = None
    workers: int = 32
    on_call: "Callable[[Call], None] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A specification with the text and file it came from, so that what is wrong can be pointed at."""

    spec: "Spec"
    text: str
    file: str


def read_spec(path: Path) -> Wanted:
    """The specification in a file. Raises SpecError."""
    from trailkeep.setup.spec.load import load

    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SPEC + 1)
    except FileNotFoundError as error:
        raise SpecError(f"{path}: there is no such file", hint="write one with `trailkeep init`") from error
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}", hint="check the path and who may read it") from error
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: not UTF-8 text", hint="a specification is a YAML text file") from error
    return Wanted(spec=load(text, str(path)), text=text, file=str(path))


def open_cloud(access: Access, spec: "Spec | None") -> "Cloud":
    """The organization that the credentials belong to."""
    from trailkeep.aws.cloud import Cloud

    return Cloud.open(
        profile=access.profile,
        region=access.region,
        access_role=spec.organization.access_role if spec else "OrganizationAccountAccessRole",
        external_id=spec.organization.external_id if spec else None,
        workers=access.workers,
        on_call=access.on_call,
    )


def scope_of(
    spec: "Spec | None", *, sample_volumes: bool = False, watching: bool = True, day: datetime | None = None
) -> "Scope":
    """What a snapshot needs to hold for this specification, or for an organization nobody has described yet.

    `watching` says whether what watches is read where the specification does not ask for any of it.
    """
    from trailkeep.aws.read.scope import Scope
    from trailkeep.setup.desired.alarms import sender_name
    from trailkeep.setup.desired.rules import aggregator_name
    from trailkeep.setup.places import excluded

    if spec is None:
        return Scope(
            log_archive_name="Log Archive", role_names=("OrganizationAccountAccessRole",), sample_volumes=sample_volumes
        )
    wanted = spec.organization.regions
    today = (day or now()).date()
    return Scope(
        log_archive_email=spec.accounts.log_archive.email,
        security_email=spec.accounts.security.email,
        role_names=(
            spec.organization.access_role,
            spec.guardrails.break_glass_role,
            spec.guardrails.deployer_role,
            *([aggregator_name(spec)] if spec.monitoring else []),
        ),
        name_prefix=spec.created.name_prefix,
        bucket_names=tuple(b for b in (spec.archive.trail_bucket, spec.archive.config_bucket) if b),
        home_region=spec.organization.home_region,
        regions=None if wanted == "enabled" else wanted,
        excluded=lambda organization: excluded(spec, organization, today),
        sample_volumes=sample_volumes,
        watching=watching or spec.monitoring is not None,
        sender_role=sender_name(spec) if spec.monitoring and spec.monitoring.alarms else "",
    )


def journal_path(organization: str, chosen: Path | None) -> Path:
    """Where the journal of an organization lies: the XDG state directory unless said otherwise."""
    if chosen is not None:
        return chosen
    if not re.fullmatch(r"o-[a-z0-9]{10,32}", organization):
        raise UsageError(f"{organization!r} is not an organization id", hint="name a journal with --journal")
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "trailkeep" / organization / "journal.jsonl"


def new_run() -> str:
    """An id for a run, that nobody else uses."""
    return uuid.uuid4().hex[:12]


def host() -> str:
    """This machine's name, for the lease."""
    return socket.gethostname()
