"""What watches, audited as it is typed: healthy after apply, each tampering by name, healthy again."""

from collections import Counter
from typing import Any

import pytest

from tests.stories.desk import HOME, MANAGEMENT, REGIONS, SECURITY, SHOP, Desk, Said

pytestmark = pytest.mark.story

WATCHING = {"monitoring": {"alarms": {"notify": [f"arn:aws:sqs:{HOME}:{SECURITY}:alarms"]}}}
NAMES = ("config-rules-", "conformance-", "compliance-", "detector-", "security-hub-", "alarms-")


def findings(said: Said) -> list[dict[str, Any]]:
    """What the checks of what watches found."""
    return [f for f in said.json["findings"] if f["check"].startswith(NAMES)]


def failing(said: Said) -> set[str]:
    return {f["check"] for f in findings(said) if f["status"] == "FAIL"}


def test_what_watches_is_audited_before_and_after_somebody_tampers_with_it(desk: Desk) -> None:
    desk.spec(**WATCHING)
    desk.apply().expect(0)
    before = desk.run("audit", "--no-proofs", "-o", "json").expect(4)
    assert Counter(f["status"] for f in findings(before)).keys() == {"PASS"}
    assert len({f["check"] for f in findings(before)}) == 16

    desk.client("events", SHOP, REGIONS[0]).disable_rule(Name="trailkeep-logging")
    desk.client("config", MANAGEMENT).delete_config_rule(ConfigRuleName="trailkeep-trail-detector")
    desk.client("events", SECURITY).remove_permission(EventBusName="trailkeep", RemoveAllPermissions=True)
    desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "tampered.json.gz").expect(0)
    tampered = desk.run("audit", "--no-proofs", "--snapshot", "tampered.json.gz", "-o", "json").expect(3)
    assert failing(tampered) == {"alarms-listen-everywhere", "detector-needs-no-trail", "alarms-are-let-in"}
    (deaf,) = [f for f in findings(tampered) if f["check"] == "alarms-listen-everywhere" and f["status"] == "FAIL"]
    assert deaf["subject"]["id"] == f"{SHOP}/{REGIONS[0]}"
    assert "trailkeep-logging is DISABLED" in deaf["evidence"]

    desk.apply().expect(0)
    healed = desk.run("audit", "--no-proofs", "-o", "json").expect(4)
    assert failing(healed) == set()
