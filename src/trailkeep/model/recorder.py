"""AWS Config in one account and Region: recorder, delivery channel, and how both fare."""

from dataclasses import dataclass
from typing import Literal

GLOBAL_IAM_TYPES = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")
"""Recorded where asked for, so exactly one Region per account should ask (Config developer guide, select-resources)."""

DAILY, HOURLY = "TwentyFour_Hours", "One_Hour"
"""How often snapshots are delivered and periodic rules run (botocore model config MaximumExecutionFrequency)."""

Strategy = Literal["all", "include", "exclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingGroup:
    """Which resource types are recorded: all of them, only `types`, or all but `types`.

    `global_types` is the flag includeGlobalResourceTypes, which only strategy "all" heeds.
    """

    strategy: Strategy
    types: tuple[str, ...]
    global_types: bool

    @property
    def iam_types(self) -> frozenset[str]:
        """Those of the four global IAM types that are recorded here."""
        every = frozenset(GLOBAL_IAM_TYPES)
        match self.strategy:
            case "all":
                return every if self.global_types else frozenset()
            case "include":
                return every & set(self.types)
            case "exclude":
                return every - set(self.types)

    @property
    def records_iam(self) -> bool:
        """Whether the four global IAM types are recorded here."""
        return self.iam_types == frozenset(GLOBAL_IAM_TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """The one customer-managed recorder of an account and Region; service-linked ones are not it.

    `status` is Config's lastStatus in lower case.
    """

    name: str
    role: str
    group: RecordingGroup
    frequency: Literal["continuous", "daily"]
    is_recording: bool
    status: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The delivery channel of an account and Region; `frequency` is that of snapshots, "" for none.

    `history` and `snapshot` are the last delivery's status in lower case, "" before the first.
    """

    name: str
    bucket: str
    prefix: str
    kms_key: str
    topic: str
    frequency: str
    history: str
    snapshot: str
    error: str
