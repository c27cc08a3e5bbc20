"""The ways of asking everything of one kind: what was not read is UNKNOWN before a check even looks."""

from collections.abc import Callable, Iterator

from trailkeep.audit.finding import Answer, Said, bad, good, unsure
from trailkeep.audit.results import Chains, Gap
from trailkeep.audit.view import NOT_OFFERED, Seen, View
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Cell
from trailkeep.model.trail import Trail


def on_trails(view: View, judge: Callable[[Trail], Said]) -> Iterator[Answer]:
    """One answer a trail that central logging rests on."""
    for trail in view.trails:
        yield Answer(subject=view.trail_subject(trail), said=judge(trail))
    yield from _unread_trails(view)


def _unread_trails(view: View) -> Iterator[Answer]:
    """The owners whose trails could not be read: the management account, or every member with trails of its own."""
    owners = (view.organization.management,) if view.promise.organization_trail else view.promise.accounts
    for owner in owners:
        lost = view.lost(owner, view.promise.home or "", "trails")
        if lost and not any(t.owner == owner for t in view.trails):
            yield Answer(subject=view.account(owner), said=unsure(f"its trails could not be read: {lost}"))


def on_cells(view: View, what: str, judge: Callable[[Seen, Cell], Said | None]) -> Iterator[Answer]:
    """One answer an account and Region; `what` is the part that is asked about: "trails", "config" or "alarms".

    None means that there is nothing to say here.
    """
    for seen in view.cells:
        lost = {"trails": seen.trails, "config": seen.config, "alarms": seen.alarms}[what]
        if lost == NOT_OFFERED:
            continue
        if lost or seen.cell is None:
            yield Answer(subject=seen.subject, said=_unread(lost))
            continue
        said = judge(seen, seen.cell)
        if said is not None:
            yield Answer(subject=seen.subject, said=said)


def _unread(lost: str) -> Said:
    return unsure(f"it could not be read: {lost}" if lost else "it was not read")


def on_buckets(
    view: View, setting: str, judge: Callable[[Bucket], Said], uses: tuple[str, ...] = ("trail", "config")
) -> Iterator[Answer]:
    """One answer a bucket of the archive; `setting` is what the snapshot calls what is asked about."""
    for holder in view.holders:
        if holder.use not in uses:
            continue
        bucket = holder.bucket
        if bucket is None:
            lost = f"it could not be read: {holder.lost}" if holder.lost else "it was not seen"
            yield Answer(subject=holder.subject, said=unsure(lost))
            continue
        lost = view.lost(bucket.account, bucket.region, f"bucket {bucket.name} {setting}")
        said = unsure(f"its {setting} could not be read: {lost}") if lost else judge(bucket)
        yield Answer(subject=holder.subject, said=said)


def on_keys(view: View, judge: Callable[[Key], Said], part: str = "") -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""
    for used in view.keys:
        key = used.key
        if key is None:
            lost = view.lost(used.subject.account, used.subject.region, "key")
            because = (
                f"it could not be read: {lost}" if lost else "the archive is encrypted with it, and it was not read"
            )
            yield Answer(subject=used.subject, said=unsure(because))
            continue
        lost = view.lost(key.account, key.region, f"key {key.alias or key.arn} {part}") if part else ""
        said = unsure(f"it could not be read: {lost}") if lost else judge(key)
        yield Answer(subject=used.subject, said=said)


def on_accounts(view: View, what: str, judge: Callable[[AccountId], Said | None]) -> Iterator[Answer]:
    """One answer an expected account; what could not be read of it (`what`) is UNKNOWN; "" reads nothing of it."""
    for account in view.promise.accounts:
        lost = view.lost(account, "", what) if what else ""
        said = unsure(f"its {what} could not be read: {lost}") if lost else judge(account)
        if said is not None:
            yield Answer(subject=view.account(account), said=said)


def on_verified(view: View, judge: Callable[[Chains], Said]) -> Iterator[Answer]:
    """One answer an account and Region, by what `verify` found; one for the organization where nobody verified."""
    if view.verified is None:
        nobody = unsure("nobody verified: trailkeep verify -o json, then --verified FILE")
        yield Answer(subject=view.whole, said=nobody)
        return
    not_seen = unsure(f"the verification of {view.verified.place} did not meet it")
    for seen in view.cells:
        found = view.verified.cells.get((seen.account, seen.region or ""))
        yield Answer(subject=seen.subject, said=judge(found) if found else not_seen)


def on_covered(view: View, service: str) -> Iterator[Answer]:
    """One answer an account and Region, by what `coverage` found; one for the organization where nobody asked it."""
    covered = view.covered
    if covered is None or service not in covered.services:
        nobody = unsure("nobody asked: trailkeep coverage -o json, then --covered FILE")
        yield Answer(subject=view.whole, said=nobody)
        return
    whole = good(f"everything that was expected from {covered.since} to {covered.until}")
    if not covered.by_organization:
        whole = unsure("coverage went by the archive's own folders: with --snapshot it knows what to expect")
    not_seen = unsure("coverage did not look at it")
    for seen in view.cells:
        known = seen.region is not None and seen.account in covered.accounts
        gaps = covered.gaps.get((service, seen.account, seen.region or ""), ())
        yield Answer(subject=seen.subject, said=(_gaps(gaps) or whole) if known else not_seen)


def _gaps(gaps: tuple[Gap, ...]) -> Said | None:
    missing = [g for g in gaps if g.state == "UNCOVERED"]
    if missing:
        return bad(f"{sum(g.hours for g in missing)} hours are missing, the first: {missing[0].example}")
    doubtful = [g for g in gaps if g.state == "UNKNOWN"]
    hours = sum(g.hours for g in doubtful)
    return unsure(f"of {hours} hours nothing is known: {doubtful[0].example}") if doubtful else None
