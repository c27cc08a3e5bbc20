"""Why trailkeep changes what it changes: the recipe's step, in words, and the AWS page behind it."""

from trailkeep.model.change import Reason

_DOCS = "https://docs.aws.amazon.com/"
_CT = f"{_DOCS}awscloudtrail/latest/userguide/"
_S3 = f"{_DOCS}AmazonS3/latest/userguide/"
_ORG = f"{_DOCS}organizations/latest/userguide/"
_CONFIG = f"{_DOCS}config/latest/developerguide/"

DEDICATED_ACCOUNT = Reason(
    step="1.1",
    text="logs live in an account of their own, in a unit whose policies guard it",
    source=f"{_ORG}orgs_best-practices.html",
)
ALL_FEATURES = Reason(
    step="1.1",
    text="SCPs, RCPs and organization trails need all features",
    source=f"{_ORG}orgs_manage_org_support-all-features.html",
)
TRUSTED_ACCESS = Reason(
    step="2.2",
    text="the service may work in every account",
    source=f"{_ORG}orgs_integrate_services.html",
)
DELEGATE = Reason(
    step="1.1",
    text="the security account administers it, so that the management account need not",
    source=f"{_CT}cloudtrail-delegated-administrator.html",
)
POLICY_TYPE = Reason(
    step="3.3", text="guardrails of this type can be attached", source=f"{_ORG}enable-policy-type.html"
)
BREAK_GLASS = Reason(
    step="3.3",
    text="one way back into the archive, with MFA, that guardrails exempt",
    source=f"{_DOCS}wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html",
)
KEY = Reason(
    step="2.1",
    text="logs are encrypted under a key of another account than the one that holds them",
    source=f"{_CT}create-kms-key-policy-for-cloudtrail.html",
)
BUCKET = Reason(
    step="2.1",
    text="one bucket a service: AWS Config cannot deliver into a bucket with default retention",
    source=f"{_CONFIG}manage-delivery-channel.html",
)
VERSIONING = Reason(step="2.1", text="an overwritten or deleted log is still there", source=f"{_S3}Versioning.html")
PUBLIC = Reason(
    step="2.1",
    text="nobody can make logs public",
    source=f"{_S3}access-control-block-public-access.html",
)
OWNERSHIP = Reason(
    step="2.1",
    text="the archive account owns every object, ACLs are off",
    source=f"{_S3}about-object-ownership.html",
)
ENCRYPTION = Reason(
    step="2.1", text="objects are encrypted when nobody says how", source=f"{_S3}bucket-encryption.html"
)
LIFECYCLE = Reason(
    step="2.1",
    text="logs are kept as long as promised, and not for ever",
    source=f"{_S3}object-lifecycle-mgmt.html",
)
LOCK = Reason(
    step="3.2",
    text="nobody can delete or overwrite a log before its time",
    source=f"{_S3}object-lock.html",
)
MFA_DELETE = Reason(
    step="3.2",
    text="deleting a version takes the root user and a code",
    source=f"{_S3}MultiFactorAuthenticationDelete.html",
)
TAGS = Reason(step="2.1", text="who owns it can be seen", source=f"{_S3}CostAllocTagging.html")
TRAIL_POLICY = Reason(
    step="2.1",
    text="CloudTrail alone may write, nobody may delete, named auditors may read",
    source=f"{_CT}create-s3-bucket-policy-for-cloudtrail.html",
)
CONFIG_POLICY = Reason(
    step="2.1",
    text="AWS Config alone may write, nobody may delete, named auditors may read",
    source=f"{_CONFIG}s3-bucket-policy.html",
)
ORGANIZATION_TRAIL = Reason(
    step="2.2",
    text="one trail hears every account in every Region, and members cannot touch it",
    source=f"{_CT}creating-trail-organization.html",
)
MEMBER_TRAIL = Reason(
    step="2.2",
    text="each account has its trail, as the recipe writes it",
    source=f"{_CT}cloudtrail-create-and-update-a-trail.html",
)
SELECTORS = Reason(
    step="2.2",
    text="all management events, and who touches log objects",
    source=f"{_CT}logging-data-events-with-cloudtrail.html",
)
LOGGING = Reason(
    step="2.2", text="a new trail does not log until it is started", source=f"{_CT}cloudtrail-turning-off-logging.html"
)
SERVICE_ROLE = Reason(
    step="2.3",
    text="the service-linked role always has the right permissions and no SCP binds it",
    source=f"{_CONFIG}using-service-linked-roles.html",
)
RECORDER = Reason(
    step="2.3",
    text="every resource type is recorded, the global IAM types in one Region",
    source=f"{_CONFIG}select-resources.html",
)
CHANNEL = Reason(
    step="2.3", text="history and daily snapshots go to the archive", source=f"{_CONFIG}manage-delivery-channel.html"
)
RECORDING = Reason(
    step="2.3", text="a recorder records only once it is started", source=f"{_CONFIG}stop-start-recorder.html"
)
GUARD = Reason(
    step="3.1",
    text="roles of the archive account cannot delete logs",
    source=f"{_DOCS}IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
)
ARCHIVE_SCP = Reason(
    step="3.3",
    text="no principal of the archive account, root included, can delete logs or weaken their protection",
    source=f"{_ORG}orgs_manage_policies_scps.html",
)
MEMBER_SCP = Reason(
    step="3.3",
    text="no member can stop trails or recorders, or leave the organization",
    source=f"{_ORG}orgs_manage_policies_scps.html",
)
ARCHIVE_RCP = Reason(
    step="3.3",
    text="principals elsewhere, the management account's included, cannot delete logs either",
    source=f"{_ORG}orgs_manage_policies_rcps.html",
)
RETIRE = Reason(
    step="2.2",
    text="a second copy of management events is billed; it was named to be retired",
    source=f"{_CT}creating-an-organizational-trail-best-practice.html",
)
_HUB = f"{_DOCS}securityhub/latest/userguide/"
_EVENTS = f"{_DOCS}eventbridge/latest/userguide/"
ORGANIZATION_RULE = Reason(
    step="4.1",
    text="AWS Config judges every account in every Region, new ones too",
    source=f"{_CONFIG}config-rule-multi-account-deployment.html",
)
ARCHIVE_RULE = Reason(
    step="4.1",
    text="the archive itself is judged where it lives: an organization rule cannot be for one account",
    source=f"{_CONFIG}managed-rules-by-aws-config.html",
)
DETECTOR = Reason(
    step="4.1",
    text="one detector that needs no trail: when the trail stops, its alarms stop with it",
    source=f"{_CONFIG}cloudtrail-enabled.html",
)
PACK = Reason(
    step="4.1",
    text="the logging rules that judge an account as a whole, as one score",
    source=f"{_CONFIG}conformance-pack-organization-apis.html",
)
AGGREGATOR = Reason(
    step="4.1", text="compliance of every account, seen from one", source=f"{_CONFIG}aggregate-data.html"
)
AGGREGATOR_ROLE = Reason(
    step="4.1",
    text="the aggregator asks Organizations who belongs to it",
    source=f"{_CONFIG}set-up-aggregator-cli.html",
)
HUB = Reason(
    step="4.2",
    text="the posture of every account, configured in one place",
    source=f"{_HUB}start-central-configuration.html",
)
HUB_POLICY = Reason(
    step="4.2",
    text="the chosen standards, without controls that contradict the chosen protection",
    source=f"{_HUB}create-associate-policy.html",
)
ALARM_ROLE = Reason(
    step="4.1",
    text="an event rule sends to another account as a role",
    source=f"{_EVENTS}eb-cross-account.html",
)
ALARM_BUS = Reason(
    step="4.1",
    text="events of every account and Region come together on one bus",
    source=f"{_EVENTS}eb-cross-account.html",
)
ALARM_TOPIC = Reason(step="4.1", text="one place that tells people", source=f"{_EVENTS}eb-targets.html")
ALARM = Reason(
    step="4.1",
    text="who stops logging, touches the archive or its keys, or leaves, is heard of at once",
    source=f"{_DOCS}awscloudtrail/latest/userguide/cloudtrail-aws-service-specific-topics.html",
)
