"""Answers in AWS's query protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Reply

_XMLNS = {"sns": "http://sns.amazonaws.com/doc/2010-03-31/"}


def query_reply(call: Call, members: Mapping[str, Any]) -> Reply:
    """The answer to a call: texts as they are, lists with a `member` each."""
    request = f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata>"
    result = f"<{call.action}Result>{_xml(members)}</{call.action}Result>"
    body = f'<{call.action}Response xmlns="{_XMLNS[call.service]}">{result}{request}</{call.action}Response>'
    return Reply(headers=(("Content-Type", "text/xml"),), body=body.encode())


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    return escape(str(value))
