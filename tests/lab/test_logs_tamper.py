"""Every damage is what its name says, in a folder and in the lab's S3, and hits nothing else."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from cryptography.exceptions import InvalidSignature
from typer.testing import CliRunner

from tests.forks import start
from tests.lab.conftest import World, refusal
from tests.lab.delivered import Archive, chains, check_chain, check_signature, log_keys, read_bucket
from tests.lab.test_logs import published, read_folder, shape
from trailkeep.cli.main import app
from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.lab.logs.controls import FAULTS
from trailkeep.lab.logs.shape import account_ids, region_names
from trailkeep.lab.logs.tamper import KINDS, Where, tamper
from trailkeep.lab.logs.targets import write_folder
from trailkeep.lab.logs.vaults import FolderVault

BUCKET = "trailkeep-lab-logs"
MANAGEMENT = "111111111111"
IN_FOLDERS = [kind for kind in KINDS if kind != "object-archived"]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tamper") / "healthy"
    write_folder(shape(backfills=0), made)
    return made


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy, tmp_path / "damaged"))


def damage(folder: Path, kind: str, **where: tuple[str, ...]) -> tuple[list[str], Archive]:
    hit = tamper(FolderVault(folder), kind, seed=3, where=Where(**where))
    return list(hit.keys), read_folder(folder)


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_it_hits_what_it_says_and_nothing_else(kind: str, folder: Path, healthy: Path) -> None:
    before = read_folder(healthy)
    keys, after = damage(folder, kind)
    assert keys
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    if kind == "digest-unlinked":  # the digests after it are signed again, so that one link only is wrong
        assert set(keys) <= changed
        assert {key.rpartition("_trailkeep_")[0] for key in changed} == {keys[0].rpartition("_trailkeep_")[0]}
    else:
        assert changed == set(keys)


@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_the_same_seed_hits_the_same(kind: str, folder: Path, healthy: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(healthy, tmp_path / "again"))
    assert damage(folder, kind) == damage(again, kind)


def hash_in_digest(archive: Archive, key: str) -> str:
    return next(
        str(log["hashValue"])
        for digests in chains(archive).values()
        for digest in digests
        for log in archive[digest].json["logFiles"]
        if log["s3Object"] == key
    )


@pytest.mark.parametrize("kind", ["object-overwritten", "object-edited"])
def test_a_changed_log_no_longer_has_its_hash(kind: str, folder: Path) -> None:
    (key,), archive = damage(folder, kind)
    assert hashlib.sha256(archive[key].content).hexdigest() != hash_in_digest(archive, key)
    assert "Records" in archive[key].json


def test_a_log_zipped_again_still_has_its_hash(folder: Path) -> None:
    (key,), archive = damage(folder, "object-regzipped")
    assert hashlib.sha256(archive[key].content).hexdigest() == hash_in_digest(archive, key)


def test_truncated_and_appended_logs_are_no_single_gzip_member(folder: Path, healthy: Path) -> None:
    (key,), archive = damage(folder, "object-truncated")
    with pytest.raises(EOFError):
        gzip.decompress(archive[key].body)
    (key,), archive = damage(folder, "object-appended")
    assert archive[key].content.startswith(read_folder(healthy)[key].content)
    assert archive[key].content.endswith(b'{"Records":[]}')


def test_a_forged_log_is_in_no_digest(folder: Path) -> None:
    (key,), archive = damage(folder, "object-forged")
    assert key in log_keys(archive)
    with pytest.raises(StopIteration):
        hash_in_digest(archive, key)


@pytest.mark.parametrize(("kind", "number"), [("digest-deleted", 1), ("digests-deleted", 3)])
def test_digests_are_deleted_from_inside_a_chain(kind: str, number: int, folder: Path, healthy: Path) -> None:
    keys, _ = damage(folder, kind)
    (chain,) = (chain for chain in chains(read_folder(healthy)).values() if keys[0] in chain)
    start = chain.index(keys[0])
    assert start > 0
    assert start + number < len(chain)
    assert keys == chain[start : start + number]


def test_the_newest_and_all_digests_of_a_chain(folder: Path, healthy: Path) -> None:
    whole = chains(read_folder(healthy))
    (newest,), _ = damage(folder, "newest-digest-deleted")
    assert newest in {chain[-1] for chain in whole.values()}
    keys, after = damage(folder, "all-digests-deleted")
    assert len(keys) >= 23
    assert len(chains(after)) == len(whole) - 1


@pytest.mark.parametrize("kind", ["digest-forged", "digest-resigned"])
def test_a_forged_digest_is_not_signed_by_aws(kind: str, folder: Path) -> None:
    (key,), archive = damage(folder, kind)
    with pytest.raises(InvalidSignature):
        check_signature(archive[key], published(folder, key.split("/")[4]))


def test_a_digest_of_an_unknown_key(folder: Path) -> None:
    (key,), archive = damage(folder, "digest-key-unknown")
    with pytest.raises(KeyError):
        check_signature(archive[key], published(folder, key.split("/")[4]))


def test_a_wrong_link_stands_under_a_good_signature(folder: Path) -> None:
    (key,), archive = damage(folder, "digest-unlinked")
    region = key.split("/")[4]
    check_signature(archive[key], published(folder, region))
    (chain,) = (chain for chain in chains(archive).values() if key in chain)
    with pytest.raises(AssertionError):
        check_chain(archive, chain, published(folder, region))
    place = chain.index(key)
    for one, two in zip(chain[place:], chain[place + 1 :], strict=False):
        assert archive[two].json["previousDigestSignature"] == archive[one].metadata["signature"]


def test_whole_accounts_and_regions_are_wiped(folder: Path) -> None:
    keys, archive = damage(folder, "account-wiped", accounts=account_ids(1))
    assert all(f"/{account_ids(1)[0]}/" in key for key in keys)
    assert not [key for key in archive if f"/{account_ids(1)[0]}/" in key]
    region = region_names(2)[1]
    _, archive = damage(folder, "region-wiped", regions=(region,))
    assert {cell[1] for cell in chains(archive)} == {region_names(2)[0]}


def test_nothing_to_hit_is_said(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ValueError, match="there is no damage"):
        damage(folder, "sunburn")
    with pytest.raises(ValueError, match="there is no log file"):
        damage(folder, "object-edited", accounts=("999999999999",))
    with pytest.raises(ValueError, match="no storage classes"):
        damage(folder, "object-archived")
    with pytest.raises(ValueError, match="is not an archive"):
        FolderVault(tmp_path)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A lab with a made-up archive in its S3."""
    with start("small") as lab:
        made = World(lab)
        run = ["lab", "logs", "--accounts", "6", "--regions", "2", "--layout", "organization", "--backfills", "1"]
        done = CliRunner().invoke(app, run, env=lab.environment())
        assert done.exit_code == 0, done.output
        assert "288 digests, 12 backfill digests" in done.stderr
        yield made


def s3(world: World) -> Any:
    return world.client("s3", None, "eu-west-1")


def test_the_labs_archive_is_of_its_own_accounts_and_signed_with_its_keys(world: World) -> None:
    archive = read_bucket(s3(world), BUCKET, f"{MANAGEMENT}/")
    assert all(key.startswith(f"AWSLogs/o-small1org2/{MANAGEMENT}/") for key in archive)
    found = {}
    for region in ("us-east-1", "eu-west-1"):
        shown = world.client("cloudtrail", None, region).list_public_keys(
            StartTime=shape().until - 2 * 86_400, EndTime=shape().until + 86_400
        )
        found[region] = {key["Fingerprint"]: key["Value"] for key in shown["PublicKeyList"]}
    for (_, region), keys in chains(archive).items():
        check_chain(archive, keys, found[region].__getitem__)
    everything = {cell[0] for cell in chains(read_bucket(s3(world), BUCKET, "CloudTrail-Digest/us-east-1"))}
    assert len(everything) == 6
    assert {"222222222222", "444444444444", "121212121212"} < everything


def test_a_deleted_object_hides_behind_its_marker_and_a_version_can_be_gone(world: World) -> None:
    (key,) = world.lab.tamper("object-deleted", BUCKET)
    listed = s3(world).list_object_versions(Bucket=BUCKET, Prefix=key)
    assert [marker["IsLatest"] for marker in listed["DeleteMarkers"]] == [True]
    got = s3(world).get_object(Bucket=BUCKET, Key=key, VersionId=listed["Versions"][0]["VersionId"])
    assert gzip.decompress(got["Body"].read())
    (key,) = world.lab.tamper("object-version-gone", BUCKET)
    assert "Versions" not in s3(world).list_object_versions(Bucket=BUCKET, Prefix=key)


def test_an_archived_object_cannot_be_read(world: World) -> None:
    (key,) = world.lab.tamper("object-archived", BUCKET)
    assert refusal(s3(world).get_object, Bucket=BUCKET, Key=key) == "InvalidObjectState"
    assert s3(world).head_object(Bucket=BUCKET, Key=key)["StorageClass"] == "GLACIER"


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_is_met_by_reading_one_object_until_it_is_healed(world: World, kind: str) -> None:
    (key,) = world.lab.tamper(kind, BUCKET, accounts=[MANAGEMENT], seed=5)
    other = next(iter(read_bucket(s3(world), BUCKET, f"{MANAGEMENT}/CloudTrail-Digest/us-east-1")))
    assert s3(world).get_object(Bucket=BUCKET, Key=other)["Body"].read()
    (fault,) = world.lab.faults()
    assert (fault.action, fault.resource) == ("GetObject", f"arn:aws:s3:::{BUCKET}/{key}")
    if kind == "object-denied":
        assert refusal(s3(world).get_object, Bucket=BUCKET, Key=key) == "AccessDenied"
    elif kind == "object-unavailable":
        with pytest.raises(ClientError) as refused:
            s3(world).get_object(Bucket=BUCKET, Key=key)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    elif kind == "object-dropped":
        with pytest.raises(HTTPClientError):
            s3(world).get_object(Bucket=BUCKET, Key=key)
    healed = CliRunner().invoke(app, ["lab", "tamper", "--heal"], env=world.lab.environment())
    assert healed.exit_code == 0, healed.output
    assert world.lab.faults() == ()
    assert s3(world).get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_time_passes_by_a_command(world: World) -> None:
    before = datetime.fromisoformat(world.lab.state()["clock"]["now"])
    done = CliRunner().invoke(app, ["lab", "advance", "1d12h"], env=world.lab.environment())
    assert done.exit_code == 0, done.output
    after = datetime.fromisoformat(world.lab.state()["clock"]["now"])
    assert timedelta(hours=36) <= after - before < timedelta(hours=37)
    assert f"{after:%Y-%m-%dT%H:}" in done.stderr


def test_what_makes_no_sense_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="there is no damage"):
        world.lab.tamper("sunburn", BUCKET)
    with pytest.raises(ValueError, match="there is no bucket"):
        world.lab.tamper("object-edited", "no-such-bucket")


def test_the_same_seed_has_the_same_keys_everywhere() -> None:
    assert KeyRing(7).fingerprint("us-east-1", 1e9) == KeyRing(7).fingerprint("us-east-1", 1e9)
    assert KeyRing(7).fingerprint("us-east-1", 1e9) != KeyRing(8).fingerprint("us-east-1", 1e9)
    assert json.dumps([key.fingerprint for key in KeyRing(7).public_keys("eu-west-1", 1e9, 1e9 + 9e6)])
