"""The global condition keys: which there are, which are always there, which only AWS's services bring.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from trailkeep.authz import catalogue
from trailkeep.authz.lint.document import Clause
from trailkeep.authz.lint.scope import named

SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"

GLOBAL = {
    key.lower(): key
    for key in (
        "aws:AssumedRoot aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn aws:CurrentTime "
        "aws:Ec2InstanceSourcePrivateIPv4 aws:Ec2InstanceSourceVpc aws:EpochTime aws:FederatedProvider "
        "aws:IsMcpServiceAction "
        "aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn "
        "aws:PrincipalIsAWSService aws:PrincipalOrgID aws:PrincipalOrgMasterAccountId "
        "aws:PrincipalOrgPaths aws:PrincipalServiceName "
        "aws:PrincipalServiceNamesList aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount "
        "aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport aws:SignInSessionArn aws:SourceAccount "
        "aws:SourceArn aws:SourceIdentity aws:SourceIp aws:SourceOrgID aws:SourceOrgPaths aws:SourceVpc "
        "aws:SourceVpcArn aws:SourceVpce aws:TagKeys aws:TokenIssueTime aws:UserAgent aws:ViaAWSMCPService "
        "aws:ViaAWSService aws:VpcSourceIp aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:userid aws:username"
    ).split()
}
"""By their names in lower case."""

_OPEN = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")

ALWAYS = frozenset({"aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:requestedregion"})
"""In every request."""

OF_SERVICES = frozenset({
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename",
    "aws:principalservicenameslist",
})  # fmt: skip
"""Only in requests that a service principal makes, which neither SCPs nor identity policies bind."""

OF_SESSIONS = frozenset({
    "ec2:sourceinstancearn", "ec2:roledelivery", "lambda:sourcefunctionarn", "ssm:sourceinstancearn",
    "glue:credentialissuingservice", "glue:roleassumedby", "identitystore:userid", "identitystore:identitystorearn",
    "codebuild:buildarn", "codebuild:projectarn",
})  # fmt: skip
"""Keys of a role's session, in whatever it asks for.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, network and role
session properties.
"""

_BORROWED = {"catalog": "aws-marketplace", "identitycenter": "sso"}
"""Prefixes of keys that are no service's."""

TRUSTED = frozenset("s3 kms iam cloudtrail config organizations logs".split())
"""Services whose keys were compared with their own pages, so that a missing one is an error."""


def is_global(key: str) -> bool:
    """Whether a key in lower case is one that any request may have."""
    return key in GLOBAL or key in OF_SESSIONS or any(key.startswith(p) and len(key) > len(p) for p in _OPEN)


def is_federated(key: str) -> bool:
    """Keys of identity providers (`token.actions.githubusercontent.com:sub`, `saml:aud`): no list has them all."""
    prefix = key.partition(":")[0]
    return "." in prefix or "/" in prefix or prefix in {"saml", "cognito-identity-auth", "cognito-identity-unauth"}


def of_service(key: str) -> bool:
    """Whether the key's own service, or another that borrows the prefix, has it."""
    prefix = key.partition(":")[0]
    return catalogue.has_key(catalogue.keys(_BORROWED.get(prefix, prefix)), key)


def of_actions(clause: Clause, key: str) -> bool:
    """Whether any action of the statement has the key; yes where the actions cannot be listed."""
    actions = named(clause)
    return not actions or any(catalogue.has_key(a.keys, key) for a in actions)
