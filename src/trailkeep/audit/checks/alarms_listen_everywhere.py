"""Alarms on tampering listen in every account and Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import Seen, View
from trailkeep.audit.watching import drift, unwatched, wants, wished
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    if blind := unwatched(view):
        yield Answer(subject=view.whole, said=blind)
        return
    wish = wished(view)

    def judge(place: Seen, cell: Cell) -> Said | None:
        assert place.region is not None
        wanted = wish.listens(AccountId(place.account), place.region)
        known = {r.name: r for r in cell.alarms}
        wrong = [said for rule in wanted if (said := drift(rule, known.get(rule.name)))]
        return bad("; ".join(wrong)) if wrong else good(f"listening: {', '.join(r.name for r in wanted)}")

    yield from on_cells(view, "alarms", judge)


CHECK = Check(
    id="alarms-listen-everywhere",
    claim="Alarms on tampering listen in every account and Region",
    why=(
        "Who stops logging in one account and Region is heard only by an event rule in that account and Region. An "
        "intruder switches the rule off first, or empties its pattern."
    ),
    decided=(
        "ListRules and ListTargetsByRule of each account and Region: each rule of the specification is there, enabled, "
        "with its pattern, and sends to the alarms' bus as the account's sender. Other rules and more targets are "
        "left alone. Organizations and IAM are listened to in the partition's first Region, the archive and its key "
        "in theirs: events appear nowhere else. Without a specification: where any alarm is seen, and which roles, "
        "buckets and keys a pattern names is not compared."
    ),
    unknown=(
        "The account, the Region or its event rules could not be read, or the snapshot does not say what watches."
    ),
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws events enable-rule --name trailkeep-logging --region {region}",
        cloudformation=(
            "Type: AWS::Events::Rule\n"
            "Properties:\n"
            "  Name: trailkeep-logging\n"
            "  State: ENABLED\n"
            "  EventPattern: PATTERN\n"
            "  Targets: [{Id: bus, Arn: BUS_ARN, RoleArn: SENDER_ARN}]"
        ),
        console="EventBridge in that Region, Rules, default bus, the rule: Enable; Event pattern; Targets",
    ),
    sources=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html",
    ),
    controls=("CL-MON-01", "CL-MON-02", "CL-MON-03", "CL-MON-04", "CL-MON-05"),
    ask=ask,
    applies=wants(lambda wish: wish.alarms is not None),
    optional=True,
)
