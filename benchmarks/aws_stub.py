"""A stand-in for AWS's endpoints: canned answers after a fixed latency, from one process, for measuring the caller."""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

REGIONS = (
    "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 "
    "eu-west-3 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2"
).split()
BOSS = "100000000000"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{BOSS}:trail/organization"
ROOT = "r-abcd"

_KEY = re.compile(r"Credential=[A-Z]{4}(\d{12})/\d+/([a-z0-9-]+)/([a-z0-9]+)/")
_XML = '<{0}Response xmlns="https://x/"><{0}Result>{1}</{0}Result></{0}Response>'


def accounts(count: int) -> list[str]:
    return [str(int(BOSS) + number) for number in range(count)]


def answers(count: int) -> dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]]:
    """JSON answers by operation; each gets the calling account and the request."""

    def list_accounts(_account: str, asked: dict[str, Any]) -> dict[str, Any]:
        begin = int(asked.get("NextToken", 0))
        page = [
            {
                "Id": a,
                "Name": f"account {a}",
                "Email": f"{a}@example.com",
                "State": "ACTIVE",
                "JoinedMethod": "CREATED",
                "Paths": [f"o-abcdefghij/{ROOT}/{a}/"],
            }
            for a in accounts(count)[begin : begin + 20]
        ]
        more = {"NextToken": str(begin + 20)} if begin + 20 < count else {}
        return {"Accounts": page, **more}

    def trails(account: str, _asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "Trails": [{"TrailARN": TRAIL, "Name": "organization", "HomeRegion": "eu-west-1"}]
            if account == BOSS
            else []
        }

    trail = {
        "TrailARN": TRAIL,
        "Name": "organization",
        "HomeRegion": "eu-west-1",
        "S3BucketName": "b",
        "IsOrganizationTrail": True,
        "IsMultiRegionTrail": True,
    }
    fixed: dict[str, dict[str, Any]] = {
        "DescribeOrganization": {"Organization": {"Id": "o-abcdefghij", "MasterAccountId": BOSS, "FeatureSet": "ALL"}},
        "ListRoots": {"Roots": [{"Id": ROOT, "Name": "Root", "PolicyTypes": []}]},
        "DescribeTrails": {"trailList": [trail]},
        "GetTrailStatus": {"IsLogging": True, "StartLoggingTime": 1790000000, "LatestDeliveryTime": 1790000000},
        "GetEventSelectors": {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]},
        "DescribeConfigurationRecorderStatus": {
            "ConfigurationRecordersStatus": [{"name": "default", "recording": True, "lastStatus": "SUCCESS"}]
        },
        "DescribeDeliveryChannelStatus": {
            "DeliveryChannelsStatus": [{"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "SUCCESS"}}]
        },
        "DescribeConfigurationRecorders": {
            "ConfigurationRecorders": [{"name": "default", "roleARN": "arn", "recordingGroup": {"allSupported": True}}]
        },
        "DescribeDeliveryChannels": {"DeliveryChannels": [{"name": "default", "s3BucketName": "b"}]},
        "ListRules": {"Rules": [{"Name": "trailkeep-logging", "Arn": "arn", "State": "ENABLED", "EventPattern": "{}"}]},
        "ListTargetsByRule": {"Targets": [{"Id": "bus", "Arn": "arn", "RoleArn": "arn"}]},
    }
    given = {name: lambda _a, _q, answer=answer: answer for name, answer in fixed.items()}
    return {"ListAccounts": list_accounts, "ListTrails": trails, **given}


def identity(action: str, account: str, asked: dict[str, list[str]]) -> str:
    """XML answers of STS and IAM."""
    if action == "GetCallerIdentity":
        inner = f"<Account>{account}</Account><Arn>arn:aws:iam::{account}:user/admin</Arn><UserId>x</UserId>"
    elif action == "AssumeRole":
        target = asked["RoleArn"][0].split(":")[4]
        inner = (
            f"<Credentials><AccessKeyId>ASIA{target}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
            "<SessionToken>t</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>"
        )
    else:
        inner = "<IsTruncated>false</IsTruncated><Roles></Roles>"
    return _XML.format(action, inner)


class Stub(asyncio.Protocol):
    """Just enough of HTTP/1.1: one request at a time on a kept connection."""

    def __init__(self, known: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]], latency: float) -> None:
        self.known = known
        self.latency = latency
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, blank, body = self.data.partition(b"\r\n\r\n")
        if not blank:
            return
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if len(body) < int(length[1] if length else 0):
            return
        self.data = b""
        asyncio.get_running_loop().call_later(self.latency, self.answer, head.decode(), body.decode())

    def answer(self, head: str, body: str) -> None:
        key = _KEY.search(head)
        account = key[1] if key else BOSS
        target = re.search(r"x-amz-target: *\S*\.(\w+)", head, re.IGNORECASE)
        kind = "application/x-amz-json-1.1"
        if target:
            found = self.known.get(target[1], lambda _a, _q: {})(account, json.loads(body or "{}"))
            text = json.dumps(found)
        elif key and key[3] in {"sts", "iam"}:
            asked = parse_qs(body)
            kind, text = "text/xml", identity(asked["Action"][0], account, asked)
        elif key and key[3] == "account":
            text = json.dumps(
                {"Regions": [{"RegionName": r, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for r in REGIONS]}
            )
        else:
            text = "{}"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\nx-amzn-RequestId: r\r\n\r\n"
        self.transport.write((head + text).encode())  # type: ignore[attr-defined]


async def main(count: int, latency: float) -> None:
    known = answers(count)
    server = await asyncio.get_running_loop().create_server(lambda: Stub(known, latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
