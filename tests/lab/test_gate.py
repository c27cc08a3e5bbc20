"""Every layer of policies decides calls to the lab, and each says no in AWS's words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.forks import start
from tests.lab.conftest import ONCE, World, refusal
from trailkeep.lab.borrow import Lender

SHOP, SECURITY, MANAGEMENT, STRANGER = "444444444444", "222222222222", "111111111111", "909090909090"
DENY, ALLOW = "Deny", "Allow"


def document(effect: str, action: str | list[str], resource: str | list[str] = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(*accounts: str, **more: Any) -> str:
    names = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": names}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


EVERYTHING = document(ALLOW, "*")


@pytest.fixture
def world() -> Iterator[World]:
    with start("small") as lab:
        yield World(lab)


def lent(world: World, service: str, account: str, kind: str = "administrator") -> Any:
    """A client with credentials that the lab lends."""
    lender = Lender(world.lab.url)
    key = lender.root(account) if kind == "root" else lender.administrator(account)
    return client(world, service, key["access_key"], key["secret_key"], key["session_token"] or None)


def client(world: World, service: str, *keys: str | None) -> Any:
    session = boto3.Session(*keys)
    return session.client(service, region_name="us-east-1", endpoint_url=world.lab.url, config=ONCE)


def role(world: World, policy: str | None, *, boundary: str = "", session: str = "") -> Any:
    """Makes clients of a role of the shop with one inline policy."""
    iam = world.client("iam", SHOP)
    more: dict[str, Any] = {}
    if boundary:
        arn = iam.create_policy(PolicyName="boundary", PolicyDocument=boundary)["Policy"]["Arn"]
        more = {"PermissionsBoundary": arn}
    iam.create_role(RoleName="developer", AssumeRolePolicyDocument=trust(MANAGEMENT), **more)
    if policy:
        iam.put_role_policy(RoleName="developer", PolicyName="own", PolicyDocument=policy)
    arn = f"arn:aws:iam::{SHOP}:role/developer"
    narrowed = {"Policy": session} if session else {}
    key = world.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **narrowed)["Credentials"]
    return lambda service: client(world, service, key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])


def said(call: Any, **arguments: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    found = refused.value.response
    return found["Error"]["Code"], found["Error"]["Message"], found["ResponseMetadata"]["HTTPStatusCode"]


def attach(world: World, kind: str, content: str, target: str) -> str:
    organizations = world.client("organizations")
    root = organizations.list_roots()["Roots"][0]
    if kind not in [t["Type"] for t in root["PolicyTypes"]]:
        organizations.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    made = organizations.create_policy(Content=content, Description="x", Name="made", Type=kind)
    policy = str(made["Policy"]["PolicySummary"]["Id"])
    organizations.attach_policy(PolicyId=policy, TargetId=target)
    return policy


def bucket(world: World, name: str = "shop-data", policy: str | None = None) -> str:
    s3 = world.client("s3", SHOP)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    if policy:
        s3.put_bucket_policy(Bucket=name, Policy=policy)
    return name


def test_without_an_allow_nothing_goes_through(world: World) -> None:
    config = role(world, None)("config")
    code, message, status = said(config.describe_configuration_recorders)
    assert (code, status) == ("AccessDeniedException", 400)
    assert message == (
        f"User: arn:aws:sts::{SHOP}:assumed-role/developer/test is not authorized to perform: "
        "config:DescribeConfigurationRecorders because no identity-based policy allows the "
        "config:DescribeConfigurationRecorders action"
    )


def test_an_identity_policy_allows_exactly_what_it_names(world: World) -> None:
    iam = role(world, document(ALLOW, "iam:GetRole", f"arn:aws:iam::{SHOP}:role/developer"))("iam")
    assert iam.get_role(RoleName="developer")["Role"]["RoleName"] == "developer"
    code, message, status = said(iam.get_role, RoleName="OrganizationAccountAccessRole")
    assert (code, status) == ("AccessDenied", 403)
    assert "because no identity-based policy allows the iam:GetRole action" in message
    assert f"on resource: arn:aws:iam::{SHOP}:role/OrganizationAccountAccessRole" in message


def test_an_identity_policy_denies(world: World) -> None:
    both = json.loads(EVERYTHING)
    both["Statement"] += json.loads(document(DENY, "iam:ListRoles"))["Statement"]
    code, message, _ = said(role(world, json.dumps(both))("iam").list_roles)
    assert code == "AccessDenied"
    assert message.endswith("with an explicit deny in an identity-based policy")


def test_a_policy_of_a_group_counts_for_its_users(world: World) -> None:
    iam = world.client("iam", SHOP)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    mine = client(world, "iam", key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(mine.list_roles) == "AccessDenied"
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=document(ALLOW, "iam:List*"))
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    assert mine.list_roles()["Roles"]


def test_a_boundary_narrows(world: World) -> None:
    made = role(world, EVERYTHING, boundary=document(ALLOW, "iam:*"))
    assert made("iam").list_roles()["Roles"]
    code, message, _ = said(made("config").describe_configuration_recorders)
    assert code == "AccessDeniedException"
    assert "because no permissions boundary allows the config:DescribeConfigurationRecorders action" in message


def test_a_session_policy_narrows(world: World) -> None:
    made = role(world, EVERYTHING, session=document(ALLOW, "iam:*"))
    assert made("iam").list_roles()["Roles"]
    _, message, _ = said(made("config").describe_configuration_recorders)
    assert "because no session policy allows" in message


def test_an_scp_denies_naming_itself_even_the_root_user(world: World) -> None:
    policy = attach(world, "SERVICE_CONTROL_POLICY", document(DENY, "iam:List*"), SHOP)
    _, message, _ = said(lent(world, "iam", SHOP, "root").list_roles)
    assert f"User: arn:aws:iam::{SHOP}:root is not authorized to perform: iam:ListRoles" in message
    assert "with an explicit deny in a service control policy: arn:aws:organizations::" in message
    assert policy in message


def test_what_no_scp_allows_is_denied_at_every_level(world: World) -> None:
    """Taking FullAWSAccess off one unit blocks everything below it."""
    organizations = world.client("organizations")
    unit = organizations.list_parents(ChildId=SHOP)["Parents"][0]["Id"]
    attach(world, "SERVICE_CONTROL_POLICY", document(ALLOW, "sts:*"), unit)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    code, message, _ = said(lent(world, "config", SHOP).describe_configuration_recorders)
    assert code == "AccessDeniedException"
    assert message.endswith("because no service control policy allows the config:DescribeConfigurationRecorders action")
    assert world.client("config", SECURITY).describe_configuration_recorders()


def test_an_rcp_of_the_resources_account_binds_everybody(world: World) -> None:
    name = bucket(world)
    everybody = document(DENY, "s3:GetObject", "*", Principal="*")
    attach(world, "RESOURCE_CONTROL_POLICY", everybody, SHOP)
    code, message, status = said(world.client("s3", SHOP).get_object, Bucket=name, Key="a")
    assert (code, status) == ("AccessDenied", 403)
    assert "with an explicit deny in a resource control policy: arn:aws:organizations::" in message
    assert f'on resource: "arn:aws:s3:::{name}/a"' in message


def test_an_rcp_does_not_cover_the_management_accounts_own_resources(world: World) -> None:
    root = world.client("organizations").list_roots()["Roots"][0]["Id"]
    attach(world, "RESOURCE_CONTROL_POLICY", document(DENY, "s3:*", "*", Principal="*"), root)
    world.client("s3").create_bucket(Bucket="of-management")
    assert refusal(world.client("s3", SHOP).create_bucket, Bucket="of-the-shop") == "AccessDenied"


def test_an_rcp_stops_a_delivery(world: World) -> None:
    name = bucket(world)
    arn = f"arn:aws:s3:::{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("s3", SHOP).put_bucket_policy(Bucket=name, Policy=policy)
    trails = world.client("cloudtrail", SHOP)
    trails.create_trail(Name="mine", S3BucketName=name)
    attach(world, "RESOURCE_CONTROL_POLICY", document(DENY, "s3:PutObject", "*", Principal="*"), SHOP)
    assert refusal(trails.create_trail, Name="other", S3BucketName=name) == "InsufficientS3BucketPolicyException"


def test_a_bucket_policy_denies_and_across_accounts_must_allow(world: World) -> None:
    name = bucket(world)
    s3 = lent(world, "s3", SECURITY)
    code, message, _ = said(s3.get_object, Bucket=name, Key="a")
    assert (code, message.endswith("because no resource-based policy allows the s3:GetObject action")) == (
        "AccessDenied",
        True,
    )
    both = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    principal = {"AWS": f"arn:aws:iam::{SECURITY}:root"}
    own = world.client("s3", SHOP)
    own.put_bucket_policy(Bucket=name, Policy=document(ALLOW, "s3:GetObject", both, Principal=principal))
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    own.put_bucket_policy(Bucket=name, Policy=document(DENY, "s3:GetObject", both, Principal="*"))
    assert said(own.get_object, Bucket=name, Key="a")[1].endswith("with an explicit deny in a resource-based policy")


def test_a_bucket_policy_belongs_to_the_buckets_account_and_its_root(world: World) -> None:
    both = ["arn:aws:s3:::shop-data", "arn:aws:s3:::shop-data/*"]
    name = bucket(world, policy=document(DENY, "s3:*Policy", both, Principal="*"))
    world.client("s3", SHOP).create_bucket(Bucket="shop-plain")
    code, _, status = said(lent(world, "s3", SECURITY).put_bucket_policy, Bucket="shop-plain", Policy="{}")
    assert (code, status) == ("MethodNotAllowed", 405)
    assert refusal(world.client("s3", SHOP).delete_bucket_policy, Bucket=name) == "AccessDenied"
    lent(world, "s3", SHOP, "root").delete_bucket_policy(Bucket=name)


def test_strangers_are_told_nothing(world: World) -> None:
    name = bucket(world)
    assert said(lent(world, "s3", STRANGER).get_object, Bucket=name, Key="a") == ("AccessDenied", "Access Denied", 403)
    lender = Lender(world.lab.url)
    assert lender.unsigned("GET", f"/{name}/a").code == "AccessDenied"
    assert lender.unsigned("PUT", f"/{name}/b", b"x").code == "AccessDenied"
    assert lender.unsigned("DELETE", f"/{name}").code == "AccessDenied"


def test_everybody_reads_a_public_bucket_until_it_is_restricted(world: World) -> None:
    name, own, lender = bucket(world), world.client("s3", SHOP), Lender(world.lab.url)
    public = document(ALLOW, "s3:GetObject", f"arn:aws:s3:::{name}/*", Principal="*")
    assert refusal(own.put_bucket_policy, Bucket=name, Policy=public) == "AccessDenied"
    own.delete_public_access_block(Bucket=name)
    own.put_bucket_policy(Bucket=name, Policy=public)
    assert lender.unsigned("GET", f"/{name}/a").status == 200
    own.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert lender.unsigned("GET", f"/{name}/a").status == 403


def test_objects_are_deleted_one_by_one_as_each_is_allowed(world: World) -> None:
    name = bucket(world)
    own = world.client("s3", SHOP)
    own.put_object(Bucket=name, Key="kept/a", Body=b"x")
    kept = document(DENY, "s3:DeleteObject", f"arn:aws:s3:::{name}/kept/*", Principal="*")
    own.put_bucket_policy(Bucket=name, Policy=kept)
    answer = own.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "a"}, {"Key": "kept/a"}]})
    assert [one["Key"] for one in answer["Deleted"]] == ["a"]
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("kept/a", "AccessDenied")]


def test_copying_takes_the_right_to_read_the_source(world: World) -> None:
    name = bucket(world)
    statement = [document(ALLOW, "s3:PutObject"), document(ALLOW, "s3:ListBucket")]
    merged = {"Version": "2012-10-17", "Statement": [json.loads(s)["Statement"][0] for s in statement]}
    s3 = role(world, json.dumps(merged))("s3")
    code, message, _ = said(s3.copy_object, Bucket=name, Key="b", CopySource={"Bucket": name, "Key": "a"})
    assert code == "AccessDenied"
    assert "s3:GetObject" in message


def test_the_key_policy_must_say_yes(world: World) -> None:
    kms = world.client("kms", SHOP)
    key = kms.create_key()["KeyMetadata"]
    only = json.loads(document(ALLOW, "kms:*", Principal={"AWS": f"arn:aws:iam::{SHOP}:role/somebody-else"}))
    only["Statement"] += json.loads(document(ALLOW, "kms:PutKeyPolicy", Principal={"AWS": SHOP}))["Statement"]
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(only))
    code, message, status = said(kms.disable_key, KeyId=key["Arn"])
    assert (code, status) == ("AccessDeniedException", 400)
    assert message.endswith("because no resource-based policy allows the kms:DisableKey action")


def test_reading_what_a_key_encrypts_takes_the_key(world: World) -> None:
    key = world.client("kms", SHOP).create_key()["KeyMetadata"]
    name, own = bucket(world), world.client("s3", SHOP)
    own.put_object(Bucket=name, Key="b", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key["Arn"])
    s3 = role(world, document(ALLOW, "s3:GetObject"))("s3")
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    assert "kms:Decrypt" in said(s3.get_object, Bucket=name, Key="b")[1]


def test_a_role_is_assumed_only_by_whom_it_trusts_and_with_what_it_asks(world: World) -> None:
    iam = world.client("iam", SHOP)
    second_factor = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    iam.create_role(RoleName="way-back", AssumeRolePolicyDocument=trust(MANAGEMENT, **second_factor))
    arn = f"arn:aws:iam::{SHOP}:role/way-back"
    code, message, status = said(world.client("sts").assume_role, RoleArn=arn, RoleSessionName="test")
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith("because no role trust policy allows the sts:AssumeRole action")
    own = world.client("iam")
    device = own.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    proof = {"SerialNumber": device, "TokenCode": "123456"}
    assert refusal(world.client("sts").assume_role, RoleArn=arn, RoleSessionName="test", **proof) == "AccessDenied"
    own.enable_mfa_device(
        UserName="admin", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    assert world.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **proof)["Credentials"]


def test_the_caller_needs_permission_to_assume_too(world: World) -> None:
    sts = role(world, document(ALLOW, "iam:*"))("sts")
    world.client("iam", SECURITY).create_role(RoleName="open", AssumeRolePolicyDocument=trust(SHOP))
    arn = f"arn:aws:iam::{SECURITY}:role/open"
    code, message, _ = said(sts.assume_role, RoleArn=arn, RoleSessionName="test")
    assert code == "AccessDenied"
    assert message.endswith("because no identity-based policy allows the sts:AssumeRole action")
    assert sts.get_caller_identity()["Account"] == SHOP


def test_a_recorder_takes_the_right_to_pass_its_role(world: World) -> None:
    world.client("iam", SHOP).create_service_linked_role(AWSServiceName="config.amazonaws.com")
    arn = f"arn:aws:iam::{SHOP}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config = role(world, document(ALLOW, "config:*"))("config")
    recorder = {"name": "default", "roleARN": arn}
    assert "iam:PassRole" in said(config.put_configuration_recorder, ConfigurationRecorder=recorder)[1]


def test_governance_is_bypassed_with_header_and_permission_and_compliance_never(world: World) -> None:
    own = world.client("s3", SHOP)
    own.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    until = "2999-01-01T00:00:00Z"
    versions = {
        mode: own.put_object(
            Bucket="locked", Key=mode, Body=b"x", ObjectLockMode=mode, ObjectLockRetainUntilDate=until
        )["VersionId"]
        for mode in ("GOVERNANCE", "COMPLIANCE")
    }

    def delete(client: Any, mode: str, **more: Any) -> str:
        return refusal(client.delete_object, Bucket="locked", Key=mode, VersionId=versions[mode], **more)

    assert delete(own, "GOVERNANCE") == "AccessDenied"
    weak = role(world, document(ALLOW, ["s3:DeleteObject", "s3:DeleteObjectVersion"]))("s3")
    assert delete(weak, "GOVERNANCE", BypassGovernanceRetention=True) == "AccessDenied"
    assert delete(own, "COMPLIANCE", BypassGovernanceRetention=True) == "AccessDenied"
    own.delete_object(
        Bucket="locked", Key="GOVERNANCE", VersionId=versions["GOVERNANCE"], BypassGovernanceRetention=True
    )


def test_what_denied_a_call_can_be_asked_for(world: World) -> None:
    policy = attach(world, "SERVICE_CONTROL_POLICY", document(DENY, "iam:List*", Sid="NoLists"), SHOP)
    with pytest.raises(ClientError) as refused:
        world.client("iam", SHOP).list_roles()
    found = Lender(world.lab.url).denials()[refused.value.response["ResponseMetadata"]["RequestId"]]
    assert (found["layer"], found["level"], found["statement"]) == ("SCP", SHOP, "NoLists")
    assert policy in found["policy"]


def test_what_is_lent_is_taken_back(world: World) -> None:
    lender = Lender(world.lab.url)
    iam = lent(world, "iam", SHOP)
    before = {r["RoleName"] for r in iam.list_roles()["Roles"]}
    lender.take_back()
    assert refusal(iam.list_roles) == "InvalidClientTokenId"
    after = {r["RoleName"] for r in world.client("iam", SHOP).list_roles()["Roles"]}
    assert before - after == {"TrailkeepLabAdministrator"}
    with pytest.raises(ValueError, match="12-digit"):
        lender.root("somebody")


def test_a_request_to_nothing_is_still_refused(world: World) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{world.lab.url}/")
