"""What should watch the logging, by the specification; and why what does is not known, where it is not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trailkeep.audit.finding import Said, unsure
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import (
    AccountRule,
    EventBus,
    EventRule,
    FindingAggregator,
    Hub,
    Monitoring,
    OrganizationRule,
    Pack,
    Topic,
)
from trailkeep.model.recorder import HOURLY
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.alarms import DesiredAlarms, desired_alarms, sender_name
from trailkeep.setup.desired.hub import CONTRADICTING, CSPM_POLICY
from trailkeep.setup.desired.rules import desired_rules
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import SecurityHubPart, Spec

if TYPE_CHECKING:
    from trailkeep.audit.view import View

_UNREAD = unsure("what watches was not read: no account is there to ask, or the snapshot is an older one")
_ON = frozenset({"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubWish:
    """What Security Hub should judge: `standards` by the end of their ARN, `off` controls, each with why.

    `central` is False where nobody said that one account should configure all.
    """

    standards: tuple[str, ...]
    off: tuple[tuple[str, str], ...]
    central: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What should watch, seen from `security` in its `home` Region; None and False for parts that nobody asks for.

    `own` are the rules of single accounts, `detector` the one that needs no trail; `sender` is the name of the role
    that sends alarms.
    """

    security: AccountId
    home: Region
    rules: tuple[OrganizationRule, ...] | None = None
    own: tuple[AccountRule, ...] | None = None
    detector: AccountRule | None = None
    pack: Pack | None = None
    aggregator: bool = False
    hub: HubWish | None = None
    alarms: DesiredAlarms | None = None
    sender: str = ""

    def listens(self, account: AccountId, region: Region) -> tuple[EventRule, ...]:
        """The event rules that one account should have in one Region."""
        return self.alarms.cells.get(account, {}).get(region, ()) if self.alarms else ()


def specified(spec: Spec, snapshot: Snapshot, places: Places, cells: Cells, bucket: str) -> Watching | None:
    """By the specification, None where it asks for nothing; `bucket` is where the organization's trail delivers."""
    part = spec.monitoring
    if part is None:
        return None
    known = replace(snapshot, unreachable=())  # what could not be read is expected all the same
    rules = desired_rules(spec, known, places, cells, bucket)
    detectors = [r for r in rules.account if r.rule.frequency == HOURLY]
    return Watching(
        security=places.security,
        home=places.home,
        rules=rules.organization if part.config_rules else None,
        own=tuple(r for r in rules.account if r not in detectors) if part.config_rules else None,
        detector=detectors[0] if detectors else None,
        pack=rules.pack,
        aggregator=part.aggregator,
        hub=_hub(spec, part.security_hub) if part.security_hub else None,
        alarms=desired_alarms(spec, known, places, cells) if part.alarms else None,
        sender=sender_name(spec),
    )


def _hub(spec: Spec, part: SecurityHubPart) -> HubWish:
    off = dict([CONTRADICTING[spec.archive.protection], *((d.control, d.reason) for d in part.disable)])
    return HubWish(standards=part.standards, off=tuple(sorted(off.items())))


def wants(part: Callable[[Watching], object]) -> "Callable[[View], bool]":
    """Whether a part is asked for; None and False say that it is not."""

    def applies(view: "View") -> bool:
        wish = view.promise.watching
        return wish is not None and part(wish) not in (None, False)

    return applies


def wished(view: "View") -> Watching:
    """What should watch; only for checks that apply."""
    assert view.promise.watching is not None
    return view.promise.watching


def seen(view: "View") -> Monitoring:
    """What watches, as far as it is known: ask `unseen` first."""
    return view.snapshot.monitoring or Monitoring()


def hub_of(view: "View") -> Hub:
    """Security Hub as it is; one that is off where there is none."""
    return seen(view).hub or Hub(region=wished(view).home)


def unseen(view: "View", what: str) -> Said | None:
    """Why a part of what watches is not known, None where it is."""
    if view.snapshot.monitoring is None:
        return _UNREAD
    wish = wished(view)
    lost = view.lost(wish.security, wish.home, what)
    return unsure(f"it could not be read: {lost}") if lost else None


def differs(wish: AccountRule, found: AccountRule | None) -> str:
    """How a rule is not as it should be, "" where it is."""
    name = wish.rule.name
    if found is None:
        return f"{name} is missing in {wish.region}"
    if found.rule == wish.rule:
        return ""
    same = str(found.rule) == str(wish.rule)
    return f"{name} is about other resources" if same else f"{name} is {found.rule}, it should be {wish.rule}"


def governed(view: "View") -> bool:
    """Whether policies of AWS Organizations govern Security Hub CSPM, instead of its own central configuration.

    Source: botocore model securityhub OrganizationConfiguration (Status DISABLED).
    """
    return hub_of(view).status == "DISABLED" or view.organization.policy_types.get(CSPM_POLICY) == "ENABLED"


def beside(hub: Hub) -> str:
    """What to say where the new Security Hub is on beside CSPM: one control is green whatever is true.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html
    """
    return "; the new Security Hub is on too, so control Config.1 always passes: no evidence" if hub.unified else ""


def unwatched(view: "View") -> Said | None:
    """Why nothing is known of any account's alarms, None where that is told account by account."""
    return _UNREAD if view.snapshot.monitoring is None else None


def bus_of(view: "View") -> EventBus | None:
    """The bus on which alarms come together, as it is."""
    alarms = wished(view).alarms
    key = alarms.bus.key if alarms and alarms.bus else None
    return next((b for b in seen(view).buses if b.key == key), None)


def topic_of(view: "View") -> Topic | None:
    """The topic that tells people, as it is."""
    alarms = wished(view).alarms
    arn = alarms.topic.arn if alarms and alarms.topic else ""
    return next((t for t in seen(view).topics if t.arn == arn), None)


def drift(wish: EventRule, found: EventRule | None) -> str:
    """How an event rule is not as it should be, "" where it is; "" as the wished pattern takes any."""
    if found is None:
        return f"rule {wish.name} is missing"
    if found.state not in _ON:
        return f"rule {wish.name} is {found.state}"
    if wish.pattern and found.pattern != wish.pattern:
        return f"the pattern of rule {wish.name} is another"
    reached = {(t.arn, t.role, t.template) for t in found.targets}
    lost = [t for t in wish.targets if (t.arn, t.role, t.template) not in reached]
    if not lost:
        return ""
    there = any(t.arn == lost[0].arn for t in found.targets)
    return f"rule {wish.name} {'sends another way' if there else 'does not send'} to {lost[0].arn.rpartition(':')[2]}"


def linked(aggregator: FindingAggregator | None, regions: Iterable[Region]) -> frozenset[str]:
    """Which of other `regions` send their findings to the home Region, so that central configuration reaches them.

    Source: botocore model securityhub CreateFindingAggregator (RegionLinkingMode).
    """
    mode, named = (aggregator.mode, aggregator.regions) if aggregator else ("NO_REGIONS", ())
    match mode:
        case "ALL_REGIONS":
            return frozenset(regions)
        case "ALL_REGIONS_EXCEPT_SPECIFIED":
            return frozenset(regions) - frozenset(named)
        case "SPECIFIED_REGIONS":
            return frozenset(named)
        case _:
            return frozenset()
