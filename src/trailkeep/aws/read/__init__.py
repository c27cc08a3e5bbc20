"""Reading: the organization's logging as AWS tells it, one module a subject."""

from trailkeep.aws.read.scope import Progress, Scope
from trailkeep.aws.read.snapshot import read_snapshot

__all__ = ["Progress", "Scope", "read_snapshot"]
