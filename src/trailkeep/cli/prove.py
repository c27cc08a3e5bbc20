"""prove."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import entry, say
from trailkeep.cli import options as o
from trailkeep.errors import ExitCode

if TYPE_CHECKING:
    from trailkeep.authz.prove.certificate import Certificate
    from trailkeep.model.principals import Principals
    from trailkeep.model.snapshot import Snapshot


def prove(
    spec: Annotated[
        Path | None,
        typer.Option(
            "--spec", "-f", help="Says which buckets, exempt roles and readers; trailkeep.yaml if it lies here."
        ),
    ] = None,
    claim: Annotated[list[str] | None, typer.Option(help="Only this claim, by its id; again for more.")] = None,
    exempt: Annotated[
        list[str] | None, typer.Option(help="ARN of a role that is trusted, * for any account; again for more.")
    ] = None,
    principals: Annotated[
        Path | None, typer.Option(help="Roles and users, from `trailkeep snapshot --principals FILE`.")
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also which statements hold each claim, and what is taken for granted.")
    ] = False,
    snapshot: o.SnapshotIn = None,
    output: o.OutputAs = o.Output.TABLE,
    output_file: o.OutputFile = None,
    profile: o.Profile = None,
    region: o.RegionName = None,
    workers: o.Workers = 32,
    verbose: o.Verbose = False,
) -> ExitCode:
    """Prove that nobody can delete the logs or stop them, or show the request that can.

    For example: trailkeep prove --snapshot org.json.gz --principals principals.json.gz --details

    Every claim is PROVED, REFUTED with a request that goes through, or UNKNOWN with the reason. It is asked twice: of
    anybody (any role name, administrator rights, any account), and of the principals there are. Exits with 3 when a
    claim is refuted, with 4 when one is unknown; the principals count only where they were given.
    """
    from trailkeep.app.prove import certify, chosen, spec_beside
    from trailkeep.report import prove as report

    claims = chosen(claim)
    wanted = spec_beside(spec)
    seen = _snapshot(snapshot, wanted, profile, region, workers, verbose)
    people = _principals(principals)
    certificate = certify(wanted, seen, people, tuple(exempt or ()), claims, _progress)
    if output is o.Output.JSON:
        say.result_json(report.certificate_json(certificate), output_file)
    else:
        organization = seen.organization
        names = {str(t): organization.path(t) for t in (*organization.units, *organization.accounts)}
        say.result(report.render_certificate(certificate, names, details=details), output_file)
    return _exit_code(certificate, asked_as_is=people is not None)


def _progress(claim: str) -> None:
    if say.is_person():
        say.err().print(f"proving {claim}", style="dim")


def _exit_code(certificate: "Certificate", *, asked_as_is: bool) -> ExitCode:
    proofs = (*certificate.worst_case, *(certificate.as_is if asked_as_is else ()))
    verdicts = {proof.verdict for proof in proofs}
    if "REFUTED" in verdicts:
        return ExitCode.FAILS
    return ExitCode.INCOMPLETE if "UNKNOWN" in verdicts else ExitCode.OK


def _principals(file: Path | None) -> "Principals | None":
    if file is None:
        return None
    from trailkeep.app import principals_file

    return principals_file.read(file)


def _snapshot(
    file: Path | None, wanted: object, profile: str | None, region: str | None, workers: int, verbose: bool
) -> "Snapshot":
    from trailkeep.app.world import Wanted

    if file is not None:
        from trailkeep.app import snapshot_file

        return snapshot_file.read(file)
    from trailkeep.app.world import now, open_cloud, scope_of
    from trailkeep.aws.read.snapshot import read_snapshot
    from trailkeep.cli.watch import Watch

    spec = wanted.spec if isinstance(wanted, Wanted) else None
    cloud = open_cloud(entry.access(profile, region, workers, verbose), spec)
    with Watch() as watch:
        return read_snapshot(cloud, scope_of(spec, watching=False), taken=now(), progress=watch)
