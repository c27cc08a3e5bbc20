"""The IAM policy of recipe 3.1, as it was meant: roles of the archive account cannot delete logs."""

from trailkeep.setup.documents.statement import DESTROY, FORGE, bucket_and_objects, document, statement
from trailkeep.setup.places import Places


def deny_deletion(places: Places) -> str:
    """The recipe's own `arn:aws:s3:::` matches no bucket; this names both buckets and everything in them.

    It binds only whom it is attached to: not root, not other accounts. The bucket policies, SCP and RCP do the rest.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    buckets = bucket_and_objects(places.partition, places.trail_bucket, places.config_bucket)
    return document([statement("KeepTheLogs", "Deny", DESTROY + FORGE, buckets)])
