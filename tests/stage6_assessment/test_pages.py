"""The pages of stage 6 for everybody: own, foreign and absent classes; queries that do not grow with the class."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.stage6_assessment.models import TranscriptLine
from tests.cast import ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage5_delivery.visits import ABSENT, granted, leaks, statuses

OFFICE = {"institution", "coordinator", "certificate_officer"}
READERS = OFFICE | {"centre", "oversight", "province"}
SCHOOLS = {"school": 403, "other_school": 403}
TEACHERS = {"instructor": 403, "examiner": 403, "trainee": 403}
EXPORTERS = {"institution", "certificate_officer", "centre", "province"}
EXPORTS = {**SCHOOLS, **TEACHERS, "coordinator": 403, "oversight": 403}
WHO_MAY = {
    "assessment/": granted(READERS | {"instructor", "examiner", "trainee"}, **SCHOOLS),
    "presentations/": granted(READERS | {"instructor", "examiner"}, **SCHOOLS, trainee=403),
    "waiting-room/": granted(READERS | {"instructor", "examiner", "trainee"}, **SCHOOLS),
    "second-looks/": granted(READERS | {"instructor", "examiner"}, **SCHOOLS, trainee=403),
    "appeals/": granted(READERS, **SCHOOLS, **TEACHERS),
    "my-results/": granted(
        {"trainee"}, **SCHOOLS, **dict.fromkeys(READERS | {"instructor", "examiner"}, 403)
    ),
    "confirm/": granted({"institution"}, 403, other_institution=404),
    "transcript/": granted(READERS, **SCHOOLS, **TEACHERS),
    "transcript.pdf": granted(EXPORTERS, **EXPORTS),
    "transcript.docx": granted(EXPORTERS, **EXPORTS),
    "transcript.xlsx": granted(EXPORTERS, **EXPORTS),
}


@pytest.mark.parametrize("page", WHO_MAY)
def test_everybody_gets_the_answer_that_their_role_allows(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str
) -> None:
    c = class_at("confirmed")
    assert statuses(c, signed_in, f"/classes/{c.tc.pk}/{page}") == WHO_MAY[page]


@pytest.mark.parametrize("page", WHO_MAY)
def test_a_foreign_class_looks_like_none(
    classes_at: ClassesAtFixture, signed_in: SignedIn, page: str
) -> None:
    mine, theirs = classes_at(Plan("confirmed"), Plan("confirmed", "017", "1"))
    assert leaks(mine, signed_in, f"/classes/{theirs.tc.pk}/{page}", f"/classes/{ABSENT}/{page}") == {}


def test_a_foreign_correction_form_looks_like_none(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("confirmed"), Plan("confirmed", "017", "1"))
    there = theirs.attendees[0].pk
    assert leaks(mine, signed_in, f"/attendees/{there}/correction/", f"/attendees/{ABSENT}/correction/") == {}


@pytest.mark.parametrize("page", ["assessment/", "transcript/"])
@pytest.mark.parametrize("stage", ["admitted", "started", "taught", "process_scored", "finished", "closed"])
def test_every_page_can_be_opened_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, stage: str
) -> None:
    c = class_at(stage)
    expected = {name for name, status in WHO_MAY[page].items() if status == 200}
    got = statuses(c, signed_in, f"/classes/{c.tc.pk}/{page}")
    assert {name for name, status in got.items() if status == 200} == expected


QUERIES = {
    ("assessment/", "instructor"): 21,
    ("assessment/", "examiner"): 22,  # one of them: the rubrics of the level
    ("assessment/", "institution"): 16,
    ("assessment/", "trainee"): 14,
    ("confirm/", "institution"): 15,
    ("second-looks/", "instructor"): 9,
    ("transcript/", "province"): 18,
    ("my-results/", "trainee"): 15,
    ("appeals/", "institution"): 7,
}


@pytest.mark.parametrize(("page", "actor"), QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_class(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, actor: str, headcount: int
) -> None:
    c = class_at("evaluated", headcount=headcount)
    client = signed_in(c.actors()[actor])
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/classes/{c.tc.pk}/{page}").status_code == 200
    assert len(captured) == QUERIES[page, actor]


def test_full_id_numbers_stand_in_the_exports_only(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("confirmed", headcount=1)
    number = c.attendees[0].application.person.id_number
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    assert str(number) in page
    assert number.reveal() not in page


def test_the_transcript_on_screen_is_the_annex(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("issued", fates=("barred", "second"))
    page = signed_in(c.province).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    for words in (
        "附件 5",
        "工学一体化教师培训成绩单",
        "授课骨干教师：",
        "考核骨干教师：",
        "过程性考核",
        "证书编号",
    ):
        assert words in page
    for line in TranscriptLine.objects.inside(training_class=c.tc):
        assert (f"{line.process:.2f}" in page) if line.process is not None else ("缺课超限" in page)
    assert all(certificate.number in page for certificate in c.certificates)
    assert page.count('<small class="noprint">二次</small>') == 1
    downloads = (f"/classes/{c.tc.pk}/transcript.pdf", f"/classes/{c.tc.pk}/transcript.xlsx")
    assert all(f'href="{where}" download' in page for where in downloads)
    for where, begins in zip(downloads, (b"%PDF-", b"PK"), strict=True):
        answer = signed_in(c.province).get(where)
        assert answer.content.startswith(begins)
        assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_teacher_without_a_seat_has_nothing_to_score(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    from gongxue.stage2_staffing.models import Invitation

    c = class_at("taught")
    teacher = c.examiners[0]
    Invitation.objects.inside(training_class=c.tc, person__account=teacher.account).update(state="withdrawn")
    page = signed_in(teacher).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "没有要评的分" in page
