"""A Deny in a bucket policy, key policy or RCP that CloudTrail's or Config's own delivery runs into."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.lint.deliveries import CLOUDTRAIL, CONFIG, SERVICES, Delivery
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.repair import but_services
from trailkeep.authz.policy import Policy
from trailkeep.authz.request import Facts, Layer, Level, Policies, Request

ID = "delivery-caught"
SOURCE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"
_MADE_UP = "123456789012"
_ACCOUNT = re.compile(r"[0-9]{12}")
_ANY = re.compile(r".+")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


def look(document: Document, around: Around) -> Iterator[Finding]:
    """One finding for each Deny that catches a delivery, named with the first request it catches."""
    if document.form not in {"resource", "key", "rcp"} or document.whole is None:
        return
    requests = list(_requests(document, around))
    for clause in document.readable:
        caught = next((r for r in requests if _is_caught(document, clause, r)), None) if clause.meant.denies else None
        if caught is not None:
            yield _finding(document, clause, caught)


def _is_caught(document: Document, clause: Clause, request: Request) -> bool:
    """Whether this statement alone denies it, by the evaluator's own answer."""
    alone = Policy(name=document.name, kind="resource", statements=(clause.meant,))
    policies = (
        Policies(rcp=(Level(target="", policies=(replace(alone, kind="rcp"),)),))
        if document.form == "rcp"
        else Policies(resource=alone)
    )
    reasons = evaluate(request, policies, Facts()).reasons
    return any(r.words == "denies it explicitly" and r.layer in {Layer.RCP, Layer.RESOURCE} for r in reasons)


def _finding(document: Document, clause: Clause, caught: Request) -> Finding:
    service = caught.principal.id
    return document.finding(
        ID,
        Severity.ERROR,
        clause,
        what=f"this Deny catches {service}: {caught.action} on {caught.resource[:160]} is denied; no log arrives",
        why="a log service is not a principal of the organization, has no aws:PrincipalOrgID, and sends no encryption "
        "header; a Deny for everybody needs an exception for services",
        source=SOURCE,
        corrected=_corrected(clause),
    )


def _corrected(clause: Clause) -> tuple[dict[str, Any], ...]:
    """The same Deny for everybody but AWS's services; a Deny about a header has to go: the bucket's default does it."""
    if any(asked.key.lower() == "aws:principalisawsservice" for asked in clause.asked):
        return ()
    if any("server-side-encryption" in asked.key.lower() for asked in clause.asked):
        return ()  # the bucket's default encryption does what such a Deny is for
    return (clause.with_(Condition=but_services(clause.written.get("Condition", {}))),)


def _requests(document: Document, around: Around) -> Iterator[Request]:
    for service in SERVICES:
        for bucket in _buckets(document, around, service):
            for delivery in _deliveries(document, around, service, bucket):
                yield from delivery.to_bucket(bucket)
        for key in _keys(document, around, service):
            for delivery in _deliveries(document, around, service, ""):
                yield from delivery.with_key(key)


def _buckets(document: Document, around: Around, service: str) -> list[str]:
    """The buckets that this service delivers to and the policy is about."""
    if document.form == "key":
        return []
    snapshot = around.snapshot
    if snapshot is not None and (document.about or document.form == "rcp"):
        delivered = (
            {t.bucket for t in snapshot.trails}
            if service == CLOUDTRAIL
            else {c.channel.bucket for regions in snapshot.cells.values() for c in regions.values() if c.channel}
        )
        own = {b.name for b in snapshot.buckets if _is_about(document, b.name, b.account, around)}
        return sorted(delivered & own)
    if document.form == "resource" and not _serves(document, service):
        return []
    named = {b for c in document.readable for r in c.resources if (b := _bucket(r))}
    return sorted(named) or (["a-log-bucket"] if document.form == "rcp" else [])


def _is_about(document: Document, bucket: str, account: str, around: Around) -> bool:
    if document.form == "rcp":
        attached = set(document.attached or ())
        reached = around.organization is not None and attached & set(around.organization.chain(account))
        return document.attached is None or bool(reached)
    return document.about.endswith(f":::{bucket}")


def _keys(document: Document, around: Around, service: str) -> list[str]:
    if document.form == "key" and _serves(document, service):
        return [document.about or f"arn:aws:kms:eu-west-1:{_MADE_UP}:key/00000000-0000-0000-0000-000000000000"]
    if document.form != "rcp":
        return []
    named = {r for c in document.readable for r in c.resources if ":key/" in r and "*" not in r and "?" not in r}
    held = {k.arn for k in around.snapshot.keys} if around.snapshot else set()
    return sorted(named & held) if held else sorted(named)


def _serves(document: Document, service: str) -> bool:
    """Whether the policy allows this service something, so that it is meant to deliver here."""
    return any(
        not c.meant.denies and c.meant.principal is not None and service in c.meant.principal.others
        for c in document.readable
    )


def _bucket(resource: str) -> str:
    """A bucket a pattern names; wildcards in it are filled."""
    head, colons, tail = resource.partition(":::")
    name = tail.partition("/")[0]
    return name.replace("*", "x").replace("?", "x") if colons and head.endswith(":s3") and "$" not in name else ""


def _deliveries(document: Document, around: Around, service: str, bucket: str) -> Iterator[Delivery]:
    """One for each source that is known: the trails of the organization, or those that the policy's Allows name."""
    snapshot, organization = around.snapshot, around.organization
    partition = around.partition or _partition(document)
    archive = next((b.account for b in snapshot.buckets if b.name == bucket), "") if snapshot else ""
    named = organization.id if organization else _said(document, _ORGANIZATION)
    sources = list(_sources(document, around, service, bucket, partition))
    for source in sources[:8]:
        yield Delivery(
            service=service,
            source=source,
            source_account=source.split(":")[4],
            organization=named or "o-exampleorgid",
            partition=partition,
            archive=archive or _said(document, _ACCOUNT, "aws:resourceaccount") or _MADE_UP,
            path=_said(document, _ANY, "aws:sourceorgpaths"),
        )


def _sources(document: Document, around: Around, service: str, bucket: str, partition: str) -> Iterator[str]:
    organization = around.organization
    said_account = _said(document, _ACCOUNT, "aws:sourceaccount") or _MADE_UP
    account = organization.management if organization else said_account
    if service == CONFIG:
        yield f"arn:{partition}:config:eu-west-1:{account}:config-recorder/default"
        return
    trails = [t.arn for t in around.snapshot.trails if bucket in {"", t.bucket}] if around.snapshot else []
    said = [v for c in document.readable for a in c.asked if a.key.lower() == "aws:sourcearn" for v in a.values]
    arns = [v for v in said if v.startswith("arn:") and ":trail/" in v and v.count(":") == 5]
    filled = [_filled(v) for v in arns]
    yield from trails or filled or [f"arn:{partition}:cloudtrail:eu-west-1:{account}:trail/trail"]


def _filled(arn: str) -> str:
    parts = arn.split(":", 5)
    parts[3] = "eu-west-1" if "*" in parts[3] else parts[3]
    parts[4] = _MADE_UP if "*" in parts[4] else parts[4]
    return ":".join(parts).replace("*", "x").replace("?", "x")


def _partition(document: Document) -> str:
    said = [r.split(":", 2)[1] for c in document.readable for r in c.resources if r.startswith("arn:aws")]
    return said[0] if said and "*" not in said[0] else "aws"


def _said(document: Document, form: re.Pattern[str], key: str = "") -> str:
    """The first value that conditions on `key` (on any, if "") compare with, such as the organization's id."""
    asked = (a for c in document.readable for a in c.asked if key in {"", a.key.lower()})
    return next((v.replace("*", "x") for a in asked for v in a.values if form.fullmatch(v)), "")
