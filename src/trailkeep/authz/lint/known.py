"""What a lint knows besides the document: the organization, if there is a snapshot, and the policies beside it."""

from dataclasses import dataclass

from trailkeep.authz.lint.document import Document
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The snapshot (None: nothing is known of the organization), and every policy that is judged in this run."""

    documents: tuple[Document, ...] = ()
    snapshot: Snapshot | None = None

    @property
    def organization(self) -> Organization | None:
        """The organization, if it is known."""
        return self.snapshot.organization if self.snapshot else None

    @property
    def partition(self) -> str:
        """The organization's partition, "" if it is not known."""
        return self.snapshot.organization.partition if self.snapshot else ""

    @property
    def buckets(self) -> tuple[str, ...]:
        """The archive's buckets, and those that trails deliver to."""
        if self.snapshot is None:
            return ()
        return tuple(sorted({b.name for b in self.snapshot.buckets} | {t.bucket for t in self.snapshot.trails} - {""}))

    def at(self, target: str, form: str) -> tuple[Document, ...]:
        """The SCPs or RCPs attached to one target, in order of name."""
        found = (d for d in self.documents if d.form == form and target in (d.attached or ()))
        return tuple(sorted(found, key=lambda d: d.name))

    def together(self, document: Document) -> tuple[Document, ...]:
        """The policies in force wherever this one is: itself, those given with it, those at or above its targets."""
        organization = self.organization
        targets = document.attached if document.form in _ATTACHED else (document.account,) if document.account else None
        if organization is None or targets is None:
            return tuple(d for d in self.documents if d.form not in _ATTACHED or d.attached is None) or (document,)
        chains = [set(organization.chain(target)) for target in targets]
        return tuple(d for d in self.documents if d is document or _is_in_force(d, chains))


_ATTACHED = frozenset({"scp", "rcp"})


def _is_in_force(document: Document, chains: list[set[str]]) -> bool:
    """Whether a policy binds in all of these chains; that of a resource binds everybody, an identity policy few."""
    if document.form in _ATTACHED and document.attached is not None:
        return bool(chains) and all(chain & set(document.attached) for chain in chains)
    return document.form in {"resource", "key"}
