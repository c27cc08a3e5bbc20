"""audit --notify: whom to tell of an audit, whether it is worth it, and telling them: an SNS topic or a webhook."""

import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from trailkeep import __version__
from trailkeep.aws.clients import is_loopback
from trailkeep.errors import ExitCode, TrailkeepError, UsageError
from trailkeep.model.ids import AccountId, Region
from trailkeep.report.audit_notice import Notice, failures, is_new

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud
    from trailkeep.report.findings import Report

TIMEOUT = 10.0
"""Seconds to wait for a webhook to take the next step."""
ATTEMPTS = 3

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):([0-9]{12}):([A-Za-z0-9_-]{1,256}(?:\.fifo)?)")
_AGAIN = frozenset({429, 500, 502, 503, 504})
_FIRST_FORM = "an SNS topic (arn:aws:sns:…) or a webhook (https://…)"


class When(StrEnum):
    """What an audit must have found to be told of."""

    NEW = "new"
    FAIL = "fail"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """An SNS topic."""

    arn: str
    region: Region
    account: AccountId

    def __str__(self) -> str:
        return self.arn

    @property
    def ordered(self) -> bool:
        """Whether it is a FIFO topic, which wants a group and an id with each message (botocore model sns Publish)."""
        return self.arn.endswith(".fifo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A URL that takes a JSON object. Whoever knows it may post there: only its host is ever said."""

    url: str

    def __str__(self) -> str:
        return f"{urlsplit(self.url).scheme}://{urlsplit(self.url).hostname}/…"

    def __repr__(self) -> str:
        return f"Webhook({self})"


def target(text: str) -> Topic | Webhook:
    """Whom `--notify` names. Raises UsageError, in which no URL is repeated."""
    found = _TOPIC.fullmatch(text)
    if found:
        return Topic(arn=text, region=Region(found[1]), account=AccountId(found[2]))
    if text.startswith("arn:"):
        raise UsageError(f"{text[:120]!r} is no SNS topic", hint=f"--notify takes {_FIRST_FORM}")
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        _refuse("a webhook's URL cannot be read")
    if parts.scheme not in {"http", "https"} or not named or not text.isascii() or re.search(r"[\x00-\x20\x7f]", text):
        _refuse(f"--notify takes {_FIRST_FORM}")
    if parts.username is not None or parts.password is not None:
        _refuse("a webhook's URL has a user or password in it")
    if parts.scheme == "http" and not is_loopback(text):
        _refuse("a webhook away from this machine wants https")
    return Webhook(url=text)


def _refuse(message: str) -> NoReturn:
    raise UsageError(message, hint="for example --notify https://hooks.example.com/services/…")


def is_due(report: "Report", when: When, code: ExitCode) -> bool:
    """Whether an audit that ends with `code` is to be told of. Raises UsageError for NEW without a baseline."""
    match when:
        case When.ALWAYS:
            return True
        case When.FAIL:
            return code is ExitCode.FAILS
        case When.NEW:
            if report.audited.comparison is None:
                raise UsageError("what is new can be told beside an earlier audit only", hint="add --baseline FILE")
            return code is ExitCode.FAILS and any(is_new(report, f) for f in failures(report))


def tell(whom: Topic | Webhook, notice: Notice, cloud: "Callable[[], Cloud]") -> None:
    """Tell one of them. Raises TrailkeepError, which says no secret."""
    match whom:
        case Topic():
            _publish(whom, notice, cloud())
        case Webhook():
            post(whom, notice.body)


def _publish(topic: Topic, notice: Notice, cloud: "Cloud") -> None:
    from trailkeep.aws.send import publish

    once = hashlib.sha256(notice.body.encode()).hexdigest()
    ordered = {"MessageGroupId": "trailkeep", "MessageDeduplicationId": once} if topic.ordered else {}
    publish(cloud, topic.arn, {"Subject": notice.subject, "Message": notice.text, **ordered})


def post(webhook: Webhook, body: str, *, pause: Callable[[float], None] = time.sleep) -> None:
    """POST a JSON body, again where the other side is busy. Raises TrailkeepError that names the host alone.

    Proxies are taken from the environment, but not to this machine; redirects are not followed.
    """
    opener = _opener(webhook)
    asked = urllib.request.Request(  # noqa: S310 `target` lets http and https through only
        webhook.url,
        data=body.encode(),
        headers={"Content-Type": "application/json", "User-Agent": f"trailkeep/{__version__}"},
        method="POST",
    )
    for attempt in range(1, ATTEMPTS + 1):
        trouble, passing = _once(opener, asked)
        if not trouble:
            return
        if not passing or attempt == ATTEMPTS:
            raise TrailkeepError(
                f"{webhook} was not told: {trouble}", hint="check the webhook, the network and the proxy"
            )
        pause(2.0 ** (attempt - 1))


def _opener(webhook: Webhook) -> urllib.request.OpenerDirector:
    """What makes the request: like urllib's own, but for redirects, which could carry the notice to another host."""
    opener = urllib.request.OpenerDirector()
    for part in (
        urllib.request.ProxyHandler({} if is_loopback(webhook.url) else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(part)
    return opener


def _once(opener: urllib.request.OpenerDirector, asked: urllib.request.Request) -> tuple[str, bool]:
    """What went wrong, "" if nothing; and whether it may pass. Neither URL nor answer is repeated."""
    try:
        with opener.open(asked, timeout=TIMEOUT):
            return "", False
    except urllib.error.HTTPError as error:
        error.close()
        turned = ", a redirect, which is not followed" if 300 <= error.code < 400 else ""
        return f"it answered {error.code}{turned}", error.code in _AGAIN
    except urllib.error.URLError as error:
        cause = error.reason
        refused = isinstance(cause, ConnectionRefusedError)
        return (getattr(cause, "strerror", None) or type(cause).__name__), refused
    except TimeoutError:
        return f"no answer in {TIMEOUT:.0f} seconds", False
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, False
