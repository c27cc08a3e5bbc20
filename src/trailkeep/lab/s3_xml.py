"""S3's XML: reading a member of a request, writing an answer, and the refusals that go with it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from trailkeep.lab.refusal import Refusal, Reply

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def text_of(body: bytes, tag: str) -> str | None:
    """The text of the first element of this name, None when there is none. Raises MalformedXML."""
    try:
        root = ET.fromstring(body)  # noqa: S314  (the lab's own clients, on loopback)
    except ET.ParseError:
        raise malformed_xml() from None
    found = next((e for e in root.iter() if e.tag.rpartition("}")[2] == tag), None)
    return found.text if found is not None else None


def xml_reply(body: str) -> Reply:
    """A successful answer with this document."""
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + body
    return Reply(headers=(("Content-Type", "application/xml"),), body=text.encode())


def bad_state(message: str) -> Refusal:
    """The refusal of what the bucket's present state does not allow."""
    return Refusal("InvalidBucketState", message, 409)


def malformed_xml() -> Refusal:
    """The refusal of a body that does not follow the schema."""
    return Refusal(
        "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", 400
    )
