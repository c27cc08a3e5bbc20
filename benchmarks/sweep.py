"""Reading N accounts × 17 Regions with shared clients, against a client for each account, Region and service.

    python benchmarks/sweep.py [ACCOUNTS] [WORKERS]

Both ask the same stub (50 ms latency, its own process) for the same mix of calls on the same number of threads; each
runs in a process of its own, so that its CPU time and memory are its own. AWS's published rates are kept by ours.
"""

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LATENCY = 0.05
CELL = (
    ("config", "describe_configuration_recorder_status", {}),
    ("config", "describe_delivery_channel_status", {}),
    ("config", "describe_configuration_recorders", {}),
    ("config", "describe_delivery_channels", {}),
    ("cloudtrail", "get_trail_status", {"Name": "arn:aws:cloudtrail:eu-west-1:100000000000:trail/organization"}),
    ("events", "list_rules", {"NamePrefix": "trailkeep-"}),
    ("events", "list_targets_by_rule", {"Rule": "trailkeep-logging"}),
)


def ours(accounts: int, workers: int) -> dict[str, Any]:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.aws.read import Scope, read_snapshot
    from trailkeep.model.ids import Region

    cloud = Cloud.open(access_role="Reader", region=Region("eu-west-1"), workers=workers)
    scope = Scope(home_region=Region("eu-west-1"))
    cpu, wall = time.process_time(), time.perf_counter()
    snapshot = read_snapshot(cloud, scope, taken=datetime(2026, 11, 23, tzinfo=UTC))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cells = [cell for found in snapshot.cells.values() for cell in found.values()]
    assert len(cells) == accounts * 17, snapshot.unreachable[:3]
    assert all(cell.recorder and cell.channel and cell.trails and cell.alarms for cell in cells)
    assert snapshot.unreachable == ()
    counts = cloud.tally().counts
    in_cells = sum(counts[service, operation].calls for service, operation, _ in CELL)
    calls = sum(c.calls for c in counts.values())
    return measured(calls, cpu, wall) | {
        "per_cell": in_cells / len(cells),
        "retries": sum(c.retries for c in counts.values()),
    }


def peer(accounts: int, workers: int) -> dict[str, Any]:
    """The usual way: assume the role, then a client for each account, Region and service."""
    import threading

    import boto3
    from aws_stub import BOSS, REGIONS
    from aws_stub import accounts as numbers
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=10)
    sts = boto3.Session(region_name="eu-west-1").client("sts")
    making = threading.Lock()
    calls = 0

    def assumed(account: str) -> boto3.Session:
        arn = f"arn:aws:iam::{account}:role/Reader"
        found = sts.assume_role(RoleArn=arn, RoleSessionName="sweep")["Credentials"]
        return boto3.Session(
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
            botocore_session=shared(),
        )

    def shared() -> Any:
        import botocore.session

        session = botocore.session.Session()
        session.register_component("data_loader", loader)  # kinder than usual: service models are parsed once
        return session

    import botocore.loaders

    loader = botocore.loaders.create_loader()

    def cell(at: tuple[boto3.Session, str]) -> None:
        session, region = at
        with making:
            clients = {
                s: session.client(s, region_name=region, config=config) for s in ("config", "cloudtrail", "events")
            }
        for service, operation, params in CELL:
            getattr(clients[service], operation)(**params)

    cpu, wall = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        sessions = list(pool.map(assumed, [a for a in numbers(accounts) if a != BOSS] + [BOSS]))
        calls += len(sessions)
        places = [(session, region) for region in REGIONS for session in sessions]
        list(pool.map(cell, places))
    calls += len(places) * len(CELL)
    return measured(calls, time.process_time() - cpu, time.perf_counter() - wall)


def measured(calls: int, cpu: float, wall: float) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"calls": calls, "seconds": wall, "rate": calls / wall, "cpu_ms": 1000 * cpu / calls, "peak_mb": peak}


def run(which: str, accounts: int, workers: int, port: int) -> dict[str, Any]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TRAILKEEP_"))} | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "AKIA100000000000",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    command = [sys.executable, __file__, "--run", which, str(accounts), str(workers)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main(accounts: int, workers: int, ways: tuple[str, ...]) -> None:
    command = [sys.executable, str(HERE / "aws_stub.py"), str(accounts), str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdout
        port = int(stub.stdout.readline())
        try:
            found = {which: run(which, accounts, workers, port) for which in ways}
        finally:
            stub.terminate()
    print(f"{accounts} accounts × 17 Regions, {workers} threads, {LATENCY * 1000:.0f} ms latency")
    print(f"{'':34}{'calls':>8}{'seconds':>9}{'calls/s':>9}{'CPU ms/call':>13}{'peak MB':>9}")
    names = {"ours": "shared clients (trailkeep)", "peer": "client per account×Region×service"}
    for which, row in found.items():
        print(
            f"{names[which]:34}{row['calls']:8}{row['seconds']:9.1f}{row['rate']:9.0f}{row['cpu_ms']:13.2f}{row['peak_mb']:9.0f}"
        )
    print(f"calls per account × Region: {found['ours']['per_cell']:.2f}; repeated: {found['ours']['retries']}")
    if "peer" in found:
        print(f"CPU per call, peer ÷ ours: {found['peer']['cpu_ms'] / found['ours']['cpu_ms']:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        way = {"ours": ours, "peer": peer}[sys.argv[2]]
        print(json.dumps(way(int(sys.argv[3]), int(sys.argv[4]))))
    else:
        numbers = [int(a) for a in sys.argv[1:] if a.isdecimal()]
        main(*(*numbers, *(40, 32)[len(numbers) :]), ways=("ours",) if "alone" in sys.argv else ("ours", "peer"))
