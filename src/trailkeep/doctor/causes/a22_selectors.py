"""A22: the trail's selectors leave management events out."""

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.trail import Selectors

_WORDS = "Record all management events and exclude no source; keep the selectors of data events that are there."
_READ = {"read": "only reading calls", "write": "only writing calls", "none": "no management events"}


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        where, selectors = f"trail {trail.name} of {view.name(trail.owner)}", trail.selectors
        if selectors is None:
            yield Unsure(where=where, because="its selectors could not be read", lost=True)
            continue
        said = [_READ[selectors.management]] if selectors.management != "all" else []
        said += [f"nothing of {source}" for source in selectors.excluded_sources]
        if not said:
            yield Fine(because="GetEventSelectors: all management events, no source excluded")
            continue
        source = "cloudtrail GetEventSelectors"
        call = ("put-event-selectors", "--advanced-event-selectors", advanced(selectors))
        fix = remedy.on_trail(view, trail, _WORDS, "cloudtrail:PutEventSelectors", *call)
        yield Found(where=where, said=f"it records {', '.join(said)}", source=source, fix=fix)
    yield from walk.unread_trails(view, subject)


def advanced(selectors: Selectors) -> str:
    """All management events, and the data selectors that are there; those of the basic form written anew."""
    told: list[Any] = [{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    for text in selectors.data:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and "FieldSelectors" in found:
            told.append(found)
        elif isinstance(found, dict) and isinstance(found.get("Values"), list):
            told.append(_rewritten(found))
    return json.dumps(told, ensure_ascii=False)


def _rewritten(basic: dict[str, Any]) -> dict[str, Any]:
    """A basic data selector in the advanced form: a trail takes one kind only (botocore model PutEventSelectors)."""
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": [str(basic.get("Type", ""))]},
        {"Field": "resources.ARN", "StartsWith": basic["Values"]},
    ]
    only = {"WriteOnly": "false", "ReadOnly": "true"}.get(str(basic.get("ReadWriteType")))
    return {"FieldSelectors": [*fields, *([{"Field": "readOnly", "Equals": [only]}] if only else [])]}


CAUSE = Cause(
    id="A22",
    name="selectors",
    title="The selectors leave events out",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="The management events that the selectors record are not all, or sources such as kms.amazonaws.com are "
    "excluded.",
    unknown="The selectors could not be read.",
    remedy="All management events, no exclusions.",
    sources=("botocore model cloudtrail GetEventSelectors, PutEventSelectors",),
    look=_look,
    nothing="there is no trail",
)
