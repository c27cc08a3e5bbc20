"""Made policies and requests of a small world, in which hypothesis finds collisions."""

from typing import Any

from hypothesis import strategies as st

from trailkeep.authz.policy import Kind, parse
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Level, Policies, Request

ACCOUNT, OTHER = "222222222222", "333333333333"
PRINCIPALS = (
    f"arn:aws:iam::{ACCOUNT}:user/alice",
    f"arn:aws:iam::{ACCOUNT}:role/Ops",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/Ops/bob",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{OTHER}:user/eve",
    "cloudtrail.amazonaws.com",
    "anonymous",
)
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"StringEquals": {"aws:PrincipalTag/t": "a"}},
    {"StringNotLike": {"aws:PrincipalTag/t": "a*"}},
    {"BoolIfExists": {"aws:SecureTransport": "false"}},
    {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a", "b"]}},
    {"ForAllValues:StringLike": {"aws:TagKeys": "${aws:username}*"}},
    {"NoSuchOperator": {"a": "b"}},
)
effects = st.sampled_from(["Allow", "Deny"])
actions = st.sampled_from(["*", "s3:*", "s3:GetObject", "S3:*Object", "s3:Delete*", "kms:*"])
resources = st.sampled_from(["*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs", "arn:aws:s3:::l?gs/${aws:username}/*"])
named = st.sampled_from(["*", *({"AWS": p} for p in (ACCOUNT, *PRINCIPALS[:3], f"{OTHER}"))])


@st.composite
def statements(draw: st.DrawFn, kind: Kind = "identity", effect: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or draw(effects)}
    if kind in {"resource", "vpc_endpoint", "rcp"}:
        found["Principal"] = "*" if kind == "rcp" else draw(named)
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(st.lists(actions, min_size=1, max_size=2))
    found[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(resources)
    condition = draw(st.sampled_from(CONDITIONS))
    return {**found, "Condition": condition} if condition else found


def documents(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda version, found: {"Version": version, "Statement": found},
        st.sampled_from(["2012-10-17", "2008-10-17"]),
        st.lists(statements(kind), max_size=4),
    )


requests = st.builds(
    lambda who, action, resource, context: Request(
        principal=read_principal(who),
        action=action,
        resource=resource,
        resource_account=ACCOUNT,
        context={k: (v,) for k, v in context.items()},
    ),
    st.sampled_from(PRINCIPALS),
    st.sampled_from(["s3:GetObject", "s3:DeleteObject", "s3:DeleteBucketPolicy", "kms:Decrypt"]),
    st.sampled_from(["arn:aws:s3:::logs/alice/1", "arn:aws:s3:::logs", "arn:aws:kms:eu-west-1:222222222222:key/k"]),
    st.dictionaries(
        st.sampled_from(["aws:principaltag/t", "aws:securetransport", "aws:tagkeys", "aws:username"]),
        st.sampled_from(["a", "b", "alice", "false", "true", "*"]),
    ),
)

Documents = dict[str, Any]
"""Uncompiled policies: a list of documents by kind, one or none for session and resource, a list a level for SCPs."""

worlds: st.SearchStrategy[Documents] = st.fixed_dictionaries(
    {
        "identity": st.lists(documents("identity"), max_size=2),
        "boundary": st.none() | st.lists(documents("boundary"), min_size=1, max_size=1),
        "session": st.none() | documents("session"),
        "resource": st.none() | documents("resource"),
        "scp": st.lists(st.lists(documents("scp"), max_size=2), max_size=3),
        "rcp": st.lists(st.lists(documents("rcp"), max_size=1), max_size=2),
    }
)


def compiled(world: Documents) -> Policies:
    """The policies of a made world."""

    def levels(kind: Kind) -> tuple[Level, ...]:
        return tuple(
            Level(target=str(n), policies=tuple(parse(d, kind=kind) for d in level))
            for n, level in enumerate(world[kind])
        )

    return Policies(
        identity=tuple(parse(d, kind="identity") for d in world["identity"]),
        boundary=None if world["boundary"] is None else tuple(parse(d, kind="boundary") for d in world["boundary"]),
        session=None if world["session"] is None else parse(world["session"], kind="session"),
        resource=None if world["resource"] is None else parse(world["resource"], kind="resource"),
        scp=levels("scp"),
        rcp=levels("rcp"),
    )
