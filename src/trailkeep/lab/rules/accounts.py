"""Rules about an account as a whole (AWS Config Developer Guide: securityhub-enabled, account-part-of-…)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trailkeep.lab.rules.facts import ACCOUNT, Facts, Result


def hub_enabled(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """SECURITYHUB_ENABLED: Security Hub CSPM is on in the account and Region."""
    yield Result(kind=ACCOUNT, id=facts.account, complies=facts.hub)


def part_of_organization(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """ACCOUNT_PART_OF_ORGANIZATIONS: of the one whose management account is `MasterAccountId`, where that is given."""
    wanted = parameters.get("MasterAccountId")
    yield Result(kind=ACCOUNT, id=facts.account, complies=bool(facts.management) and wanted in {None, facts.management})
