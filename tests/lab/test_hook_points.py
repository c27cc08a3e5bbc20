"""Everything of moto's insides that the lab touches is there, so that an upgrade breaks here and not in a story."""

from __future__ import annotations

import pytest
from moto.account.models import account_backends
from moto.backends import get_backend
from moto.cloudtrail.models import CloudTrailBackend, Trail, TrailStatus, cloudtrail_backends
from moto.config.models import MANAGED_RULES_CONSTRAINTS, ConfigBackend, ConfigDeliveryChannel, ConfigRecorder
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from moto.iam.access_control import PermissionResult
from moto.iam.models import SERVICE_NAME_CONVERSION, IAMBackend
from moto.kms.models import Key, KmsBackend
from moto.moto_api._internal import mock_random
from moto.moto_server import werkzeug_app
from moto.organizations import models, utils
from moto.s3.models import FakeBucket, FakeKey, PublicAccessBlock, S3Backend, s3_backends
from moto.s3.utils import _VersionedKeyStore
from moto.sts.models import AssumedRole, STSBackend


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (FakeBucket, "get_permission"),
        (PermissionResult, "NEUTRAL"),
        (S3Backend, "create_bucket"),
        (S3Backend, "put_object"),
        (S3Backend, "get_object"),
        (S3Backend, "delete_object"),
        (FakeKey, "set_metadata"),
        (FakeKey, "set_storage_class"),
        (FakeKey, "value"),
        (_VersionedKeyStore, "lists"),
        (_VersionedKeyStore, "pop"),
        (s3_backends, "bucket_accounts"),
        (BaseResponse, "get_current_account"),
        (IAMBackend, "create_user"),
        (IAMBackend, "put_user_policy"),
        (IAMBackend, "put_role_policy"),
        (IAMBackend, "create_access_key"),
        (IAMBackend, "get_user_from_access_key_id"),
        (IAMBackend, "create_service_linked_role"),
        (STSBackend, "assume_role"),
        (AssumedRole, "arn"),
        (KmsBackend, "get_key_id_from_alias"),
        (Key, "generate_default_policy"),
        (CloudTrailBackend, "create_trail"),
        (CloudTrailBackend, "list_tags"),
        (Trail, "description"),
        (Trail, "short"),
        (TrailStatus, "start_logging"),
        (ConfigBackend, "put_configuration_recorder"),
        (ConfigBackend, "put_delivery_channel"),
        (ConfigBackend, "describe_delivery_channels"),
        (ConfigBackend, "describe_configuration_recorder_status"),
        (ConfigBackend, "start_configuration_recorder"),
        (ConfigBackend, "put_aggregation_authorization"),
        (ConfigDeliveryChannel, "to_dict"),
        (ConfigRecorder, "to_dict"),
        (models.OrganizationsBackend, "create_organization"),
        (models.OrganizationsBackend, "create_account"),
        (models.OrganizationsBackend, "create_organizational_unit"),
        (models.OrganizationsBackend, "enable_policy_type"),
        (models.OrganizationsBackend, "disable_policy_type"),
        (models.OrganizationsBackend, "enable_aws_service_access"),
        (models.FakeDelegatedAdministrator, "SUPPORTED_SERVICES"),
        (models.FakeServiceAccess, "TRUSTED_SERVICES"),
        (models.organizations_backends, "master_accounts"),
        (utils, "make_random_account_id"),
        (utils, "make_random_org_id"),
        (utils, "make_random_create_account_status_id"),
        (mock_random, "seed"),
        (werkzeug_app, "DomainDispatcherApplication"),
        (werkzeug_app, "create_backend_app"),
        (werkzeug_app.MotoRequestHandler, "make_environ"),
        (Request, "raw_path"),
    ],
)
def test_the_hook_point_exists(owner: object, name: str) -> None:
    assert hasattr(owner, name)


def test_records_have_the_members_we_read_and_write() -> None:
    bucket = {"name", "account_id", "region_name", "policy", "rules", "versioning_status", "object_lock_enabled"}
    bucket |= {"default_lock_mode", "default_lock_days", "default_lock_years", "encryption", "ownership_rule"}
    made = FakeBucket("hook-point-bucket", "111111111111", "us-east-1")
    s3_backends.bucket_accounts.pop("hook-point-bucket")
    assert bucket | {"public_access_block"} <= set(vars(made))
    assert {"block_public_policy"} <= set(vars(PublicAccessBlock("true", "true", "true", "true")))
    assert {"is_logging"} <= set(vars(TrailStatus()))
    key = {
        "policy",
        "enabled",
        "region",
        "arn",
        "key_state",
        "key_rotation_status",
        "key_manager",
        "key_spec",
        "origin",
    }
    assert key <= set(vars(Key(None, "ENCRYPT_DECRYPT", "", "", "1", "us-east-1")))
    trail = {"log_validation", "kms_key_id", "cw_log_group_arn", "event_selectors", "advanced_event_selectors"}
    assert trail <= set(Trail.__init__.__code__.co_names) | set(Trail.__init__.__code__.co_varnames)


@pytest.mark.parametrize(
    ("service", "region", "members"),
    [
        ("iam", "aws", {"access_keys", "roles", "users"}),
        ("sts", "aws", {"assumed_roles"}),
        ("s3", "aws", {"buckets"}),
        ("kms", "us-east-1", {"keys"}),
        ("cloudtrail", "us-east-1", {"trails", "tagging_service"}),
        ("config", "us-east-1", {"recorders", "delivery_channels", "aggregation_authorizations"}),
        ("organizations", "aws", {"org", "accounts", "ou", "policies", "services", "admins"}),
    ],
)
def test_backends_keep_their_records_where_we_look(service: str, region: str, members: set[str]) -> None:
    backend = get_backend(service)["999999999999"][region]
    assert members <= set(vars(backend))


def test_managed_rules_say_their_parameters_and_triggers() -> None:
    found = MANAGED_RULES_CONSTRAINTS["CLOUD_TRAIL_ENABLED"]
    assert {"Parameters", "Trigger type"} <= set(found)
    assert {"Name", "Optional"} <= set(found["Parameters"][0])


def test_the_account_of_a_call_can_be_given_by_header() -> None:
    assert "x-moto-account-id" in BaseResponse.get_current_account.__code__.co_consts


def test_errors_say_their_code_and_backends_are_found_by_service() -> None:
    assert JsonRESTError("Code", "text").error_type == "Code"
    assert ServiceException("Code", "text").code == "Code"
    assert get_backend("cloudtrail") is cloudtrail_backends
    assert account_backends is get_backend("account")
    assert isinstance(SERVICE_NAME_CONVERSION, dict)


def test_an_operation_is_recognised_from_the_request() -> None:
    router = get_service_router("s3")
    operation, params = router.match(Request.from_primitives("PUT", "http://127.0.0.1:1/logs?policy", {}))
    assert (operation.name, params["Bucket"]) == ("PutBucketPolicy", "logs")
    assert determine_request_protocol(get_service_model("iam"), "application/x-www-form-urlencoded") == "query"
