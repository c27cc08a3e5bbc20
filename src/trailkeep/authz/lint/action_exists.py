"""Actions that AWS does not have: a Deny of one protects nothing."""

import difflib
from collections.abc import Iterator, Mapping

from trailkeep.authz import catalogue
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.repair import one_or_all
from trailkeep.authz.lint.scope import expand
from trailkeep.authz.patterns import encode, is_everything, is_wild

ID = "action-does-not-exist"
SOURCE = catalogue.REFERENCE

MOST = 50
"""So many actions of a statement get a suggestion; who has more has another problem."""

RENAMED: Mapping[str, tuple[str, ...]] = {
    "s3:putbucketlifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:putbucketlifecycleconfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:deletebucketlifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:getbucketlifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:getbucketlifecycleconfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:deleteobjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:putbucketencryption": ("s3:PutEncryptionConfiguration",),
    "s3:deletebucketencryption": ("s3:PutEncryptionConfiguration",),
    "s3:getbucketencryption": ("s3:GetEncryptionConfiguration",),
    "s3:putbucketreplication": ("s3:PutReplicationConfiguration",),
    "s3:deletebucketreplication": ("s3:PutReplicationConfiguration",),
    "s3:getbucketreplication": ("s3:GetReplicationConfiguration",),
    "s3:putobjectlockconfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3:getobjectlockconfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:putpublicaccessblock": ("s3:PutBucketPublicAccessBlock", "s3:PutAccountPublicAccessBlock"),
    "s3:deletepublicaccessblock": ("s3:PutBucketPublicAccessBlock", "s3:PutAccountPublicAccessBlock"),
    "s3:deletebucketownershipcontrols": ("s3:PutBucketOwnershipControls",),
    "s3:deletebuckettagging": ("s3:PutBucketTagging",),
    "s3:deletebucketcors": ("s3:PutBucketCORS",),
    "s3:putbucketnotificationconfiguration": ("s3:PutBucketNotification",),
    "s3:putbucketaccelerateconfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:headbucket": ("s3:ListBucket",),
    "s3:headobject": ("s3:GetObject",),
    "s3:listobjects": ("s3:ListBucket",),
    "s3:listobjectsv2": ("s3:ListBucket",),
    "s3:listobjectversions": ("s3:ListBucketVersions",),
    "s3:listbuckets": ("s3:ListAllMyBuckets",),
    "s3:copyobject": ("s3:GetObject", "s3:PutObject"),
    "s3:createmultipartupload": ("s3:PutObject",),
    "s3:uploadpart": ("s3:PutObject",),
    "s3:completemultipartupload": ("s3:PutObject",),
    "organizations:deleteaccount": ("organizations:CloseAccount",),
    "kms:deletekey": ("kms:ScheduleKeyDeletion",),
    "config:stoprecorder": ("config:StopConfigurationRecorder",),
    "cloudtrail:stoptrail": ("cloudtrail:StopLogging",),
}
"""API names and old names, with the IAM action that governs them.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding for each statement with such actions."""
    for clause in document.readable:
        missing = [a for a in clause.actions if _is_missing(a)]
        if missing:
            yield _finding(document, clause, missing)
        if unsettled := [a for a in clause.actions if _is_unsettled(a)]:
            yield document.finding(
                ID,
                Severity.WARNING,
                clause,
                what=f"{unsettled[0][:120]!r} has a wildcard in the service",
                why="AWS's documentation does not say that this matches any action; name the services",
                source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
            )


def _is_missing(action: str) -> bool:
    return expand(action) == () or (":" not in action and not is_everything(encode(action)))


def _is_unsettled(action: str) -> bool:
    service, colon, _ = action.partition(":")
    return bool(colon) and is_wild(encode(service))


def _finding(document: Document, clause: Clause, missing: list[str]) -> Finding:
    few = missing[:MOST]
    meant = {action: suggestion(action) for action in few}
    said = "; ".join(_said(action, meant[action]) for action in missing[:8])
    if clause.meant.not_action:
        so, severity = "it excepts nothing", Severity.WARNING
    elif clause.meant.denies:
        so, severity = "a Deny of it protects nothing", Severity.ERROR
    else:
        so, severity = "an Allow of it gives nothing", Severity.WARNING
    return document.finding(
        ID,
        severity,
        clause,
        what=f"{said}{f'; and {len(missing) - 8} more' if len(missing) > 8 else ''}",
        why=f"{so}; IAM actions are not always called as the API is (AWS's reference of {catalogue.day()})",
        source=SOURCE,
        corrected=_corrected(clause, meant) if few == missing else (),
    )


def _said(action: str, meant: tuple[str, ...]) -> str:
    hint = f", did you mean {' and '.join(meant)}?" if meant else ""
    service, colon, name = action.partition(":")
    if not colon:
        return f"{action[:80]!r} is no action: it is written service:Action{hint}"
    if service.lower() not in catalogue.services():
        return f"{action[:80]!r}: there is no service {service[:40]!r}{hint}"
    what = "matches no action" if is_wild(encode(name)) else "does not exist"
    return f"{action[:80]!r} {what}{hint}"


def suggestion(action: str) -> tuple[str, ...]:
    """What was probably meant; () where nothing is near."""
    lower = action.lower()
    if lower in RENAMED:
        return RENAMED[lower]
    service, _, name = lower.partition(":")
    if len(action) > 128 or not name or is_wild(encode(name)):
        return ()
    home = service if service in catalogue.services() else _near(service, catalogue.services())
    known = catalogue.actions(home) if home else {}
    close = _near(name, known)
    return (str(known[close]),) if close else ()


def _near(word: str, words: Mapping[str, object] | frozenset[str]) -> str:
    found = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.75)
    return found[0] if found else ""


def _corrected(clause: Clause, meant: dict[str, tuple[str, ...]]) -> tuple[dict[str, object], ...]:
    listed = [new for action in clause.actions for new in meant.get(action, (action,))]
    if not listed:
        return ()
    element = "NotAction" if clause.meant.not_action else "Action"
    return (clause.with_(**{element: one_or_all(list(dict.fromkeys(listed)))}),)
