"""The conformance pack for logging stands in every account, as it would be written today."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import seen, unseen, wants, wished
from trailkeep.model.monitoring import RULES, Pack


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=unseen(view, RULES) or _said(view))


def _said(view: View) -> Said:
    wish = wished(view).pack
    assert wish is not None
    key = (wish.owner, wish.region, wish.name)
    found = next((p for p in seen(view).packs if (p.owner, p.region, p.name) == key), None)
    if found is None:
        return bad(f"there is no pack {wish.name} in {wish.region}")
    wrong = _wrong(view, wish, found)
    if wrong:
        return bad(f"{wish.name}: {wrong}")
    if found.status.endswith("_SUCCESSFUL"):
        return good(f"{wish.name} stands in {wish.region} of every account, with content {wish.content[:8]}")
    return unsure(f"{wish.name}: {found.status or 'AWS Config does not say whether it stands'}")


def _wrong(view: View, wish: Pack, found: Pack) -> str:
    if found.content != wish.content:
        return f"its content is {found.content[:8] or 'somebody else’s'}, today's is {wish.content[:8]}"
    left_out = sorted(found.excluded - wish.excluded)
    if left_out:
        return f"it leaves out {', '.join(left_out[:3])}"
    expected = frozenset(view.promise.accounts)
    lost = [f"{u.account}: {u.reason}" for u in found.undeployed if u.account in expected]
    if lost:
        return f"{found.status}, in {len(lost)} accounts, {lost[0]}"
    return found.status if "FAILED" in found.status and not found.undeployed else ""


CHECK = Check(
    id="conformance-pack-stands-as-written",
    claim="The conformance pack for logging stands in every account, as it would be written today",
    why=(
        "AWS Config never gives a pack's template back: somebody's weaker pack of the same name looks the same. So a "
        "digest of the template travels with it, as a parameter that has no effect."
    ),
    decided=(
        "DescribeOrganizationConformancePacks and its statuses in the home Region: the pack is there, its digest is "
        "that of the template that the specification means today, and no expected account failed. Who changes the "
        "template and keeps the digest is not found out. Without a specification the content is not compared."
    ),
    unknown="The packs could not be read, the pack is being put there, or the snapshot does not say what watches.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice get-organization-conformance-pack-detailed-status "
            "--organization-conformance-pack-name trailkeep-logging"
        ),
        cloudformation=(
            "Type: AWS::Config::OrganizationConformancePack\n"
            "Properties:\n"
            "  OrganizationConformancePackName: trailkeep-logging\n"
            "  TemplateBody: TEMPLATE"
        ),
        console="AWS Config of the security account, Conformance packs",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/conformance-pack-organization-apis.html",
        "https://docs.aws.amazon.com/config/latest/APIReference/API_OrganizationConformancePackStatus.html",
    ),
    controls=("CL-CFG-05",),
    ask=ask,
    applies=wants(lambda wish: wish.pack is not None),
    optional=True,
)
