"""Auditing a large organization: python benchmarks/audit.py [ACCOUNTS]; checks × subjects a second, and memory.

`audit_peers.py` measures reading and judging beside Prowler and Cloud Custodian.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.audit.build import delivering
from tests.setup import build
from trailkeep.app.snapshot_file import write
from trailkeep.audit.audit import audit
from trailkeep.audit.promise import promised
from trailkeep.audit.view import View
from trailkeep.authz.prove.prove import verdicts
from trailkeep.model.identity import Role
from trailkeep.model.ids import DEFAULT_REGIONS
from trailkeep.model.monitoring import Monitoring
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.findings import Report
from trailkeep.report.formats import FORMATS
from trailkeep.setup.declared import declared
from trailkeep.setup.plan import after, make_plan
from trailkeep.setup.spec import Spec

TRUST = (
    '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}'
)
NAME = "OrganizationAccountAccessRole"


def spec() -> Spec:
    """With everything that watches."""
    return build.spec(monitoring={})


def organization(number: int) -> Snapshot:
    """Everything as the specification says, in so many accounts × 17 Regions."""
    units = (build.WORKLOADS, build.PROD, build.SANDBOX)
    made = [build.account(f"{n:012d}", f"account-{n}", units[n % 3]) for n in range(1, number)]
    accounts = [replace(a, regions=tuple(sorted(DEFAULT_REGIONS))) for a in (build.MANAGER, *build.DEDICATED, *made)]
    roles = tuple(
        Role(account=a.id, name=NAME, arn=f"arn:aws:iam::{a.id}:role/{NAME}", trust=TRUST, policies=frozenset())
        for a in accounts
    )
    known = build.organization(accounts=accounts).with_full_access(
        *(a.id for a in accounts), *(u.id for u in build.UNITS)
    )
    untouched = build.snapshot(organization=known, roles=roles, monitoring=Monitoring())
    return delivering(after(make_plan(spec(), untouched).changes, untouched))


def main(number: int) -> None:
    promise = spec()
    snapshot = organization(number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    proofs = {p.claim: p for p in verdicts(declared(promise, snapshot))}
    proved = time.perf_counter()
    view = View(snapshot=snapshot, promise=promised(promise, snapshot), now=snapshot.taken, proofs=proofs)
    done = audit(view)
    asked = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers, seconds = len(done.findings), asked - proved
    print(f"{number} accounts × 17 Regions, {len(done.checks)} checks: {answers:,} answers in {seconds:.1f} s ", end="")
    print(f"({answers / seconds:,.0f} a second), proofs {proved - began:.1f} s; {dict(done.tally())}")
    print(f"peak {peak:.0f} MB, of which {before:.0f} MB were there before the audit (the snapshot, and making it)")
    report = Report(audited=done, frameworks=(), version="benchmark")
    for name in ("table", "jsonl", "csv"):
        start = time.perf_counter()
        size = sum(map(len, FORMATS[name].pieces(report)))
        print(f"  {name}: {size / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        whole_command(Path(folder), snapshot)


def whole_command(folder: Path, snapshot: Snapshot) -> None:
    """The command line in a process of its own, from the snapshot's file to what it says."""
    write(snapshot, folder / "snapshot.json.gz")
    (folder / "trailkeep.yaml").write_text(json.dumps(build.document(monitoring={})))  # JSON is YAML
    for form in ("table", "jsonl"):
        said = ["--output", form, "--output-file", str(folder / form)]
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "trailkeep", "audit", "--snapshot", "snapshot.json.gz", *said], cwd=folder
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        print(f"trailkeep audit -o {form}: {seconds:.1f} s, {used.ru_maxrss / 1024:.0f} MB, exits {process.returncode}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
