"""`trailkeep.lab.serve` with what it reads when it is first asked already read: botocore's models, and moto's backends.

Nothing of this is the state of an organization; the labs forked from here start as empty as any.
"""

from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from trailkeep.lab.serve import main

__all__ = ["main"]

_ASKED_BY_ALL = ("cloudtrail", "config", "iam", "kms", "organizations", "s3", "ssm", "sts")

for _service in _ASKED_BY_ALL:
    get_backend(_service)
    get_service_model(_service)
    AccountSpecificBackend.get_session().get_available_regions(_service)
get_service_router("s3")
