"""How causes are put right: commands that are shown only where the policies in force let somebody run them."""

import shlex
from collections.abc import Iterator
from dataclasses import replace

from trailkeep.authz.request import Decision
from trailkeep.doctor import requests
from trailkeep.doctor.verdict import Command, Fix
from trailkeep.doctor.view import View
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import is_pending
from trailkeep.model.trail import Trail


def cli(account: str, action: str, resource: str, *words: str) -> Command:
    """A command of the AWS CLI, every word quoted for a shell."""
    return Command(text=" ".join(["aws", *map(shlex.quote, words)]), account=account, action=action, resource=resource)


def by_trailkeep(view: View, what: str) -> str:
    """How trailkeep makes a change."""
    if view.spec is not None:
        return f"`trailkeep plan` shows the change ({what}), `trailkeep apply` makes it"
    return f"`trailkeep init` writes a specification; then `trailkeep apply` makes the change ({what})"


def offered(view: View, fix: Fix) -> Fix:
    """The fix with the commands somebody may run, each with who; the others are withheld, with what denies them."""
    shown, withheld = [], []
    for command in fix.commands:
        allowed, denial = _allowed(view, command)
        if allowed is not None:
            shown.append(allowed)
        else:
            withheld.append(denial)
    return replace(fix, commands=tuple(shown), withheld=tuple(withheld))


def _allowed(view: View, command: Command) -> tuple[Command | None, str]:
    denial = ""
    for role in _roles(view, command.account):
        decision = _decision(view, command, role)
        if decision.is_allowed:
            managing = command.account == view.organization.management
            return replace(command, role=f"an administrator of {view.name(command.account)}" if managing else role), ""
        reason = decision.reasons[-1] if decision.reasons else None
        said = requests.in_words(view, reason) if reason and reason.policy else "no policy allows it"
        denial = denial or f"{command.action} in {view.name(command.account)} is denied: {said}"
    return None, denial


def _roles(view: View, account: str) -> Iterator[str]:
    """Who works in an account: the access role, then break-glass; in the management account an administrator."""
    start = f"arn:{view.partition}:iam::{account}:role"
    if account == view.organization.management:
        yield f"{start}/Administrator"
        return
    yield f"{start}/{view.access_role}"
    if view.places is not None and account == view.places.log_archive:
        yield view.places.break_glass.replace("::*:", f"::{account}:")


def _decision(view: View, command: Command, role: str) -> Decision:
    bucket = view.snapshot.bucket(command.resource.rpartition(":::")[2].partition("/")[0])
    key = view.key(command.resource) if ":kms:" in command.resource else None
    policy = view.policy_of(bucket) if bucket else view.policy_of_key(key) if key else None
    return requests.by_person(view, role, command.action, command.resource, command.account, policy=policy)


def put_policy(view: View, bucket: Bucket, words: str, statement: str = "", instead: str = "") -> Fix:
    """Add a statement to a bucket's policy (`instead` of another), or take one out of it."""
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    read = cli(
        bucket.account,
        "s3:GetBucketPolicy",
        arn,
        *("s3api", "get-bucket-policy", "--bucket", bucket.name, "--query", "Policy", "--output", "text"),
    )
    put = ("s3api", "put-bucket-policy", "--bucket", bucket.name, "--policy", "file://policy.json")
    place = f", in place of statement {instead}" if instead else ""
    return Fix(
        words=words,
        statement=statement,
        into=f"bucket policy of {bucket.name}{place}" if statement else "",
        commands=(
            replace(read, text=f"{read.text} > policy.json"),
            cli(bucket.account, "s3:PutBucketPolicy", arn, *put),
        ),
        trailkeep=by_trailkeep(view, f"the policy of bucket {bucket.name}"),
    )


def on_bucket(view: View, bucket: Bucket, words: str, action: str, *call: str) -> Fix:
    """One call about a bucket, with its name added."""
    arn = f"arn:{view.partition}:s3:::{bucket.name}"
    command = cli(bucket.account, action, arn, "s3api", call[0], "--bucket", bucket.name, *call[1:])
    return Fix(words=words, commands=(command,), trailkeep=by_trailkeep(view, f"bucket {bucket.name}"))


def on_trail(view: View, trail: Trail, words: str, action: str, *call: str) -> Fix:
    """One call about a trail, in its home Region, where alone it can be changed (botocore model cloudtrail)."""
    flag = "--trail-name" if call[0] == "put-event-selectors" else "--name"
    where = ("--region", trail.home_region)
    command = cli(trail.owner, action, trail.arn, "cloudtrail", call[0], flag, trail.arn, *call[1:], *where)
    return Fix(words=words, commands=(command,), trailkeep=by_trailkeep(view, f"trail {trail.name}"))


def on_key(view: View, arn: str, account: str, region: str, words: str, action: str, *call: str) -> Fix:
    """One call about a key."""
    commands: tuple[Command, ...] = ()
    if not is_pending(arn):
        commands = (cli(account, action, arn, "kms", call[0], "--key-id", arn, *call[1:], "--region", region),)
    return Fix(words=words, commands=commands, trailkeep=by_trailkeep(view, "the archive's key"))


def in_words(view: View, words: str, what: str = "") -> Fix:
    """A fix that is a decision, or a change of the specification."""
    return Fix(words=words, trailkeep=by_trailkeep(view, what) if what else "")
