"""No mute has outlived its day."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, Subject, bad, good
from trailkeep.audit.mutes import is_expired
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer a mute."""
    for mute in view.mutes:
        name = f"{mute.check} on {mute.subject}"
        subject = Subject(kind="mute", id=name, name=name, account=view.organization.management)
        said = f"{mute.owner} until {mute.until}: {mute.reason}"
        yield Answer(subject=subject, said=bad(said) if is_expired(mute, view.now.date()) else good(said))


CHECK = Check(
    id="mutes-have-not-expired",
    claim="No mute has outlived its day",
    why="What was accepted for a while must be looked at again, or it was accepted for ever.",
    decided="The last day of each mute in the list is not over.",
    unknown="An unreadable mute list is an error, not a finding.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="take the mute out of the list, or have its owner renew it",
        cli="not an AWS setting: edit the mute list",
        cloudformation="not an AWS setting",
        console="not an AWS setting",
    ),
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/automation-rules.html",),
    controls=("CL-AUD-01",),
    ask=ask,
    applies=lambda view: bool(view.mutes),
)
