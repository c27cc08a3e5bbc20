"""botocore's failures in a person's words: the only place that translates them."""

import re
from collections.abc import Mapping

import botocore.exceptions as boto

from trailkeep.errors import AwsError

_KEY_ID = re.compile(r"\b(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b")
_ENCODED = re.compile(r"Encoded authorization failure message: \S+")
_LONGEST = 600

_EXPIRED = "the credentials have expired: sign in again (for example `aws sso login`), then repeat the command"
_DENIED = "grant the role this action, or exclude the account or Region in the specification"
_SCP = "a service control policy denies it: exempt the access role there, or exclude the account or Region"
_RCP = "a resource control policy denies it: exempt the access role there"
_REGION_OFF = "the Region is probably not enabled in that account (or the credentials are of another partition)"
_THROTTLED = "AWS is throttling: run again later, or with fewer workers; another tool may use the same quota"
_FEATURES = "enable all features: Organizations console, Settings, or `aws organizations enable-all-features`"
_CREDENTIALS = "configure credentials: set AWS_PROFILE, pass --profile, or run `aws configure sso`"

_HINTS: Mapping[str, str] = {
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled"), _DENIED),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"), _EXPIRED),
    **dict.fromkeys(("SSOTokenLoadError", "UnauthorizedSSOTokenError", "LoginRefreshRequired"), _EXPIRED),
    **dict.fromkeys(("OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId"), _REGION_OFF),
    **dict.fromkeys(("AuthFailure", "InvalidAccessKeyId", "InvalidToken"), _REGION_OFF),
    **dict.fromkeys(
        ("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"),
        _THROTTLED,
    ),
    "OrganizationNotInAllFeaturesModeException": _FEATURES,
    "AWSOrganizationsNotInUseException": "use credentials of the organization's management account, "
    "or create an organization first: `aws organizations create-organization`",
    "InsufficientDeliveryPolicyException": "AWS Config cannot write there: try `recorder.write_condition: accounts`; "
    "an SCP or RCP on the log archive may also be in the way",
    "InsufficientS3BucketPolicyException": "CloudTrail cannot write there: another tool may have replaced the bucket's "
    "policy, or an RCP on the log archive denies it",
    **dict.fromkeys(
        ("MalformedPolicy", "MalformedPolicyDocumentException"),
        "a principal that does not exist makes a policy malformed: check `archive.readers`",
    ),
    "SignatureDoesNotMatch": "check the secret key and this machine's clock",
    "RequestTimeTooSkewed": "set this machine's clock",
    "FinalizingOrganizationException": "the organization is still being set up: wait an hour, then run again",
    "NoCredentialsError": _CREDENTIALS,
    "CredentialRetrievalError": _CREDENTIALS,
    "PartialCredentialsError": _CREDENTIALS,
    "ProfileNotFound": "`aws configure list-profiles` lists the profiles of this machine",
    "EndpointConnectionError": "check the network, proxy and DNS; the service may not be offered in that Region",
    "ConnectTimeoutError": "check the network and proxy; a VPC endpoint policy or firewall may be in the way",
    "ReadTimeoutError": "AWS did not answer in time: run again",
    "SSLError": "check the proxy's certificate: AWS_CA_BUNDLE names a bundle to trust",
    "NotInLab": "this call is not part of the embedded organization; it works against AWS",
}


def code_of(error: Exception) -> str:
    """AWS's own code for an answer, botocore's class name for a failure without an answer."""
    if isinstance(error, boto.ClientError):
        return str(error.response.get("Error", {}).get("Code", "")) or "Unknown"
    return type(error).__name__


def translate(error: Exception, *, doing: str, where: str) -> AwsError:
    """The AwsError that says it: "could not DOING in WHERE: what AWS said", AWS's code, and what to do."""
    code = code_of(error)
    said = _said(error)
    return AwsError(f"could not {doing} in {where}: {said}", code=code, hint=_hint(code, said))


def _said(error: Exception) -> str:
    if isinstance(error, boto.ClientError):
        found = error.response.get("Error", {})
        text = f"{found.get('Message') or 'no reason given'} ({found.get('Code', 'Unknown')})"
    else:
        text = str(error)
    text = _ENCODED.sub("", _KEY_ID.sub(r"\1…", " ".join(text.split())))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _hint(code: str, said: str) -> str:
    if "service control policy" in said:
        return _SCP
    if "resource control policy" in said:
        return _RCP
    return _HINTS.get(code, "")
