"""Plans for machines: stable keys, every value as AWS names it."""

from dataclasses import asdict
from typing import Any

from trailkeep.model.change import Change
from trailkeep.model.plan import Plan
from trailkeep.report.outcome import Outcome
from trailkeep.setup.delivery import Trouble


def plan_json(plan: Plan, organization: str) -> dict[str, Any]:
    """A plan as plain JSON values; the schema is versioned by `trailkeep_plan`."""
    return {
        "trailkeep_plan": 1,
        "organization": organization,
        "complete": plan.is_complete,
        "changes": [change_json(c) for c in plan.changes],
        "duplicates": [
            {
                "trail": d.trail.arn,
                "owner": d.trail.owner,
                "monthly_cost_usd": d.monthly_cost,
                "managed_by": d.managed_by,
            }
            for d in plan.duplicates
        ],
        "notes": [asdict(n) for n in plan.notes],
        "unreachable": [asdict(u) for u in plan.unreachable],
    }


def change_json(change: Change) -> dict[str, Any]:
    """One change: what, where, before and after, why, and whether it can be undone."""
    before, after = change.shown
    return {
        "kind": type(change).__name__,
        "stage": change.when.label,
        "account": change.account,
        "region": change.region,
        "resource": change.resource,
        "before": before,
        "after": after,
        "step": change.reason.step,
        "why": change.reason.text,
        "source": change.reason.source,
        "reversible": change.undo() is not None,
        "confirm": change.confirmation,
    }


def outcome_json(
    outcome: Outcome, left: Plan | None, troubles: tuple[Trouble, ...], organization: str
) -> dict[str, Any]:
    """What an apply came to: made, refused, not tried, for a person, and what reading back showed (null: nothing)."""
    return {
        "trailkeep_outcome": 1,
        "organization": organization,
        "stopped": outcome.stopped,
        "done": [change_json(c) for c in outcome.done],
        "failed": [
            {**change_json(f.change), "code": f.error.code, "error": f.error.message, "hint": f.error.hint}
            for f in outcome.failed
        ],
        "unsupported": [
            {**change_json(f.change), "error": f.error.message, "hint": f.error.hint} for f in outcome.unsupported
        ],
        "untried": [change_json(c) for c in outcome.untried],
        "human": [{**change_json(c), "procedure": list(c.procedure)} for c in outcome.human],
        "left": plan_json(left, organization) if left else None,
        "troubles": [asdict(t) for t in troubles],
    }
