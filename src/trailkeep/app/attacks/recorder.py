"""Attacks on AWS Config: stop, narrow, redirect and delete recorder and channel (AWS Config API Reference)."""

from collections.abc import Mapping
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Params, Targets, Who


def _narrow(t: Targets) -> Mapping[str, Any]:
    group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Instance"]}
    return {"ConfigurationRecorder": {"name": t.recorder, "roleARN": t.recorder_role, "recordingGroup": group}}


def _redirect(t: Targets) -> Mapping[str, Any]:
    return {"DeliveryChannel": {"name": t.channel, "s3BucketName": t.elsewhere}}


def _attempt(what: str, operation: str, params: Params) -> Attempt:
    return Attempt(
        what=what,
        by=(Who.MEMBER,),
        service="config",
        operation=operation,
        params=params,
        region=lambda t: t.recorder_region,
    )


ATTEMPTS = (
    _attempt("stop the recorder", "stop_configuration_recorder", lambda t: {"ConfigurationRecorderName": t.recorder}),
    _attempt("record one type only", "put_configuration_recorder", _narrow),
    _attempt("redirect Config", "put_delivery_channel", _redirect),
    _attempt("delete the channel", "delete_delivery_channel", lambda t: {"DeliveryChannelName": t.channel}),
    _attempt(
        "delete the recorder", "delete_configuration_recorder", lambda t: {"ConfigurationRecorderName": t.recorder}
    ),
)
