"""The RCP of the archive: a backstop on buckets and key against everybody, whatever account they come from.

An RCP also meets service principals, so every statement carves them out the way AWS's own samples do.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html,
https://github.com/aws-samples/resource-control-policy-examples
"""

from trailkeep.setup.documents.statement import DESTROY, FORGE, bucket_and_objects, document, statement
from trailkeep.setup.places import Places

PEOPLE = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}


def archive_rcp(places: Places) -> str:
    """For the archive account and the key's account: only their own log resources are named."""
    buckets = bucket_and_objects(places.partition, places.trail_bucket, places.config_bucket)
    key = [places.key_arn] if places.key_arn else []
    everybody = {"Principal": "*"}
    # named in full: a role of that name elsewhere is no way in
    way_back = places.break_glass.replace("::*:", f"::{places.log_archive}:")
    not_break_glass = {"ArnNotLikeIfExists": {"aws:PrincipalArn": way_back}}
    return document(
        [
            statement("Destroy", "Deny", DESTROY, buckets, **everybody, Condition=not_break_glass),
            statement("Forge", "Deny", FORGE, buckets, **everybody, Condition=PEOPLE),
            statement(
                "OrganizationOnly",
                "Deny",
                ["kms:*", "s3:*"] if key else ["s3:*"],
                [*buckets, *key],
                **everybody,
                Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": places.organization}, **PEOPLE},
            ),
            statement(
                "ServicesForUs",
                "Deny",
                ["kms:*", "s3:*"] if key else ["s3:*"],
                [*buckets, *key],
                **everybody,
                Condition={
                    "StringNotEqualsIfExists": {"aws:SourceOrgID": places.organization},
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                },
            ),
        ]
    )
