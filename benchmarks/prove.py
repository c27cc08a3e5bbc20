"""Seconds for a whole proof, beside z3's theory of strings on the same questions in the same run.

    python benchmarks/prove.py [QUERIES] [CAP]

The organization: 50 SCPs on three levels, 20 accounts, 200 roles with one to four Allows (three in ten with a Deny), an
RCP, a bucket policy; 17 dangerous actions by each role. Three variants: secure; a hole in the pattern of a guard; an
exempt role that exists. Then the worst case over 5,000 accounts that share their chains. z3 gets the first QUERIES
questions of each variant (20) and CAP seconds for each (2), with the context keys left open that we leave open.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trailkeep.authz.policy import Policy, parse
from trailkeep.authz.prove.answer import Answering
from trailkeep.authz.prove.attacker import Attacker, only
from trailkeep.authz.prove.attackers import insiders
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.claims.claim import on_bucket, on_objects
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.formula import Formulas
from trailkeep.authz.prove.prove import verdicts
from trailkeep.authz.prove.solve import Solver
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Policies
from trailkeep.model import organization as model
from trailkeep.model.archive import Bucket, Encryption, Lock
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Partition, Region, UnitId
from trailkeep.model.snapshot import Snapshot

ROOT, UNITS = UnitId("r-made"), tuple(UnitId(f"ou-made-unit000{n}") for n in range(8))
MANAGEMENT, OWNER = AccountId("100000000000"), AccountId("100000000001")
NAME = "acme-logs"
ARN = f"arn:aws:s3:::{NAME}"
ON_OBJECTS = (
    "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold",
    "s3:BypassGovernanceRetention", "s3:PutObjectAcl", "s3:ReplicateDelete",
)  # fmt: skip
ON_BUCKETS = (
    "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning", "s3:PutBucketAcl",
    "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration", "s3:PutEncryptionConfiguration",
    "s3:PutBucketObjectLockConfiguration",
)  # fmt: skip
ACTIONS = ("s3:*", "s3:Delete*", "s3:Put*", "s3:*Object*", "s3:PutBucket*", "ec2:*", "*", "s3:PutObject")
RESOURCES = ("*", f"{ARN}*", f"{ARN}/*", "arn:aws:s3:::acme-*", "arn:aws:s3:::*-logs/*", "arn:aws:s3:::team-?-*/*")


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def guard(number: int, variant: str) -> dict[str, Any]:
    """One SCP: the first guards the archive, the others deny what is about other things."""
    but = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/org/deploy/*"]}}
    if number == 0:
        objects = f"{ARN}/AWSLogs/*" if variant == "a hole in a guard" else f"{ARN}/*"
        everything = ["s3:Delete*", "s3:Put*", "s3:Replicate*", "s3:Bypass*", "s3:Update*"]
        return document({"Effect": "Deny", "Action": everything, "Resource": [ARN, objects], "Condition": but})
    tag = {"StringNotLike": {"aws:PrincipalTag/team": [f"t{number}*", "ops-?"]}}
    resources = [
        f"arn:aws:s3:::guarded-{number}-*",
        f"arn:aws:s3:::*-{number}/*",
        f"arn:aws:s3:::team-{number}*/keep/*",
    ]
    return document(
        {"Effect": "Deny", "Action": ["s3:Delete*", f"ec2:Stop{number}*"], "Resource": resources, "Condition": tag}
    )


def organization(accounts: int, variant: str) -> model.Organization:
    ids = (MANAGEMENT, *(AccountId(f"{100000000001 + n}") for n in range(accounts)))
    parents = {a: UNITS[n % len(UNITS)] if n > 1 else (ROOT if not n else UNITS[0]) for n, a in enumerate(ids)}
    units = {ROOT: model.Unit(id=ROOT, name="Root", parent=None)}
    units |= {u: model.Unit(id=u, name=f"unit{n}", parent=ROOT if n < 4 else UNITS[n - 4]) for n, u in enumerate(UNITS)}
    full = replace(model.FULL_ACCESS, targets=frozenset({*units, *ids}))
    scps = [policy(f"p-{n}", guard(n, variant), ROOT if n < 5 else UNITS[n % len(UNITS)]) for n in range(50)]
    rcp = document({
        "Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-made"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    })  # fmt: skip
    return model.Organization(
        id="o-made", partition=Partition("aws"), management=MANAGEMENT, all_features=True, root=ROOT, units=units,
        accounts={a: account(a, parents[a]) for a in ids},
        policy_types={"SERVICE_CONTROL_POLICY": "ENABLED", "RESOURCE_CONTROL_POLICY": "ENABLED"},
        policies=(full, *scps, policy("p-rcp", rcp, ROOT, kind="RESOURCE_CONTROL_POLICY")),
        trusted_access=frozenset(), delegations=frozenset(),
    )  # fmt: skip


def policy(
    id_: str, content: dict[str, Any], target: str, kind: model.PolicyType = "SERVICE_CONTROL_POLICY"
) -> model.Policy:
    return model.Policy(
        id=id_, name=id_, type=kind, aws_managed=False, content=canonical(content), targets=frozenset({target})
    )


def account(id_: AccountId, parent: UnitId) -> model.Account:
    return model.Account(
        id=id_, name=f"account {id_}", email="a@example.com", state=model.State.ACTIVE, parent=parent, joined=None,
        invited=False, regions=(Region("eu-west-1"),),
    )  # fmt: skip


def world(accounts: int, variant: str) -> World:
    text = document(
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
         "Resource": f"{ARN}/AWSLogs/*", "Condition": {"StringEquals": {"aws:SourceOrgID": "o-made"}}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ARN, f"{ARN}/*"],
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    )  # fmt: skip
    bucket = Bucket(
        name=NAME, account=OWNER, region=Region("eu-west-1"), versioning="Enabled", policy=canonical(text),
        lock=Lock(mode="GOVERNANCE", days=365), encryption=Encryption(key="", bucket_key=False), lifecycle=(),
        blocks_public_access=True, ownership="BucketOwnerEnforced",
    )  # fmt: skip
    snapshot = Snapshot(
        taken=datetime(2026, 11, 23, tzinfo=UTC), caller="", organization=organization(accounts, variant), cells={},
        trails=(), buckets=(bucket,), keys=(), roles=(), service_linked_roles={}, guards=(), foreign=(), volumes=(),
        unreachable=(),
    )  # fmt: skip
    return World(snapshot=snapshot)


def roles(variant: str) -> Iterator[tuple[str, str, Policy]]:
    """200 roles of 20 accounts: account, ARN, identity policy. The same in every run."""
    chance = random.Random(7)
    for n in range(200):
        owner = f"{100000000001 + n % 20}"
        name = "BreakGlass" if variant == "an exempt role exists" and n == 40 else f"team-{n % 9}/role{n}"
        allows = [
            {"Effect": "Allow", "Action": chance.sample(ACTIONS, 2), "Resource": chance.sample(RESOURCES, 2)}
            for _ in range(chance.randint(1, 4))
        ]
        if n == 40:
            allows.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
        denies = [{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}] if chance.random() < 0.3 else []
        yield (
            owner,
            f"arn:aws:iam::{owner}:role/{name}",
            parse(document(*allows, *denies), name=f"role{n}", kind="identity"),
        )


def questions(made: World, variant: str) -> list[tuple[Deed, Attacker]]:
    bucket = made.buckets[0]
    deeds = [*(on_objects(made, bucket, a) for a in ON_OBJECTS), *(on_bucket(made, bucket, a) for a in ON_BUCKETS)]
    like = {a: next(x for x in insiders(made, a, OWNER) if x.kind == "role") for a in {r[0] for r in roles(variant)}}
    found = []
    for owner, arn, identity in roles(variant):
        one = like[owner]
        attacker = replace(one, who=arn, arn=only(arn), policies=Policies(identity=(identity,), scp=one.policies.scp))
        found += [(deed, attacker) for deed in deeds]
    return found


def ours(made: World, asked: list[tuple[Deed, Attacker]], *, explain: bool) -> list[str]:
    with Solver(Formulas()) as solver:
        answering = Answering(solver, made.widths, (), explain=explain)
        return [type(answering.answer(deed, attacker)).__name__ for deed, attacker in asked]


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.authz.prove.oracle import Oracle

    queries = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    cap = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    for variant in ("secure", "a hole in a guard", "an exempt role exists"):
        begun = time.perf_counter()
        made = world(20, variant)
        asked = questions(made, variant)
        answers = ours(made, asked, explain=False)
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        ours(made, asked, explain=True)
        explained = time.perf_counter() - begun
        found = ", ".join(f"{n} {answer}" for answer, n in sorted(Counter(answers).items()))
        print(f"{variant}: {len(asked)} questions in {took:.2f} s ({explained:.2f} s with what holds): {found}")
        compare(asked, answers, Oracle(cap), queries, took)
    begun = time.perf_counter()
    large = world(5000, "secure")
    proofs = verdicts(
        large, tuple(c for c in CLAIMS if c.id in {"logs-kept", "retention-kept", "buckets-kept", "writers"})
    )
    print(f"5,000 accounts: worst case of {len(proofs)} claims in {time.perf_counter() - begun:.2f} s")


def compare(asked: list[tuple[Deed, Attacker]], answers: list[str], oracle: Any, queries: int, took: float) -> None:
    """z3 on some of the questions, spread over all."""
    chosen = range(0, len(asked), max(1, len(asked) // queries))
    begun = time.perf_counter()
    told = [(answers[n], oracle.is_possible(*asked[n])) for n in chosen]
    spent = time.perf_counter() - begun
    known = [(a, t) for a, t in told if t is not None]
    wrong = sum((a == "Hole") is not t for a, t in known)
    ratio = (spent / len(told)) / (took / len(asked))
    print(f"  z3: {len(told)} of them in {spent:.1f} s, {ratio:,.0f} times as long each; ", end="")
    print(f"{len(known)} answered, {wrong} of these unlike ours")


if __name__ == "__main__":
    main()
