"""The policies that protect logging are free of mistakes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, Subject, bad, good
from trailkeep.audit.view import View
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import Document, Form, read
from trailkeep.authz.lint.finding import Finding
from trailkeep.authz.lint.finding import Severity as Grave
from trailkeep.model.organization import Policy
from trailkeep.model.snapshot import Snapshot


def ask(view: View) -> Iterator[Answer]:
    """One answer a policy; policies of others are only looked at beside ours."""
    documents = dict(_documents(view))
    wrong: dict[str, Finding] = {}
    for finding in lint((*documents.values(), *_beside(view, documents)), _alone(view.snapshot)):
        if finding.severity is Grave.ERROR:
            wrong.setdefault(finding.policy, finding)
    for subject, document in documents.items():
        found = wrong.get(document.name)
        said = bad(f"{found.id}: {found.what}") if found else good("no error was found")
        yield Answer(subject=subject, said=said)


def _documents(view: View) -> Iterator[tuple[Subject, Document]]:
    """What guards logging; documents are named by ids, so that no two are alike."""
    for policy in view.organization.policies:
        if not policy.aws_managed and _is_about_logging(view, policy):
            yield view.policy_subject(policy), _attached(policy)
    for holder in view.holders:
        if holder.bucket and (text := holder.bucket.policy):
            about, owner = f"arn:{view.organization.partition}:s3:::{holder.bucket.name}", holder.bucket.account
            yield holder.subject, read(text, name=about, form="resource", about=about, account=owner)
    for used in view.keys:
        if used.key and (text := used.key.policy):
            about, owner = used.key.arn, used.key.account
            yield used.subject, read(text, name=about, form="key", about=about, account=owner)
    for guard in view.snapshot.guards:
        who = tuple(sorted(guard.roles | guard.users | guard.groups))
        subject = Subject(kind="policy", id=guard.arn, name=guard.name, account=guard.account)
        yield subject, read(guard.content, name=guard.arn, form="identity", attached=who, account=guard.account)


def _is_about_logging(view: View, policy: Policy) -> bool:
    buckets = tuple(f":::{h.subject.id}" for h in view.holders)
    keys = tuple(u.subject.id for u in view.keys)
    return any(word in policy.content for word in ("cloudtrail:", "config:", *buckets, *keys))


def _attached(policy: Policy) -> Document:
    form: Form = "scp" if policy.type == "SERVICE_CONTROL_POLICY" else "rcp"
    targets = tuple(sorted(policy.targets))
    return read(policy.content, name=policy.id, form=form, attached=targets, aws_managed=policy.aws_managed)


def _beside(view: View, ours: Mapping[Subject, Document]) -> Iterator[Document]:
    names = {document.name for document in ours.values()}
    return (_attached(p) for p in view.organization.policies if p.id not in names)


def _alone(snapshot: Snapshot) -> Snapshot:
    """Lints ask what there is, not who trusts whom: without the roles of thousands of members."""
    return replace(snapshot, roles=(), cells={})


CHECK = Check(
    id="policies-are-free-of-mistakes",
    claim="The policies that protect logging are free of mistakes",
    why="A deny with a misspelt action or a wrong ARN is attached, looks right, and denies nothing.",
    decided=(
        "trailkeep policies lint finds no error in the SCPs and RCPs, the policies of the buckets and "
        "the key, and the deny policy."
    ),
    unknown="There is no policy that could be looked at.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep policies lint --snapshot FILE shows the corrected statements",
        cli=(
            "aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type "
            "SERVICE_CONTROL_POLICY"
        ),
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: SERVICE_CONTROL_POLICY\n  Content: CORRECTED"
        ),
        console="IAM, Access Analyzer, Policy validation",
    ),
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-validation.html",),
    controls=("CL-POL-05",),
    ask=ask,
)
