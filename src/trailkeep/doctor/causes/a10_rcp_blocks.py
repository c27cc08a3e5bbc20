"""A10: an RCP over the log archive denies the log services."""

from collections.abc import Iterator

from trailkeep.authz.request import Decision, Layer
from trailkeep.doctor import remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(_who: Trail | AccountId, bucket: Bucket, answered: walk.Answered) -> Iterator[Case]:
        yield from (_case(view, f"bucket {bucket.name}", ask, decision) for ask, decision in answered)

    yield from walk.deliveries(view, subject, judge)
    yield from walk.config_deliveries(view, subject, judge)
    for trail, bucket, _, key in walk.keys_of_trails(view, subject):
        if key is not None:
            bucket_key = bucket.encryption.bucket_key if bucket else False
            for ask in requests.with_key(view, trail, key, bucket_key=bucket_key):
                decision = requests.answer(view, ask, view.policy_of_key(key))
                yield _case(view, f"key {key.alias or key.arn}", ask, decision)


def _case(view: View, where: str, ask: requests.Ask, decision: Decision) -> Case:
    reason = requests.denying(decision)
    if reason is None or reason.layer is not Layer.RCP:
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
    consequences=("A30", "A32"),
)
