"""Hours that are not there because lifecycle took them: only by rules that are about them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.setup import build
from tests.verify.test_coverage_archive import HOURS, REGIONS, SHOP, WEB, base, beat, measure, snapshot, whys
from trailkeep.app.coverage.place import Archive
from trailkeep.aws.archive.folder import FolderArchive
from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.verify.coverage.row import State, Why


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"Filter": {"Prefix": ""}}], {(Why.EXPIRED, State.UNCOVERED)}),
        ([{"Filter": {"Prefix": "AWSLogs/"}}], {(Why.EXPIRED, State.UNCOVERED)}),
        ([{"Filter": {"Prefix": "tmp/"}}], {(Why.NOTHING, State.UNCOVERED)}),
        ([{"Filter": {"Tag": {"Key": "a", "Value": "b"}}}], {(Why.PERHAPS_EXPIRED, State.UNKNOWN)}),
    ],
)
def test_a_lifecycle_rule_explains_only_what_it_is_about(
    tmp_path: Path, rules: list[dict[str, Any]], said: set[tuple[Why, State]]
) -> None:
    for account in (SHOP, WEB):
        for region in REGIONS:
            beat(tmp_path, base(account), region, range(24, HOURS + 1))
    told = [{"ID": "r", "Status": "Enabled", "Expiration": {"Days": 3}, **r} for r in rules]
    known = snapshot()
    bucket = replace(build.bucket(), name="acme", lifecycle=tuple(fold_rule(r) for r in told))
    known = replace(known, buckets=(bucket,), trails=tuple(replace(t, bucket="acme") for t in known.trails))
    found = measure(Archive(store=FolderArchive(tmp_path, bucket="acme"), name="copy"), known, config=None)
    assert {(why, state) for _, _, _, why, state in whys(found)} == said
