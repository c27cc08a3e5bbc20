"""The policies of an organization: for one account, for one request, against cases."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailkeep.authz import chain, context
from trailkeep.authz.case import Case, Outcome, read_case
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.event import Asked, asked_in
from trailkeep.authz.levels import Saying, say
from trailkeep.authz.policy import Kind, Policy, once, parse, unreadable
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Decision, Facts, Layer, Policies, Request, Verdict
from trailkeep.authz.services import is_covered_by_rcp, may_have_policy
from trailkeep.errors import PolicyError, UsageError

if TYPE_CHECKING:
    from trailkeep.model.organization import Organization
    from trailkeep.model.snapshot import Snapshot

LARGEST = 64 << 20
"""Bytes of a file of cases, or of an event."""

_ADMINISTRATOR: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Sid": "AdministratorAccess", "Effect": "Allow", "Action": "*", "Resource": "*"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A decision by administrator rights, what was filled in to reach it, and whether it is known to stand.

    A denial stands: identity policies only narrow. An allowance stands for principals without identity policies, or
    when administrator rights were asked for. Nothing but an explicit deny stands where the resource has a policy
    that the snapshot does not hold.
    """

    request: Request
    decision: Decision
    notes: tuple[str, ...]
    is_known: bool


def explain(asked: Asked, snapshot: "Snapshot", *, administrator: bool) -> Explained:
    """Decide one request by the organization's policies. Raises UsageError for what is no request."""
    request, notes = _request(asked, snapshot)
    policies, more = _policies(request, snapshot)
    facts = _facts(request, snapshot)
    with_rights = replace(policies, identity=(parse(_ADMINISTRATOR, name="administrator rights", kind="identity"),))
    decision = evaluate(request, with_rights, facts)
    unheld = policies.resource is None and may_have_policy(request.action.lower(), request.resource)
    held = not (unheld and decision.verdict is not Verdict.EXPLICITLY_DENIED and _is_unread(request, snapshot))
    rights = decision.is_allowed and request.principal.is_iam and not facts.is_root
    assumed = "assuming administrator rights for the principal"
    unknown = "identity policies decide, and a snapshot does not hold them"
    said = (assumed if administrator else unknown,) if rights else ()
    unread = () if held else ("the policy of this resource decides, and the snapshot does not hold it",)
    return Explained(
        request=request,
        decision=decision,
        notes=(*notes, *more, *said, *unread),
        is_known=held and (administrator or not rights),
    )


def say_levels(
    organization: "Organization", account: str, action: str, resource: str | None
) -> tuple[tuple[Saying, ...], tuple[str, ...]]:
    """What every level above an account says about an action, RCPs first as AWS asks them; with what is exempt."""
    if ":" not in action:
        raise UsageError(f"{action[:80]!r} is no action", hint="write it as service:Action, for example s3:GetObject")
    notes = []
    scp = chain.levels(organization, account, "SERVICE_CONTROL_POLICY")
    rcp = chain.levels(organization, account, "RESOURCE_CONTROL_POLICY")
    if account == organization.management:
        notes.append("neither SCPs on its principals nor RCPs on its resources bind the management account")
        scp = rcp = ()
    if not is_covered_by_rcp(action.lower(), resource or ""):
        rcp = ()
        notes.append("RCPs do not cover this action")
    if not scp and not notes:
        notes.append("SCPs are not enabled in this organization")
    said = [say(level, Layer.RCP, action, resource) for level in rcp if level.policies]
    said += [say(level, Layer.SCP, action, resource) for level in scp]
    return tuple(said), tuple(notes)


def run_cases(cases: Sequence[Case], snapshot: "Snapshot | None") -> tuple[Outcome, ...]:
    """Decide every case; what a case leaves out comes from the organization.

    Without one, kinds of policies that are left out are none; UsageError for a case without any policies.
    """
    return tuple(Outcome(case=case, decision=_decide(case, snapshot)) for case in cases)


def read_cases(paths: Sequence[Path]) -> tuple[Case, ...]:
    """Every case in files and folders (`*.json`, `*.yaml`, `*.yml`, in order of name). Raises UsageError."""
    cases = tuple(
        read_case(found, f"{file}, case {number}")
        for path in paths
        for file in _files(path)
        for number, found in enumerate(_listed(_read(file)), 1)
    )
    if not cases:
        raise UsageError("there is no case in these files", hint="a file holds one case or a list of them")
    return cases


def read_event(text: str) -> Asked:
    """A request from the JSON of a CloudTrail event, alone or as the only one in Records. Raises UsageError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("the event is not JSON", hint="paste the event as CloudTrail shows it") from error
    return asked_in(found)


def _decide(case: Case, snapshot: "Snapshot | None") -> Decision:
    if snapshot is None and case.policies is None:
        raise UsageError(f"case {case.id[:80]!r} has no policies", hint="write them, or give --snapshot FILE")
    if snapshot is None or not case.needs_organization:
        return evaluate(case.request, case.policies or Policies(), case.facts or Facts())
    request = replace(case.request, resource_account=case.request.resource_account or _owner(case.request, snapshot))
    facts = case.facts if case.facts and case.are_facts_stated else _facts(request, snapshot)
    return evaluate(request, _completed(case, request, snapshot), facts)


def _completed(case: Case, request: Request, snapshot: "Snapshot") -> Policies:
    """The case's policies with the organization's for what is left out; administrator rights where none are stated."""
    held, _ = _policies(request, snapshot)
    if case.policies is None:
        return replace(held, identity=(parse(_ADMINISTRATOR, name="administrator rights", kind="identity"),))
    return Policies(
        identity=case.policies.identity,
        session=case.policies.session,
        boundary=case.policies.boundary,
        vpc_endpoint=case.policies.vpc_endpoint,
        resource=held.resource if "resource" in case.left_out else case.policies.resource,
        scp=held.scp if "scp" in case.left_out else case.policies.scp,
        rcp=held.rcp if "rcp" in case.left_out else case.policies.rcp,
    )


def _request(asked: Asked, snapshot: "Snapshot") -> tuple[Request, tuple[str, ...]]:
    if ":" not in asked.action:
        raise UsageError(
            f"{asked.action[:80]!r} is no action", hint="write it as service:Action, for example s3:GetObject"
        )
    principal = read_principal(asked.principal, (asked.context.get("aws:principalarn") or ("",))[0])
    draft = Request(
        principal=principal,
        action=asked.action,
        resource=asked.resource,
        resource_account=asked.resource_account,
        context={},
        wildcard_only=asked.resource == "*",
    )
    owner = asked.resource_account or _owner(draft, snapshot)
    notes = () if owner or draft.wildcard_only else ("whose resource it is is not known; taken to be the principal's",)
    known = context.derived(principal, owner or principal.account, snapshot.organization)
    return replace(draft, resource_account=owner, context={**known, **asked.context}), notes


def _owner(request: Request, snapshot: "Snapshot") -> str:
    """The account an ARN names; a bucket's owner as the snapshot knows it."""
    bucket = snapshot.bucket(_bucket(request.resource))
    if bucket is not None:
        return bucket.account
    parts = request.resource.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else ""


def _bucket(resource: str) -> str:
    service, _, name = resource.partition(":::")
    return name.partition("/")[0] if service.endswith(":s3") else ""


def _policies(request: Request, snapshot: "Snapshot") -> tuple[Policies, tuple[str, ...]]:
    """SCPs of the principal's account, RCPs of the resource's, and the resource policy the snapshot holds."""
    organization = snapshot.organization
    owner = request.resource_account or request.principal.account
    resource, notes = _resource_policy(request, snapshot)
    scp = chain.levels(organization, request.principal.account, "SERVICE_CONTROL_POLICY")
    outside = request.principal.is_iam and request.principal.account not in organization.accounts
    strangers = ("the principal is of another organization, whose SCPs are not known",) if outside else ()
    rcp = chain.levels(organization, owner, "RESOURCE_CONTROL_POLICY")
    return Policies(resource=resource, scp=scp, rcp=rcp), (*notes, *strangers)


def _resource_policy(request: Request, snapshot: "Snapshot") -> tuple[Policy | None, tuple[str, ...]]:
    bucket = snapshot.bucket(_bucket(request.resource))
    if bucket is not None:
        return _held(bucket.policy, f"bucket policy of {bucket.name}"), ()
    for key in snapshot.keys:
        if key.arn == request.resource:
            return _held(key.policy, f"key policy of {key.alias}"), ()
    for role in snapshot.roles:
        if role.arn == request.resource and request.action.lower().startswith("sts:"):
            return _held(role.trust, f"trust policy of {role.name}"), ()
    return None, ()


def _is_unread(request: Request, snapshot: "Snapshot") -> bool:
    """Whether the resource may have a policy that the snapshot does not hold; a bucket of it may have none."""
    bucket = snapshot.bucket(_bucket(request.resource))
    return bucket is None or snapshot.unread(bucket.account, bucket.region, f"bucket {bucket.name} policy") is not None


def _held(text: str, name: str, kind: Kind = "resource") -> Policy | None:
    if not text:
        return None
    try:
        return parse(text, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)


def _facts(request: Request, snapshot: "Snapshot") -> Facts:
    arn = (request.context.get("aws:principalarn") or ("",))[0]
    owner = request.resource_account or request.principal.account
    return chain.facts(snapshot.organization, request.principal, owner, arn)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.suffix in {".json", ".yaml", ".yml"} and p.is_file())
    else:
        yield path


def _listed(found: Any) -> list[Any]:  # noqa: ANN401 whatever a file holds
    return found if isinstance(found, list) else [found]


def _read(path: Path) -> Any:  # noqa: ANN401 whatever a file holds
    text = read_text(path)
    if path.suffix in {".yaml", ".yml"}:
        return _yaml(path, text)
    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON: {error}", hint="name a YAML file .yaml") from error


def _yaml(path: Path, text: str) -> Any:  # noqa: ANN401 whatever a file holds
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.error import YAMLError

    class Plain(SafeConstructor):
        """Leaves dates as text: Version and DateLessThan compare text that YAML would make a date of."""

    Plain.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Plain
    try:
        found = yaml.load(text)
    except (YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: not YAML: {' '.join(str(error).split())[:300]}", hint="check the file") from error
    if not _has_text_keys(found):
        raise UsageError(f"{path}: a key is not text", hint="put quotation marks around it")
    return found


def _has_text_keys(found: Any) -> bool:  # noqa: ANN401 whatever a file holds
    """Whether it is as JSON would be; each shared part is looked at once, since aliases can stand for billions."""
    seen: set[int] = set()
    left = [found]
    while left:
        value = left.pop()
        if isinstance(value, list | dict) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, dict) and not all(isinstance(k, str) for k in value):
                return False
            left.extend(value.values() if isinstance(value, dict) else value)
    return True


def read_text(path: Path) -> str:
    """The text of a file. Raises UsageError: missing, not to be read, too large, not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="check the path and who may read it") from error
    if len(raw) > LARGEST:
        raise UsageError(f"{path} has more than {LARGEST:,} bytes", hint="split it")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text", hint="check the file") from error
