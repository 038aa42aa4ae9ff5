"""Form 2, anonymous by storage: what is kept, what is not, and that the results never are one person."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, models
from django.test import Client

from gongxue.foundation.identity.actions import issue_token
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.rendering import NAME
from gongxue.foundation.trail.models import Event
from gongxue.rehearsal.forms import form2_answers
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage7_evaluation.actions import answer_evaluation
from gongxue.stage7_evaluation.models import AnswerSheet, EvaluationParticipation, random_id
from gongxue.stage7_evaluation.queries import outcome_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, SignedIn, at
from tests.stage5_delivery.visits import trainees_of

AtTime = Callable[[datetime], None]
CANARY = "金丝雀的收获"


def _answers(c: ClassAt, words: str = CANARY, seed: int = 1) -> dict[str, Any]:
    return form2_answers(c.tc.level_enum, random.Random(seed)) | {"11": words}


def _send(c: ClassAt, signed_in: SignedIn, trainee: int = 0, words: str = CANARY, **more: Any) -> Any:
    form = {f"{NAME}{code}": value for code, value in _answers(c, words).items()}
    return signed_in(trainees_of(c)[trainee]).post(f"/classes/{c.tc.pk}/evaluate/", {**form, **more})


def _sheets(c: ClassAt) -> list[AnswerSheet]:
    return list(AnswerSheet.objects.inside(training_class=c.tc).order_by("pk"))


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class that is over; nobody has answered."""
    c = class_at("finished", headcount=8)
    at_time(c.now)
    return c


def test_the_page_says_what_is_kept_and_names_the_instructors_where_they_are_judged(
    c: ClassAt, signed_in: SignedIn
) -> None:
    page = signed_in(trainees_of(c)[0]).get(f"/classes/{c.tc.pk}/evaluate/").content.decode()
    for words in ("没有姓名、没有时间", "任何人都看不到单份评估表", "满 5 份才显示汇总"):
        assert words in page
    for i, teacher in enumerate(c.instructors, 1):
        assert f"3.{i} 骨干教师{i}　{teacher.account.name}（" in page


def test_an_answer_is_two_rows_that_have_nothing_in_common(c: ClassAt, signed_in: SignedIn) -> None:
    assert _send(c, signed_in, once="key-of-the-page").url == "/my/certificates/"
    (sheet,) = _sheets(c)
    assert sheet.answers["11"] == CANARY
    participation = EvaluationParticipation.objects.inside(training_class=c.tc).get()
    assert participation.account_id == trainees_of(c)[0].account_id
    assert participation.pk != sheet.pk


def test_neither_row_has_a_time_and_the_sheet_has_no_person() -> None:
    for model in (EvaluationParticipation, AnswerSheet):
        fields = model._meta.get_fields()
        assert not any(isinstance(f, (models.DateField, models.TimeField)) for f in fields)
        assert model._meta.pk is not None and not isinstance(model._meta.pk, models.AutoField)
    points_at = {str(f.related_model) for f in AnswerSheet._meta.get_fields() if f.many_to_one}
    assert points_at == {str(TrainingClass), str(FormVersion)}
    assert {f.name for f in AnswerSheet._meta.get_fields()} == {
        "id", "training_class", "version", "answers", "released",
    }  # fmt: skip


@pytest.mark.postgresql
def test_ids_are_random_so_that_the_order_of_storage_tells_nothing(
    class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = class_at("finished")
    drawn = iter([700, 44, 9, 43, 350, 42, 8, 41])  # participation, sheet, participation, sheet …
    monkeypatch.setattr(secrets, "randbelow", lambda limit: next(drawn) if limit == 2**31 - 1 else 0)
    for i, trainee in enumerate(trainees_of(c)):
        answer_evaluation(training_class=c.tc, answers=_answers(c, f"第{i}个"), by=trainee, now=c.now)
    rows = EvaluationParticipation.objects.inside(training_class=c.tc).order_by("pk")
    assert list(rows.values_list("pk", flat=True)) == [9, 10, 351, 701]
    assert [r.account_id for r in rows] != [t.account_id for t in trainees_of(c)]
    assert [s.answers["11"] for s in _sheets(c)] == ["第3个", "第2个", "第1个", "第0个"]


def test_real_ids_are_drawn_from_the_whole_range() -> None:
    drawn = {random_id() for _ in range(50)}
    assert len(drawn) == 50
    assert min(drawn) >= 1 and max(drawn) < 2**31
    assert max(drawn) > 2**24  # no counter: a chance of 128 ** -50 to be wrong


def _tables_with(word: str) -> set[str]:
    """Every table of both databases in which a word stands anywhere."""
    found = set()
    for alias in ("default", "volatile"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                if any(
                    word in str(value) or word.encode() in _bytes(value)
                    for row in cursor.fetchall()
                    for value in row
                ):
                    found.add(table)
    return found


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""


def test_the_words_stand_in_the_sheet_and_nowhere_else(
    fresh_database: FreshDatabase, signed_in: SignedIn, at_time: AtTime
) -> None:
    """Not in the trail, not in a message, not in an idempotency row, not in a session. Control: the sheet has them."""
    c = fresh_database.class_at("finished")
    at_time(c.now)
    escaped = CANARY.encode("unicode_escape").decode()
    assert _send(c, signed_in, once="key-of-the-page").status_code == 302
    assert _tables_with(CANARY) | _tables_with(escaped) == {"answer_sheet"}


@pytest.mark.postgresql(only=True)
def test_no_transaction_and_no_place_on_the_disk_ties_a_sheet_to_its_trainee(
    fresh_database: FreshDatabase,
) -> None:
    """What PostgreSQL keeps of itself with each row: the transaction that wrote it, and where it lies."""
    c = fresh_database.class_at("finished")
    for i, trainee in enumerate(trainees_of(c)):
        answer_evaluation(training_class=c.tc, answers=_answers(c, f"第{i}个"), by=trainee, now=c.now)
    assert len(_hidden_columns("trail_event", "xmin", "code = 'evaluation.answer'")) == 4
    assert len(_hidden_columns("answer_sheet", "xmin")) == 1, "all sheets were written by the last one"
    places, keys = _rows("answer_sheet", "ctid"), _rows("answer_sheet", "id")
    assert places == keys, "they lie in the order of their random keys"


def _hidden_columns(table: str, column: str, where: str = "true") -> set[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {column}::text FROM {table} WHERE {where}")
        return {text for (text,) in cursor.fetchall()}


def _rows(table: str, order: str) -> list[int]:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY {order}")
        return [pk for (pk,) in cursor.fetchall()]


def test_no_log_line_says_what_was_answered(
    c: ClassAt, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert _send(c, signed_in).status_code == 302
    _send(c, signed_in)  # and a second time, which is refused
    said = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "evaluation.answer" in said, "that the page was asked stands in the log"
    assert CANARY not in said and CANARY.encode("unicode_escape").decode() not in said


def test_the_trail_says_that_and_never_what(c: ClassAt, signed_in: SignedIn) -> None:
    _send(c, signed_in)
    event = Event.objects.unscoped("test").get(code="evaluation.answer")
    assert (event.changes, event.reason) == ({}, "")
    assert event.about == f"trainingclass/{c.tc.pk}"


def test_no_idempotency_row_ties_a_digest_of_the_answers_to_the_account(
    c: ClassAt, signed_in: SignedIn
) -> None:
    """Its digest could be computed again from each sheet: the page must not keep one."""
    _send(c, signed_in, once="key-of-the-page")
    assert not AnsweredRequest.objects.filter(account=trainees_of(c)[0].account).exists()


def test_the_api_keeps_no_digest_of_the_answers_either(c: ClassAt) -> None:
    trainee = trainees_of(c)[0]
    token = issue_token(role=trainee, now=at(date(2037, 1, 1)))
    answer = Client().post(
        f"/api/v1/training-classes/{c.tc.pk}/answer",
        {"answers": _answers(c)},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "key-of-the-caller"},
    )
    assert answer.status_code == 200
    assert len(_sheets(c)) == 1
    assert not AnsweredRequest.objects.filter(account=trainee.account).exists()


def test_a_second_answer_is_refused_and_a_double_click_harmless(c: ClassAt, signed_in: SignedIn) -> None:
    _send(c, signed_in)
    again = _send(c, signed_in, words="另一份")
    assert again.status_code == 422
    assert "您已填写本班结束评估表" in again.content.decode()
    assert [s.answers["11"] for s in _sheets(c)] == [CANARY]


def test_missing_items_are_named_and_everything_typed_stays(c: ClassAt, signed_in: SignedIn) -> None:
    form = {f"{NAME}{code}": value for code, value in _answers(c).items() if code not in ("4.1", "9")}
    answer = signed_in(trainees_of(c)[0]).post(f"/classes/{c.tc.pk}/evaluate/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "有 2 处请补充" in page and "培训环境及食宿条件" in page
    assert CANARY in page
    assert _sheets(c) == []


@pytest.mark.parametrize(
    ("code", "value"), [("4.1", "9"), ("99", "x"), ("3.1", "换个人"), ("11", "长" * 1001)]
)
def test_wrong_answers_are_refused_whole(c: ClassAt, signed_in: SignedIn, code: str, value: str) -> None:
    wrong: dict[str, Any] = {f"{NAME}{code}": value}
    answer = _send(c, signed_in, **wrong)
    assert answer.status_code == 422
    assert (_sheets(c), EvaluationParticipation.objects.inside(training_class=c.tc).count()) == ([], 0)


def test_it_is_too_early_before_the_final_assessment(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored")
    at_time(c.now)
    assert (
        "终结性考核结束后方可填写"
        in signed_in(trainees_of(c)[0]).get(f"/classes/{c.tc.pk}/evaluate/").content.decode()
    )
    assert _send(c, signed_in).status_code == 422
    with pytest.raises(RuleBroken):
        answer_evaluation(training_class=c.tc, answers=_answers(c), by=trainees_of(c)[0], now=c.now)


def test_only_trainees_of_the_class_answer(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("finished"), Plan("finished", "017", "1"))
    at_time(mine.now)
    form = {f"{NAME}{code}": value for code, value in _answers(theirs).items()}
    outside = signed_in(trainees_of(mine)[0])
    assert outside.post(f"/classes/{theirs.tc.pk}/evaluate/", form).status_code == 404
    assert signed_in(mine.staff).post(f"/classes/{mine.tc.pk}/evaluate/", form).status_code == 403
    with pytest.raises(NotThere):
        answer_evaluation(
            training_class=theirs.tc, answers=_answers(theirs), by=trainees_of(mine)[0], now=mine.now
        )
    assert _sheets(theirs) == []


def test_nobody_reads_single_sheets(c: ClassAt, signed_in: SignedIn) -> None:
    _send(c, signed_in)
    for role in [*c.actors().values(), *trainees_of(c)]:
        assert not AnswerSheet.objects.scope(role).exists()
    registered = {model for model in apps.get_models() if model.__dict__.get("REGISTER")}
    assert EvaluationParticipation in registered


def test_outcomes_are_shown_in_sum_only(c: ClassAt) -> None:
    for i, trainee in enumerate(trainees_of(c)):
        answer_evaluation(
            training_class=c.tc, answers=_answers(c, f"收获{9 - i}", seed=i), by=trainee, now=c.now
        )
    assert outcome_of(c.tc).shown is False  # nothing is released before the class is closed
    AnswerSheet.objects.inside(training_class=c.tc).update(released=True)
    outcome = outcome_of(c.tc)
    texts = next(r.texts for r in outcome.items if r.item.code == "11")
    assert list(texts) == sorted(texts)  # by their words, never by their order
    scale = next(r for r in outcome.items if r.item.code == "4.1")
    assert sum(n for _, n in scale.counts) == outcome.answers == 8
    assert scale.mean is not None and 1 <= scale.mean <= 3
