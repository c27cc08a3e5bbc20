"""Hostile policies: bounded work, UNKNOWN or REFUTED, never PROVED and never a crash."""

import json
from typing import Any

import pytest

from tests.authz.prove import guarded as g
from tests.setup import build
from trailkeep.authz.prove.proof import Verdict

BUCKET = f"arn:aws:s3:::{build.bucket().name}"


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:DeleteObject*", "Resource": "*", **more}


MANY = [f"{BUCKET}/{n:04}*{n % 7}?{n % 11}*x" for n in range(300)]
SCPS: dict[str, Any] = {
    "a pattern of wildcards": g.document(deny(Resource=f"{BUCKET}/" + "*a" * 4000)),
    "several that are alike": g.document(deny(Resource=[f"{BUCKET}/{'*a' * n}{'*b' * n}" for n in range(2, 60)])),
    "patterns that only together are everything, or nearly": g.document(
        deny(Resource=[f"{BUCKET}/{'?' * n}a*" for n in range(14)] + [f"{BUCKET}/*b{'?' * n}" for n in range(14)])
    ),
    "stars alone": g.document(deny(Resource=f"{BUCKET}/{'*' * 8000}x")),
    "questions and stars": g.document(deny(Resource=f"{BUCKET}/{'*?' * 4000}")),
    "many patterns": g.document(deny(Resource=MANY)),
    "a condition of two thousand": g.document(
        deny(Condition={"StringNotLike": {"aws:PrincipalTag/t": [f"*{n}*" for n in range(2000)]}})
    ),
    "many conditions on one key": g.document(
        *(deny(Condition={"StringLike": {"aws:PrincipalTag/t": f"*{a}*{b}*"}}) for a in "abcdefgh" for b in "abcdefgh")
    ),
    "many values of one key": g.document(
        *(deny(Condition={"ForAllValues:StringLike": {"aws:TagKeys": [f"{n}*", "*x"]}}) for n in range(60))
    ),
    "a megabyte": json.dumps(g.document(*(deny(Sid=f"s{n}", Resource=f"{BUCKET}/{n}/{'x' * 400}*") for n in range(2000)))),
    "more than a megabyte": json.dumps(g.document(deny(Resource="x" * (1 << 20)))),
    "nested deeply": '{"Statement":' + "[" * 50_000 + "]" * 50_000 + "}",
    "not JSON": "{",
    "nothing": "{}",
    "a key twice": '{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}',
    "numbers for names": '{"Statement": [{"Effect": "Deny", "Action": 7, "Resource": "*"}]}',
    "a wrong operator": g.document(deny(Condition={"StringIsh": {"a": "b"}})),
    "a pattern longer than any": g.document(deny(Resource="a" * 9000)),
    "odd characters": g.document(deny(Resource=[f"{BUCKET}/\u202e\x00*", f"{BUCKET}/\ud800*", f"{BUCKET}/\ufdd0*"])),
    "dates at the end of time": g.document(
        deny(Condition={"DateLessThan": {"aws:CurrentTime": "9999-12-31T23:59:59Z"}}),
        deny(Condition={"DateGreaterThan": {"aws:CurrentTime": ["0001-01-01T00:00:00Z", "99999999999"]}}),
    ),
    "numbers of any size": g.document(
        deny(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": ["1e999", "-1e-999", "9" * 60]}})
    ),
    "variables in variables": g.document(deny(Resource=f"{BUCKET}/${{aws:${{aws:username}}}}/${{}}")),
    "a thousand variables": g.document(deny(Resource=f"{BUCKET}/" + "".join(f"${{k{n}}}" for n in range(700)))),
}  # fmt: skip


@pytest.mark.parametrize("name", SCPS)
def test_a_hostile_scp_never_proves_that_logs_are_kept(name: str) -> None:
    world = g.world(g.policy("Hostile", SCPS[name], build.ROOT))
    assert g.said(world, "logs-kept")["logs-kept"] in {Verdict.REFUTED, Verdict.UNKNOWN}


@pytest.mark.parametrize("name", SCPS)
def test_a_hostile_bucket_policy_never_proves_that_nobody_else_reads(name: str) -> None:
    found = SCPS[name] if isinstance(SCPS[name], str) else json.dumps(SCPS[name])
    text = found.replace('"Deny"', '"Allow","Principal":"*"').replace("s3:DeleteObject*", "s3:GetObject")
    verdict = g.said(g.world(bucket_policy=text), "readers")["readers"]
    assert verdict in {Verdict.REFUTED, Verdict.UNKNOWN}
