"""The journal: what AWS cannot tell afterwards, one JSON line at a time.

The intent before each call, what AWS chose, and the values before each change, for `rollback`. It is not state: apply
works without it, by reading AWS again. It holds no credentials.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from trailkeep.app.codec import decode, encode
from trailkeep.errors import TrailkeepError
from trailkeep.model.change import Change

Event = Literal["begin", "intent", "done", "failed", "end"]


class Journal:
    """Append-only JSON Lines; every line reaches the disk before the call it announces is made."""

    def __init__(self, path: Path, run: str) -> None:
        self.path = path
        self.run = run
        self._lock = Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(path, error) from error

    def write(self, event: Event, at: datetime, change: Change | None = None, **details: Any) -> None:  # noqa: ANN401
        """Append one line and wait until it is on the disk."""
        line: dict[str, Any] = {"run": self.run, "at": at.isoformat(), "event": event, **details}
        if change is not None:
            line["change"] = encode(change)
        data = json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        try:
            with self._lock:
                os.write(self._file, data)
                os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)


def _unwritable(path: Path, error: OSError) -> TrailkeepError:
    return TrailkeepError(
        f"the journal {path} cannot be written: {error.strerror}",
        hint="name another place with --journal, or set XDG_STATE_HOME",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as the journal tells it: its verb, and the changes that were made, in order and with real names.

    `undoes` is the run that this one took back to the end; one that broke off has undone nothing yet. `perhaps` are
    changes that were begun when the process was killed: made or not, taking them back is right.
    """

    id: str
    verb: str
    began: str
    undoes: str
    done: tuple[Change, ...]
    perhaps: tuple[Change, ...] = ()


def runs(path: Path) -> tuple[Run, ...]:
    """Every run in a journal, oldest first; a torn last line (kill -9) is passed over."""
    found: dict[str, dict[str, Any]] = {}
    aims: dict[str, str] = {}
    for line in _lines(path):
        name = str(line.get("run"))
        run = found.setdefault(name, {"verb": "", "began": "", "undoes": "", "done": [], "perhaps": {}})
        match line.get("event"):
            case "begin":
                run |= {"verb": str(line.get("verb")), "began": str(line.get("at"))}
                aims[name] = str(line.get("undoes", ""))
            case "end" if not (line.get("failed") or line.get("stopped")):
                run["undoes"] = aims.get(name, "")
            case "intent":
                run["perhaps"][_same(line)] = line.get("change")
            case "failed":
                run["perhaps"].pop(_same(line), None)
            case "done":
                run["perhaps"].pop(_same(line), None)
                run["done"].append(decode(line.get("change")).bind(_chosen(line)))
            case _:
                pass
    return tuple(_run(i, r) for i, r in found.items())


def _run(name: str, told: dict[str, Any]) -> Run:
    begun = (decode(change) for change in told["perhaps"].values())
    # what was created without its name being told cannot be taken back by name
    perhaps = tuple(change for change in begun if not change.chosen)
    return Run(id=name, **{**told, "done": tuple(told["done"]), "perhaps": perhaps})


def _same(line: dict[str, Any]) -> str:
    return json.dumps(line.get("change"), sort_keys=True)


def _chosen(line: dict[str, Any]) -> dict[str, str]:
    chosen = line.get("chosen")
    return {str(k): str(v) for k, v in chosen.items()} if isinstance(chosen, dict) else {}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            for raw in file:
                try:
                    line = json.loads(raw)
                except ValueError:
                    continue
                if isinstance(line, dict):
                    yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise TrailkeepError(f"the journal {path} cannot be read: {error.strerror}", hint="check its owner") from error
