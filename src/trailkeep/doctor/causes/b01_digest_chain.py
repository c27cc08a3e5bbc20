"""B1: the digest chain says that a log file is missing or was changed."""

from collections.abc import Iterator

from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Unsure
from trailkeep.doctor.view import Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for name in dict.fromkeys(t.bucket for t in view.trails):
        only = f" --account {subject.account}" if subject.account else ""
        because = (
            "a snapshot holds no log file; only the digests and their signatures tell whether one is gone or changed"
        )
        yield Unsure(where=f"bucket {name}", because=because, tell=f"trailkeep verify s3://{name} --since 30d{only}")


CAUSE = Cause(
    id="B1",
    name="digest-chain",
    title="The digest chain reports missing or changed logs",
    family=Family.DELETION,
    cost=Cost.OBJECTS,
    decided="`trailkeep verify` follows the digest chain: VALID, TAMPERED or MISSING for every file.",
    unknown="Always here: neither a snapshot nor a quick probe can tell; the command that tells is named.",
    remedy="Read the version before the change, or the replica; treat it as an incident.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html",),
    look=_look,
    nothing="no trail writes digests that could be followed",
)
