"""What is wrong with policies before they meet a request: one lint a file, listed here."""

from collections.abc import Callable, Iterator, Sequence

from trailkeep.authz.lint import (
    action_and_resource,
    action_exists,
    allow_missing,
    attached_to_nobody,
    companions,
    condition_key,
    delivery_caught,
    deny_never_holds,
    not_action,
    not_principal,
    rcp_reach,
    resource_matches_nothing,
    s3_delete_everywhere,
    sids,
    size_and_slots,
    stray_principal,
    unreadable,
    version,
    wrong_partition,
)
from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.model.snapshot import Snapshot

Look = Callable[[Document, Around], Iterator[Finding]]
"""A lint: a pure function of one document and what is around it."""

LINTS: tuple[Look, ...] = (
    unreadable.look,
    stray_principal.look,
    resource_matches_nothing.look,
    action_exists.look,
    action_and_resource.look,
    wrong_partition.look,
    deny_never_holds.look,
    condition_key.look,
    attached_to_nobody.look,
    s3_delete_everywhere.look,
    delivery_caught.look,
    companions.look,
    rcp_reach.look,
    not_action.look,
    not_principal.look,
    version.look,
    allow_missing.look,
    sids.look,
    size_and_slots.look,
)

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def lint(documents: Sequence[Document], snapshot: Snapshot | None = None) -> tuple[Finding, ...]:
    """Every finding on these policies: policy by policy in their order, gravest first. Pure."""
    around = Around(documents=tuple(documents), snapshot=snapshot)
    found: list[Finding] = []
    for document in documents:
        of_this = [finding for look in LINTS for finding in look(document, around)]
        found += sorted(of_this, key=lambda f: (_ORDER[f.severity], f.number))
    return tuple(found)
