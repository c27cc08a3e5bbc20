"""Webhooks and topics: what is taken for one, what is never said, and how a webhook is told."""

from collections.abc import Iterator

import pytest

from tests.app.webhook import SECRET, Listener, listening
from trailkeep.app.audit_notify import ATTEMPTS, Topic, Webhook, post, target
from trailkeep.errors import TrailkeepError, UsageError

ARN = "arn:aws:sns:eu-west-1:222222222222:alerts"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


def tell(url: str) -> list[float]:
    """Post, without waiting between attempts; the pauses there would have been."""
    pauses: list[float] = []
    post(Webhook(url=url), '{"text": "hello"}', pause=pauses.append)
    return pauses


def test_a_webhook_gets_the_body_as_json(listener: Listener) -> None:
    assert tell(listener.url) == []
    assert listener.told == [(f"/services/{SECRET}", "application/json", b'{"text": "hello"}')]


def test_a_busy_webhook_is_told_again(listener: Listener) -> None:
    listener.statuses = [503, 429, 204]
    assert tell(listener.url) == [1.0, 2.0]
    assert len(listener.told) == 3


@pytest.mark.parametrize(
    ("status", "asked", "words"),
    [
        (404, 1, "404"),
        (403, 1, "403"),
        (503, ATTEMPTS, "503"),
        (302, 1, "redirect"),
        (307, 1, "redirect"),
        (0, 1, "was not told"),
    ],
)
def test_a_refusal_is_an_error_that_says_no_secret(listener: Listener, status: int, asked: int, words: str) -> None:
    listener.statuses = [status]
    with pytest.raises(TrailkeepError, match=words) as said:
        tell(listener.url)
    assert len(listener.told) == asked
    assert {path for path, _, _ in listener.told} == {f"/services/{SECRET}"}, "redirects are not followed"
    assert SECRET not in f"{said.value.message} {said.value.hint} {said.value}"
    assert "127.0.0.1" in said.value.message


def test_nobody_there_is_said_without_the_path() -> None:
    with Listener() as gone:
        url = gone.url
    with pytest.raises(TrailkeepError, match="Connection refused") as said:
        tell(url)
    assert SECRET not in said.value.message


def test_this_machine_is_told_without_a_proxy(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert tell(listener.url) == []


@pytest.mark.parametrize(
    "text",
    [
        f"http://hooks.example.com/{SECRET}",
        f"ftp://hooks.example.com/{SECRET}",
        f"file:///etc/{SECRET}",
        f"https:///{SECRET}",
        f"https://ana:{SECRET}@hooks.example.com/",
        f"https://hooks.example.com/{SECRET}\r\nX: y",
        f"https://hooks.example.com/{SECRET} x",
        f"https://[hooks/{SECRET}",
        f"https://hooks.example.com:99999/{SECRET}",
        f"https://hooks.exämple.com/{SECRET}",
        f"hooks.example.com/{SECRET}",
        f"http://127.0.0.1.evil.example/{SECRET}",
        f"http://127.0.0.1@evil.example/{SECRET}",
        "",
    ],
)
def test_what_is_no_webhook_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as said:
        target(text)
    assert SECRET not in said.value.message + said.value.hint


@pytest.mark.parametrize("arn", [ARN + ":x", "arn:aws:s3:::bucket", ARN.replace("222222222222", "2"), ARN + "!"])
def test_what_is_no_topic_is_refused(arn: str) -> None:
    with pytest.raises(UsageError, match="no SNS topic"):
        target(arn)


def test_topics_and_webhooks_are_known_by_their_form() -> None:
    topic = target(ARN)
    assert isinstance(topic, Topic)
    assert (topic.region, topic.account, topic.ordered) == ("eu-west-1", "222222222222", False)
    assert isinstance(target("arn:aws-us-gov:sns:us-gov-west-1:222222222222:a.fifo"), Topic)
    hook = target(f"https://hooks.example.com/services/{SECRET}?k={SECRET}")
    assert str(hook) == "https://hooks.example.com/…"
    assert SECRET not in repr(hook)
    assert isinstance(target(f"http://localhost:8080/{SECRET}"), Webhook)
