"""Made policies, attackers and deeds of a small world, and every request of it that could make a difference."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.setup import build, planning
from trailkeep.authz.policy import Kind, Policy, parse
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.attackers import insiders, outsiders, services
from trailkeep.authz.prove.deed import Deed, below, exactly
from trailkeep.authz.prove.language import accepts
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Level, Policies, Request

OWNER, MEMBER = build.LOG_ARCHIVE, build.PAYMENTS
START = "arn:aws:s3:::logs/"
BUCKET = "arn:aws:s3:::logs"
KEY = f"arn:aws:kms:eu-west-1:{OWNER}:key/k"
WORLD = World(snapshot=planning.snapshot(organization=planning.organization()))

RESOURCES = (
    "*", f"{START}*", f"{START}a*", f"{START}?", "arn:aws:s3:::l*gs/a/*", f"{START}${{aws:username}}*",
    f"{START}${{aws:PrincipalServiceName, 'a'}}*", f"{START}${{aws:PrincipalServiceName}}", "arn:aws:*:::logs/b*", "arn:*:logs/b",
    "arn:aws:s3:*", "arn:aws:s3", BUCKET, "arn:aws:s3:::*", KEY, "arn:aws:kms:*:*:key/*", "arn:aws:*:*/*",
)  # fmt: skip
NAMES = ("a", "ab", "Ops", "x/a", "x/Ops", "b")
SESSIONS = ("ab", "bob")
TEXTS = (
    "a",
    "ab",
    "b",
    "B",
    "b*",
    "a?",
    "*",
    "${aws:PrincipalAccount}",
    "${aws:username}",
    "${aws:PrincipalServiceName}",
)
ARNS = (
    "*", f"arn:aws:iam::{OWNER}:role/Ops", "arn:aws:iam::*:role/a*", "arn:aws:iam::*:role/x/*", "arn:*", "arn:aws:iam::*:*/a",
    f"arn:aws:iam::{OWNER}:user/a", f"arn:aws:iam::{OWNER}:root", "arn:aws:iam::*:role/${aws:PrincipalTag/t}",
)  # fmt: skip
STRINGS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
ARN_LIKE = ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike")
NUMBERS = tuple(
    f"Numeric{x}" for x in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
)
DATES = tuple(n.replace("Numeric", "Date") for n in NUMBERS)
FORMS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "aws:PrincipalTag/t": ((STRINGS, TEXTS),),
    "aws:PrincipalArn": ((ARN_LIKE, ARNS), (STRINGS, ARNS)),
    "aws:SecureTransport": ((("Bool",), ("true", "false")), (STRINGS, ("true", "False"))),
    "aws:MultiFactorAuthPresent": ((("Bool",), ("true", "false")),),
    "aws:TagKeys": ((STRINGS, TEXTS),),
    "aws:MultiFactorAuthAge": ((NUMBERS, ("10", "20", "10.5", "1e30")),),
    "aws:CurrentTime": ((DATES, ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2027-01-01", "9999-12-31T23:59:59Z")),),
    "aws:SourceIp": ((("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "0.0.0.0/0")),),
    "aws:username": ((STRINGS, ("a", "ab", "Ops", "*")),),
    "aws:PrincipalOrgID": ((STRINGS, (build.ORGANIZATION_ID, "o-other", "o-*")),),
    "aws:PrincipalServiceName": ((STRINGS, ("cloudtrail.amazonaws.com", "*.amazonaws.com")),),
    "aws:PrincipalIsAWSService": ((("Bool",), ("true", "false")),),
    "aws:PrincipalAccount": ((STRINGS, (OWNER, MEMBER, "6*")), (NUMBERS, (MEMBER,))),
    "aws:SourceArn": ((ARN_LIKE, (f"arn:aws:cloudtrail:*:{build.MANAGEMENT}:trail/*", "arn:aws:s3:::*", "*")),),
    "aws:SourceAccount": ((STRINGS, (OWNER, build.MANAGEMENT)),),
    "made:key": ((("Bool",), ("true", "false")), (NUMBERS, ("10", "20")), (STRINGS, ("true", "10", "1*")), (("BinaryEquals",), ("dHJ1ZQ==",))),
}  # fmt: skip
VALUES: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws:principaltag/t": (("a",), ("ab",), ("b",), ("B",), ("bc",), (OWNER,), ("zz",), (MEMBER,)),
    "aws:securetransport": (("true",), ("false",)),
    "aws:multifactorauthpresent": (("true",), ("false",)),
    "aws:tagkeys": (("a",), ("ab",), ("b",), ("B",), ("zz",), ("a", "b"), ("a", "zz"), ("b", "ab"), ("zz", "B", "ab"), (OWNER, "a")),
    "aws:multifactorauthage": (("5",), ("10",), ("10.2",), ("10.5",), ("15",), ("20",), ("25",), ("1e31",)),
    "aws:currenttime": (
        ("2025-01-01T00:00:00Z",), ("2026-01-01T00:00:00Z",), ("2026-01-01T00:00:00.5Z",), ("2026-01-01T00:00:01Z",),
        ("2026-06-01T00:00:00Z",), ("2027-01-01T00:00:00Z",), ("2028-01-01T00:00:00Z",), ("9999-12-31T23:59:59Z",),
    ),
    "aws:sourceip": (("10.0.0.1",), ("10.1.0.1",), ("8.8.8.8",), ("2001:db8::1",), ("2002::1",)),
    "aws:principalorgid": (("o-0000000000",),),
    "made:key": (("true",), ("10",), ("15",), ("20",), ("false",), ("zz",)),
}  # fmt: skip
"""Values of open keys by which the tests of `FORMS` can be told apart; a key may also be absent."""
ALWAYS = ("aws:securetransport", "aws:currenttime")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(sorted(FORMS)), max_size=2)):
        if draw(st.integers(0, 5)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
            continue
        operators, values = draw(st.sampled_from(FORMS[key]))
        qualifier = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
        end = draw(st.sampled_from(["", "", "IfExists"]))
        wanted = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        found.setdefault(f"{qualifier}{draw(st.sampled_from(operators))}{end}", {})[key] = wanted
    return found


principals = st.sampled_from([
    "*", {"AWS": "*"}, {"AWS": OWNER}, {"AWS": f"arn:aws:iam::{MEMBER}:root"}, {"AWS": f"arn:aws:iam::{OWNER}:role/Ops"},
    {"AWS": [f"arn:aws:iam::{OWNER}:user/a", f"arn:aws:iam::{MEMBER}:role/x/a"]}, {"Service": "cloudtrail.amazonaws.com"},
    {"AWS": f"arn:aws:sts::{OWNER}:assumed-role/Ops/bob"}, {"CanonicalUser": "79a5"},
    {"AWS": [OWNER, f"arn:aws:iam::{OWNER}:role/Ops", f"arn:aws:sts::{OWNER}:assumed-role/Ops/bob"]},
])  # fmt: skip
actions = st.sampled_from(["*", "s3:*", "s3:PutObject", "s3:Put*", "s3:*Policy", "kms:*", "kms:Dec?ypt", "*:PutObject"])


@st.composite
def statements(draw: st.DrawFn, kind: Kind = "identity", effect: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Deny"]))}
    if kind == "resource":
        found[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(principals)
    if kind == "rcp":
        found["Principal"] = "*"
    found[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(
        st.lists(actions, min_size=1, max_size=2)
    )
    resource = "Resource" if draw(st.integers(0, 3)) else "NotResource"
    found[resource] = draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2))
    block = draw(conditions())
    return {**found, "Condition": block} if block else found


def documents(kind: Kind, effect: str = "") -> st.SearchStrategy[dict[str, Any]]:
    version = st.sampled_from(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"])
    return st.builds(
        lambda version, found: {"Version": version, "Statement": found},
        version, st.lists(statements(kind, effect), max_size=3),
    )  # fmt: skip


FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def allowing(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Full access with something more, or just anything: without the former hardly a world would allow a thing."""
    more = documents(kind).map(lambda d: {**d, "Statement": [*FULL["Statement"], *d["Statement"]]})
    return st.one_of(more, more, documents(kind))


Documents = dict[str, Any]

worlds: st.SearchStrategy[Documents] = st.fixed_dictionaries({
    "identity": st.lists(allowing("identity"), min_size=1, max_size=2),
    "boundary": st.none() | st.none() | st.lists(allowing("boundary"), min_size=1, max_size=1),
    "resource": st.none() | documents("resource"),
    "scp": st.lists(st.lists(allowing("scp"), min_size=1, max_size=1), max_size=2),
    "rcp": st.lists(st.lists(documents("rcp", "Deny"), max_size=1), max_size=1),
})  # fmt: skip


def compiled(world: Documents) -> Policies:
    def listed(kind: Kind, found: list[Any]) -> tuple[Policy, ...]:
        return tuple(parse(d, kind=kind, name=f"{kind} {n}") for n, d in enumerate(found))

    def levels(kind: Kind) -> tuple[Level, ...]:
        return tuple(Level(target=str(n), policies=listed(kind, level)) for n, level in enumerate(world[kind]))

    return Policies(
        identity=listed("identity", world["identity"]),
        boundary=None if world["boundary"] is None else listed("boundary", world["boundary"]),
        resource=None if world["resource"] is None else parse(world["resource"], kind="resource"),
        scp=levels("scp"),
        rcp=levels("rcp"),
    )


def _attackers() -> Iterator[Attacker]:
    for account in (OWNER, MEMBER):
        yield from insiders(WORLD, account, OWNER)
    yield next(a for a in outsiders(WORLD, OWNER) if a.kind == "role")
    yield next(a for a in outsiders(WORLD, OWNER) if a.kind == "anonymous")
    yield from (
        replace(
            a,
            service="cloudtrail.amazonaws.com",
            fixed={**a.fixed, "aws:principalservicename": ("cloudtrail.amazonaws.com",)},
        )
        for a in services(WORLD, OWNER, also_ours=True)
    )


ATTACKERS = tuple(_attackers())
DEEDS = (
    Deed(action="s3:PutObject", resource=below(START, "a/1"), account=OWNER, subject="objects"),
    Deed(action="s3:PutBucketPolicy", resource=exactly(BUCKET), account=OWNER, subject="bucket"),
    Deed(action="kms:Decrypt", resource=exactly(KEY), account=OWNER, subject="key"),
    Deed(action="s3:ListAllMyBuckets", resource=None, account="", subject="nothing"),
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A question: who, what, under which policies; `asked` are the condition keys they speak of."""

    attacker: Attacker
    deed: Deed
    documents: Documents

    @property
    def policies(self) -> Policies:
        return compiled(self.documents)

    def __repr__(self) -> str:
        return f"Made({self.attacker.who}: {self.deed.action}, {self.documents})"


questions = st.builds(
    lambda attacker, deed, documents: Made(attacker=attacker, deed=deed, documents=documents),
    st.sampled_from(ATTACKERS), st.sampled_from(DEEDS[:1] * 3 + DEEDS[1:]), worlds,
)  # fmt: skip


def put(made: Made) -> tuple[Deed, Attacker]:
    """As `Answering` takes them."""
    policies = made.policies
    deed = replace(made.deed, policy=policies.resource, rcp=policies.rcp)
    return deed, replace(made.attacker, policies=replace(policies, resource=None, rcp=()))


def requests(made: Made, most: int = 600) -> Iterator[Request]:
    """Every request of this attacker that the made policies could treat in its own way, as far as `most`."""
    text = repr(made.documents).lower()
    arns = _principal_arns(made.attacker, text)
    sessions = SESSIONS if made.attacker.kind == "role" and "assumed-role" in text else ("bob",)
    contexts = list(itertools.islice(_contexts(made.attacker, text), most))
    everything = itertools.product(_resources(made.deed), arns, sessions, contexts)
    total = len(_resources(made.deed)) * len(arns) * len(sessions) * len(contexts)
    step = max(1, total // most) | 1
    for resource, arn, session, context in itertools.islice(everything, 0, None, step):
        own = {"aws:principalarn": (arn,)} if arn else {}
        own |= {"aws:username": (arn.rpartition("/")[2],)} if made.attacker.kind == "user" else {}
        yield Request(
            principal=made.attacker.principal(arn, session),
            action=made.deed.action,
            resource=resource,
            resource_account=made.deed.account,
            context={k: v for k, v in {**made.attacker.fixed, **context, **own}.items() if v},
            wildcard_only=made.deed.resource is None,
        )


def _resources(deed: Deed) -> tuple[str, ...]:
    if deed.resource is None:
        return ("*",)
    if deed.resource.likely[0] != f"{START}a/1":
        return deed.resource.likely
    return tuple(START + x for x in ("a", "b", "x", "a/b", "ab", "bb", "x/y", "x:logs/b", "a:b", "Ops1"))


def _principal_arns(attacker: Attacker, text: str) -> tuple[str, ...]:
    if attacker.arn is None:
        return ("",)
    if attacker.kind == "root":
        return attacker.arn.likely
    named = any(word in text for word in ("aws:principalarn", "aws:username", ":role/", ":user/", "assumed-role"))
    start = attacker.arn.likely[0].partition("/")[0]
    arns = tuple(f"{start}/{n}" for n in (NAMES if named else NAMES[:1]))
    return tuple(arn for arn in arns if any(accepts(pattern, arn) for pattern in attacker.arn.domain))


def _contexts(attacker: Attacker, text: str) -> Iterator[dict[str, tuple[str, ...]]]:
    open_ = [k for k in VALUES if k not in attacker.fixed and (k in text or k in ALWAYS)]
    if "aws:principalorgid" in open_ and attacker.kind in {"service", "anonymous"}:
        open_.remove("aws:principalorgid")
    choices = [(*(() if k in ALWAYS else ((),)), *VALUES[k]) if k in text else VALUES[k][:1] for k in open_]
    source = "aws:sourcearn" in text and attacker.kind == "service" and attacker.fixed.get("aws:sourceaccount")
    arns = [(f"arn:aws:cloudtrail:eu-west-1:{attacker.fixed['aws:sourceaccount'][0]}:trail/t",)] if source else []
    for values in itertools.product(*choices):
        yield dict(zip(open_, values, strict=True)) | ({"aws:sourcearn": arns[0]} if arns else {})
