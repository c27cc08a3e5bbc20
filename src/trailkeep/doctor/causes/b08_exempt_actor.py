"""B8: who did it is bound by no guardrail: the management account, a service-linked or exempt role, root."""

from collections.abc import Iterator

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View

ENDS = ("StopLogging", "DeleteTrail")
UNPROTECTS = ("DeleteBucketPolicy", "DeleteBucketLifecycle", "DeleteBucket")
_WORDS = (
    "Alarm on these calls: it is the only layer over the management account. Let exempt roles be few, trust "
    "nobody but the "
    "management account, and ask for MFA."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for probe in _probes(view):
        told = view.told(probe)
        where = f"{probe.about} in {view.name(probe.account)}"
        if told is None or told.refused:
            because = f"the event history did not answer: {told.refused}" if told else "a snapshot holds no events"
            yield Unsure(where=where, because=because, probes=(probe,))
            continue
        done = [row for row in told.each() if not row.get("error")]
        exempt = [row for row in done if _is_exempt(view, row.get("who", ""))]
        if not exempt:
            yield Fine(because="no such call in the last seven days by somebody whom no guardrail binds")
        for row in exempt[:5]:
            said = f"{row.get('event')} at {row.get('time')} by {row.get('who')}, whom no guardrail binds"
            fix = remedy.in_words(view, _WORDS)
            yield Found(where=where, said=said, source="cloudtrail LookupEvents", fix=fix)


def _probes(view: View) -> Iterator[Probe]:
    for trail in view.trails:
        for name in ENDS:
            yield Probe(operation="lookup_events", account=trail.owner, region=trail.home_region, about=name)
    for bucket in view.archive:
        for name in UNPROTECTS:
            yield Probe(operation="lookup_events", account=bucket.account, region=bucket.region, about=name)


def _is_exempt(view: View, who: str) -> bool:
    parts = who.split(":", 5)
    if len(parts) < 6:
        return False
    if parts[4] == view.organization.management or parts[5] == "root" or "AWSServiceRoleFor" in parts[5]:
        return True
    roles = view.places.exempt if view.places else (f"role/{view.access_role}",)
    names = {role.rpartition("/")[2] for role in roles}
    return parts[5].startswith("assumed-role/") and parts[5].split("/")[1] in names


CAUSE = Cause(
    id="B8",
    name="exempt-actor",
    title="Who did it is bound by no guardrail",
    family=Family.DELETION,
    cost=Cost.CALL,
    decided="The event history of the last seven days shows StopLogging, DeleteTrail or the removal of a bucket, its "
    "policy or lifecycle by the management account, root, a service-linked role or an exempt role.",
    unknown="A snapshot holds no events; `--probe` asks LookupEvents. Deletions of objects are data events: "
    "they stand in the logs themselves.",
    remedy="Alarms, few exempt roles, MFA.",
    sources=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",
        "botocore model cloudtrail LookupEvents",
    ),
    look=_look,
    nothing="there is no trail and no bucket whose history could be asked for",
)
