"""AWS Config's rules watch the archive and its key."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.audit.watching import differs, seen, unseen, wants, wished
from trailkeep.model.ids import AccountId
from trailkeep.model.monitoring import RULES, AccountRule


def ask(view: View) -> Iterator[Answer]:
    """One answer an account that should have such rules: the archive's, and the one that owns the key."""
    if blind := unseen(view, RULES):
        yield Answer(subject=view.whole, said=blind)
        return
    known = {(r.account, r.region, r.rule.name): r for r in seen(view).account_rules}
    wanted: defaultdict[AccountId, list[AccountRule]] = defaultdict(list)
    for rule in wished(view).own or ():
        wanted[rule.account].append(rule)
    for account, rules in wanted.items():
        pairs = ((rule, known.get((account, rule.region, rule.rule.name))) for rule in rules)
        wrong = [said for rule, found in pairs if (said := differs(rule, found))]
        fine = good(f"there: {', '.join(r.rule.name for r in rules)}")
        yield Answer(subject=view.account(account), said=bad("; ".join(wrong)) if wrong else fine)


CHECK = Check(
    id="config-rules-watch-the-archive",
    claim="AWS Config's rules watch the archive and its key",
    why="Between two audits somebody should notice that versioning, the lock or the key went: AWS Config looks daily.",
    decided=(
        "DescribeConfigRules in the home Region of the archive's account and of the key's: each rule that the "
        "specification means is there, with its parameters and about the same resources. MFA Delete and lifecycle "
        "exclude each other, and so do the rules that ask for them: only that of the chosen protection is looked for."
    ),
    unknown=(
        "The rules could not be read, AWS Config is in neither account, or the snapshot does not say what watches."
    ),
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-config-rule --config-rule ConfigRuleName=trailkeep-archive-versioning,"
            "Source={Owner=AWS,SourceIdentifier=S3_BUCKET_VERSIONING_ENABLED}"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigRule\n"
            "Properties:\n"
            "  ConfigRuleName: trailkeep-archive-versioning\n"
            "  Scope: {ComplianceResourceTypes: ['AWS::S3::Bucket']}\n"
            "  Source: {Owner: AWS, SourceIdentifier: S3_BUCKET_VERSIONING_ENABLED}"
        ),
        console="AWS Config of that account, Rules, Add rule: AWS managed rule",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html",
        "https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRules.html",
    ),
    controls=("CL-CFG-05",),
    ask=ask,
    applies=wants(lambda wish: wish.own is not None),
    optional=True,
)
