"""B13: nobody records who touches the log objects, so an actor stays unknown."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail

_WORDS = (
    "Record data events of the log buckets, writing ones at least, with RecursiveLogging off so that CloudTrail's own "
    "deliveries are not logged in a loop."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    if view.spec is not None and not view.spec.trail.log_bucket_data_events:
        yield Fine(
            because="the specification leaves data events of the log buckets out (`trail.log_bucket_data_events`)"
        )
        return
    for bucket in view.archive:
        yield _of(view, bucket)
    yield from walk.unseen_buckets(view)


def _of(view: View, bucket: Bucket) -> Case:
    hearing = [t for t in view.snapshot.trails if t.records(bucket.account, bucket.region)]
    unknown = [t.name for t in hearing if t.selectors is None]
    if any(_records(t, bucket, view) for t in hearing):
        return Fine(because="data events of the log bucket are recorded")
    if unknown:
        because = f"the selectors of {', '.join(unknown)} could not be read"
        return Unsure(where=f"bucket {bucket.name}", because=because, lost=True)
    lost = view.lost(bucket.account, "", "trail", f"trails of {view.name(bucket.account)}")
    if lost is not None:
        return lost
    fix = remedy.in_words(view, _WORDS, "`trail.log_bucket_data_events`")
    said = "no running trail records who writes or deletes objects in it"
    return Found(where=f"bucket {bucket.name}", said=said, source="cloudtrail GetEventSelectors", fix=fix)


def _records(trail: Trail, bucket: Bucket, view: View) -> bool:
    arn = f"arn:{view.partition}:s3:::{bucket.name}/"
    return any(hears(text, arn) for text in trail.selectors.data) if trail.selectors else False


def hears(selector: str, arn: str) -> bool:
    """Whether a selector records writing data events of the objects below an ARN (basic or advanced form)."""
    try:
        found = json.loads(selector)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, Mapping):
        return False
    if "FieldSelectors" not in found:
        values = found.get("Values", [])
        writes = found.get("ReadWriteType", "All") in {"All", "WriteOnly"}
        known = [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
        return found.get("Type") == "AWS::S3::Object" and writes and any(arn.startswith(v) for v in known)
    fields = {f.get("Field"): f for f in found["FieldSelectors"] if isinstance(f, Mapping)}
    return _advanced(fields, arn)


def _advanced(fields: Mapping[Any, Mapping[str, Any]], arn: str) -> bool:
    if fields.get("eventCategory", {}).get("Equals") != ["Data"]:
        return False
    if fields.get("resources.type", {}).get("Equals") != ["AWS::S3::Object"]:
        return False
    if fields.get("readOnly", {}).get("Equals", ["false"]) != ["false"]:
        return False
    names = fields.get("eventName", {}).get("Equals")
    where = fields.get("resources.ARN", {}).get("StartsWith")
    named = names is None or "DeleteObject" in names
    return named and (where is None or any(isinstance(w, str) and arn.startswith(w) for w in where))


CAUSE = Cause(
    id="B13",
    name="no-data-events",
    title="Nobody records who touches the log objects",
    family=Family.DELETION,
    cost=Cost.SETTING,
    decided="No running trail that hears the bucket's account and Region has a selector of writing data events on it.",
    unknown="The selectors could not be read.",
    remedy="Data events on the log buckets, RecursiveLogging off.",
    sources=("botocore model cloudtrail GetEventSelectors, AdvancedFieldSelector, UpdateTrail RecursiveLogging",),
    look=_look,
)
