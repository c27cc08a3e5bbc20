"""Policies to lint: from files, folders, standard input and the AWS CLI's answers, or all that a snapshot holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailkeep.app.policies import read_text
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import FORMS, Document, Form, read
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.errors import UsageError

if TYPE_CHECKING:
    from trailkeep.model.organization import Policy
    from trailkeep.model.snapshot import Snapshot

STDIN = Path("-")
_SCP, _RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_NAMES: Mapping[str, Form] = {
    "scp": "scp",
    "guardrail": "scp",
    "rcp": "rcp",
    "trust": "trust",
    "assume": "trust",
    "boundary": "boundary",
    "session": "session",
    "endpoint": "vpc-endpoint",
    "vpce": "vpc-endpoint",
    "bucket": "resource",
    "resource": "resource",
    "key": "key",
    "kms": "key",
    "identity": "identity",
}
"""Parts of a file's or folder's name, and the kind they tell; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was judged, what was found, what was left out or could not be read, and kinds that were guessed."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(f.severity is Severity.ERROR for f in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A policy's text, where it is from, and the kind its wrapping tells (None: it does not)."""

    name: str
    text: str
    form: Form | None


def lint_files(paths: Sequence[Path], stdin: str, form: Form | None, snapshot: "Snapshot | None") -> Linted:
    """Judge the policies in files; a snapshot adds what is known of the organization. Raises UsageError."""
    notes: list[str] = []
    documents: list[Document] = []
    for path in paths:
        for found in _found(path, stdin, notes):
            known = form or found.form or guess(found.name, found.text)
            if form is None and found.form is None:
                notes.append(f"{found.name}: taken for a policy of kind {known}; --kind says otherwise")
            documents.append(read(found.text, name=found.name, form=known))
    if not documents:
        raise UsageError(
            "there is no policy in these files", hint="name JSON files with a Statement, a folder of them, or -"
        )
    return Linted(documents=tuple(documents), findings=lint(documents, snapshot), notes=tuple(notes))


def lint_snapshot(snapshot: "Snapshot") -> Linted:
    """Judge every SCP and RCP where it is attached, and the bucket, key, trust and deny policies of a snapshot."""
    documents = tuple(_of_snapshot(snapshot))
    unread = tuple(
        f"{u.account} {u.region} {u.what}: {u.reason}".replace("  ", " ")
        for u in snapshot.unreachable
        if "polic" in u.what or u.what in {"buckets", "key aliases"} or u.what.startswith("key ")
    )
    return Linted(documents=documents, findings=lint(documents, snapshot), notes=(), unread=unread)


def _of_snapshot(snapshot: "Snapshot") -> Iterator[Document]:
    organization = snapshot.organization
    yield from (_attached(policy) for policy in organization.policies if policy.type in {_SCP, _RCP})
    for bucket in snapshot.buckets:
        if bucket.policy:
            about = f"arn:{organization.partition}:s3:::{bucket.name}"
            yield read(
                bucket.policy,
                name=f"bucket policy of {bucket.name}",
                form="resource",
                about=about,
                account=bucket.account,
            )
    for key in snapshot.keys:
        if key.policy:
            yield read(key.policy, name=f"key policy of {key.alias}", form="key", about=key.arn, account=key.account)
    for role in snapshot.roles:
        if role.trust:
            yield read(
                role.trust, name=f"trust policy of {role.arn}", form="trust", about=role.arn, account=role.account
            )
    for guard in snapshot.guards:
        attached = tuple(sorted(guard.roles | guard.users | guard.groups))
        yield read(
            guard.content, name=f"IAM policy {guard.arn}", form="identity", attached=attached, account=guard.account
        )


def _attached(policy: "Policy") -> Document:
    form: Form = "scp" if policy.type == _SCP else "rcp"
    targets = tuple(sorted(policy.targets))
    name = f"{form.upper()} {policy.name} ({policy.id})"
    return read(policy.content, name=name, form=form, attached=targets, aws_managed=policy.aws_managed)


def _found(path: Path, stdin: str, notes: list[str]) -> Iterator[_Found]:
    if path == STDIN:
        yield from _unwrapped("standard input", stdin)
    elif path.is_dir():
        files = sorted(p for p in path.rglob("*.json") if p.is_file())
        for file in files:
            found = list(_unwrapped(str(file), read_text(file)))
            if all(_is_other(f.text) for f in found):
                notes.append(f"{file}: left out, it holds no policy")
            else:
                yield from found
    else:
        yield from _unwrapped(str(path), read_text(path))


def _is_other(text: str) -> bool:
    """JSON that is about something else altogether; a broken file is no such thing."""
    found = _json(text)
    return found is not None and not (isinstance(found, Mapping) and "Statement" in found)


def _unwrapped(name: str, text: str) -> Iterator[_Found]:
    """The policy as it is, or taken out of what `aws … get-policy` and its kin answer."""
    found = _json(text)
    if isinstance(found, Mapping) and "Statement" not in found:
        inner, form = _inside(found)
        if inner is not None:
            yield _Found(name=name, text=inner, form=form)
            return
    yield _Found(name=name, text=text, form=None)


def _inside(found: Mapping[str, Any]) -> tuple[str | None, Form | None]:
    """The document in an answer of the AWS CLI: organizations, s3api, kms and iam each wrap it in another way."""
    policy = found.get("Policy", found.get("PolicyVersion", found.get("Role", found)))
    if isinstance(policy, str):
        return policy, None
    if not isinstance(policy, Mapping):
        return None, None
    summary = policy.get("PolicySummary")
    kind = summary.get("Type") if isinstance(summary, Mapping) else None
    forms: Mapping[Any, Form] = {_SCP: "scp", _RCP: "rcp"}
    keys: Mapping[str, Form | None] = {
        "Content": forms.get(kind) if isinstance(kind, str) else None,
        "Document": "identity",
        "PolicyDocument": None,
        "AssumeRolePolicyDocument": "trust",
    }
    for key, form in keys.items():
        inner = policy.get(key)
        if isinstance(inner, str):
            return inner, form
        if isinstance(inner, Mapping) and "Statement" in inner:
            return json.dumps(inner), form
    return None, None


def _json(text: str) -> Any:  # noqa: ANN401 whatever a file holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def guess(name: str, text: str) -> Form:
    """The kind of a policy by its file's name, then by what is in it; without a Principal it is taken for IAM's."""
    path = Path(name)
    words = f"{path.parent.name}/{path.stem}".lower()
    found = _json(text)
    listed = found.get("Statement", []) if isinstance(found, Mapping) else []
    statements = [s for s in (listed if isinstance(listed, list) else [listed]) if isinstance(s, Mapping)]
    named = next((form for word, form in _NAMES.items() if word in words), None)
    if named is not None:
        return named
    if not any("Principal" in s or "NotPrincipal" in s for s in statements):
        return "identity"
    actions = [str(a).lower() for s in statements for a in _listed(s.get("Action", []))]
    if actions and all(a.startswith("sts:") for a in actions) and not any("Resource" in s for s in statements):
        return "trust"
    return "key" if actions and all(a.startswith("kms:") for a in actions) else "resource"


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 whatever a file holds
    return value if isinstance(value, list) else [value]


def form_of(text: str | None) -> Form | None:
    """A kind from the command line; None for none. Raises UsageError with the kinds there are."""
    if text is None:
        return None
    found = next((form for form in FORMS if form == text.lower().replace("_", "-")), None)
    if found is None:
        raise UsageError(f"there is no kind of policy {text[:40]!r}", hint=f"one of {', '.join(FORMS)}")
    return found
