"""What the two SCPs say of monitoring: nobody silences the alarms, ends the rules, or leaves Security Hub.

Action names: Service Authorization Reference of each service. A Config rule's ARN holds an id of AWS's choosing, so
rules are guarded in the archive's accounts only; in members AWS itself guards those of the organization
(https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html).
"""

from trailkeep.setup.documents.statement import Statement, deny
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec

RULE_CHANGES = (
    "events:DeleteRule",
    "events:DisableRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
)
HUB_LEAVING = (
    "securityhub:DisableImportFindingsForProduct",
    "securityhub:DisableSecurityHub",
    "securityhub:DisassociateFromAdministratorAccount",
)
HUB_UNDOING = (
    "securityhub:DeleteConfigurationPolicy",
    "securityhub:DeleteFindingAggregator",
    "securityhub:DeleteMembers",
    "securityhub:DisassociateMembers",
    "securityhub:StartConfigurationPolicyDisassociation",
    "securityhub:UpdateConfigurationPolicy",
    "securityhub:UpdateOrganizationConfiguration",
)
RULES_ENDING = (
    "config:DeleteConfigRule",
    "config:DeleteConfigurationAggregator",
    "config:DeleteConformancePack",
    "config:DeleteEvaluationResults",
    "config:DeleteOrganizationConfigRule",
    "config:DeleteOrganizationConformancePack",
)
BUS_PERMISSIONS = ("events:PutPermission", "events:RemovePermission")
"""They take no resource in a policy, so they are denied for every bus of the archive's accounts."""
TOPIC_CHANGES = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Unsubscribe",
)


def guarded_roles(spec: Spec, places: Places) -> tuple[str, ...]:
    """ARN patterns of the roles that nobody else may change: those that are exempt, and the one that sends alarms."""
    if spec.monitoring is None or spec.monitoring.alarms is None:
        return places.exempt
    sender = f"arn:{places.partition}:iam::*:role{spec.created.iam_path}{spec.created.name_prefix}-alarms"
    return (*places.exempt, sender)


def watching_members(spec: Spec, places: Places) -> list[Statement]:
    """For every guarded unit."""
    part, found = spec.monitoring, []
    if part is not None and part.alarms is not None:
        found.append(deny("Alarms", RULE_CHANGES, [_rules(spec, places)], places.exempt))
    if part is not None and part.security_hub is not None:
        found.append(deny("SecurityHub", HUB_LEAVING, ["*"], places.exempt))
    return found


def watching_archive(spec: Spec, places: Places) -> list[Statement]:
    """For the archive account and the one that watches."""
    part, found, prefix = spec.monitoring, [], spec.created.name_prefix
    if part is None:
        return []
    if part.config_rules or part.conformance_pack or part.aggregator:
        found.append(deny("Rules", RULES_ENDING, ["*"], [places.break_glass]))  # a rollback detaches this first
    if part.security_hub is not None:
        found.append(deny("SecurityHub", HUB_LEAVING + HUB_UNDOING, ["*"], places.exempt))
    if part.alarms is not None:
        here = f"arn:{places.partition}:{{}}:*:{places.security}:{{}}"
        bus, topic = here.format("events", f"event-bus/{prefix}"), here.format("sns", f"{prefix}-tampering")
        telling = here.format("events", f"rule/{prefix}/{prefix}-*")
        found.append(deny("Alarms", RULE_CHANGES, [_rules(spec, places), telling], places.exempt))
        found.append(deny("Bus", ["events:DeleteEventBus"], [bus], places.exempt))
        found.append(deny("BusPermissions", BUS_PERMISSIONS, ["*"], places.exempt))
        found.append(deny("Topic", TOPIC_CHANGES, [topic], places.exempt))
    return found


def _rules(spec: Spec, places: Places) -> str:
    return f"arn:{places.partition}:events:*:*:rule/{spec.created.name_prefix}-*"
