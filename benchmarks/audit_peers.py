"""The same questions asked of the same organization by trailkeep, Prowler and Cloud Custodian (c7n-org).

    benchmarks/peers/install
    python benchmarks/audit_peers.py [SCENARIO]

The embedded organization is set up by `trailkeep apply`, then two things are broken: a recorder is stopped in one
Region of one member, and the organization's trail does not validate its files any more. Every tool reads it over AWS's
wire protocol, start-up included. Prowler's command line takes an account a process: as many run side by side as there
are cores. c7n-org runs its own pool. trailkeep reads all that a snapshot holds, whichever checks are asked. An answer
is one check of one subject; Custodian tells only what fails, so a policy asked in an account and Region counts as one.

Asked is what all three can ask and the embedded organization serves: that trails run in every Region, validate, and
encrypt; that recorders record; that buckets keep versions.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.stories.desk import HOME, ROLE, Desk
from trailkeep.app.world import read_spec
from trailkeep.audit.audit import audit
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.checks.proved import CHECKS as PROVED
from trailkeep.audit.promise import promised
from trailkeep.audit.view import View
from trailkeep.lab import start
from trailkeep.model.snapshot import Snapshot

ROOT = Path(__file__).parent.parent
OURS = (
    "trail-is-logging trail-is-multi-region trail-validates-log-files trail-encrypts-with-a-key config-recorder-exists "
    "config-recorder-records archive-keeps-versions"
).split()
PROWLERS = (
    "cloudtrail_multi_region_enabled cloudtrail_log_file_validation_enabled cloudtrail_kms_encryption_enabled "
    "config_recorder_all_regions_enabled s3_bucket_object_versioning"
).split()
TRAIL, CONFIG = {"type": "check-cloudtrail"}, {"type": "check-config"}
POLICIES = {
    "multi-region-trail": ("aws.account", {**TRAIL, "multi-region": True, "running": True}),
    "validated-trail": ("aws.account", {**TRAIL, "file-digest": True}),
    "encrypted-trail": ("aws.account", {**TRAIL, "kms": True}),
    "recorder": ("aws.account", {**CONFIG, "all-resources": True, "running": True}),
    "versions": (
        "aws.s3",
        {"type": "value", "key": "Versioning.Status", "op": "not-equal", "value": "Enabled"},
    ),
}


@dataclass(frozen=True)
class Run:
    """What a tool took, and said: answers, and what failed by check."""

    who: str
    wall: float
    cpu: float
    answers: int
    failing: Mapping[str, int]

    @property
    def each(self) -> float:
        """Milliseconds of CPU time an answer; other work on the machine hardly changes it."""
        return 1000 * self.cpu / self.answers

    def said(self, ours: "Run") -> str:
        fails = ", ".join(f"{n} {check}" for check, n in sorted(self.failing.items())) or "nothing"
        return (
            f"{self.who:34} {self.wall:7.2f} s {self.cpu:7.2f} s {self.answers:8,} {self.answers / self.wall:10,.1f} "
            f"{self.each:9.2f} ms {self.each / ours.each:6.2f}×  fails: {fails}"
        )


def timed(who: str, ask: Callable[[], tuple[int, Mapping[str, int]]]) -> Run:
    """Wall time, and CPU time of this process and of those that it waited for."""
    before, began = _cpu(), time.perf_counter()
    answers, failing = ask()
    return Run(who, time.perf_counter() - began, _cpu() - before, answers, failing)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def ours(desk: Desk, checks: Iterable[str]) -> tuple[int, Mapping[str, int]]:
    asked = [word for check in checks for word in ("--check", check)]
    told = desk.run("audit", "--no-proofs", *asked, "-o", "json", seconds=600).json["findings"]
    return len(told), Counter(f["check"] for f in told if f["status"] == "FAIL")


def judged(desk: Desk, snapshot: Snapshot, checks: Iterable[str]) -> tuple[int, Mapping[str, int]]:
    spec = read_spec(desk.folder / "trailkeep.yaml").spec
    wanted = frozenset(checks)
    view = View(snapshot=snapshot, promise=promised(spec, snapshot), now=snapshot.taken)
    done = audit(view, tuple(c for c in CHECKS if c.id in wanted))
    return len(done.findings), Counter(f.check.id for f in done.findings if f.status == "FAIL")


def prowler(desk: Desk, places: Mapping[str, list[str]], management: str) -> tuple[int, Mapping[str, int]]:
    command = [ROOT / ".venv-foreign/prowler/bin/prowler", "aws", "--checks", *PROWLERS]
    quiet = ["--no-banner", "--ignore-exit-code-3", "--log-level", "CRITICAL", "-M", "json-ocsf"]

    def one(account: str) -> list[dict[str, Any]]:
        role = [] if account == management else ["--role", f"arn:aws:iam::{account}:role/{ROLE}"]
        place = desk.folder / "prowler" / account
        _run(desk, [*command, *quiet, "--region", *places[account], "--output-directory", place, *role])
        return [event for file in place.glob("*.ocsf.json") for event in json.loads(file.read_text())]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        events = [event for found in pool.map(one, places) for event in found]
    failing = (e["metadata"]["event_code"] for e in events if e["status_code"] == "FAIL")
    return len(events), Counter(failing)


def custodian(desk: Desk, places: Mapping[str, list[str]], management: str) -> tuple[int, Mapping[str, int]]:
    env = desk.lab.environment()
    keys = f"aws_access_key_id={env['AWS_ACCESS_KEY_ID']}\naws_secret_access_key={env['AWS_SECRET_ACCESS_KEY']}\n"
    (desk.folder / "profiles").write_text(f"[profile management]\nregion={HOME}\n{keys}")
    way = {a: {"role": f"arn:aws:iam::{a}:role/{ROLE}"} for a in places} | {management: {"profile": "management"}}
    config = {"accounts": [{"name": a, "account_id": a, "regions": r, **way[a]} for a, r in places.items()]}
    policies = [{"name": n, "resource": kind, "filters": [wanted]} for n, (kind, wanted) in POLICIES.items()]
    (desk.folder / "accounts.yml").write_text(json.dumps(config))
    (desk.folder / "policies.yml").write_text(json.dumps({"policies": policies}))
    place = desk.folder / "c7n"
    command = [ROOT / ".venv-foreign/c7n/bin/c7n-org", "run", "-c", "accounts.yml", "-u", "policies.yml", "-s", place]
    _run(desk, [*command, "--cache-period", "0"], AWS_CONFIG_FILE=str(desk.folder / "profiles"))
    files = list(place.rglob("resources.json"))
    failing = Counter({n: sum(len(json.loads(f.read_text())) for f in files if f.parent.name == n) for n in POLICIES})
    return len(files), +failing


def _run(desk: Desk, command: list[Any], **more: str) -> None:
    env = {**desk.environment, **desk.lab.environment(), **more}
    done = subprocess.run(command, env=env, cwd=desk.folder, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode:
        wrong = [line for line in done.stderr.splitlines() if "ERROR" in line]
        print(f"{command[0].name} ended with {done.returncode}: {wrong[:3] or done.stderr[-500:]}")


def break_two_things(desk: Desk, snapshot: Snapshot) -> None:
    """A recorder of a member, and the validation of the trail's files."""
    spared = {desk.log_archive(), snapshot.organization.management}
    member = next(a for a, cells in sorted(snapshot.cells.items()) if cells and a not in spared)
    region = next(r for r in sorted(snapshot.cells[member]) if r != HOME)
    recorder = snapshot.cells[member][region].recorder
    assert recorder is not None
    desk.client("config", member, region).stop_configuration_recorder(ConfigurationRecorderName=recorder.name)
    (trail,) = {t.arn: t for t in snapshot.trails if t.is_organization}.values()
    desk.client("cloudtrail").update_trail(Name=trail.arn, EnableLogFileValidation=False)


def main(scenario: str) -> None:
    with tempfile.TemporaryDirectory() as folder, start(scenario) as lab:
        desk = Desk(Path(folder), lab)
        desk.spec()
        assert desk.apply().code in {0, 4}, "4 where the scenario has an account that nobody can enter"
        snapshot = desk.snapshot()
        break_two_things(desk, snapshot)
        snapshot = desk.snapshot()
        places = {str(a): sorted(map(str, cells)) for a, cells in sorted(snapshot.cells.items()) if cells}
        management = snapshot.organization.management
        print(
            f"{scenario}: {len(places)} accounts, {sum(map(len, places.values()))} account-Regions; "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first run"
        )
        everything = [c.id for c in CHECKS if c not in PROVED]
        runs = [
            timed(f"trailkeep, the same {len(OURS)} checks", lambda: ours(desk, OURS)),
            timed(f"trailkeep, all {len(everything)} without proofs", lambda: ours(desk, everything)),
            timed("  judging alone, the same", lambda: judged(desk, snapshot, OURS)),
            timed("  judging alone, all", lambda: judged(desk, snapshot, everything)),
            timed(f"c7n-org, {len(POLICIES)} policies", lambda: custodian(desk, places, management)),
            timed(f"Prowler, {len(PROWLERS)} checks", lambda: prowler(desk, places, management)),
        ]
    print(f"{'':34} {'wall':>9} {'CPU':>9} {'answers':>8} {'a second':>10} {'CPU each':>12} {'to ours':>7}")
    for run in runs:
        print(run.said(runs[0]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "acme")
