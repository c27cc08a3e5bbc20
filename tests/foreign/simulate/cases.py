"""Random cases of the logging domain, the same for the same seed, in the form that `policies test` reads."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

Json = dict[str, Any]

BOSS, ARCHIVE, MEMBER, STRANGER = "111111111111", "222222222222", "333333333333", "999999999999"
ORGANIZATION = "o-abcdefghij"
BUCKET = f"acme-trail-{ARCHIVE}-eu-west-1"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{BOSS}:trail/trailkeep"
KEY = f"arn:aws:kms:eu-west-1:{ARCHIVE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OBJECT = f"arn:aws:s3:::{BUCKET}/AWSLogs/{MEMBER}/CloudTrail/eu-west-1/2026/11/23/x.json.gz"
LINKED = "AWSServiceRoleForConfig"
FULL: Json = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

REQUESTS: Sequence[tuple[str, str, str]] = (
    ("s3:GetObject", OBJECT, ARCHIVE),
    ("s3:PutObject", OBJECT, ARCHIVE),
    ("s3:DeleteObject", OBJECT, ARCHIVE),
    ("s3:DeleteObjectVersion", OBJECT, ARCHIVE),
    ("s3:PutObjectRetention", OBJECT, ARCHIVE),
    ("s3:BypassGovernanceRetention", OBJECT, ARCHIVE),
    ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", ARCHIVE),
    ("s3:DeleteBucket", f"arn:aws:s3:::{BUCKET}", ARCHIVE),
    *[("s3:PutBucketPolicy", f"arn:aws:s3:::{BUCKET}", ARCHIVE)] * 3,
    ("s3:PutBucketVersioning", f"arn:aws:s3:::{BUCKET}", ARCHIVE),
    ("s3:PutLifecycleConfiguration", f"arn:aws:s3:::{BUCKET}", ARCHIVE),
    ("s3:ListAllMyBuckets", "*", ARCHIVE),
    ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:eu-west-1:{MEMBER}:trail/own", MEMBER),
    ("cloudtrail:DeleteTrail", f"arn:aws:cloudtrail:eu-west-1:{MEMBER}:trail/own", MEMBER),
    ("cloudtrail:PutEventSelectors", TRAIL, BOSS),
    ("cloudtrail:DescribeTrails", "*", MEMBER),
    (
        "config:StopConfigurationRecorder",
        f"arn:aws:config:eu-west-1:{MEMBER}:configuration-recorder/default/ab12",
        MEMBER,
    ),
    ("config:DeleteDeliveryChannel", "*", MEMBER),
    ("kms:Decrypt", KEY, ARCHIVE),
    ("kms:GenerateDataKey", KEY, ARCHIVE),
    ("kms:ScheduleKeyDeletion", KEY, ARCHIVE),
    ("kms:CreateKey", "*", ARCHIVE),
    ("sts:AssumeRole", f"arn:aws:iam::{ARCHIVE}:role/BreakGlass", ARCHIVE),
    ("organizations:LeaveOrganization", "*", MEMBER),
    ("organizations:ListAccounts", "*", BOSS),
    ("sts:GetCallerIdentity", "*", ARCHIVE),
)

_MORE_KEYS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "s3:PutObject": {"s3:x-amz-acl": ("bucket-owner-full-control", "private")},
    "s3:ListBucket": {"s3:prefix": ("AWSLogs/", "other/")},
    "s3:PutObjectRetention": {"s3:object-lock-remaining-retention-days": ("10", "365", "4000")},
    "kms:Decrypt": {"kms:ViaService": ("s3.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com")},
    "kms:GenerateDataKey": {"kms:ViaService": ("s3.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com")},
    "sts:AssumeRole": {"sts:ExternalId": ("trailkeep", "x")},
}
_TESTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "aws:SecureTransport": (("Bool",), ("true", "false")),
    "aws:PrincipalIsAWSService": (("Bool",), ("true", "false")),
    "aws:MultiFactorAuthPresent": (("Bool",), ("true", "false")),
    "aws:MultiFactorAuthAge": (("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals"), ("60", "3600")),
    "s3:object-lock-remaining-retention-days": (("NumericLessThan", "NumericLessThanEquals"), ("30", "365")),
    "aws:CurrentTime": (("DateLessThan", "DateGreaterThan"), ("2026-11-23T12:00:00Z", "2027-01-01T00:00:00Z")),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "192.0.2.0/24", "203.0.113.7/32")),
    "aws:PrincipalOrgID": (("StringEquals", "StringNotEquals"), (ORGANIZATION, "o-other12345")),
    "aws:SourceOrgID": (("StringEquals", "StringNotEquals"), (ORGANIZATION, "o-other12345")),
    "aws:PrincipalAccount": (("StringEquals", "StringNotEquals"), (ARCHIVE, MEMBER, BOSS)),
    "aws:SourceAccount": (("StringEquals", "StringNotEquals"), (BOSS, MEMBER)),
    "aws:ResourceAccount": (("StringEquals", "StringNotEquals"), (ARCHIVE, MEMBER, "${aws:PrincipalAccount}")),
    "aws:PrincipalServiceName": (
        ("StringEquals", "StringNotEquals"),
        ("cloudtrail.amazonaws.com", "config.amazonaws.com"),
    ),
    "aws:PrincipalArn": (
        ("ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals", "StringLike", "StringNotLike"),
        (
            "arn:aws:iam::*:role/BreakGlass",
            f"arn:aws:iam::{ARCHIVE}:user/alice",
            "arn:aws:iam::*:role/O?s",
            "arn:*:iam::*:*",
        ),
    ),
    "aws:SourceArn": (
        ("ArnLike", "ArnEquals", "StringEquals", "StringLike"),
        (TRAIL, "arn:aws:cloudtrail:*:*:trail/*"),
    ),
    "aws:PrincipalTag/team": (
        ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
        ("logs", "Logs", "l?gs", "lo*"),
    ),
    "aws:RequestedRegion": (("StringEquals", "StringNotEquals", "StringNotLike"), ("eu-west-1", "us-*", "us-east-1")),
    "aws:username": (("StringLike", "StringNotEquals"), ("a*", "alice", "${aws:PrincipalTag/team}")),
    "aws:userid": (("StringLike", "StringEquals"), ("AROA*:bob", "AIDA*")),
    "aws:TagKeys": (
        ("ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringLike", "ForAnyValue:StringLike"),
        ("a", "b", "c*"),
    ),
    "aws:PrincipalOrgPaths": (
        ("ForAnyValue:StringLike", "ForAllValues:StringLike", "ForAnyValue:StringEquals"),
        (f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/*", f"{ORGANIZATION}/*"),
    ),
    "s3:x-amz-acl": (("StringEquals", "StringNotEquals"), ("bucket-owner-full-control",)),
    "s3:prefix": (("StringLike", "StringEquals"), ("AWSLogs/*", "AWSLogs/")),
    "kms:ViaService": (("StringEquals", "StringLike"), ("s3.eu-west-1.amazonaws.com", "s3.*.amazonaws.com")),
    "sts:ExternalId": (("StringEquals",), ("trailkeep",)),
}
_PREFIXES = (
    "AWSLogs",
    "AWSLogs/${aws:PrincipalAccount}",
    "AWSLogs/${aws:PrincipalTag/team}",
    "A*Logs",
    "${aws:username, 'AWSLogs'}",
)


def case(number: int) -> Json:
    """The case of that number: a request with its complete context, and every kind of policy."""
    random = Random(f"trailkeep {number}")
    action, resource, owner = random.choice(REQUESTS)
    who, account = _principal(random, action, owner)
    if action == "sts:GetCallerIdentity" and not account:
        action, resource = "s3:ListAllMyBuckets", "*"  # only who has an account has an identity to ask for
    context = _context(random, who, account, action, owner)
    request = {
        "principal": who or {"type": "Anonymous"},
        "action": action,
        "resource": resource,
        "resource_account": owner,
        "context": context,
        "wildcard_only_action": resource == "*",
    }
    made = _Made(random, action, resource, who, account)
    return {
        "id": f"random {number}",
        "request": request,
        "principal_facts": {"management_account": account == BOSS, "resource_in_management_account": owner == BOSS},
        "policies": made.policies(owner),
        "expected": {"decision": "Allowed"},
    }


def _principal(random: Random, action: str, owner: str) -> tuple[str, str]:
    # the bucket policy is where the owner's root user and other accounts are treated apart
    apart = 15 if action == "s3:PutBucketPolicy" else 3
    account = random.choice([owner, owner, owner, owner, ARCHIVE, MEMBER, STRANGER, BOSS])
    kinds: Sequence[tuple[int, str, str]] = (
        (30, f"arn:aws:iam::{account}:user/alice", account),
        (30, f"arn:aws:sts::{account}:assumed-role/Ops/bob", account),
        (15, f"arn:aws:iam::{account}:role/Ops", account),
        (8, f"arn:aws:sts::{account}:assumed-role/BreakGlass/eve", account),
        (2, f"arn:aws:sts::{account}:assumed-role/{LINKED}/config", account),
        (10, "cloudtrail.amazonaws.com", ""),
        (4, "config.amazonaws.com", ""),
        (apart, f"arn:aws:iam::{account}:root", account),
        (3, "", ""),
    )
    ((_, who, of),) = random.choices(kinds, weights=[k[0] for k in kinds])
    return who, of


def role_of(who: str) -> str:
    """The ARN of a session's role, with its path; everybody else's own."""
    if ":assumed-role/" not in who:
        return who
    name = who.split("/")[1]
    path = "aws-service-role/config.amazonaws.com/" if name == LINKED else ""
    return f"arn:aws:iam::{who.split(':')[4]}:role/{path}{name}"


def _context(random: Random, who: str, account: str, action: str, owner: str) -> Json:
    found: dict[str, Any] = {
        "aws:SecureTransport": random.choice(["true", "true", "false"]),
        "aws:PrincipalIsAWSService": "true" if who.endswith(".amazonaws.com") else "false",
        "aws:SourceIp": random.choice(["10.1.2.3", "192.0.2.9", "203.0.113.7"]),
        "aws:CurrentTime": random.choice(["2026-11-23T11:00:00Z", "2026-12-24T00:00:00Z"]),
        "aws:RequestedRegion": random.choice(["eu-west-1", "us-east-1"]),
        "aws:ResourceAccount": owner,
    }
    if account:
        found |= _of_account(random, who, account)
    elif who:
        found["aws:PrincipalServiceName"] = who
        if random.random() < 0.8:
            found |= {"aws:SourceArn": TRAIL, "aws:SourceAccount": BOSS, "aws:SourceOrgID": ORGANIZATION}
    if random.random() < 0.3:
        found["aws:TagKeys"] = random.choice([["a"], ["a", "b"], ["c", "cd"]])
    own = _MORE_KEYS.get(action, {}).items()
    return found | {key: random.choice(values) for key, values in own if random.random() < 0.7}


def _of_account(random: Random, who: str, account: str) -> Json:
    """What is told of users and roles; of the root user too."""
    found: Json = {"aws:PrincipalArn": role_of(who), "aws:PrincipalAccount": account}
    if account != STRANGER:
        unit = "ou-ab12-11111111" if account == ARCHIVE else "ou-ab12-22222222"
        found |= {"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalOrgPaths": [f"{ORGANIZATION}/r-ab12/{unit}/"]}
    found["aws:userid"] = "AIDAEXAMPLE" if ":user/" in who else "AROAEXAMPLE:bob"
    if ":user/" in who:
        found["aws:username"] = "alice"
    if random.random() < 0.5:
        found["aws:PrincipalTag/team"] = random.choice(["logs", "Logs", "shop"])
    if random.random() < 0.5:
        found |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": random.choice(["30", "600", "3600"])}
    return found


class _Made:
    """The policies of one case, about its request more often than not."""

    def __init__(self, random: Random, action: str, resource: str, who: str, account: str) -> None:
        self.random, self.action, self.resource, self.who, self.account = random, action, resource, who, account

    def policies(self, owner: str) -> Json:
        """By kind; what the principal cannot have is left out, and a key or a role always has its policy."""
        is_iam, chance = bool(self.account), self.random.random
        gated = self.action == "sts:AssumeRole" or self.resource == KEY
        with_resource = gated or (self.action.startswith("s3:") and self.resource != "*" and chance() < 0.8)
        session = is_iam and ":assumed-role/" in self.who and chance() < 0.3
        # some callers pass SCPs and RCPs on where they do not apply: AWS's rules say so, and so must the decision
        in_organization = (self.account in {ARCHIVE, MEMBER} and chance() < 0.8) or (bool(self.who) and chance() < 0.15)
        covered = self.action.startswith(("s3:", "kms:", "sts:"))
        governed = (owner == ARCHIVE and covered and chance() < 0.5) or chance() < 0.1
        return {
            "identity": self._identity() if is_iam and not self.who.endswith(":root") else [],
            "session": self.document("session", 0.8) if session else None,
            "boundary": [self.document("boundary", 0.7)]
            if is_iam and not self.who.endswith(":root") and chance() < 0.25
            else None,
            "resource": self.document("resource", 0.8) if with_resource else None,
            "scp": self._levels(self.account or BOSS, self._scp) if in_organization else [],
            "rcp": self._levels(owner, self._rcp) if governed else [],
            "vpc_endpoint": [self.document("vpc_endpoint", 0.9)] if chance() < 0.1 else None,
        }

    def _identity(self) -> list[Json]:
        return [self.document("identity", 0.75) for _ in range(self.random.choice([0, 1, 1, 2]))]

    def _levels(self, account: str, make: Callable[[int], list[Json]]) -> list[Json]:
        return [{"target": t, "policies": make(n)} for n, t in enumerate(("r-ab12", "ou-ab12-11111111", account))]

    def _scp(self, _level: int) -> list[Json]:
        allow = FULL if self.random.random() < 0.95 else self.document("scp", 1)
        return [allow, *([self.document("scp", 0)] if self.random.random() < 0.3 else [])]

    def _rcp(self, level: int) -> list[Json]:
        return [self.document("rcp", 0)] if level == 0 or self.random.random() < 0.2 else []

    def document(self, kind: str, allowing: float) -> Json:
        """A policy: with that chance an Allow, and sometimes more statements."""
        made = [self.statement(kind, "Allow" if self.random.random() < allowing else "Deny")]
        if self.random.random() < 0.35:
            made.append(self.statement(kind, "Deny" if kind == "rcp" or self.random.random() < 0.6 else "Allow"))
        version = "2012-10-17" if kind in {"scp", "rcp"} or self.random.random() < 0.8 else "2008-10-17"
        return {"Version": version, "Statement": made}

    def statement(self, kind: str, effect: str) -> Json:
        """One statement; a Deny is narrower, so that not everything is denied."""
        random = self.random
        found: Json = {"Effect": effect}
        if kind in {"resource", "rcp", "vpc_endpoint"}:
            found |= self._named(effect) if kind == "resource" else {"Principal": "*"}
        negated = kind != "rcp" and random.random() < 0.08
        found["NotAction" if negated else "Action"] = self._actions(kind, negated=negated)
        if not (self.action.startswith("sts:") and kind == "resource"):
            element = "NotResource" if random.random() < 0.12 else "Resource"
            found[element] = self._resources(kind, effect)
            if element == "NotResource" and "/AWSLogs/" in self.resource and random.random() < 0.5:
                found[element] = f"arn:aws:s3:::{BUCKET}/AWSLogs/${{aws:PrincipalTag/team}}/*"
        few = [0, 0, 0, 1, 1] if effect == "Allow" else [0, 1, 2, 2, 3, 3]
        conditions = self._conditions(random.choice(few))
        return {**found, "Condition": conditions} if conditions else found

    def _named(self, effect: str) -> Json:
        service = self.who.endswith(".amazonaws.com")
        role = role_of(self.who)
        mine: list[Any] = [{"Service": self.who}] if service else []
        if self.account:
            mine = [
                {"AWS": self.account},
                {"AWS": f"arn:aws:iam::{self.account}:root"},
                {"AWS": role},
                {"AWS": self.who},
            ]
        others: list[Any] = [
            {"AWS": f"arn:aws:iam::{MEMBER}:role/Ops"},
            {"Service": "config.amazonaws.com"},
            {"AWS": STRANGER},
        ]
        if effect == "Deny" and self.account and self.random.random() < 0.35:
            whole = list(dict.fromkeys([f"arn:aws:iam::{self.account}:root", role, self.who]))
            return {"NotPrincipal": {"AWS": whole if self.random.random() < 0.5 else self.random.sample(whole, 1)}}
        return {"Principal": self.random.choice(["*", {"AWS": "*"}, *mine, *mine, *mine, *others])}

    def _actions(self, kind: str, *, negated: bool) -> Any:
        service, _, name = self.action.partition(":")
        wide = [f"{service}:*", "*"] if kind != "rcp" else [f"{service}:*"]
        about = [
            self.action,
            self.action,
            f"{service}:{name[:4]}*",
            f"{service}:*{name[4:]}",
            self.action.lower().replace("s3:", "S3:"),
        ]
        other = ["s3:ListMultipartUploadParts", "cloudtrail:Get*", "iam:PassRole"] if kind != "rcp" else ["sqs:*"]
        if negated:
            return self.random.choice([other, [other[0], self.action]])
        pool = [*about, *wide, *(other[:1])]
        return self.random.choice(pool) if self.random.random() < 0.6 else self.random.sample(pool, 2)

    def _resources(self, kind: str, effect: str) -> Any:
        """Mostly about the resource; a Deny sometimes about another, so that it does not always decide."""
        if self.resource == "*" or (kind == "resource" and self.resource == KEY):
            return "*" if kind == "resource" or self.random.random() < 0.9 else f"arn:aws:s3:::{BUCKET}"
        about: list[Any] = [self.resource, self.resource[:-3] + "*", self.resource[:-1] + "?"]
        wide: list[Any] = [] if kind == "resource" else ["*", "*"]
        if not self.resource.startswith("arn:aws:s3"):
            parts = self.resource.split(":", 5)
            return self.random.choice([*about, *wide, ":".join([*parts[:3], "*", "*", parts[5]])])
        bucket = f"arn:aws:s3:::{BUCKET}"
        with_prefix = f"{bucket}/{self.random.choice(_PREFIXES)}/*"
        inside = [f"{bucket}/*", with_prefix, with_prefix] if "/" in self.resource else ["arn:aws:s3:::acme-trail-*"]
        elsewhere = ["arn:aws:s3:::other/*"] if effect == "Deny" and kind != "resource" else []
        return self.random.choice([*about, *wide, *inside, [bucket, f"{bucket}/*"], *elsewhere])

    def _conditions(self, count: int) -> Json:
        found: Json = {}
        for _ in range(count):
            own = [k for k in _MORE_KEYS.get(self.action, {}) if k in _TESTS]
            common = [k for k in _TESTS if k.startswith("aws:")]
            key = self.random.choice([*common, *own * 3])
            operators, values = _TESTS[key]
            if self.random.random() < 0.06:
                found["Null"] = {key: self.random.choice(["true", "false"])}
                continue
            operator = self.random.choice(operators)
            suffix = "IfExists" if self.random.random() < 0.3 else ""
            many = (
                1
                if operator.startswith(("Numeric", "Date", "Bool")) or self.random.random() < 0.7
                else min(2, len(values))
            )
            chosen = self.random.sample(values, many)
            found[operator + suffix] = {key: chosen if many > 1 else chosen[0]}
        return found
