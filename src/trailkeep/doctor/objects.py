"""Where logs lie in a bucket: the keys that CloudTrail and Config write, by account, Region and day.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html,
https://docs.aws.amazon.com/config/latest/developerguide/example-configuration-history-notification.html
"""

from datetime import date
from typing import Literal

from trailkeep.doctor.view import View
from trailkeep.model.ids import AccountId
from trailkeep.model.recorder import Channel
from trailkeep.model.trail import Trail

Folder = Literal["CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight"]


def of_trail(view: View, trail: Trail, account: AccountId, folder: Folder = "CloudTrail") -> str:
    """Where a trail's files of one account lie; with the organization's id for an organization trail."""
    start = f"{trail.prefix}/AWSLogs/" if trail.prefix else "AWSLogs/"
    organization = f"{view.organization.id}/" if trail.is_organization else ""
    return f"{start}{organization}{account}/{folder}/"


def of_day(view: View, trail: Trail, account: AccountId, region: str, day: date) -> str:
    """The prefix of one day's log files: year, month and day in UTC, with leading zeros."""
    return f"{of_trail(view, trail, account)}{region}/{day:%Y/%m/%d}/"


def of_channel(channel: Channel, account: AccountId) -> str:
    """The prefix below which Config's files of one account lie: no organization id."""
    start = f"{channel.prefix}/AWSLogs/" if channel.prefix else "AWSLogs/"
    return f"{start}{account}/Config/"


def of_config_day(channel: Channel, account: AccountId, region: str, day: date) -> str:
    """The prefix of one day of Config: month and day without leading zeros."""
    return f"{of_channel(channel, account)}{region}/{day.year}/{day.month}/{day.day}/"
