"""B14: the log-archive account was closed, or has left the organization."""

from collections.abc import Iterator

from trailkeep.doctor import remedy
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = "Reopen the account within 90 days (AWS Support), or invite it back; after that everything in it is deleted."


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    account = view.archive_account
    if account is not None and account.is_active:
        yield Fine(because=f"{account.name} is ACTIVE")
    elif account is not None:
        said = f"the account is {account.state}"
        fix = remedy.in_words(view, _WORDS)
        yield Found(where=view.name(account.id), said=said, source="organizations ListAccounts State", fix=fix)
    elif view.spec is not None and view.trails:
        email = view.spec.accounts.log_archive.email
        said = f"no account of the organization has the e-mail address {email}, while trails deliver"
        fix = remedy.in_words(view, _WORDS)
        yield Found(where="log archive", said=said, source="organizations ListAccounts", fix=fix)
    elif view.trails:
        because = "which account is the log archive is not known: the trails' bucket was not seen"
        yield Unsure(where="log archive", because=because, tell="name the specification with --spec", lost=True)


CAUSE = Cause(
    id="B14",
    name="archive-account",
    title="The log-archive account was closed or has left",
    family=Family.DELETION,
    cost=Cost.STATUS,
    decided="State of the account that the specification names (else the owner of the trails' bucket).",
    unknown="There is no specification, and the trails' bucket was not seen.",
    remedy="Reopen it within 90 days. Closing is an action of the management account that no SCP stops: alarm on it.",
    sources=(
        "botocore model organizations CloseAccount, Account State",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-account-closure.html",
    ),
    look=_look,
    consequences=("A4", "A24", "A29", "A30"),
    nothing="there is no trail, and so no archive",
)
