"""The five debugging tips of the recipe as things that can be asked: calls, rules, policies, levels, errors."""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.doctor import symptoms, walk
from trailkeep.doctor.verdict import Probe
from trailkeep.doctor.view import Subject, View

SERVICES = ("cloudtrail.amazonaws.com", "config.amazonaws.com")
SOURCES = ("s3.amazonaws.com", "kms.amazonaws.com", "config.amazonaws.com", "cloudtrail.amazonaws.com")
"""Where calls of the log services appear as management events: of the bucket, the key, and the services themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """One tip: what it is good for, and the command that does it."""

    title: str
    words: str
    command: str


TIPS: tuple[Tip, ...] = (
    Tip(
        title="Failed calls by the log services",
        words="CloudTrail's own event history shows which call to the bucket, the key or Config was refused, and the "
        "message names the kind of policy that did it.",
        command="trailkeep doctor calls --account NAME --region REGION",
    ),
    Tip(
        title="Compliance of the logging rules",
        words="AWS Config's rules say what they find; without any rule nothing is known.",
        command="trailkeep doctor rules --account NAME --region REGION",
    ),
    Tip(
        title="Policies and where they are attached",
        words="Every SCP and RCP at every level, whoever attached it.",
        command="trailkeep policies show",
    ),
    Tip(
        title="The effective chain for one account and action",
        words="Policies are inherited and combined: each level from the root to the account, and the one that decides.",
        command="trailkeep policies show --account NAME --action cloudtrail:StopLogging",
    ),
    Tip(
        title="Recent errors of CloudTrail and AWS Config",
        words="What both services say themselves, in every account and Region.",
        command="trailkeep doctor errors",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCall:
    """A refused call of a log service; `noise` for what fails harmlessly, with the reason."""

    where: str
    time: str
    who: str
    event: str
    error: str
    message: str
    noise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A place that did not answer, or has nothing to say; then nothing is known of it."""

    where: str
    because: str


def call_probes(view: View, subject: Subject) -> tuple[Probe, ...]:
    """Where the calls of the log services are looked for: at the bucket, the key, and the account that is named."""
    places = [(b.account, b.region) for b in view.archive]
    places += [(k.account, k.region) for _, k, _ in walk.keys_in_use(view, subject) if k is not None]
    places += [(t.owner, t.home_region) for t in view.trails[:5]]
    if subject.account is not None:
        regions = view.organization.accounts[subject.account].regions or ()
        places += [(subject.account, r) for r in regions if subject.region in {None, r}]
    return tuple(
        dict.fromkeys(
            Probe(operation="lookup_events", account=account, region=region, about=f"source:{source}")
            for account, region in places
            for source in SOURCES
        )
    )


def failed_calls(view: View, asked: tuple[Probe, ...]) -> Iterator[FailedCall | Silence]:
    """What was refused to the log services, as far as the event history answered."""
    for probe in asked:
        where = f"{view.name(probe.account)} {probe.region}"
        told = view.told(probe)
        if told is None or told.refused:
            yield Silence(where=where, because=told.refused if told else "it was not asked: --probe asks AWS")
            continue
        for row in told.each():
            if row.get("error") and _is_ours(row, probe.about):
                yield _call(where, row)


def _is_ours(row: dict[str, str], about: str) -> bool:
    by_service = row.get("service") in SERVICES or row.get("who") in SERVICES
    recorder = "AWSServiceRoleForConfig" in row.get("who", "") or "ConfigRole" in row.get("who", "")
    return by_service or recorder or about.removeprefix("source:") in SERVICES


def _call(where: str, row: dict[str, str]) -> FailedCall:
    noise = ""
    if row.get("event") == "HeadBucket" and row.get("error") in {"AccessDenied", "403", "Forbidden"}:
        noise = "AWS Config tries this first with the recorder's role, and goes on as a service"
    return FailedCall(
        where=where,
        time=row.get("time", ""),
        who=row.get("who", ""),
        event=row.get("event", ""),
        error=row.get("error", ""),
        message=row.get("message", ""),
        noise=noise,
    )


JUDGED = frozenset({"COMPLIANT", "NON_COMPLIANT"})
"""What a rule says that had something to judge (botocore model config Compliance)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """A rule of AWS Config with its compliance, as Config says it."""

    where: str
    rule: str
    state: str


def rule_probes(view: View, subject: Subject) -> tuple[Probe, ...]:
    """Where rules are asked for: the account that is named, else the archive's and the trails' owner's."""
    if subject.account is not None:
        regions = view.organization.accounts[subject.account].regions or ()
        places = [(subject.account, r) for r in regions if subject.region in {None, r}]
    else:
        places = [(b.account, b.region) for b in view.archive] + [(t.owner, t.home_region) for t in view.trails[:1]]
    operation = "describe_compliance_by_config_rule"
    return tuple(dict.fromkeys(Probe(operation=operation, account=a, region=r) for a, r in places))


def rule_states(view: View, asked: tuple[Probe, ...]) -> Iterator[RuleState | Silence]:
    """What the rules say; a place without rules, or a rule that has judged nothing, is not compliance."""
    for probe in asked:
        where = f"{view.name(probe.account)} {probe.region}"
        told = view.told(probe)
        if told is None or told.refused:
            yield Silence(where=where, because=told.refused if told else "it was not asked: --probe asks AWS")
            continue
        rows = told.each()
        if not rows:
            yield Silence(where=where, because="AWS Config has no rule there")
        for row in rows:
            rule, state = row.get("rule", ""), row.get("state", "")
            if state in JUDGED:
                yield RuleState(where=where, rule=rule, state=state)
            else:
                yield Silence(where=where, because=f"{rule} has judged nothing yet: {state or 'no compliance is told'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """What a service says is wrong in an account and Region."""

    where: str
    said: str


def recent_errors(view: View, subject: Subject) -> Iterator[Error | Silence]:
    """GetTrailStatus, recorder status and delivery status of every account and Region, where they tell of trouble."""
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            yield Silence(where=lost.where, because=lost.because)
        else:
            yield from (Error(where=view.place(spot), said=said) for said in symptoms.troubles(view, spot))
