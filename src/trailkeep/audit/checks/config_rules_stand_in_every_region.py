"""AWS Config's rules of the organization stand in every Region."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, Subject, bad, good
from trailkeep.audit.view import View
from trailkeep.audit.watching import seen, unseen, wants, wished
from trailkeep.model.ids import Region
from trailkeep.model.monitoring import RULES, OrganizationRule


def ask(view: View) -> Iterator[Answer]:
    """One answer a Region, about the security account, which owns the rules."""
    if blind := unseen(view, RULES):
        yield Answer(subject=view.whole, said=blind)
        return
    wish = wished(view)
    known = {(r.region, r.rule.name): r for r in seen(view).rules if r.owner == wish.security}
    regions: defaultdict[Region, list[OrganizationRule]] = defaultdict(list)
    for rule in wish.rules or ():
        regions[rule.region].append(rule)
    for region, rules in regions.items():
        wrong = [said for rule in rules if (said := _wrong(rule, known.get((region, rule.rule.name))))]
        yield Answer(subject=_owner(view, region), said=_said(wrong, rules))


def _owner(view: View, region: Region) -> Subject:
    owner = wished(view).security
    name = f"{view.account(owner).name} {region}"
    return Subject(kind="cell", id=f"{owner}/{region}", name=name, account=owner, region=region)


def _wrong(wish: OrganizationRule, found: OrganizationRule | None) -> str:
    if found is None:
        return f"{wish.rule.name} is missing"
    if found.rule != wish.rule:
        return f"{wish.rule.name} is {found.rule}, it should be {wish.rule}"
    left_out = sorted(found.excluded - wish.excluded)
    return f"{wish.rule.name} leaves out {', '.join(left_out[:3])}" if left_out else ""


def _said(wrong: list[str], rules: list[OrganizationRule]) -> Said:
    return bad("; ".join(wrong)) if wrong else good(f"there: {', '.join(r.rule.name for r in rules)}")


CHECK = Check(
    id="config-rules-stand-in-every-region",
    claim="AWS Config's rules of the organization stand in every Region",
    why=(
        "AWS Config is Regional: a rule in the home Region says nothing of the trail that was stopped, or the hub that "
        "was switched off, in another."
    ),
    decided=(
        "DescribeOrganizationConfigRules of the security account in each Region in which an account should log: the "
        "rules of the specification are there, with their parameters, and leave out nobody but accounts that do not "
        "have the Region. Regions that `monitoring.unsupported` names are not asked about. Without a specification: "
        "what stands in one Region stands alike in all."
    ),
    unknown="The rules could not be read, or the snapshot does not say what watches.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-organization-config-rule --region {region} --organization-config-rule-name "
            "trailkeep-trail-enabled --organization-managed-rule-metadata RuleIdentifier=CLOUD_TRAIL_ENABLED"
        ),
        cloudformation=(
            "Type: AWS::Config::OrganizationConfigRule\n"
            "Properties:\n"
            "  OrganizationConfigRuleName: trailkeep-trail-enabled\n"
            "  OrganizationManagedRuleMetadata:\n"
            "    RuleIdentifier: CLOUD_TRAIL_ENABLED\n"
            "    MaximumExecutionFrequency: TwentyFour_Hours"
        ),
        console="the console shows organization rules in each account (AWS Config, Rules), and changes none of them",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/cloudtrail-enabled.html",
    ),
    controls=("CL-CFG-05",),
    ask=ask,
    applies=wants(lambda wish: wish.rules is not None),
    optional=True,
)
