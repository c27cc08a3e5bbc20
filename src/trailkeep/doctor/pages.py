"""The pages about causes: `python -m trailkeep.doctor.pages` writes one a cause into docs/causes, and their list."""

from collections.abc import Iterator

from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.causes import BY_ID, CAUSES

_COST = {
    Cost.STATUS: "a status in the snapshot",
    Cost.SETTING: "a setting in the snapshot",
    Cost.POLICY: "policies in the snapshot, evaluated",
    Cost.CALL: "a question to AWS (`--probe`)",
    Cost.OBJECTS: "the objects themselves",
}
_SYMPTOM = {
    Family.LOGS: "logs do not appear (`trailkeep doctor logs`)",
    Family.DELETION: "logs were deleted, or could be (`trailkeep doctor deletion`)",
    Family.REGIONS: "Regions differ (`trailkeep doctor regions`)",
    Family.RETENTION: "logs are not kept as wanted (`trailkeep doctor retention`)",
}


def file_name(cause: Cause) -> str:
    """The page's name in docs/causes."""
    return f"{cause.id[0].lower()}{int(cause.id[1:]):02}-{cause.name}.md"


def page(cause: Cause) -> str:
    """The page of one cause, in Markdown."""
    return "\n".join(_lines(cause)) + "\n"


def index() -> str:
    """The list of all causes, in Markdown."""
    lines = ["# The causes doctor knows", "", "Made by `python -m trailkeep.doctor.pages`; a test keeps it current."]
    for family in Family:
        lines += ["", f"## {_SYMPTOM[family].capitalize()}", "", "| | cause | looked for in |", "|---|---|---|"]
        for cause in CAUSES:
            if cause.family is family:
                lines.append(f"| {cause.id} | [{cause.title}]({file_name(cause)}) | {_COST[cause.cost]} |")
    return "\n".join(lines) + "\n"


def _lines(cause: Cause) -> Iterator[str]:
    yield from (f"# {cause.id}: {cause.title}", "", f"Symptom: {_SYMPTOM[cause.family]}.", "")
    yield from (f"Looked for in {_COST[cause.cost]}.", "")
    yield from ("## How it is decided", "", cause.decided, "", "## What makes it unknown", "", cause.unknown, "")
    yield from ("## What to do", "", cause.remedy)
    if cause.consequences:
        yield from ("", "## What it brings about", "", *_links(cause.consequences))
    if cause.also:
        yield from ("", "## The same fact by another symptom", "", *_links(cause.also))
    yield from ("", "## Sources", "", *(f"* {source}" for source in cause.sources))


def _links(ids: tuple[str, ...]) -> Iterator[str]:
    for i in ids:
        cause = BY_ID[i]
        yield f"* [{cause.id}: {cause.title}]({file_name(cause)})"


def _write() -> None:
    from pathlib import Path  # noqa: PLC0415 only the program that writes the pages touches files

    folder = Path("docs/causes")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(index())
    for cause in CAUSES:
        (folder / file_name(cause)).write_text(page(cause))


if __name__ == "__main__":
    _write()
