"""AWS Config could put the organization's rules into every account."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.asking import on_accounts
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import seen, unseen, wants, wished
from trailkeep.model.ids import AccountId
from trailkeep.model.monitoring import RULES, OrganizationRule


def ask(view: View) -> Iterator[Answer]:
    """One answer an account, for all rules and Regions."""
    if blind := unseen(view, RULES):
        yield Answer(subject=view.whole, said=blind)
        return
    names = {r.rule.name for r in wished(view).rules or ()}
    rules = [r for r in seen(view).rules if r.owner == wished(view).security and r.rule.name in names]
    lost: defaultdict[AccountId, list[str]] = defaultdict(list)
    for rule in rules:
        for place in rule.undeployed:
            lost[place.account].append(f"{rule.rule.name} in {rule.region}: {place.reason}")
    otherwise = _otherwise(rules)

    def judge(account: AccountId) -> Said:
        if account not in lost:
            return otherwise
        more = len(lost[account]) - 2
        return bad("; ".join(lost[account][:2]) + (f"; and {more} more" if more > 0 else ""))

    yield from on_accounts(view, "", judge)


def _otherwise(rules: list[OrganizationRule]) -> Said:
    """What is true of an account that AWS Config does not name."""
    if not rules:
        return unsure("there is no rule of the organization")
    for rule in rules:
        said = f"{rule.rule.name} in {rule.region}: "
        if not rule.status:
            return unsure(f"{said}AWS Config does not say whether it stands")
        if "FAILED" in rule.status and not rule.undeployed:
            return unsure(f"{said}{rule.status}, and AWS Config does not say where")
        if rule.status.endswith("_IN_PROGRESS"):
            return unsure(f"{said}{rule.status}")
    return good("AWS Config reports no rule that it could not put there")


CHECK = Check(
    id="config-rules-stand-in-every-account",
    claim="AWS Config could put the organization's rules into every account",
    why=(
        "A rule of the organization is put into each account by AWS Config, and fails without a word where there is no "
        "recorder, or where a policy is in the way: that account is then judged by nobody."
    ),
    decided=(
        "DescribeOrganizationConfigRuleStatuses, and GetOrganizationConfigRuleDetailedStatus where it failed: no "
        "expected account is among those that failed. The evidence is the reason that AWS Config gives."
    ),
    unknown=(
        "The rules could not be read, are still being put there, or there is none. Or the snapshot does not say what "
        "watches."
    ),
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep doctor; then trailkeep apply",
        cli=(
            "aws configservice get-organization-config-rule-detailed-status --organization-config-rule-name RULE "
            "--filters AccountId={account}"
        ),
        cloudformation="not in CloudFormation: put right what the reason names, then update the rule",
        console="AWS Config of that account and Region, Settings: the recorder is on; then Rules",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/APIReference/API_GetOrganizationConfigRuleDetailedStatus.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html",
    ),
    controls=("CL-CFG-05",),
    ask=ask,
    applies=wants(lambda wish: wish.rules is not None),
    optional=True,
)
