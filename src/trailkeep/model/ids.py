"""Identifiers, checked once at the door: AccountId, Region, Partition, UnitId, and names not known yet."""

import re
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

PENDING = re.compile(r"‹[^‹›]{1,200}›")
"""A value AWS will choose while a plan is applied, such as ‹account Log Archive›; see `pending`."""


def pending(what: str) -> str:
    """Stand-in for a value that only AWS can choose (an account id, a key id); `bind` replaces it."""
    return f"‹{what.replace('‹', '(').replace('›', ')')}›"


def is_pending(text: str) -> bool:
    """Whether `text` still holds a value that AWS has not chosen yet."""
    return PENDING.search(text) is not None


class Id(str):
    """A string that has passed its pattern; everything else treats it as a plain string."""

    __slots__ = ()
    pattern = re.compile(r".*", re.DOTALL)
    what = "an identifier"

    def __new__(cls, text: str) -> Self:
        """Check `text` once; raises ValueError that says what was expected."""
        if not cls.pattern.fullmatch(text):
            raise ValueError(f"{text[:80]!r} is not {cls.what}")
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> "CoreSchema":  # noqa: ANN401 pydantic's hook
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(max_length=2048), serialization=core_schema.to_string_ser_schema()
        )


class AccountId(Id):
    """Twelve digits, or the stand-in of an account that is still to be created."""

    __slots__ = ()
    pattern = re.compile(rf"[0-9]{{12}}|{PENDING.pattern}")
    what = "a 12-digit account id"


class Region(Id):
    """A Region code such as eu-west-1 (pattern of botocore's partition data)."""

    __slots__ = ()
    pattern = re.compile(r"[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}")
    what = "an AWS Region code such as eu-west-1"


class UnitId(Id):
    """A root (r-…) or an organizational unit (ou-…), or the stand-in of one to be created."""

    __slots__ = ()
    pattern = re.compile(rf"r-[0-9a-z]{{4,32}}|ou-[0-9a-z]{{4,32}}-[0-9a-z]{{8,32}}|{PENDING.pattern}")
    what = "the id of a root or an organizational unit"


class Partition(Id):
    """One of aws, aws-cn, aws-us-gov, aws-eusc and the aws-iso family."""

    __slots__ = ()
    pattern = re.compile(r"aws(-[a-z]+){0,3}")
    what = "an AWS partition"


DEFAULT_REGIONS = frozenset(
    Region(r)
    for r in (
        "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 "
        "eu-west-3 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2"
    ).split()
)
"""Commercial Regions enabled in every account (launched before 2019-03-20).

Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

_LEADER = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}


def partition_of(region: Region) -> Partition:
    """The partition a Region belongs to, by its prefix (botocore's partitions.json regionRegex)."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
    return Partition(next((p for prefix, p in prefixes.items() if region.startswith(prefix)), "aws"))


def is_opt_in(region: Region) -> bool:
    """Whether members must enable `region` themselves; only the commercial partition has such Regions here."""
    return partition_of(region) == "aws" and region not in DEFAULT_REGIONS


def leader(partition: Partition) -> Region:
    """Where Organizations, IAM and the other global services of a partition answer."""
    return Region(_LEADER.get(partition, "us-east-1"))
