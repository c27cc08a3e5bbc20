"""One embedded organization a module, and boto3 clients of any of its accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.forks import start
from trailkeep.lab import Lab

ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


class World:
    """A running lab and its clients."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._sessions: dict[str, boto3.Session] = {}
        variables = lab.environment()
        self.management = boto3.Session(
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
        )

    def client(self, service: str, account: str | None = None, region: str = "us-east-1") -> Any:
        session = self.session(account) if account else self.management
        return session.client(service, region_name=region, endpoint_url=self.lab.url, config=ONCE)

    def session(self, account: str) -> boto3.Session:
        if account not in self._sessions:
            role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
            made = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            self._sessions[account] = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return self._sessions[account]


@pytest.fixture(scope="module")
def small() -> Iterator[World]:
    with start("small") as lab:
        yield World(lab)


@pytest.fixture(scope="module")
def acme() -> Iterator[World]:
    with start("acme") as lab:
        yield World(lab)


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """The error code with which AWS refuses a call that it must refuse."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def message(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Message"])


def trail_policy(bucket: str, *, owner: str, trail: str, organization: str | None = None) -> str:
    """A bucket policy that lets one trail deliver."""
    source = {"aws:SourceArn": trail}
    paths = [owner, *([organization] if organization else [])]
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringEquals": source},
        },
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": [f"arn:aws:s3:::{bucket}/AWSLogs/{path}/*" for path in paths],
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
