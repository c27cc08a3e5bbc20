"""Every API of EventBridge that the embedded organization answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.eventbridge import buses, rule_targets, rules, tags

ANSWERS: Mapping[str, Any] = {**buses.ANSWERS, **rules.ANSWERS, **rule_targets.ANSWERS, **tags.ANSWERS}
