"""Planning a whole organization from nothing, with what watches it: python benchmarks/plan.py [ACCOUNTS]."""

import io
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.setup import build
from trailkeep.model.identity import Role
from trailkeep.model.ids import DEFAULT_REGIONS
from trailkeep.model.monitoring import Monitoring
from trailkeep.report.plan import render_plan
from trailkeep.setup.plan import make_plan

TRUST = (
    '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}'
)
NAME = "OrganizationAccountAccessRole"


def main(number: int) -> None:
    units = (build.WORKLOADS, build.PROD, build.SANDBOX)
    made = [build.account(f"{n:012d}", f"account-{n}", units[n % 3]) for n in range(1, number)]
    accounts = [replace(a, regions=tuple(sorted(DEFAULT_REGIONS))) for a in (build.MANAGER, *build.DEDICATED, *made)]
    roles = tuple(
        Role(account=a.id, name=NAME, arn=f"arn:aws:iam::{a.id}:role/{NAME}", trust=TRUST, policies=frozenset())
        for a in accounts
    )
    snapshot = build.snapshot(organization=build.organization(accounts=accounts), roles=roles, monitoring=Monitoring())
    began = time.perf_counter()
    plan = make_plan(build.spec(monitoring={}), snapshot)
    planned = time.perf_counter()
    shown = io.StringIO()
    Console(file=shown).print(render_plan(plan, snapshot))
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = len(shown.getvalue().splitlines())
    print(f"{number} accounts × 17 Regions: {len(plan.changes):,} changes planned in {planned - began:.1f} s, ", end="")
    print(f"shown in {done - planned:.1f} s and {lines} lines; peak {peak:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
