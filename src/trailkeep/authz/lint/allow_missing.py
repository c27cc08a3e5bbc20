"""SCPs at a level where nothing allows, so that everything below is denied; needs a snapshot to be sure."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.patterns import encode, is_everything

ID = "allow-missing"
SOURCE = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
_ON = "SERVICE_CONTROL_POLICY"


def look(document: Document, around: Around) -> Iterator[Finding]:
    """One finding for each level without an Allow, said at the first of its SCPs; one for an allow list."""
    if document.form != "scp" or document.aws_managed:
        return
    organization = around.organization
    allows = [c for c in document.readable if not c.meant.denies]
    if organization is not None and organization.policy_types.get(_ON) == "ENABLED":
        for target in document.attached or ():
            beside = around.at(target, "scp")
            if beside[:1] == (document,) and not any(_may_allow(d) for d in beside):
                yield document.finding(
                    ID,
                    Severity.ERROR,
                    None,
                    what=f"no SCP attached to {organization.path(target)} allows anything: everything below is denied",
                    why="an action needs an Allow at every level from the root to the account; attach FullAWSAccess",
                    source=SOURCE,
                )
    if allows and not any(is_everything(encode(a)) for c in allows for a in c.actions):
        yield document.finding(
            ID,
            Severity.NOTE,
            allows[0],
            what="this SCP is an allow list: it allows nothing more unless another SCP at the same level does",
            why="without FullAWSAccess beside it, every service and action not listed is denied, future ones too",
            source=SOURCE,
        )


def _may_allow(document: Document) -> bool:
    return bool(document.problem) or any(not c.meant.denies or not c.is_readable for c in document.clauses)
