"""AWS's own managed policies, as moto ships them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data


@cache
def aws_managed() -> dict[str, Any]:
    """By name; `Document` is the policy."""
    data: dict[str, Any] = json.loads(aws_managed_policies_data)
    return data
