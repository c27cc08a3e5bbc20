"""Our decisions against those of @cloud-copilot/iam-simulate, a program of others, on random cases of the logging domain.

Where the two disagree, a page of AWS must say why, and taking exactly that cause out of the case must make them agree.
"""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.foreign.simulate.cases import FULL, Json, case
from trailkeep.authz.case import read_case
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.services import RCP_SERVICES

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".venv-foreign" / "simulate"
CASES = 4000
SEVERAL = 3
USER_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide"
S3_API = "https://docs.aws.amazon.com/AmazonS3/latest/API"
ALLOWED, IMPLICIT, EXPLICIT = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why the two may disagree: which cases it is about, and the same case without it.

    `seen` are the pairs (ours, theirs) it can lead to, `most` the number of cases it may explain.
    """

    rule: str
    page: str
    about: Callable[[Json], bool]
    without: Callable[[Json], None]
    seen: frozenset[tuple[str, str]]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One case and both answers."""

    case: Json
    ours: str
    theirs: str


def decided(cases: Sequence[Json]) -> list[Told]:
    """Both programs' decisions."""
    done = subprocess.run(
        ["node", str(ROOT / "tests/foreign/simulate/driver.mjs"), str(INSTALLED)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    refused = [(c["id"], a) for c, a in zip(cases, answers, strict=True) if a["errors"] or a["ignored"]]
    assert refused == [], "a case that the other program does not take whole compares nothing"
    return [Told(case=c, ours=ours(c), theirs=a["decision"]) for c, a in zip(cases, answers, strict=True)]


def ours(found: Json) -> str:
    read = read_case(found, "made")
    assert read.policies is not None
    assert read.facts is not None
    return str(evaluate(read.request, read.policies, read.facts).verdict)


@pytest.fixture(scope="module")
def told() -> list[Told]:
    missing = (
        "node" if shutil.which("node") is None else "" if (INSTALLED / "node_modules").is_dir() else "iam-simulate"
    )
    if missing:
        reason = f"{missing} is not installed: run scripts/foreign-clients"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return decided([case(number) for number in range(CASES)])


@pytest.fixture(scope="module")
def causes(told: list[Told]) -> dict[str, tuple[Cause, ...]]:
    """For each disagreement the causes that, taken out one after the other, make both agree; () when there are none."""
    return explained([t for t in told if t.ours != t.theirs])


def explained(disagreements: Sequence[Told]) -> dict[str, tuple[Cause, ...]]:
    """Each step takes out a cause that can have led to what is seen, so that behind it the next one shows."""
    found: dict[str, tuple[Cause, ...]] = {t.case["id"]: () for t in disagreements}
    left: list[tuple[Told, tuple[Cause, ...]]] = [(t, ()) for t in disagreements]
    for _ in range(SEVERAL):
        tries = [
            (t.case, (*out, c)) for t, out in left for c in possible(t) if c not in out and not found[t.case["id"]]
        ]
        answers = decided([without(taken, chosen[-1]) for taken, chosen in tries])
        left = []
        for answer, (_, chosen) in zip(answers, tries, strict=True):
            if answer.ours != answer.theirs:
                left.append((answer, chosen))
            elif not found[answer.case["id"]]:
                found[answer.case["id"]] = chosen
    return found


def possible(told: Told) -> list[Cause]:
    return [c for c in CAUSES if (told.ours, told.theirs) in c.seen and c.about(told.case)]


def without(found: Json, cause: Cause) -> Json:
    changed = deepcopy(found)
    cause.without(changed)
    return changed


def test_the_cases_are_many_and_of_every_kind(told: list[Told]) -> None:
    alike = Counter(t.ours for t in told if t.ours == t.theirs)
    assert len(told) >= 2000
    assert min(alike[decision] for decision in (ALLOWED, IMPLICIT, EXPLICIT)) >= 400
    kinds = Counter(kind for t in told for kind, policies in t.case["policies"].items() if policies)
    assert min(kinds[k] for k in ("identity", "session", "boundary", "resource", "scp", "rcp", "vpc_endpoint")) >= 100
    assert len({t.case["request"]["action"] for t in told}) >= 25


def test_every_disagreement_is_explained_by_a_page_of_aws(
    told: list[Told], causes: dict[str, tuple[Cause, ...]]
) -> None:
    unexplained = {t.case["id"]: (t.ours, t.theirs) for t in told if t.ours != t.theirs and not causes[t.case["id"]]}
    assert unexplained == {}, "look at the case with tests.foreign.simulate.cases.case(number)"


def test_no_cause_explains_nothing_or_too_much(causes: dict[str, tuple[Cause, ...]]) -> None:
    used = Counter(cause.rule for chosen in causes.values() for cause in chosen)
    assert {c.rule for c in CAUSES if not used[c.rule]} == set()
    assert {c.rule: used[c.rule] for c in CAUSES if used[c.rule] > c.most} == {}
    assert len(causes) <= CASES * 0.05


def account(found: Json) -> str:
    """The principal's account, "" for a service and for nobody."""
    who = found["request"]["principal"]
    return str(who.split(":")[4]) if isinstance(who, str) and who.startswith("arn:") else ""


def is_root(found: Json) -> bool:
    return str(found["request"]["principal"]).endswith(":root")


def is_service_linked(found: Json) -> bool:
    return "/aws-service-role/" in found["request"]["context"].get("aws:PrincipalArn", "")


def is_on_its_bucket_policy(found: Json) -> bool:
    return bool(found["request"]["action"] == "s3:PutBucketPolicy")


def documents(found: Json) -> list[Json]:
    policies = found["policies"]
    levels = [p for kind in ("scp", "rcp") for level in policies[kind] for p in level["policies"]]
    listed = [*policies["identity"], *(policies["boundary"] or []), *(policies["vpc_endpoint"] or []), *levels]
    return [*listed, *(policies[k] for k in ("session", "resource") if policies[k])]


def statements(found: Json) -> list[Json]:
    return [s for document in documents(found) for s in document["Statement"]]


def drop(*kinds: str) -> Callable[[Json], None]:
    def dropped(found: Json) -> None:
        for kind in kinds:
            found["policies"][kind] = [] if kind in {"scp", "rcp"} else None

    return dropped


def with_rights(found: Json) -> None:
    found["policies"]["identity"] = [FULL]


def as_owner_with_rights(found: Json) -> None:
    found["policies"]["resource"] = None
    with_rights(found)


def renamed(found: Json) -> None:
    """The same case about PutBucketVersioning, which other accounts may be allowed."""
    text = json.dumps({k: found[k] for k in ("request", "policies")})
    found |= json.loads(text.replace("ucketPolicy", "ucketVersioning").replace("ucketpolicy", "ucketversioning"))


def is_old_with_a_variable(document: Json) -> bool:
    return document["Version"] != "2012-10-17" and "${" in json.dumps(document)


def without_variables(found: Json) -> None:
    """What is literal text in an old policy, written so that no program takes it for a variable."""
    for document in documents(found):
        if is_old_with_a_variable(document):
            document["Statement"] = json.loads(json.dumps(document["Statement"]).replace("${", "(("))


def missing(text: str, found: Json) -> list[str]:
    """The variables without a default that the request has no value for."""
    return [v for v in re.findall(r"\$\{[^,}]*\}", text) if v[2:-1] not in found["request"]["context"]]


def negations(found: Json) -> Iterator[tuple[Json, str]]:
    """Where a policy with variables says what something is not: the object and its key."""
    for document in documents(found):
        if document["Version"] == "2012-10-17":
            for statement in document["Statement"]:
                blocks = [
                    (values, key)
                    for name, values in statement.get("Condition", {}).items()
                    for key in values
                    if "Not" in name
                ]
                yield from [(statement, "NotResource"), *blocks] if "NotResource" in statement else blocks


def is_not_like_what_is_missing(found: Json) -> bool:
    return any(missing(json.dumps(place[key]), found) for place, key in negations(found))


def without_the_missing(found: Json) -> None:
    for place, key in negations(found):
        text = json.dumps(place[key])
        for variable in missing(text, found):
            text = text.replace(variable, "nothing")
        place[key] = json.loads(text)


def plain_set_operator(found: Json) -> None:
    for statement in statements(found):
        block = statement.get("Condition", {})
        for name in [n for n in block if n.startswith("ForAnyValue:") and n.endswith("IfExists")]:
            block[name.removesuffix("IfExists")] = block.pop(name)


def has_set_operator_if_exists(found: Json) -> bool:
    names = [n for s in statements(found) for n in s.get("Condition", {})]
    return any(n.startswith("ForAnyValue:") and n.endswith("IfExists") for n in names)


def is_governed_from_outside(found: Json) -> bool:
    return found["request"]["action"].partition(":")[0] not in RCP_SERVICES


def names_the_session(found: Json) -> bool:
    resource = found["policies"]["resource"]
    named = [s.get("Principal") for s in resource["Statement"]] if resource else []
    return bool(found["policies"]["session"]) and any(
        p in ("*", {"AWS": "*"}, {"AWS": found["request"]["principal"]}) for p in named
    )


DENIED_BY_THEM = frozenset({(ALLOWED, IMPLICIT), (ALLOWED, EXPLICIT), (IMPLICIT, EXPLICIT)})
CAUSES: tuple[Cause, ...] = (
    Cause(
        rule="the root user needs no policy in its account",
        page=f"{USER_GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html",
        about=is_root,
        without=with_rights,
        seen=frozenset({(ALLOWED, IMPLICIT)}),
        most=65,
    ),
    Cause(
        rule="the owner's root user may put the bucket policy whatever that policy says",
        page=f"{S3_API}/API_PutBucketPolicy.html",
        about=lambda c: is_root(c) and is_on_its_bucket_policy(c) and account(c) == c["request"]["resource_account"],
        without=as_owner_with_rights,
        seen=frozenset({(ALLOWED, EXPLICIT), (IMPLICIT, EXPLICIT)}),
        most=6,
    ),
    Cause(
        rule="only the owner's account may put the bucket policy; S3 answers 405 to others",
        page=f"{S3_API}/API_PutBucketPolicy.html",
        about=lambda c: is_on_its_bucket_policy(c) and account(c) != c["request"]["resource_account"],
        without=renamed,
        seen=frozenset({(IMPLICIT, ALLOWED)}),
        most=16,
    ),
    Cause(
        rule="SCPs do not bind the management account",
        page=f"{ORGANIZATIONS}/orgs_manage_policies_scps.html",
        about=lambda c: c["principal_facts"]["management_account"],
        without=drop("scp"),
        seen=DENIED_BY_THEM,
        most=20,
    ),
    Cause(
        rule="SCPs and RCPs do not bind service-linked roles",
        page=f"{ORGANIZATIONS}/orgs_manage_policies_rcps.html",
        about=is_service_linked,
        without=drop("scp", "rcp"),
        seen=DENIED_BY_THEM,
        most=40,
    ),
    Cause(
        rule="SCPs bind principals of member accounts, and no service",
        page=f"{ORGANIZATIONS}/orgs_manage_policies_scps.html",
        about=lambda c: not account(c),
        without=drop("scp"),
        seen=DENIED_BY_THEM,
        most=30,
    ),
    Cause(
        rule="RCPs cover some services only",
        page=f"{ORGANIZATIONS}/orgs_manage_policies_rcps.html",
        about=is_governed_from_outside,
        without=drop("rcp"),
        seen=DENIED_BY_THEM,
        most=40,
    ),
    Cause(
        rule="a policy without Version 2012-10-17 has no variables",
        page=f"{USER_GUIDE}/reference_policies_elements_version.html",
        about=lambda c: any(map(is_old_with_a_variable, documents(c))),
        without=without_variables,
        seen=frozenset((a, b) for a in (ALLOWED, IMPLICIT, EXPLICIT) for b in (ALLOWED, IMPLICIT, EXPLICIT) if a != b),
        most=8,
    ),
    Cause(
        rule="what a resource policy grants the session itself is not limited by the session policy",
        page=f"{USER_GUIDE}/access_policies.html#policies_session",
        about=names_the_session,
        without=drop("session"),
        seen=frozenset({(ALLOWED, IMPLICIT)}),
        most=10,
    ),
    Cause(
        rule="ForAnyValue is false and IfExists is true without the key: an Allow may match",
        page=f"{USER_GUIDE}/reference_policies_elements_condition_operators.html#Conditions_IfExists",
        about=has_set_operator_if_exists,
        without=plain_set_operator,
        seen=frozenset({(ALLOWED, IMPLICIT)}),
        most=4,
    ),
    Cause(
        rule="NotResource, or a negated operator, with a variable that has no value: an Allow may match",
        page=f"{USER_GUIDE}/reference_policies_variables.html",
        about=is_not_like_what_is_missing,
        without=without_the_missing,
        seen=frozenset({(ALLOWED, IMPLICIT)}),
        most=8,
    ),
)
"""Every way in which iam-simulate is known to differ, with AWS's page."""
