"""`trailkeep verify --workers`: what the process that deals the days out costs beside those that read them.

    python benchmarks/verify_workers.py [ACCOUNTS REGIONS HOURS LOGS]

The same archive and stub as benchmarks/verify.py, 20 ms a request: alone, with two processes, and with two processes
once everything is attested. CPU and peak memory are read from /proc for each process, its start included.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.verify import LATENCY, make, stub  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Of one process: seconds of CPU, peak of resident memory in MB."""

    cpu: float
    peak: float


def costs(parent: int) -> dict[int, Cost]:
    """A process and its children, as they are now."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if not entry.name.isdecimal() or parent not in {int(entry.name), int(fields[1])}:
                continue
            high = next(line for line in (entry / "status").read_text().splitlines() if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            continue
        found[int(entry.name)] = Cost((int(fields[11]) + int(fields[12])) / TICKS, int(high.split()[1]) / 1024)
    return found


def run(environment: dict[str, str], folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "trailkeep", "verify", "s3://archive", "--requests", "64", *options]
    began, seen = time.monotonic(), dict[int, Cost]()
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            seen |= costs(process.pid)
            time.sleep(0.02)
        assert process.returncode == 0, process.stderr and process.stderr.read().decode()
    first = seen.pop(process.pid)
    others = sum(c.cpu for c in seen.values())
    largest = max((c.peak for c in seen.values()), default=0)
    seconds = time.monotonic() - began
    return f"| {seconds:.1f} | {first.cpu:.2f} | {first.peak:.0f} | {others:.2f} | {largest:.0f} |"


def main() -> None:
    accounts, regions, hours, logs = map(int, sys.argv[1:5] or (8, 4, 72, 6))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make(folder / "archive", accounts, regions, hours, logs, 200)
        until = made.until.isoformat()
        print(f"{len(made.objects):,} objects, {accounts} × {regions} × {hours} h")
        print("| | seconds | CPU s of the first process | its peak MB | CPU s of the others | their peak MB |")
        print("|---|---|---|---|---|---|")
        for number, options in enumerate([(), ("--workers", "2"), ("--workers", "2")]):
            attest = ("--attest", str(folder / ("many" if options else "one")))
            with stub(folder / "archive", LATENCY) as environment:
                again = " again" if number == 2 else ""
                print(
                    f"| {' '.join(options) or 'alone'}{again}",
                    run(environment, folder, "--until", until, *attest, *options),
                    flush=True,
                )


if __name__ == "__main__":
    main()
