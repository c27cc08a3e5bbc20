"""Every role of the archive's account carries the deny policy."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the archive's account."""
    archive = view.promise.archive
    assert archive is not None
    lost = view.lost(archive, "", "roles") or view.lost(archive, "", "guard policies")
    said = unsure(f"its roles or policies could not be read: {lost}") if lost else _said(view, archive)
    yield Answer(subject=view.account(archive), said=said)


def _said(view: View, archive: AccountId) -> Said:
    guards = (g for g in view.snapshot.guards if g.account == archive and g.name == view.promise.guard)
    guard = next(guards, None)
    if guard is None:
        return bad(f"there is no policy {view.promise.guard}")
    without = sorted((view.promise.guarded or frozenset()) - guard.roles)
    if without:
        return bad(f"{len(without)} roles are without it: {', '.join(without[:5])}")
    return good(f"roles that carry it: {len(guard.roles)}")


CHECK = Check(
    id="archive-roles-carry-the-deny-policy",
    claim="Every role of the archive's account carries the deny policy",
    why=(
        "The recipe's own layer: an administrator of the archive who forgets which bucket is which is "
        "stopped before anything else is asked."
    ),
    decided=(
        "The deny policy of the specification is attached to each role of the archive's account that can carry it."
    ),
    unknown="The roles or policies of the archive's account could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws iam attach-role-policy --role-name ROLE --policy-arn POLICY_ARN",
        cloudformation=("Type: AWS::IAM::ManagedPolicy\nProperties:\n  Roles: [ROLE]"),
        console="IAM, Roles, the role, Add permissions: Attach policies",
    ),
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",),
    controls=("CL-POL-01",),
    ask=ask,
    applies=lambda view: view.promise.guarded is not None and view.promise.archive is not None,
)
