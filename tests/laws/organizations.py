"""Organizations as scenarios of the lab, and specifications that may ask anything of them: for laws that need AWS."""

from typing import Any

from hypothesis import strategies as st

from tests.setup import build
from trailkeep.setup.spec import Spec

REGIONS = ["us-east-1", "eu-west-1"]
OUS = ["Security", "Workloads", "Workloads/Prod", "Sandbox"]
MEMBERS = ("222222222222", "444444444444", "555555555555")
ARCHIVE = {"name": "Log Archive", "email": "aws+log-archive@example.com"}
TOOLING = {"name": "Security Tooling", "email": "aws+security@example.com"}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """An organization of one to five accounts in two Regions, with anything from nothing to half of its logging."""
    members = sorted(draw(st.sets(st.sampled_from(MEMBERS), max_size=2)))
    accounts = [_account(i, f"Member {i[0]}", draw(st.sampled_from(["", *OUS]))) for i in members]
    for number, dedicated in (("666666666666", ARCHIVE), ("777777777777", TOOLING)):
        if draw(st.booleans()):
            accounts.append({"id": number, "ou": draw(st.sampled_from(["", "Security", "Sandbox"])), **dedicated})
    owners = [a["id"] for a in accounts]
    return {
        "name": "made up",
        "organization_id": "o-madeup0001",
        "management": _account("111111111111", "Example", ""),
        "ous": OUS,
        "accounts": accounts,
        "regions": REGIONS,
        "feature_set": draw(st.sampled_from(["ALL", "ALL", "CONSOLIDATED_BILLING"])) if not owners else "ALL",
        "policy_types": draw(st.sampled_from([[], ["SERVICE_CONTROL_POLICY"]])),
        "trusted_services": draw(st.sampled_from([[], ["cloudtrail.amazonaws.com"], ["config.amazonaws.com"]])),
        "trails": [_trail(o, draw(st.booleans())) for o in owners if draw(st.booleans())],
        "recorders": [r for o in owners for r in draw(_recorders(o))],
    }


@st.composite
def wishes(draw: st.DrawFn) -> Spec:
    """A specification in which every choice that changes calls is made one way or the other."""
    locked = draw(st.booleans())
    lock = {"mode": draw(st.sampled_from(["governance", "compliance"])), "days": draw(st.sampled_from([1, 365]))}
    attach = draw(st.sampled_from([[], ["Workloads"], ["Security", "Workloads/Prod"], ["root"]]))
    excluded = [{"ou": "Sandbox", "reason": "no logging there"}] if draw(st.booleans()) else []
    return build.spec(
        organization={"regions": draw(st.sampled_from(["enabled", ["eu-west-1"]])), "exclude": excluded},
        accounts={
            "log_archive": {**ARCHIVE, "ou": draw(st.sampled_from(["Security", "Logs/Archive"]))},
            "security": TOOLING,
        },
        archive={
            "protection": "lock" if locked else "mfa",
            "lock": lock if locked else None,
            "retention_days": draw(st.sampled_from([400, None])) if locked else None,
            "encryption": draw(st.sampled_from(["kms", "s3"])),
            "readers": draw(st.sampled_from([[], ["arn:aws:iam::111111111111:user/admin"]])),
        },
        trail={
            "scope": draw(st.sampled_from(["organization", "organization", "members"])),
            "log_bucket_data_events": draw(st.booleans()),
        },
        recorder={
            "frequency": draw(st.sampled_from(["continuous", "daily"])),
            "write_condition": draw(st.sampled_from(["organization", "accounts"])),
        },
        guardrails={
            "attach_to": attach,
            "canary": "Sandbox" if attach else None,
            "resource_policy": draw(st.booleans()),
        },
        monitoring=draw(st.sampled_from([None, {}, {"security_hub": None, "alarms": {"notify": ["a@example.com"]}}])),
        created={"iam_path": draw(st.sampled_from(["/", "/platform/"]))},
    )


def _account(number: str, name: str, ou: str) -> dict[str, Any]:
    return {"id": number, "name": name, "email": f"aws+{number[0]}@example.com", "ou": ou}


def _trail(owner: str, logging: bool) -> dict[str, Any]:
    """Of the name that the members' own trails would have, or of another one."""
    name = "trailkeep-member" if owner > "4" else "audit"
    return {
        "account": owner,
        "region": "eu-west-1",
        "name": name,
        "bucket": f"own-trail-{owner}",
        "logging": logging,
        "multi_region": logging,
    }


@st.composite
def _recorders(draw: st.DrawFn, owner: str) -> list[dict[str, Any]]:
    return [
        {
            "account": owner,
            "region": region,
            "name": draw(st.sampled_from(["default", "audit-recorder"])),
            "bucket": draw(st.sampled_from([None, f"own-config-{owner}"])),
        }
        for region in draw(st.sets(st.sampled_from(REGIONS)))
    ]
