"""Everybody who attacks, each with the AWS adapter of its own and credentials that the lab lends."""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.credentials import Credentials

from trailkeep.app.attacks.attempt import Attempt, Targets, Who
from trailkeep.aws.calls import Call
from trailkeep.aws.clients import Clients
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError, TrailkeepError
from trailkeep.lab.borrow import Lender
from trailkeep.model.ids import Region

_TRAILS = "cloudtrail.amazonaws.com"
_VERBS = {"get_object": "GET", "put_object": "PUT", "delete_object": "DELETE", "delete_bucket": "DELETE"}


class Principals:
    """Makes attempts as anybody; clients are shared, so that one more principal costs nothing."""

    def __init__(self, lender: Lender, targets: Targets) -> None:
        self._lender = lender
        self._targets = targets
        self._clients = Clients(botocore.session.Session(), workers=4)
        self._clouds: dict[Who, Cloud] = {}
        self._seen: list[Call] = []

    def make(self, attempt: Attempt, who: Who) -> tuple[str, str, str]:
        """Make an attempt: AWS's error code ("" for success), what it said, and the id of the request."""
        params = attempt.params(self._targets)
        if who is Who.ANONYMOUS:
            return self._unsigned(attempt, params)
        account, region = self._targets.account(who), attempt.region(self._targets)
        self._seen.clear()
        code = said = ""
        try:
            self._cloud(who).call(account, region, attempt.service, attempt.operation, **params)
        except AwsError as error:
            code, said = error.code or "Error", error.message
        return code, said, self._seen[-1].request_id if self._seen else ""

    def _cloud(self, who: Who) -> Cloud:
        if who not in self._clouds:
            account = self._targets.account(who)
            if who is Who.ARCHIVE_ROOT:
                lent = self._lender.root(account)
            else:
                lent = self._lender.administrator(account, delegate=_TRAILS if who is Who.DELEGATED else "")
            self._clouds[who] = Cloud(
                clients=self._clients,
                own=Credentials(lent["access_key"], lent["secret_key"], lent["session_token"] or None),
                region=Region(self._targets.home),
                access_role=self._targets.access_role,
                on_call=self._seen.append,
            )
        return self._clouds[who]

    def _unsigned(self, attempt: Attempt, params: Mapping[str, Any]) -> tuple[str, str, str]:
        verb = _VERBS.get(attempt.operation)
        if verb is None:
            raise TrailkeepError(
                f"{attempt.operation} cannot be tried without a signature", hint="give it other principals"
            )
        path = "/".join(str(params[part]) for part in ("Bucket", "Key") if part in params)
        answered = self._lender.unsigned(verb, f"/{path}", params.get("Body", b""))
        return answered.code, f"HTTP {answered.status}", answered.request_id
