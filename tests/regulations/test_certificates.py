from __future__ import annotations

from itertools import product

import pytest

from gongxue.regulations.certificates import (
    RESULT_PASSED,
    TITLE,
    Record,
    certificate_breaches,
    course_content,
    issuer_breaches,
)
from gongxue.regulations.levels import InstitutionKind, Level
from gongxue.regulations.marks import Standing

PASSED = Record(barred=False, process=Standing.PASSED, final=Standing.PASSED, already_issued=False)


def rules(record: Record) -> list[str]:
    return [breach.rule for breach in certificate_breaches(record)]


def test_whoever_passed_both_assessments_gets_a_certificate() -> None:  # G16 G17
    assert rules(PASSED) == []


CASES = list(product((False, True), Standing, Standing, (False, True)))


@pytest.mark.parametrize(("barred", "process", "final", "issued"), CASES)
def test_every_obstacle_to_a_certificate_is_told_at_once(
    barred: bool, process: Standing, final: Standing, issued: bool
) -> None:
    obstacles = {
        "certificate.barred": barred,
        "certificate.process": process.value != "passed",
        "certificate.final": final.value != "passed",
        "certificate.second": issued,
    }
    expected = [rule for rule, there in obstacles.items() if there]
    assert rules(Record(barred, process, final, issued)) == expected


def test_a_lost_certificate_is_replaced_under_its_number() -> None:  # Q23, AMB-25
    breach = certificate_breaches(Record(False, Standing.PASSED, Standing.PASSED, True))[0]
    assert breach.article == "MG 18.1"
    assert breach.way_out == "遗失或损坏请办理补发：证书编号不变，换用新的证书序列号，原序列号作废。"


# Q02 Q03 Q04 Q05: MG 16
ISSUERS = [
    (Level.BACKBONE, InstitutionKind.DEVELOPMENT_CENTRE),
    (Level.ONE, InstitutionKind.DEVELOPMENT_CENTRE),
    (Level.TWO, InstitutionKind.TRAINING_BASE),
    (Level.THREE, InstitutionKind.TRAINING_BASE),
]


@pytest.mark.parametrize(("level", "issuer"), ISSUERS)
@pytest.mark.parametrize("kind", list(InstitutionKind))
def test_the_level_decides_who_issues(level: Level, issuer: InstitutionKind, kind: InstitutionKind) -> None:
    found = [breach.rule for breach in issuer_breaches(kind, level, confirmed=True)]
    assert found == ([] if kind == issuer else ["certificate.issuer"])


def test_certificates_wait_for_confirmed_results() -> None:  # G16: TR 12.3
    breaches = issuer_breaches(InstitutionKind.TRAINING_BASE, Level.THREE, confirmed=False)
    assert [(breach.rule, breach.article) for breach in breaches] == [("certificate.unconfirmed", "TR 12.3")]


def test_the_wrong_issuer_of_unconfirmed_results_hears_both() -> None:
    assert len(issuer_breaches(InstitutionKind.TRAINING_BASE, Level.ONE, confirmed=False)) == 2


def test_a_certificate_has_the_name_and_the_result_of_the_text() -> None:
    assert TITLE == "工学一体化教师培训合格证书"  # Q01
    assert RESULT_PASSED == "合格"  # AMB-35


def test_the_course_content_is_that_of_the_level() -> None:  # Q09
    assert (
        course_content(Level.THREE, "另列")
        == "工学一体化课程教学实施、工学一体化课程考核实施、教学场所使用管理"
    )


def test_a_backbone_class_prints_its_own_course_content() -> None:
    assert course_content(Level.BACKBONE, "骨干教师培训课程") == "骨干教师培训课程"
    assert course_content(Level.BACKBONE) == ""
