"""A10: an RCP over the log archive denies the log services."""

from collections.abc import Iterator

from trailkeep.authz.request import Reason
from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(_who: Trail | AccountId, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        yield from (_case(view, f"bucket {bucket.name}", step.ask, step.by_rcp) for step in steps)

    yield from walk.deliveries(view, subject, judge)
    yield from walk.config_deliveries(view, subject, judge)
    for trail, bucket, _, key in walk.keys_of_trails(view, subject):
        if key is not None:
            for ask in requests.with_key(view, trail, key, bucket):
                yield _key(view, key, ask)
    for account, channel in walk.channels(view, subject):
        key = view.key(channel.kms_key or walk.default_key(view.snapshot.bucket(channel.bucket)))
        if key is not None:
            for ask in requests.config_with_key(view, account, key):
                yield _key(view, key, ask)


def _key(view: View, key: Key, ask: requests.Ask) -> Case:
    return _case(view, f"key {key.alias or key.arn}", ask, requests.denying(requests.answer(view, ask, None)))


def _case(view: View, where: str, ask: requests.Ask, reason: Reason | None) -> Case:
    if reason is None:
        return Fine(because="no RCP over the archive denies it")
    words = (
        f"Change {reason.policy}, statement {reason.statement}: except AWS's services that act for this organization "
        "(aws:PrincipalIsAWSService, aws:SourceOrgID), as AWS's samples do."
    )
    said = f"{requests.delivers(ask)} is denied by {requests.in_words(view, reason)}"
    fix = remedy.in_words(view, words, "the RCP")
    return Found(where=where, said=said, source="organizations DescribePolicy, evaluated", fix=fix)


CAUSE = Cause(
    id="A10",
    name="rcp-blocks",
    title="An RCP over the log archive denies the log service",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The services' requests to bucket and key are evaluated with every RCP from the root to their account.",
    unknown="The bucket, its policy or the key could not be read.",
    remedy="An RCP meets services too: carve them out with aws:PrincipalIsAWSService and aws:SourceOrgID. SCPs never "
    "bind AWS's services.",
    sources=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",
        "https://github.com/aws-samples/resource-control-policy-examples",
    ),
    look=_look,
    consequences=("A30",),
)
