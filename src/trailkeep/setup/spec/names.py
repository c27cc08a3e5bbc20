"""Which names and addresses AWS accepts, beyond what a pattern can say: each rule answers what is wrong, or ""."""

import re
import unicodedata

_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_NOT_IN_LOCAL_PART = frozenset("\"'()<>[]:;,\\|%&")
_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def email_fault(email: str) -> str:  # noqa: PLR0911 one line a rule
    """What makes an address unfit for an account's root user (botocore model organizations CreateAccount Email)."""
    local, at, domain = email.partition("@")
    if not email.isascii():
        return "holds a character outside ASCII"
    if at != "@" or "@" in domain:
        return "must hold exactly one @"
    if not 6 <= len(email) <= 64:
        return f"has {len(email)} characters; 6 to 64 are allowed"
    if not local or local.startswith("."):
        return "begins with a dot" if local else "has nothing before the @"
    if bad := sorted({c for c in local if c in _NOT_IN_LOCAL_PART or c.isspace() or not c.isprintable()}):
        return f"holds {' '.join('a space' if c.isspace() else c for c in bad)} before the @"
    if "." not in domain:
        return "has no dot in its domain"
    if not re.fullmatch(r"[A-Za-z0-9.-]+", domain):
        return "has a domain with other signs than letters, digits, - and ."
    return "has a domain that begins or ends with - or ." if domain[0] in ".-" or domain[-1] in ".-" else ""


def bucket_fault(name: str) -> str:
    """What makes a bucket's name unfit.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    if not 3 <= len(name) <= 63:
        return f"has {len(name)} characters; a bucket's name has 3 to 63"
    if ".." in name:
        return "holds two dots in a row"
    if _ADDRESS.fullmatch(name):
        return "looks like an IP address"
    if prefix := next((p for p in _BUCKET_PREFIXES if name.startswith(p)), ""):
        return f"begins with `{prefix}`, which S3 reserves"
    suffix = next((s for s in _BUCKET_SUFFIXES if name.endswith(s)), "")
    return f"ends with `{suffix}`, which S3 reserves" if suffix else ""


def trail_fault(name: str) -> str:
    """What makes a trail's name unfit (botocore model cloudtrail CreateTrail Name)."""
    if re.search(r"[._-]{2}", name):
        return "holds two of . _ - in a row"
    return "looks like an IP address" if _ADDRESS.fullmatch(name) else ""


def tag_key_fault(key: str) -> str:
    """What makes a tag's key unfit.

    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if key.lower().startswith("aws:"):
        return "begins with `aws:`, which AWS reserves"
    bad = sorted({c for c in key if unicodedata.category(c)[0] not in "LNZ" and c not in "_.:/=+-@"})
    return f"holds {' '.join(bad)}" if bad else ""
