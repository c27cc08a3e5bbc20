"""`trailkeep verify` against `aws cloudtrail validate-logs`, on the same archive, stub and machine.

    scripts/foreign-clients; python benchmarks/verify.py [ACCOUNTS REGIONS HOURS LOGS]

Three archives from one generator: a whole organization at 20 ms a request, the same an hour later (attested before),
and one long chain at 0 ms. The floor is this machine's: fetch, inflate and SHA-256 every object and do nothing else.
The stub runs in a process of its own. Wall time and CPU are each client's whole process, its start included.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

AWS = ROOT / ".venv-foreign" / "bin" / "aws"
LATENCY = 0.02
TRAIL = "arn:aws:cloudtrail:us-east-1:111111111111:trail/trail"


def make(folder: Path, accounts: int, regions: int, hours: int, logs: int, size: int, *, more: bool = False) -> Any:
    """An archive in a folder, with the public key beside it; `more` leaves the last hour out."""
    from tests.verify.build import archive

    made = archive(accounts=accounts, regions=regions, hours=hours, logs=logs, size=size)
    newest = [found[-1] for found in made.by_chain.values()] if more else []
    late = {k for _, key, names in newest for k in (key, *names)}
    made.archive.objects = {k: t for k, t in made.objects.items() if k not in late and not (folder / k).exists()}
    made.write(folder)
    (folder / ".keys.json").write_text(json.dumps(made.archive.keys))
    return made


@contextmanager
def stub(folder: Path, latency: float) -> Iterator[dict[str, str]]:
    command = [sys.executable, str(ROOT / "benchmarks" / "archive_stub.py"), str(folder), str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TRAILKEEP_", "XDG_"))}
        try:
            yield clean | {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "AKIA111111111111",
                "AWS_SECRET_ACCESS_KEY": "s",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "HOME": str(folder),
            }
        finally:
            process.terminate()


def measure(commands: list[list[str]], environment: dict[str, str], allowed: set[int]) -> dict[str, Any]:
    """Run commands one after another: wall and CPU seconds, peak memory of the largest, what they said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, said = time.perf_counter(), []
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode not in allowed:
            raise SystemExit(f"{command}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        said.append(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.perf_counter() - began, "cpu": cpu, "peak": after.ru_maxrss / 1024, "said": said}


def ours(environment: dict[str, str], made: Any, *more: str) -> dict[str, Any]:
    until = made.until.isoformat()
    command = [sys.executable, "-m", "trailkeep", "verify", "s3://archive", "--until", until, "-o", "json", *more]
    peak = peak_of(command, environment)
    found = json.loads(peak["said"])
    assert not found["findings"], found["findings"][:3]
    totals = found["totals"]
    return peak | {"objects": totals["log"].get("VALID", 0) + totals["digest"].get("VALID", 0)}


def peak_of(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """One command with its own peak memory, which RUSAGE_CHILDREN would mix with that of others."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command}: {process.returncode}\n{said[-3000:]}")
    wall = time.perf_counter() - began
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "said": said}


def floor(environment: dict[str, str]) -> dict[str, Any]:
    return peak_of([sys.executable, __file__, "--floor"], environment)


def fetch_everything() -> None:
    """Nothing but fetch, inflate and hash, on as many threads as ours has."""
    import hashlib
    from concurrent.futures import ThreadPoolExecutor

    import obstore
    from isal import isal_zlib
    from obstore.store import S3Store

    store = S3Store(
        "archive",
        endpoint=os.environ["AWS_ENDPOINT_URL"],
        region="us-east-1",
        access_key_id="AKIA111111111111",
        secret_access_key="s",
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    keys = [e["path"] for page in obstore.list(store, "AWSLogs/", chunk_size=1000) for e in page]

    def one(key: str) -> str:
        data = bytes(obstore.get(store, key).bytes())
        return hashlib.sha256(isal_zlib.decompress(data, 31)).hexdigest()

    with ThreadPoolExecutor(128) as pool:
        print(len(set(pool.map(one, keys))))


def theirs(environment: dict[str, str], made: Any) -> dict[str, Any]:
    begin, end = made.chains[0].begin, made.until
    commands = [
        [
            str(AWS), "cloudtrail", "validate-logs", "--trail-arn", TRAIL,
            "--account-id", chain.account, "--region", chain.region,
            "--start-time", begin.isoformat(), "--end-time", end.isoformat(),
        ]
        for chain in made.chains
    ]  # fmt: skip
    return measure(commands, environment, {0})


def row(name: str, found: dict[str, Any], objects: int) -> None:
    rate = objects / found["wall"]
    print(f"{name:34}{found['wall']:9.2f}{found['cpu']:9.2f}{found['peak']:9.0f}{rate:12,.0f}")


def compare(title: str, folder: Path, made: Any, latency: float) -> None:
    with stub(folder, latency) as environment:
        mine = min((ours(environment, made) for _ in range(3)), key=lambda f: f["wall"])
        base = min((floor(environment) for _ in range(3)), key=lambda f: f["wall"])
        peer = theirs(environment, made) if AWS.exists() else None
    objects = mine["objects"]
    print(f"\n{title}: {objects:,} objects, {latency * 1000:.0f} ms a request")
    print(f"{'':34}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'objects/s':>12}")
    row("trailkeep verify", mine, objects)
    row("floor: fetch, inflate, hash", base, objects)
    if peer:
        row("aws cloudtrail validate-logs", peer, objects)
        verdicts = sum("valid" in text for text in peer["said"])
        print(f"the AWS CLI: {len(made.chains)} calls, {verdicts} told of valid files")
        print(f"wall ÷ ours {peer['wall'] / mine['wall']:.1f}, CPU ÷ ours {peer['cpu'] / mine['cpu']:.1f}")
    print(f"ours ÷ floor: wall {mine['wall'] / base['wall']:.2f}, CPU {mine['cpu'] / base['cpu']:.2f}")


def second_run(folder: Path, accounts: int, regions: int, hours: int, logs: int) -> None:
    made = make(folder / "a", accounts, regions, hours, logs, 200, more=True)
    attested = str(folder / "attested")
    with stub(folder / "a", LATENCY) as environment:
        until = made.until
        made.by_chain = {k: v[:-1] for k, v in made.by_chain.items()}
        first = ours(environment, made, "--attest", attested)
    whole = make(folder / "a", accounts, regions, hours, logs, 200)
    with stub(folder / "a", LATENCY) as environment:
        second = ours(environment, whole, "--attest", attested)
        assert whole.until == until
    new = second["objects"] - first["objects"]
    print(f"\nan hour later: {new:,} new objects beside {first['objects']:,} attested ones, 20 ms a request")
    row("first run, attested", first, first["objects"])
    row("second run", second, new)
    print(f"first ÷ second: wall {first['wall'] / second['wall']:.1f}, CPU {first['cpu'] / second['cpu']:.1f}")


def main(accounts: int, regions: int, hours: int, logs: int) -> None:
    if not AWS.exists():
        print("the AWS CLI is not installed (scripts/foreign-clients): only ours and the floor are measured")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        whole = make(place / "organization", accounts, regions, hours, logs, 200)
        compare(
            f"a whole organization, {accounts} accounts × {regions} Regions × {hours} h",
            place / "organization",
            whole,
            LATENCY,
        )
        second_run(place, accounts, regions, hours, logs)
        chain = make(place / "chain", 1, 1, 240, 12, 600)
        compare("one long chain, 240 h", place / "chain", chain, 0.0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--floor"]:
        fetch_everything()
    else:
        given = [int(a) for a in sys.argv[1:]]
        main(*(given or [8, 4, 24, 6]))
