"""What cannot be asked for, alone or of an organization, and that everything healthy may be."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.setup import build
from trailkeep.errors import SpecError
from trailkeep.model.archive import Lock
from trailkeep.model.ids import Partition, Region
from trailkeep.model.organization import State
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.spec.contradictions import contradictions
from trailkeep.setup.spec.names import bucket_fault, email_fault, tag_key_fault, trail_fault
from trailkeep.setup.spec.yamltext import Path
from trailkeep.setup.targets import candidates, resolve

MFA = {"protection": "mfa", "lock": None, "retention_days": None}
READER = "arn:aws-cn:iam::222222222222:role/Audit"
GREEK = "κ@example.com"


def alone(**changes: Any) -> list[tuple[Path, str]]:
    return [(c.path, c.message) for c in contradictions(build.spec(**changes))]


def against(snapshot: Snapshot, **changes: Any) -> list[tuple[Path, str]]:
    return [(c.path, c.message) for c in contradictions_with(build.spec(**changes), snapshot)]


DEDICATED = build.organization(accounts=build.ACCOUNTS + build.DEDICATED)


def with_bucket(**changes: Any) -> Snapshot:
    return build.snapshot(organization=DEDICATED, buckets=(build.bucket(**changes), build.config_bucket()))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"archive": MFA},
        {"archive": {"retention_days": None}},
        {"archive": {"retention_days": 365}},
        {"organization": {"regions": ["eu-west-1", "us-east-1"]}},
        {"organization": {"exclude": [{"ou": "Sandbox", "reason": "denied", "until": date(2027, 6, 30)}]}},
        {"organization": {"exclude": [{"account": "Log Archive", "regions": ["us-west-1"], "reason": "denied"}]}},
        {"guardrails": {"attach_to": ["root"], "canary": "Sandbox"}},
        {"guardrails": {"attach_to": [], "canary": None}},
        {"created": {"iam_path": "/platform/", "permissions_boundary": "arn:aws:iam::111111111111:policy/B"}},
        {"organization": {"home_region": "cn-north-1"}},
        {"tags": {"cost centre": "α", "Größe": "1"}},
    ],
)
def test_what_fits_together_is_accepted(changes: dict[str, Any]) -> None:
    assert alone(**changes) == []


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"archive": {**MFA, "retention_days": 400}}, ("archive", "retention_days"), "cannot be combined"),
        ({"archive": {"protection": "mfa", "retention_days": None}}, ("archive", "lock"), "either Object Lock or MFA"),
        ({"archive": {**MFA, "noncurrent_days": 5}}, ("archive", "noncurrent_days"), "would have no effect"),
        ({"archive": {"lock": {"days": 400}, "retention_days": 399}}, ("archive", "lock", "days"), "locked for 400 days but expire after 399"),
        ({"archive": {"lock": None, "retention_days": 30}}, ("archive", "lock", "days"), "(`lock.days` is 365 unless written)"),
        ({"organization": {"home_region": "af-south-1"}}, ("organization", "home_region"), "have not enabled it send nothing"),
        ({"organization": {"regions": ["us-east-1"]}}, ("organization", "regions"), "eu-west-1 is not in the list"),
        ({"organization": {"regions": ["eu-west-1", "eu-west-1"]}}, ("organization", "regions", 1), "named twice"),
        ({"organization": {"regions": ["eu-west-1", "cn-north-1"]}}, ("organization", "regions"), "different partitions"),
        ({"organization": {"exclude": [{"reason": "none"}]}}, ("organization", "exclude", 0), "names neither"),
        ({"organization": {"exclude": [{"reason": "two", "ou": "A", "account": "b"}]}}, ("organization", "exclude", 0), "names both"),
        ({"organization": {"exclude": [{"reason": "why", "account": "Log Archive"}]}}, ("organization", "exclude", 0, "account"), "log-archive account cannot be excluded"),
        ({"organization": {"exclude": [{"reason": "why", "ou": "A", "regions": []}]}}, ("organization", "exclude", 0, "regions"), "empty list"),
        ({"accounts": {"security": {"email": GREEK}}}, ("accounts", "security", "email"), "outside ASCII"),
        ({"accounts": {"security": {"email": "AWS+log-archive@example.com"}}}, ("accounts", "security", "email"), "same e-mail"),
        ({"accounts": {"security": {"name": "log archive"}}}, ("accounts", "security", "name"), "both accounts are called"),
        ({"archive": {"name": "sthree-a"}}, ("archive", "name"), "which S3 reserves"),
        ({"archive": {"trail_bucket": "a..b"}}, ("archive", "trail_bucket"), "two dots"),
        ({"archive": {"config_bucket": "10.0.0.1"}}, ("archive", "config_bucket"), "IP address"),
        ({"archive": {"trail_bucket": "logs", "config_bucket": "logs"}}, ("archive", "config_bucket"), "cannot share a bucket"),
        ({"archive": {"readers": [READER]}}, ("archive", "readers", 0), "in the partition aws-cn, the archive in aws"),
        ({"trail": {"name": "my-_trail"}}, ("trail", "name"), "in a row"),
        ({"guardrails": {"attach_to": ["root"], "canary": None}}, ("guardrails", "canary"), "names the root"),
        ({"guardrails": {"attach_to": ["r-exam"], "canary": None}}, ("guardrails", "canary"), "names the root"),
        ({"guardrails": {"canary": "root"}}, ("guardrails", "canary"), "cannot be the canary"),
        ({"guardrails": {"canary": "Log Archive"}}, ("guardrails", "canary"), "holds the log archive"),
        ({"guardrails": {"canary": "Security"}}, ("guardrails", "canary"), "holds the log archive"),
        ({"guardrails": {"attach_to": ["A", "A"]}}, ("guardrails", "attach_to", 1), "named twice"),
        ({"guardrails": {"deployer_role": "OrganizationAccountAccessRole"}}, ("guardrails", "deployer_role"), "named twice"),
        ({"guardrails": {"break_glass_role": "AWSServiceRoleForX"}}, ("guardrails", "break_glass_role"), "belong to AWS"),
        ({"created": {"iam_path": "/aws-reserved/x/"}}, ("created", "iam_path"), "belongs to AWS"),
        ({"created": {"permissions_boundary": "Boundary"}}, ("created", "permissions_boundary"), "not the ARN"),
        ({"tags": {"AWS:x": "y"}}, ("tags", "AWS:x"), "reserves"),
        ({"tags": {"a*": "y"}}, ("tags", "a*"), "holds *"),
        ({"tags": {f"k{i}": "y" for i in range(41)}}, ("tags",), "allows 50"),
    ],
)  # fmt: skip
def test_each_contradiction_is_named_at_its_place(changes: dict[str, Any], path: Path, message: str) -> None:
    found = alone(**changes)
    assert [p for p, m in found if message in m] == [path], found
    assert all(c.hint for c in contradictions(build.spec(**changes)))


def test_mfa_without_a_word_about_retention_says_what_to_write() -> None:
    document = build.document(archive={"protection": "mfa", "lock": None})
    del document["archive"]["retention_days"]
    (found,) = contradictions(type(build.spec()).model_validate(document))
    assert found.message.startswith("`retention_days` must be written")
    assert found.hint == "write `retention_days: null`"


def test_both_duplicate_roles_are_named() -> None:
    found = alone(guardrails={"deployer_role": "Same", "break_glass_role": "same"})
    assert [p for p, _ in found] == [("guardrails", "break_glass_role"), ("guardrails", "deployer_role")]


@pytest.mark.parametrize(
    "email", ["a@b.de", "aws+log-archive@example.com", "o'b@x.de".replace("'", ""), "a.b.@x-y.org"]
)
def test_good_addresses(email: str) -> None:
    assert email_fault(email) == ""


@pytest.mark.parametrize(
    "email",
    ["", "ab.de", "a@b@c.de", "@example.com", ".a@example.com", "a b@example.com", "a@example", "a@-b.de", "a@b.de.", "a@b.d", "a" * 58 + "@b.de.x", "a@b_c.de", "a@b .de", *(f"a{c}@example.com" for c in "\"'()<>[]:;,\\|%&\t\x7f")],
)  # fmt: skip
def test_bad_addresses(email: str) -> None:
    assert email_fault(email) or len(email) < 6


@given(st.text(max_size=70))
def test_no_text_breaks_the_rules_for_names(text: str) -> None:
    for rule in (email_fault, bucket_fault, trail_fault, tag_key_fault):
        assert isinstance(rule(text), str)


@pytest.mark.parametrize(
    "name", ["xn--a", "amzn-s3-demo-x", "a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3", "ab", "a" * 64]
)
def test_reserved_bucket_names(name: str) -> None:
    assert bucket_fault(name)


def test_an_untouched_organization_conflicts_with_nothing() -> None:
    assert against(build.snapshot()) == []
    assert against(with_bucket()) == []


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"accounts": {"log_archive": {"email": "aws@example.com"}}}, ("accounts", "log_archive", "email"), "is the management account"),
        ({"accounts": {"security": {"email": "AWS@example.com"}}}, ("accounts", "security", "email"), "is the management account"),
        ({"accounts": {"security": {"name": "Payments"}}}, ("accounts", "security", "email"), "an account payments (333333333333) exists, with the address aws+payments@example.com"),
        ({"accounts": {"security": {"ou": "Workload"}}, "guardrails": {"attach_to": ["Workload"]}}, None, ""),
        ({"guardrails": {"attach_to": ["Workload"]}}, ("guardrails", "attach_to", 0), "there is no unit or account `Workload`"),
        ({"guardrails": {"canary": "Nowhere"}}, ("guardrails", "canary"), "there is no"),
        ({"guardrails": {"canary": "111111111111"}}, ("guardrails", "canary"), "is the management account"),
        ({"guardrails": {"attach_to": ["Example Corp"]}}, ("guardrails", "attach_to", 0), "never bind it"),
        ({"organization": {"home_region": "cn-north-1"}}, ("organization", "home_region"), "in the partition aws-cn"),
        ({"organization": {"exclude": [{"ou": "payments", "reason": "why"}]}}, ("organization", "exclude", 0, "ou"), "no organizational unit `payments`"),
        ({"organization": {"exclude": [{"account": "Prod", "reason": "why"}]}}, ("organization", "exclude", 0, "account"), "there is no account `Prod`"),
    ],
)  # fmt: skip
def test_what_an_organization_shows(changes: dict[str, Any], path: Path | None, message: str) -> None:
    assert [p for p, m in against(build.snapshot(), **changes) if message in m] == ([path] if path else [])


@pytest.mark.parametrize("excluded", [{"account": "666666666666"}, {"ou": "Security"}, {"ou": "root"}])
def test_the_log_archive_cannot_be_excluded_by_another_name(excluded: dict[str, str]) -> None:
    found = against(with_bucket(), organization={"exclude": [{**excluded, "reason": "why"}]})
    assert [m for _, m in found] == ["this exclusion covers the log-archive account Log Archive (666666666666)"]


def test_a_canary_above_the_log_archive_is_refused() -> None:
    accounts = (*build.ACCOUNTS, build.account(build.LOG_ARCHIVE, "Log Archive", build.PROD))
    snapshot = build.snapshot(organization=build.organization(accounts=accounts))
    assert [p for p, _ in against(snapshot, guardrails={"canary": "Workloads"})] == [("guardrails", "canary")]


def test_a_closed_account_cannot_be_dedicated() -> None:
    closed = replace(build.DEDICATED[0], state=State.PENDING_CLOSURE)
    snapshot = build.snapshot(organization=build.organization(accounts=(*build.ACCOUNTS, closed)))
    assert [m for _, m in against(snapshot)] == ["the account Log Archive (666666666666) is PENDING_CLOSURE"]


@pytest.mark.parametrize(
    ("bucket", "changes", "path", "message"),
    [
        ({"region": Region("us-east-1")}, {}, ("archive", "name"), "is in us-east-1, the home Region is eu-west-1"),
        ({"name": "old", "region": Region("us-east-1")}, {"archive": {"trail_bucket": "old"}}, ("archive", "trail_bucket"), "is in us-east-1"),
        ({"name": "old", "account": build.WEB}, {"archive": {"trail_bucket": "old"}}, ("archive", "trail_bucket"), "belongs to 444444444444"),
        ({"name": "old"}, {"archive": {"config_bucket": "old"}}, ("archive", "config_bucket"), "has Object Lock"),
        ({"name": "old", "lock": Lock(mode=None, days=None)}, {"archive": {"config_bucket": "old"}}, ("archive", "config_bucket"), "has Object Lock"),
        ({"lock": Lock(mode="GOVERNANCE", days=400)}, {}, ("archive", "lock", "days"), "for 400 days, not 365"),
        ({"lock": Lock(mode="COMPLIANCE", days=400)}, {"archive": {"lock": {"mode": "compliance"}}}, ("archive", "lock", "days"), "can never be shortened"),
        ({"lock": Lock(mode="COMPLIANCE", days=365)}, {}, ("archive", "lock", "mode"), "governance would be weaker"),
        ({}, {"archive": MFA}, ("archive", "protection"), "has no lock"),
        ({"mfa_delete": True}, {}, ("archive", "protection"), "MFA Delete is on"),
        ({}, {"archive": {"retention_days": 2556}}, ("archive", "retention_days"), "keeps objects 2557 days today"),
    ],
)  # fmt: skip
def test_an_adopted_bucket_is_where_it_must_be_and_loses_nothing(
    bucket: dict[str, Any], changes: dict[str, Any], path: Path, message: str
) -> None:
    found = against(with_bucket(**bucket), **changes)
    assert {p for p, m in found if message in m} == {path}, found


@pytest.mark.parametrize(
    "bucket", [{"versioning": ""}, {"lock": None}, {"lifecycle": ()}, {"lock": Lock(mode=None, days=None)}]
)
def test_a_bucket_that_has_less_is_fine(bucket: dict[str, Any]) -> None:
    assert against(with_bucket(**bucket)) == []


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("root", build.ROOT),
        ("Root", build.ROOT),
        ("r-exam", build.ROOT),
        ("Security", build.SECURITY),
        (" Sandbox ", build.SANDBOX),
        ("Workloads/Prod", build.PROD),
        ("Root/Workloads/Prod", build.PROD),
        ("ou-exam-prodprod", build.PROD),
        ("payments", build.PAYMENTS),
        ("Workloads/Prod/payments", build.PAYMENTS),
        ("333333333333", build.PAYMENTS),
    ],
)
def test_a_name_a_path_or_an_id_will_do(text: str, target: str) -> None:
    assert resolve(text, build.organization()) == target


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    units = (*build.UNITS, build.unit("ou-exam-prod0002", "Prod"))
    organization = build.organization(units=units)
    with pytest.raises(SpecError) as raised:
        resolve("Prod", organization)
    assert raised.value.message == "`Prod` fits 2: Root/Prod (ou-exam-prod0002), Root/Workloads/Prod (ou-exam-prodprod)"
    assert resolve("Root/Prod", organization) == "ou-exam-prod0002"
    found = against(build.snapshot(organization=organization), guardrails={"attach_to": ["Prod"]})
    assert [p for p, _ in found] == [("guardrails", "attach_to", 0)]


def test_kinds_tell_a_unit_from_an_account() -> None:
    organization = build.organization(accounts=(*build.ACCOUNTS, build.account("888888888888", "Sandbox")))
    assert resolve("Sandbox", organization, "unit") == build.SANDBOX
    assert resolve("Sandbox", organization, "account") == "888888888888"
    assert len(candidates("Sandbox", organization)) == 2


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sandbx", "`Sandbox`"),
        ("SECURITY", "`Security`"),
        ("zzz", "the units are: Sandbox, Security, Workloads, Workloads/Prod"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(text: str, hint: str) -> None:
    with pytest.raises(SpecError) as raised:
        resolve(text, build.organization())
    assert hint in raised.value.hint


def test_another_partition_is_fine_in_its_own_organization() -> None:
    snapshot = build.snapshot(organization=build.organization(partition=Partition("aws-cn")))
    assert against(snapshot, organization={"home_region": "cn-north-1"}) == []
