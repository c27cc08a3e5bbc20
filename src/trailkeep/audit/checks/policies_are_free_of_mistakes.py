"""The policies that protect logging are free of mistakes."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, Subject, bad, good
from trailkeep.audit.view import View
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import Document, Form, read
from trailkeep.authz.lint.finding import Finding
from trailkeep.authz.lint.finding import Severity as Grave
from trailkeep.model.snapshot import Snapshot


def ask(view: View) -> Iterator[Answer]:
    """One answer a policy."""
    documents = dict(_documents(view))
    wrong: dict[str, Finding] = {}
    for finding in lint(tuple(documents.values()), _alone(view.snapshot)):
        if finding.severity is Grave.ERROR:
            wrong.setdefault(finding.policy, finding)
    for subject, document in documents.items():
        found = wrong.get(document.name)
        said = bad(f"{found.id}: {found.what}") if found else good("no error was found")
        yield Answer(subject=subject, said=said)


def _documents(view: View) -> Iterator[tuple[Subject, Document]]:
    """What guards logging; names are made of ids, so that no two are alike."""
    partition = view.organization.partition
    for policy in view.organization.policies:
        if not policy.aws_managed:
            form: Form = "scp" if policy.type == "SERVICE_CONTROL_POLICY" else "rcp"
            targets = tuple(sorted(policy.targets))
            yield view.policy_subject(policy), read(policy.content, name=policy.id, form=form, attached=targets)
    for holder in view.holders:
        if bucket := holder.bucket:
            about = f"arn:{partition}:s3:::{bucket.name}"
            text = bucket.policy
            if text:
                yield holder.subject, read(text, name=about, form="resource", about=about, account=bucket.account)
    for used in view.keys:
        if used.key and (text := used.key.policy):
            arn, owner = used.key.arn, used.key.account
            yield used.subject, read(text, name=arn, form="key", about=arn, account=owner)
    for guard in view.snapshot.guards:
        who = tuple(sorted(guard.roles | guard.users | guard.groups))
        subject = Subject(kind="policy", id=guard.arn, name=guard.name, account=guard.account)
        yield subject, read(guard.content, name=guard.arn, form="identity", attached=who, account=guard.account)


def _alone(snapshot: Snapshot) -> Snapshot:
    """Lints ask what there is, not who trusts whom: without the roles of thousands of members."""
    return replace(snapshot, roles=(), cells={})


CHECK = Check(
    id="policies-are-free-of-mistakes",
    claim="The policies that protect logging are free of mistakes",
    why="A deny with a misspelt action or a wrong ARN is attached, looks right, and denies nothing.",
    decided=("trailkeep policies lint finds no error in the SCPs and RCPs, the policies of the buckets and "
"the key, and the deny policy."),
    unknown="There is no policy that could be looked at.",
    severity=Severity.HIGH,
    fix=Fix(trailkeep="trailkeep policies lint --snapshot FILE shows the corrected statements", cli=("aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type "
"SERVICE_CONTROL_POLICY"), cloudformation="AWS::Organizations::Policy, AWS::S3::BucketPolicy, AWS::KMS::Key", console="IAM, Access Analyzer, Policy validation",),
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-validation.html",),
    controls=("CL-POL-05",),
    ask=ask,
)
