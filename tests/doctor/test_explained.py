"""Which cause comes first: what follows from another says so, and the same fact is not counted as its own reason."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from tests.doctor import made
from tests.doctor.edits import HOME, PAYMENTS, TRAIL, WEB, both, policy
from tests.doctor.plants import PLANTS
from tests.setup import build
from trailkeep.doctor.causes import BY_ID, CAUSES
from trailkeep.doctor.diagnose import Diagnosis
from trailkeep.doctor.verdict import State
from trailkeep.model.archive import Encryption


@cache
def diagnosed(cause: str) -> Diagnosis:
    plant = PLANTS[cause]
    return made.found(plant.edit(plant.start()), plant.spec, plant.answers, **plant.said)


def explained(diagnosis: Diagnosis) -> dict[str, set[str]]:
    return {v.cause: set(v.explained_by) for v in diagnosis.of(State.CONFIRMED)}


def test_without_a_recorder_of_its_own_all_else_follows() -> None:
    diagnosis = diagnosed("A34")
    found = explained(diagnosis)
    assert found["A34"] == set()
    assert all("A34" in found[c] for c in ("A27", "A29", "C6", "C8"))
    assert diagnosis.verdicts[0].cause == "A34" or not diagnosis.verdicts[0].explained_by


def test_a_single_region_trail_explains_the_regions_it_does_not_hear() -> None:
    assert explained(diagnosed("C1")) == {"C1": set(), "A2": {"C1"}, "C2": {"C1"}}


def test_the_same_fact_is_not_its_own_reason() -> None:
    assert explained(diagnosed("B4")) == {"B4": set(), "D8": set()}
    assert explained(diagnosed("D1")) == {"B10": set(), "D1": set()}
    same = {v.cause: v.same_as for v in diagnosed("D1").of(State.CONFIRMED)}
    assert same == {"B10": (), "D1": ("B10",)}


def test_two_causes_are_both_found() -> None:
    edit = both(policy("trail", lambda t: made.without(t, "CloudTrailAcl")), PLANTS["D4"].edit, PLANTS["A28"].edit)
    assert made.confirmed(made.found(edit(made.healthy()))) == {"A8", "D4", "A28", "C6"}


def test_a_replaced_policy_explains_what_it_no_longer_allows() -> None:
    diagnosis = made.found(made.with_bucket(made.healthy(), "trail", policy=""))
    assert explained(diagnosis) == {"B9": set(), "A5": {"B9"}, "A8": {"B9"}}


def test_consequences_name_causes_that_there_are_and_no_cause_itself() -> None:
    for cause in CAUSES:
        named = {*cause.consequences, *cause.also}
        assert named <= BY_ID.keys()
        assert cause.id not in named


def test_who_did_it_is_told_where_the_history_answers() -> None:
    snapshot = PLANTS["A1"].edit(made.healthy())
    (trail,) = snapshot.trails
    who = {"event": "StopLogging", "time": "2026-11-22", "who": "arn:aws:iam::1:user/eve", "resource": trail.arn}
    asked = next(p for v in made.found(snapshot).verdicts if v.cause == "A1" for p in v.probes)
    told = made.found(snapshot, answers={asked: made.rows(who)})
    said = next(v for v in told.verdicts if v.cause == "A1").found[0].said
    assert "by arn:aws:iam::1:user/eve at 2026-11-22" in said


def test_a_symptom_without_a_cause_is_said() -> None:
    """The trail is not there although everything that is known of is as it should be."""
    snapshot = made.with_cell(made.healthy(), lambda c: replace(c, trails=()), PAYMENTS, HOME)
    diagnosis = made.found(snapshot)
    assert made.confirmed(diagnosis) == set()
    assert [s.family for s in diagnosis.unexplained] == ["logs"]


def test_an_error_that_cloudtrail_reports_is_a_symptom() -> None:
    snapshot = made.with_cell(
        made.healthy(), lambda c: replace(c, trails=tuple(replace(t, delivery_error="AccessDenied") for t in c.trails))
    )
    diagnosis = made.found(snapshot)
    assert "CloudTrail cannot deliver: AccessDenied" in diagnosis.symptoms[0].said[0]
    assert diagnosis.unexplained


def test_what_keeps_one_reader_out_does_not_explain_what_cloudtrail_reports() -> None:
    snapshot = made.with_cell(made.healthy(), lambda c: replace(c, trails=()), WEB, HOME)
    diagnosis = made.found(snapshot, **PLANTS["A25"].said)
    assert made.confirmed(diagnosis) == {"A25"}
    assert [s.family for s in diagnosis.unexplained] == ["logs"]


def test_slow_is_not_broken() -> None:
    quiet = made.with_cell(
        made.healthy(),
        lambda c: replace(c, trails=tuple(replace(t, delivered=build.NOW - timedelta(days=9)) for t in c.trails)),
    )
    assert made.confirmed(made.found(quiet)) == set(), "digests still arrive: the Region is idle"


def test_other_buckets_than_the_archive_do_not_matter() -> None:
    mine = replace(made.healthy().buckets[0], name="terraform-state", policy="", versioning="", lifecycle=())
    snapshot = made.healthy()
    assert made.confirmed(made.found(replace(snapshot, buckets=(*snapshot.buckets, mine)))) == set()
    assert TRAIL in {b.name for b in snapshot.buckets}


def test_what_the_specification_leaves_out_is_said_where_it_is_named() -> None:
    spec = build.spec(organization={"exclude": [{"account": "web", "regions": ["us-east-1"], "reason": "none needed"}]})
    snapshot = made.healthy()
    assert made.confirmed(made.found(snapshot, spec)) == set()
    assert made.confirmed(made.found(snapshot, spec, account=build.WEB, region="us-east-1")) == {"A20"}
    assert made.confirmed(made.found(snapshot, spec, account=build.WEB, region=HOME)) == set()


def test_a_key_that_is_only_the_buckets_default_is_used_in_the_objects_context() -> None:
    snapshot = made.with_trail(made.healthy(), kms_key="")
    diagnosis = made.found(snapshot, None)
    (found,) = next(v for v in diagnosis.verdicts if v.cause == "A12").found
    assert "kms:GenerateDataKey" in found.said
    assert found.fix
    assert "EncryptionContext" not in found.fix.statement
    own = made.with_bucket(snapshot, "trail", encryption=Encryption(key="alias/aws/s3", bucket_key=False))
    assert not {"A11", "A12", "A13", "A14"} & (
        made.confirmed(made.found(own, None)) | made.unknown(made.found(own, None))
    )


def test_without_a_specification_another_config_bucket_is_not_wrong_for_sure() -> None:
    snapshot = made.with_cell(
        made.healthy(),
        lambda c: replace(c, channel=replace(c.channel, bucket="other")) if c.channel else c,
        PAYMENTS,
        HOME,
    )
    assert "A29" in made.confirmed(made.found(snapshot))
    assert "A29" in made.unknown(made.found(snapshot, None))
