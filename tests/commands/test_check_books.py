"""check-books says nothing about whole books and names every kind of difference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.commands.check_books import all_checks, differences
from gongxue.foundation.books import Check
from gongxue.foundation.trail.models import Event, Leaf
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.triggers import registers
from gongxue.parties.models import Booking, Qualification
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import AttendanceMark
from gongxue.stage6_assessment.actions import countersign_correction, request_correction
from gongxue.stage6_assessment.models import Attempt, ScoreSheet, TranscriptLine
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, People, Plan

ANY = "tests change what nobody may change"


def books() -> dict[str, list[str]]:
    """Name of the check → its differences, for those that have some."""
    return {check.name: found for check in all_checks(every_file=True) if (found := differences(check))}


def disarm() -> None:
    with connection.cursor() as cursor:
        for model in registers():
            table = model._meta.db_table
            where = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            for act in ("update", "delete"):
                cursor.execute(f'DROP TRIGGER "refuse_{act}_{table}"{where}')


@pytest.mark.postgresql
def test_whole_books_agree_at_every_point_of_a_life(classes_at: ClassesAtFixture) -> None:
    one, *_ = classes_at(
        Plan("issued", fates=("barred", "failed", "second", "retake"), headcount=5),
        Plan("closed", "017", "1"),
        Plan("applied", "001", "2", "信息类"),
    )
    assert books() == {}
    one.drive_to("closed")
    seal(one.now)
    assert books() == {}


def test_books_with_a_corrected_mark_agree(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    now, attendee = c.now, c.attendees[0]
    correction = request_correction(
        attendee=attendee, part="final", new="61", reason="录入有误", by=c.staff, now=now
    )
    countersign_correction(correction=correction, seen=correction.version, by=c.province, now=now)
    assert books() == {}
    disarm()
    rows = TranscriptLine.objects.unscoped(ANY)
    rows.filter(attendee=attendee, revision=2).update(final=Decimal("88"))
    assert "成绩与会签的更正不符" in books()["成绩单与评分表、考勤、更正一致"][0]


def test_an_empty_installation_agrees(cast: People) -> None:
    assert books() == {}


def test_a_check_that_cannot_run_is_a_difference() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    assert differences(Check("x", broken))[0].startswith("没有查成")  # type: ignore[arg-type]


def _unseat(c: ClassAt) -> None:
    Application.objects.unscoped(ANY).filter(pk=c.attendees[0].application_id).update(
        state="rejected", seat=None
    )


def _first_sheet(c: ClassAt) -> ScoreSheet:
    return ScoreSheet.objects.inside(training_class=c.tc).order_by("pk")[0]


def _raise_mark(c: ClassAt) -> None:
    ScoreSheet.objects.unscoped(ANY).filter(pk=_first_sheet(c).pk).update(mark=Decimal("99.5"))


def _raise_mean(c: ClassAt) -> None:
    Attempt.objects.unscoped(ANY).filter(pk=_first_sheet(c).attempt_id).update(mean=Decimal("99.5"))


def _raise_line(c: ClassAt) -> None:
    TranscriptLine.objects.unscoped(ANY).filter(attendee=c.attendees[0]).update(final=Decimal("99.5"))


def _drop_line(c: ClassAt) -> None:
    TranscriptLine.objects.unscoped(ANY).filter(attendee=c.attendees[0]).delete()


def _absent(c: ClassAt) -> None:
    AttendanceMark.objects.inside(attendee=c.attendees[0]).filter(period__lte=5, day=c.tc.first_day).update(
        presence="absent"
    )


def _drop_event_of_a_sheet(c: ClassAt) -> None:
    rows = Event.objects.unscoped(ANY).filter(
        code="assessment.score_final", about=f"attendee/{c.attendees[0].pk}"
    )
    Leaf.objects.filter(event__in=rows)._raw_delete("default")
    rows._raw_delete("default")


def _drop_sheet(c: ClassAt) -> None:
    ScoreSheet.objects.unscoped(ANY).filter(pk=_first_sheet(c).pk).delete()


def _unbook(c: ClassAt) -> None:
    Booking.objects.unscoped(ANY).filter(reference=f"class/{c.tc.pk}", capacity="trainee")[0].delete()


def _book(c: ClassAt) -> None:
    person = c.attendees[0].application.person
    Booking.objects.create(
        person=person, day=date(2024, 1, 1), capacity="trainee", reference=f"class/{c.tc.pk}"
    )


def _advance_counter(c: ClassAt) -> None:
    NumberCounter.objects.exclude(series__startswith="S").update(last=9)


def _put_counter_back(c: ClassAt) -> None:
    NumberCounter.objects.exclude(series__startswith="S").update(last=2)


def _put_stock_back(c: ClassAt) -> None:
    NumberCounter.objects.filter(series__startswith="S").update(last=3)


def _renumber(c: ClassAt) -> None:
    Certificate.objects.unscoped(ANY).filter(pk=c.certificates[0].pk).update(
        number="130092022063977", order=977
    )


def _unissue(c: ClassAt) -> None:
    LedgerEntry.objects.unscoped(ANY).filter(certificate=c.certificates[0], kind="issued").delete()


def _disqualify(c: ClassAt) -> None:
    rows = TranscriptLine.objects.unscoped(ANY)
    rows.filter(attendee=c.certificates[0].attendee_id).update(qualified=False)


def _forget_qualification(c: ClassAt) -> None:
    Qualification.objects.unscoped(ANY).filter(certificate_number=c.certificates[0].number).delete()


def _spoil_serial(c: ClassAt) -> None:
    SerialNumberRow.objects.unscoped(ANY).filter(certificate=c.certificates[0]).update(state="spoiled")


def _lose_serial(c: ClassAt) -> None:
    SerialNumberRow.objects.unscoped(ANY).filter(certificate=c.certificates[0]).update(state="lost")


def _edit_event(c: ClassAt) -> None:
    Event.objects.unscoped(ANY).filter(code="certificates.issue").update(actor="某人")


Damage = Callable[[ClassAt], None]
DAMAGES: list[tuple[Damage, str]] = [
    (_unseat, "学员名册与录取名单一致"),
    (_raise_mark, "平均分与评分表一致"),
    (_raise_mean, "成绩单与评分表、考勤、更正一致"),
    (_raise_line, "成绩单与评分表、考勤、更正一致"),
    (_drop_line, "成绩单与评分表、考勤、更正一致"),
    (_absent, "成绩单与评分表、考勤、更正一致"),
    (_drop_event_of_a_sheet, "评分表与留痕一一对应"),
    (_drop_sheet, "评分表与留痕一一对应"),
    (_unbook, "人员占用与录取、应邀一致"),
    (_book, "人员占用与录取、应邀一致"),
    (_advance_counter, "证书编号连续、不重"),
    (_put_counter_back, "证书编号连续、不重"),
    (_put_stock_back, "证书库存、序列号与台账相符"),
    (_renumber, "证书编号连续、不重"),
    (_renumber, "证书只发给合格者，处处有登记"),
    (_unissue, "证书只发给合格者，处处有登记"),
    (_unissue, "证书库存、序列号与台账相符"),
    (_disqualify, "证书只发给合格者，处处有登记"),
    (_forget_qualification, "证书只发给合格者，处处有登记"),
    (_spoil_serial, "证书只发给合格者，处处有登记"),
    (_lose_serial, "证书库存、序列号与台账相符"),
    (_edit_event, "操作留痕与封存、签名一致"),
]


@pytest.mark.parametrize(("damage", "name"), DAMAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_difference_is_named_by_the_check_it_belongs_to(
    class_at: ClassAtFixture, damage: Damage, name: str
) -> None:
    c = class_at("issued")
    seal(c.now)
    assert books() == {}, "the books agreed before"
    disarm()
    damage(c)
    found = books()
    assert name in found
    assert "登记簿触发器齐全" in found, "and the triggers that were taken away are missed"
