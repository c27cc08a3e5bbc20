"""An SCP that denies deleting objects of every bucket: no workload could clean up after itself."""

from collections.abc import Iterator

from trailkeep.authz import catalogue
from trailkeep.authz.lint import repair
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.scope import exempts_only
from trailkeep.authz.lint.shape import Fit, fit
from trailkeep.authz.patterns import encode, is_everything

ID = "s3-delete-deny-on-everything"
SOURCE = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"
_OBJECTS = ("s3:deleteobject", "s3:deleteobjectversion")
_SOMEWHERE = "arn:${Partition}:s3:::lint-an-ordinary-bucket/an/ordinary/object"


def look(document: Document, around: Around) -> Iterator[Finding]:
    """A quarantine (Deny of `*` or of all of S3) is meant; a Deny of deletes on everything never is."""
    if document.form != "scp":
        return
    for clause in document.readable:
        if clause.meant.denies and _denies_deletes(clause) and _is_everywhere(clause, document.version):
            alone = _only_archive(document, around)
            yield document.finding(
                ID,
                Severity.WARNING if alone else Severity.ERROR,
                clause,
                what="nobody below could delete any object of any bucket"
                + (" of the archive's account, query results and temporary files too" if alone else ""),
                why="applications, deployments and query engines delete their own objects; name the log buckets",
                source=SOURCE,
                corrected=_corrected(clause, around),
            )


def _denies_deletes(clause: Clause) -> bool:
    if clause.meant.not_action or not exempts_only(clause):
        return False
    narrow = [a for a in clause.actions if not is_everything(encode(a.lower().removeprefix("s3:")))]
    return bool(narrow) and len(narrow) == len(clause.actions) and any(clause.meant.of_action(a) for a in _OBJECTS)


def _is_everywhere(clause: Clause, version: str) -> bool:
    if clause.meant.not_resource:
        return False
    return any(fit(r, _SOMEWHERE, version=version) is not Fit.NO for r in clause.resources)


def _only_archive(document: Document, around: Around) -> bool:
    if around.snapshot is None or not document.attached:
        return False
    return set(document.attached) <= {b.account for b in around.snapshot.buckets}


def _corrected(clause: Clause, around: Around) -> tuple[dict[str, object], ...]:
    known = catalogue.actions("s3")
    meant = [known["deletebucket"], known["deleteobject"]]
    partition = next((repair.partition_of(r) for r in clause.resources if r != "*"), "aws")
    others = [a for a in clause.actions if not a.lower().startswith("s3:")]
    ours = [a for a in clause.actions if a.lower().startswith("s3:")]
    s3 = clause.with_(
        Action=repair.one_or_all(ours), Resource=repair.one_or_all(repair.resources(meant, around, partition))
    )
    if not others:
        return (s3,)
    sid = {"Sid": f"{clause.sid}Logs"} if clause.sid else {}
    return (clause.with_(Action=repair.one_or_all(others)), {**s3, **sid})
