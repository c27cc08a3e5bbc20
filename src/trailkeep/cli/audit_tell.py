"""audit, told to others: notices to topics and webhooks, findings to Security Hub; both after the result is said."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from trailkeep.cli import say
from trailkeep.errors import ExitCode, TrailkeepError, UsageError
from trailkeep.report.words import count, printable

if TYPE_CHECKING:
    from trailkeep.app.audit_notify import Topic, Webhook, When
    from trailkeep.app.audit_send import Sending
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.send import Refused
    from trailkeep.report.findings import Report

SHOWN = 10


def notify(
    whom: Iterable["Topic | Webhook"], when: "When", report: "Report", code: ExitCode, cloud: "Callable[[], Cloud]"
) -> ExitCode:
    """Tell everybody, whoever else could not be told; the audit's exit code, 1 if that was 0 and somebody was not."""
    from trailkeep.app.audit_notify import is_due, tell
    from trailkeep.report.audit_notice import notice

    if not is_due(report, when, code):
        return code
    written, failed = notice(report, code), False
    for one in whom:
        try:
            tell(one, written, cloud)
        except TrailkeepError as problem:
            say.error(problem)
            failed = True
        else:
            say.err().print(f"told {one}")
    return ExitCode.ERROR if failed and code is ExitCode.OK else code


def need_consent(yes: bool) -> None:
    """Refuse to send where nobody could agree to it, before anything is read. Raises UsageError."""
    if not yes and not say.is_person():
        raise UsageError("nobody is there to agree that findings are sent", hint="run again with --yes")


def send(report: "Report", code: ExitCode, cloud: "Cloud", *, yes: bool) -> ExitCode:
    """Say what would be sent, ask, send; 4 where Security Hub did not take everything and the audit says nothing worse.

    Raises UsageError where the answer is not yes, AwsError.
    """
    from trailkeep.app import audit_send

    sending = audit_send.prepare(cloud, report)
    _say_plan(sending)
    findings = sending.told.findings
    if not findings:
        return code
    if not yes and say.ask(f"Send {count(len(findings), 'finding')}? [yes/no]").lower() not in {"y", "yes"}:
        raise UsageError("nothing was sent", hint="the answer was not yes")
    refused = _send(cloud, sending)
    say.err().print(f"sent {count(len(findings) - len(refused), 'finding')}")
    if not refused:
        return code
    _say_refused(refused)
    return code if code in {ExitCode.ERROR, ExitCode.FAILS} else ExitCode.INCOMPLETE


def _say_plan(sending: "Sending") -> None:
    told, hub = sending.told, sending.hub
    parts = {"new": told.new, "again": told.again, "resolved": told.resolved, "gone": told.archived}
    said = ", ".join(f"{len(found):,} {what}" for what, found in parts.items())
    total = count(len(told.findings), "finding")
    say.err().print(f"{total} to Security Hub of account {hub.account} in {hub.region}: {said}")


def _send(cloud: "Cloud", sending: "Sending") -> "tuple[Refused, ...]":
    from trailkeep.app import audit_send
    from trailkeep.cli.watch import Watch

    what = "findings"
    with Watch() as watch:
        watch.start(what, len(sending.told.findings))

        def progress(number: int) -> None:
            for _ in range(number):
                watch.step(what)

        return audit_send.send(cloud, sending, progress=progress)


def _say_refused(refused: "tuple[Refused, ...]") -> None:
    say.err().print(f"{count(len(refused), 'finding')} not taken:", style="red")
    for one in refused[:SHOWN]:
        say.err().print(f"  {printable(one.id)}: {printable(one.why)} ({printable(one.code)})")
    if len(refused) > SHOWN:
        say.err().print(f"  and {len(refused) - SHOWN:,} more")
