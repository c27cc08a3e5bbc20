"""A first specification, proposed from the organization as it is: what exists is adopted, comments say why."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator

from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.propose import observed
from trailkeep.setup.propose.decide import RETENTION_DAYS, Answers, Proposal, decide
from trailkeep.setup.spec.schema import SCHEMA_FILE
from trailkeep.setup.spec.yamltext import printable, scalar
from trailkeep.setup.targets import candidates

NO_ANSWERS = Answers()


def propose(snapshot: Snapshot, answers: Answers = NO_ANSWERS) -> str:
    """The text of a specification (YAML with comments) that `load` accepts, for the organization in `snapshot`.

    Existing dedicated accounts, the organization trail and its buckets are adopted; nothing is proposed that would
    weaken what an adopted bucket has. An answer is written down as it is, even if `load` will then object.
    """
    proposal = decide(snapshot, answers)
    parts = [
        _head(snapshot),
        _organization(proposal),
        _accounts(proposal),
        _archive(proposal),
        _trail(proposal, snapshot),
        _recorder(),
        _guardrails(proposal, snapshot),
        _monitoring(proposal, snapshot),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _head(snapshot: Snapshot) -> Iterator[str]:
    organization = snapshot.organization
    active = sum(1 for _ in snapshot.active())
    units = len(organization.units) - 1
    yield f"# yaml-language-server: $schema={SCHEMA_FILE}"
    yield "#"
    yield from _comment(
        f"Proposed for organization {organization.id} as it was on {snapshot.taken:%Y-%m-%d}: "
        f"{_count(len(organization.accounts), 'account')}, {active} of them active, "
        f"in {_count(units, 'organizational unit')}. Read it, change it, then run `trailkeep plan`."
    )
    for finding in _findings(snapshot):
        yield "#"
        yield from _comment(finding)
    yield "version: 1"


def _findings(snapshot: Snapshot) -> Iterator[str]:
    organization = snapshot.organization
    if names := observed.control_tower(snapshot):
        yield f"AWS Control Tower is at work here. What it manages is read but never changed: {_few(names)}."
    copies = [t for t in snapshot.trails if not t.is_organization]
    if copies:
        shown = _few(f"{t.name} of {_who(snapshot, t.owner)} in {t.home_region}" for t in copies)
        yield (
            f"Trails of single accounts ({len(copies)}): {shown}. Beside an organization trail each is a paid copy of "
            "the same management events; trailkeep does not stop them, you may after a day of overlap."
        )
    recorders = [c.recorder.name for cells in snapshot.cells.values() for c in cells.values() if c.recorder]
    if others := sorted({n for n in recorders if n != "default"}):
        yield (
            f"AWS Config recorders exist under other names ({_few(others)}). They are adopted under these names: "
            "an account has only one in each Region."
        )
    invited = [a.name for a in snapshot.active() if a.invited and a.id != organization.management]
    if invited:
        yield (
            f"Joined by invitation, so perhaps without the role OrganizationAccountAccessRole: {_few(invited)}. "
            "trailkeep needs that role, or another named as `organization.access_role`, in every account."
        )
    asleep = [a for _, a in sorted(organization.accounts.items()) if not a.is_active]
    if asleep:
        shown = _few(f"{a.name} ({a.id}, {a.state})" for a in asleep)
        yield f"Not active, so not expected to log: {shown}."
    if snapshot.unreachable:
        shown = _few(sorted({_who(snapshot, u.account) for u in snapshot.unreachable}))
        yield f"Could not be read completely, so this proposal may miss what is there: {shown}."


def _organization(proposal: Proposal) -> Iterator[str]:
    yield "organization:"
    yield f"  home_region: {_quoted(proposal.home)}  # {printable(proposal.home_because)}"
    yield "  regions: enabled  # every Region that an account has enabled; or a list"


def _accounts(proposal: Proposal) -> Iterator[str]:
    yield "accounts:"
    for key, part, duty in (
        ("log_archive", proposal.archive, "Owns the buckets; keep everything else out of it."),
        ("security", proposal.security, "Delegated administrator; owns the keys."),
    ):
        if part.existing is not None:
            state = f"Exists ({part.existing.id}) and is adopted."
        elif part.email.endswith("@example.com"):
            state = "Will be created: write an address whose mail you can read."
        else:
            state = "Will be created." if part.is_asked else "Will be created: check that mail to this address arrives."
        yield from _comment(f"{duty} {state}", indent="  ")
        yield f"  {key}:"
        yield f"    name: {_quoted(part.name)}"
        yield f"    email: {_quoted(part.email)}"
        yield f"    ou: {_quoted(part.ou)}"


def _archive(proposal: Proposal) -> Iterator[str]:
    yield "archive:"
    yield f"  name: {_quoted(proposal.name)}  # new buckets: {printable(proposal.name)}-<kind>-<account>-<region>"
    if proposal.trail_bucket is not None:
        yield f"  trail_bucket: {_quoted(proposal.trail_bucket.name)}  # adopted: the organization trail delivers there"
    if proposal.config_bucket is not None:
        yield f"  config_bucket: {_quoted(proposal.config_bucket.name)}  # adopted: AWS Config delivers there"
    if proposal.protection == "mfa":
        yield "  protection: mfa  # MFA Delete, which only the root user of the account can switch on"
        yield "  retention_days: null  # S3 refuses lifecycle rules beside MFA Delete: logs are kept for ever"
    else:
        lock = proposal.lock
        yield "  protection: lock  # Object Lock; or mfa for MFA Delete, which goes without lifecycle rules"
        yield f"  lock: {{mode: {lock.mode}, days: {lock.days}}}  # compliance can be undone by nobody, not even by AWS"
        shown = "null" if proposal.retention is None else str(proposal.retention)
        yield f"  retention_days: {shown}  # {_years(proposal.retention)}"
    yield "  encryption: kms  # a key of the security account; or s3"
    yield "  readers: []  # ARNs of the roles that may read the logs, such as your auditors'"


def _trail(proposal: Proposal, snapshot: Snapshot) -> Iterator[str]:
    yield "trail:"
    yield f"  scope: {proposal.scope}  # organization: one trail for all accounts; members: one in each account"
    trail = observed.adoptable_trail(snapshot)
    if trail is not None and proposal.scope == "organization" and trail.home_region == proposal.home:
        yield f"  name: {_quoted(trail.name)}  # the organization trail that exists"
    else:
        yield "  name: trailkeep"
    if trail is None and (others := observed.organization_trails(snapshot)):
        yield from _comment(
            f"The organization trail {others[0].name} stays as it is; this one would be a second, and paid, copy "
            "of the same management events.",
            indent="  ",
        )
    yield "  log_bucket_data_events: true  # who reads, writes or deletes log objects"


def _recorder() -> Iterator[str]:
    yield "recorder:"
    yield "  scope: all"
    yield "  frequency: continuous  # daily is dearer where a resource changes less than four times a day"


def _guardrails(proposal: Proposal, snapshot: Snapshot) -> Iterator[str]:
    organization = snapshot.organization
    parts = (proposal.archive, proposal.security)
    homes = [t for part in parts for t in candidates(part.ou, organization, "unit")]
    sandbox = observed.canary(snapshot, homes)
    names = [observed.unit_name(u, organization) for u in observed.inhabited(snapshot)]
    units = f"[{', '.join(_quoted(n) for n in names)}]"
    yield "guardrails:"
    if sandbox is None:
        yield from _comment(
            "No sandbox was found, so nothing is attached yet: name a unit or account whose loss would not hurt as "
            "`canary`, then the units to guard.",
            indent="  ",
        )
        yield "  # canary: …"
        if names:
            yield f"  # attach_to: {units}"
        yield "  attach_to: []"
        return
    yield f"  canary: {_quoted(observed.unit_name(sandbox, organization))}  # gets each guardrail first"
    yield f"  attach_to: {units}  # the units with active accounts"


def _monitoring(proposal: Proposal, snapshot: Snapshot) -> Iterator[str]:
    yield "monitoring:  # leave this part out, and nothing watches"
    yield "  config_rules: true  # billed by evaluation: some 60 a month for each account and Region"
    governor = observed.hub_governor(snapshot, proposal.security.existing)
    if governor:
        yield f"  security_hub: null  # {printable(governor)}"
    else:
        yield "  security_hub:  # Security Hub CSPM, billed by its checks; null leaves it alone"
        yield "    standards: [aws-foundational-security-best-practices/v/1.0.0]"
    yield "  alarms:  # tampering anywhere, told in one place"
    listener = _quoted(proposal.security.email) if "@" in proposal.security.email else ""
    yield f"    notify: [{listener}]  # e-mail addresses, https://…, ARNs of SQS queues or Lambda functions"


def _years(days: int | None) -> str:
    if days is None:
        return "kept for ever"
    return "seven years" if days == RETENTION_DAYS else f"{days / 365.25:.1f} years"


def _who(snapshot: Snapshot, account: str) -> str:
    found = next((a for a in snapshot.organization.accounts.values() if a.id == account), None)
    return found.name if found else account


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _few(items: Iterable[str]) -> str:
    """The first five, and how many more."""
    known = list(items)
    more = f" and {len(known) - 5} more" if len(known) > 5 else ""
    return ", ".join(known[:5]) + more


def _comment(text: str, indent: str = "") -> Iterator[str]:
    for line in textwrap.wrap(printable(text), width=100 - len(indent), break_long_words=False, break_on_hyphens=False):
        yield f"{indent}# {line}"


_WORDS_OF_YAML_1_1 = frozenset({"y", "n", "yes", "no", "on", "off"})


def _quoted(text: str) -> str:
    """The text as a YAML value: bare where every YAML parser reads it as this text, else in quotation marks."""
    is_bare = re.fullmatch(r"[A-Za-z]([A-Za-z0-9 _./+@-]*[A-Za-z0-9])?", text) and scalar(text) == text
    return text if is_bare and text.lower() not in _WORDS_OF_YAML_1_1 else json.dumps(text, ensure_ascii=False)
