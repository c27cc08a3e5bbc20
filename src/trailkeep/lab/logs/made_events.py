"""Made-up CloudTrail events, as JSON: a table of common calls, each with the members that CloudTrail gives it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from trailkeep.lab.delivery.events import VERSION

_ROLES: Final = ("Deploy", "ReadOnly", "PaymentsApi", "BatchRunner", "AuditReader", "PlatformAdmin", "Monitoring")
_AGENTS: Final = (
    b"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOARCH#arm64 api/sts#1.30.3",
    b"Boto3/1.35.36 md/Botocore#1.35.36 ua/2.0 os/linux#6.1.109 md/arch#x86_64 lang/python#3.12.6",
    b"APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.66.0",
    b"aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 md/arch#arm64 lang/python#3.11.9",
)
_CALLS: Final[tuple[tuple[int, str, str, bool, Mapping[str, Any] | None, Mapping[str, Any] | None], ...]] = (
    (14, "ec2", "DescribeInstances", True, {"instancesSet": {}, "filterSet": {"items": [{"name": "tag:env"}]}}, None),
    (9, "ec2", "DescribeNetworkInterfaces", True, {"networkInterfaceIdSet": {}, "filterSet": {}}, None),
    (7, "ec2", "DescribeVolumes", True, {"maxResults": 500, "volumeSet": {}}, None),
    (10, "kms", "Decrypt", True, {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, None),
    (6, "kms", "GenerateDataKey", True, {"keySpec": "AES_256"}, None),
    (9, "sts", "AssumeRole", True, {"roleSessionName": "session", "durationSeconds": 3600}, {"packedPolicySize": 0}),
    (5, "sts", "GetCallerIdentity", True, None, None),
    (6, "s3", "GetBucketAcl", True, {"bucketName": "app-assets", "acl": ""}, None),
    (4, "s3", "ListBuckets", True, {"Host": "s3.amazonaws.com"}, None),
    (6, "logs", "CreateLogStream", False, {"logGroupName": "/aws/lambda/orders"}, None),
    (5, "logs", "DescribeLogGroups", True, {"limit": 50}, None),
    (4, "dynamodb", "DescribeTable", True, {"tableName": "orders"}, None),
    (4, "lambda", "GetFunction20150331v2", True, {"functionName": "orders"}, None),
    (3, "ssm", "GetParameter", True, {"name": "/app/config", "withDecryption": True}, None),
    (3, "monitoring", "DescribeAlarms", True, {"maxRecords": 100}, None),
    (3, "elasticloadbalancing", "DescribeTargetHealth", True, {"targetGroupArn": "tg/api/6d0ecf831eec9f09"}, None),
    (2, "cloudtrail", "DescribeTrails", True, {"includeShadowTrails": True}, None),
    (2, "config", "DescribeConfigurationRecorderStatus", True, None, None),
    (2, "secretsmanager", "GetSecretValue", True, {"secretId": "app/database"}, None),
    (1, "ec2", "RunInstances", False, {"instanceType": "t3.medium", "maxCount": 1}, {"requestId": "r-1"}),
    (1, "s3", "PutBucketTagging", False, {"bucketName": "app-assets", "tagging": ""}, None),
    (1, "ec2", "AuthorizeSecurityGroupIngress", False, {"groupId": "sg-0a1b2c3d"}, {"_return": True}),
)
"""Weight, service, event name, whether it only reads, requestParameters, responseElements."""
_REFUSED: Final = (
    b","
    + orjson.dumps(
        {
            "errorCode": "AccessDenied",
            "errorMessage": "User is not authorized to perform this action because no identity-based policy allows it",
        }
    )[1:-1]
)
_LATE: Final = b',"addendum":{"reason":"DELIVERY_DELAY"}'


class EventMaker:
    """Makes the events of one account and Region."""

    def __init__(self, account: str, region: str, chance: random.Random) -> None:
        self._chance = chance
        self._identities = tuple(_identity(account, role, chance) for role in chance.sample(_ROLES, 4))
        self._addresses = tuple(b"10.%d.%d.7" % (chance.randrange(256), chance.randrange(256)) for _ in range(8))
        self._forms = tuple(form for call in _CALLS for form in [_form(call, account, region)] * call[0])

    def make(self, moment: float, *, late: bool = False) -> bytes:
        """One event at a moment (seconds since the epoch); `late` marks it as delivered with delay.

        All that is left to chance is drawn at once: archives have millions of events.
        """
        text = b"%072x" % self._chance.getrandbits(288)
        drawn = int(text[:8], 16)
        return (
            self._forms[drawn % len(self._forms)]
            % {
                b"identity": self._identities[drawn >> 8 & 3],
                b"time": _time(int(moment)),
                b"address": self._addresses[drawn >> 10 & 7],
                b"agent": _AGENTS[drawn >> 13 & 3],
                b"refused": _REFUSED if drawn >> 15 & 1023 < 31 else b"",  # some 3 in 100
                b"request": _uuid(text[8:40]),
                b"event": _uuid(text[40:]),
                b"late": _LATE if late else b"",
            }
        )


def _form(call: tuple[Any, ...], account: str, region: str) -> bytes:
    _, service, name, reads, asked, told = call
    head = orjson.dumps({"eventSource": f"{service}.amazonaws.com", "eventName": name, "awsRegion": region})[1:-1]
    tail = orjson.dumps(
        {
            "readOnly": reads,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
            },
        }
    )[1:-1]
    return (
        b'{"eventVersion":"' + VERSION.encode() + b'","userIdentity":%(identity)b,"eventTime":"%(time)b",' + head
        + b',"sourceIPAddress":"%(address)b","userAgent":"%(agent)b"%(refused)b,"requestParameters":'
        + orjson.dumps(asked) + b',"responseElements":' + orjson.dumps(told)
        + b',"requestID":"%(request)b","eventID":"%(event)b",' + tail + b"%(late)b}"
    )  # fmt: skip


def _identity(account: str, role: str, chance: random.Random) -> bytes:
    number = f"AROA{chance.getrandbits(80):020X}"[:21]
    session = f"{role.lower()}-{chance.getrandbits(32):08x}"
    issuer = {
        "type": "Role",
        "principalId": number,
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }
    return orjson.dumps(
        {
            "type": "AssumedRole",
            "principalId": f"{number}:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
            "accountId": account,
            "accessKeyId": f"ASIA{chance.getrandbits(80):020X}"[:20],
            "sessionContext": {
                "sessionIssuer": issuer,
                "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }
    )


@lru_cache(maxsize=4096)
def _time(second: int) -> bytes:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def _uuid(text: bytes) -> bytes:
    return b"-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
