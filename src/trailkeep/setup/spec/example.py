"""The specification that the documentation shows; a test loads it."""

EXAMPLE = """\
# yaml-language-server: $schema=trailkeep.schema.json
version: 1
organization:
  home_region: eu-west-1              # enabled by default in every account
  regions: enabled                    # or a list: [eu-west-1, us-east-1]
  access_role: OrganizationAccountAccessRole
  exclude:                            # neither expected to log nor unknown
    - {ou: Sandbox, regions: [us-west-1], reason: "Region denied by SCP", until: 2027-06-30}
accounts:
  log_archive: {name: Log Archive, email: aws+log-archive@example.com, ou: Security}
  security: {name: Security Tooling, email: aws+security@example.com, ou: Security}
archive:
  name: acme                          # acme-trail-<account>-<region>, acme-config-<account>-<region>
  protection: lock                    # or mfa: MFA Delete; then retention_days must be null
  lock: {mode: governance, days: 365}
  retention_days: 2557
  encryption: kms                     # or s3
  readers: ["arn:aws:iam::222222222222:role/SecurityAudit"]
trail:
  scope: organization                 # or members
  name: trailkeep
  log_bucket_data_events: true
recorder:
  scope: all
  frequency: continuous
guardrails:
  canary: Sandbox                     # gets each guardrail first
  attach_to: [Security, Workloads]    # units, accounts, or root
  break_glass_role: TrailkeepBreakGlass
  deployer_role: TrailkeepDeployer
monitoring:                           # leave it out, and nothing watches
  security_hub:
    standards: [aws-foundational-security-best-practices/v/1.0.0]
  alarms:
    notify: [security@example.com]    # also https://…, ARNs of SQS queues and Lambda functions
tags: {owner: platform}
"""
