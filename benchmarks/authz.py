"""Decisions a second on one core, beside @cloud-copilot/iam-simulate, a separate node program, on the same requests.

    python benchmarks/authz.py [SECONDS]

Two worlds: typical (an organization's SCPs, an RCP, a bucket policy, two identity policies) and large (50 SCPs on
three levels, 200 identity statements). Policies are compiled once by us; the other program's documented entry point,
runSimulation, also checks its input at every call. It is fetched with npm into a temporary folder; without npm we run
alone and say so. It is AGPL-3.0 and no part of trailkeep.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trailkeep.authz.case import Case, read_case
from trailkeep.authz.evaluate import evaluate

ACCOUNT = "222222222222"
PACKAGE = "@cloud-copilot/iam-simulate"
ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectRetention",
    "s3:BypassGovernanceRetention",
)
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

PROGRAM = """
import { readFileSync } from 'node:fs'
import { runSimulation } from 'PACKAGE'
const { cases, seconds } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const named = (kind, list) => list.map((policy, i) => ({ name: kind + i, policy }))
const levels = (list) => list.map((l) => ({ orgIdentifier: l.target, policies: named('p', l.policies) }))
const simulations = cases.map((c) => ({
  request: {
    principal: c.request.principal,
    action: c.request.action,
    resource: { resource: c.request.resource, accountId: c.request.resource_account },
    contextVariables: c.request.context,
  },
  identityPolicies: named('identity', c.policies.identity),
  serviceControlPolicies: levels(c.policies.scp),
  resourceControlPolicies: levels(c.policies.rcp),
  resourcePolicy: c.policies.resource ?? undefined,
}))
let made = 0
const answers = []
for (const s of simulations) answers.push(await runSimulation(s, {}))
const begun = performance.now()
while (performance.now() - begun < seconds * 1000) {
  await runSimulation(simulations[made % simulations.length], {})
  made += 1
}
const rate = made / ((performance.now() - begun) / 1000)
const told = answers.map((a) => a.overallResult ?? JSON.stringify(a.errors))
console.log(JSON.stringify({ rate, told }))
"""


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deny(number: int) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Action": ["cloudtrail:StopLogging", "s3:DeleteObjectVersion", f"ec2:Delete{number % 7}*", "s3:Put*Retention"],
        "Resource": [f"arn:aws:s3:::guarded-{number}/*", f"arn:aws:cloudtrail:*:*:trail/guarded-{number}"],
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/x*"]}},
    }


def allow(number: int) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": ["s3:Get*", "s3:DeleteObject", "s3:PutObject*"],
        "Resource": f"arn:aws:s3:::bucket-{number}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }


def world(scps: int, identity: int) -> dict[str, Any]:
    targets = ("r-root", "ou-root-workload", ACCOUNT)
    levels: list[dict[str, Any]] = [{"target": t, "policies": [FULL]} for t in targets]
    for number in range(scps - len(levels)):
        levels[number % len(levels)]["policies"].append(policy(deny(number)))
    secure = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::bucket-1/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "identity": [policy(*(allow(n) for n in range(identity)))],
        "scp": levels,
        "rcp": [{"target": targets[0], "policies": [policy({**secure, "Resource": "*"})]}],
        "resource": policy(secure),
    }


def cases(policies: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{action} {bucket}",
            "request": {
                "principal": f"arn:aws:iam::{ACCOUNT}:user/alice",
                "action": action,
                "resource": f"arn:aws:s3:::{bucket}/AWSLogs/{number}/x.gz",
                "resource_account": ACCOUNT,
                "context": {
                    "aws:SecureTransport": "true",
                    "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/alice",
                },
            },
            "policies": policies,
            "expected": {"decision": "Allowed"},
        }
        for number, action in enumerate(ACTIONS)
        for bucket in ("bucket-1", "bucket-7", "guarded-2", "other")
    ]


def ours(read: Sequence[Case], seconds: float) -> float:
    ready = [(c.request, c.policies, c.facts) for c in read if c.policies and c.facts]
    made, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for request, policies, facts in ready:
            evaluate(request, policies, facts)
        made += len(ready)
    return made / (time.perf_counter() - begun)


def theirs(folder: Path, found: list[dict[str, Any]], seconds: float) -> dict[str, Any] | None:
    (folder / "cases.json").write_text(json.dumps({"cases": found, "seconds": seconds}))
    (folder / "run.mjs").write_text(PROGRAM.replace("PACKAGE", PACKAGE))
    ran = subprocess.run(
        ["node", "run.mjs", "cases.json"], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    if ran.returncode:
        print(f"  {PACKAGE} failed: {ran.stderr.strip().splitlines()[-1:]}")
        return None
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def fetched(folder: Path) -> bool:
    try:
        ran = subprocess.run(
            ["npm", "install", "--silent", PACKAGE], cwd=folder, capture_output=True, check=False, timeout=300
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text('{"private": true}')
        peer = fetched(folder)
        if not peer:
            print(f"{PACKAGE} is missing (npm could not install it): ours alone")
        for title, policies in (("typical", world(5, 4)), ("50 SCPs + 200 identity statements", world(50, 200))):
            found = cases(policies)
            # read as a program does that holds its policies: compiled once, shared by every request
            shared = read_case(found[0], "benchmark").policies
            read = [read_case({**c, "policies": {}}, "benchmark") for c in found]
            ready = [
                Case(id=c.id, request=c.request, policies=shared, facts=c.facts, expected=c.expected) for c in read
            ]
            rate = ours(ready, seconds)
            print(f"{title}: {rate:,.0f} decisions/s")
            answer = theirs(folder, found, seconds) if peer else None
            if answer and shared:
                told = [str(evaluate(c.request, shared, c.facts).verdict) for c in ready if c.facts]
                agree = sum(a == b for a, b in zip(told, answer["told"], strict=True))
                print(f"  {PACKAGE} {answer['rate']:,.0f}/s: ratio {rate / answer['rate']:.0f}x; ", end="")
                print(f"{agree} of {len(told)} decisions alike")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3)
