"""The Resource a statement should have: names the organization has, or words in angle brackets for a person."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trailkeep.authz.catalogue import Action
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.shape import Fit, best

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def resources(actions: Iterable[Action], around: Around, partition: str) -> list[str]:
    """ARNs that the actions can be about; `*` for actions that are about no resource."""
    templates = dict.fromkeys(t for a in actions for t in (a.templates or ("*",)))
    buckets = around.buckets or ("<bucket>",)
    found = [arn for template in templates for arn in _of(template, buckets, around.partition or partition)]
    plain = [arn for arn in found if arn.startswith(f"arn:{around.partition or partition}:s3:::")]
    # access points are an exception that a person adds; the bucket's own ARNs are what was meant
    return list(dict.fromkeys(plain if plain and "*" not in found else found)) or ["*"]


def _of(template: str, buckets: tuple[str, ...], partition: str) -> Iterator[str]:
    if template == "*":
        yield "*"
    elif "${BucketName}" in template:
        for bucket in buckets:
            yield _filled(template.replace("${BucketName}", bucket), partition)
    else:
        yield _filled(template, partition)


def _filled(template: str, partition: str) -> str:
    return _VARIABLE.sub("*", template.replace("${Partition}", partition))


def partition_of(resource: str) -> str:
    """The partition of an ARN as written; `aws` where it says none."""
    parts = resource.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "arn" and parts[1].startswith("aws") else "aws"


def one_or_all(values: list[str]) -> str | list[str]:
    """As AWS's own examples write it: one value without a list."""
    return values[0] if len(values) == 1 else values


def fitting(actions: Iterable[Action], said: Iterable[str], around: Around) -> list[str]:
    """The resources of a statement, changed so that these actions can be about them."""
    actions, resources_said = list(actions), list(said)
    if not resources_said or "*" in resources_said:
        return ["*"]
    templates = [t for a in actions for t in a.templates]
    buckets = list(dict.fromkeys(r.partition("/")[0] for r in resources_said if ":s3:::" in r))
    if not buckets or not any("${BucketName}" in t for t in templates):
        fits = all(any(best(r, a.templates) is not Fit.NO for r in resources_said) for a in actions)
        return resources_said if fits else resources(actions, around, partition_of(resources_said[0]))
    objects = any("${BucketName}/${ObjectName}" in t for t in templates)
    alone = any(t.endswith("${BucketName}") for t in templates)
    return [arn for b in buckets for arn in ([b] if alone else []) + ([f"{b}/*"] if objects else [])]


def but_services(block: Mapping[str, Any]) -> dict[str, Any]:
    """A Condition block that leaves AWS's services out."""
    tests = block.get("BoolIfExists", {})
    return {**block, "BoolIfExists": {**tests, "aws:PrincipalIsAWSService": "false"}}


def shown(template: str) -> str:
    """An ARN template as a person reads it: `arn:<Partition>:s3:::<BucketName>`."""
    return _VARIABLE.sub(r"<\1>", template)
