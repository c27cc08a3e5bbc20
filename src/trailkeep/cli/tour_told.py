"""What the tour shows of the alarms: who confirms that they want to be told, and what they heard."""

from collections import Counter

from rich.text import Text

from trailkeep.app.world import Wanted
from trailkeep.cli import lab, say
from trailkeep.report.words import count, printable

_SHOWN = 12


def listeners(wanted: Wanted) -> list[str]:
    """Whom the specification names."""
    part = wanted.spec.monitoring
    return list(part.alarms.notify) if part and part.alarms else []


def confirm(listener: str) -> None:
    """Confirm as the owner of an address does, by the link that AWS sends."""
    for topic in lab.ask("POST", "confirm", {"endpoint": listener})["topics"]:
        say.out().print(f"{topic} tells {listener} from now on")


def show(before: int) -> None:
    """What was heard since `before` messages: how many, and the events they tell of."""
    heard = lab.ask("GET", "messages")[before:]
    names = Counter(printable(one["name"] or one["text"], 40) for one in heard)
    say.out().print(Text(f"{count(len(heard), 'message')}, denied attempts told as well:", style="bold"))
    said = [f"{name} × {times}" if times > 1 else name for name, times in names.most_common(_SHOWN)]
    more = f" and {len(names) - _SHOWN} other events" if len(names) > _SHOWN else ""
    say.out().print(Text(f"  {', '.join(said)}{more}"))


def heard() -> int:
    """How many messages have arrived."""
    return len(lab.ask("GET", "messages"))
