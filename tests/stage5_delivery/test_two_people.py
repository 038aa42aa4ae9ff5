"""Once the assessment has begun, a correction of the roll needs a reason and a second person (TR 12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import call_roll, confirm_mark, decline_mark, propose_marks
from gongxue.stage5_delivery.models import AttendanceMark, MarkCorrection
from gongxue.stage5_delivery.queries import absences_of
from gongxue.stage6_assessment.actions import score_final, score_process
from gongxue.stage6_assessment.queries import records_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at

AtTime = Callable[[datetime], None]


@pytest.fixture
def assessed(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class whose process assessment is in; the first trainee is barred by five absences on the second day."""
    c = class_at("process_scored", fates=("barred",))
    at_time(at(c.tc.last_day, 12))
    return c


def proposed(c: ClassAt, by: Role | None = None, word: str = "leave", **more: Any) -> MarkCorrection:
    """Another mark for the barred one in the first of the five periods."""
    wanted: dict[str, Any] = {
        "day": c.tc.first_day + timedelta(days=1), "period": 1, "presences": {c.attendees[0].pk: word},
        "reason": "核对签到表，当时在场", "by": by or c.coordinator, "now": at(c.tc.last_day, 12),
    } | more  # fmt: skip
    assert propose_marks(training_class=c.tc, **wanted) == 1
    return MarkCorrection.objects.inside(training_class=c.tc).latest("pk")


def rule(call: Callable[[], Any]) -> str:
    """The first rule that refuses."""
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.breaches[0].rule


def counted(c: ClassAt) -> int:
    """What counts against the barred one."""
    return absences_of(c.tc)[c.attendees[0].pk].counted


@pytest.mark.postgresql
def test_who_is_over_the_limit_is_scored_in_neither_assessment(assessed: ClassAt) -> None:
    barred = assessed.attendees[0]
    now = at(assessed.tc.last_day, 12)
    assert counted(assessed) == 5
    for act, by in ((score_process, assessed.instructors[0]), (score_final, assessed.examiners[0])):
        with pytest.raises(Refusal) as caught:
            act(attendee=barred, mark="80", by=by, now=now)
        assert "attendance.barred" in [b.rule for b in caught.value.breaches]


@pytest.mark.postgresql
def test_one_person_alone_changes_nothing(assessed: ClassAt) -> None:
    words = {a.pk: "present" for a in assessed.attendees}
    day = assessed.tc.first_day + timedelta(days=1)
    found = rule(
        lambda: call_roll(
            training_class=assessed.tc, day=day, period=1, presences=words, reason="当时在场",
            by=assessed.coordinator, now=at(assessed.tc.last_day, 12),
        )
    )  # fmt: skip
    assert found == "roll.two_people"
    correction = proposed(assessed, word="present")
    assert counted(assessed) == 5, "before somebody else agrees nothing changes"
    both = [assessed.coordinator, assessed.staff]
    own = Role(
        account=assessed.coordinator.account, organisation=assessed.staff.organisation, duty="institution"
    )
    for by in (both[0], own):  # whatever the role, it is the account that counts
        with pytest.raises(Refusal):
            confirm_mark(mark_correction=correction, seen=1, by=by, now=assessed.now)
        with pytest.raises(Refusal):
            decline_mark(mark_correction=correction, reason="x", seen=1, by=by, now=assessed.now)
    confirm_mark(mark_correction=correction, seen=1, by=both[1], now=assessed.now)
    assert counted(assessed) == 4
    assert not records_of(assessed.tc)[0].barred
    mark = AttendanceMark.objects.inside(attendee=assessed.attendees[0], day=day, period=1).get()
    assert (mark.presence, mark.source) == ("present", "corrected")
    codes = ["delivery.propose_marks", "delivery.confirm_mark"]
    events = list(Event.objects.unscoped("test").filter(code__in=codes).order_by("pk"))
    assert [e.account_id for e in events] == [role.account_id for role in both]
    assert events[0].changes["1 号"] == ["absent", "present"]
    assert events[1].changes["presence"] == ["absent", "present"]
    assert events[1].reason == "核对签到表，当时在场"


def test_the_books_refuse_one_person_for_both(assessed: ClassAt) -> None:
    row = proposed(assessed)
    rows = MarkCorrection.objects.inside(pk=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_by=row.proposed_by)


@pytest.mark.postgresql
def test_the_others_are_told_and_find_it_on_their_desk(assessed: ClassAt, signed_in: SignedIn) -> None:
    row = proposed(assessed)
    today = assessed.tc.last_day
    asked = Message.objects.unscoped("test").filter(kind="delivery.propose_marks")
    assert {m.to_id for m in asked} == {assessed.staff.pk}
    kinds = {
        role: [t.title for t in todos_for(role, today) if t.kind == "更正"]
        for role in (assessed.staff, assessed.coordinator)
    }
    assert kinds == {assessed.staff: ["1 处考勤更正待您同意"], assessed.coordinator: []}
    page = f"/classes/{assessed.tc.pk}/leaves/"
    assert f"/mark-corrections/{row.pk}/confirm/" in signed_in(assessed.staff).get(page).content.decode()
    own = signed_in(assessed.coordinator).get(page).content.decode()
    assert "由您提出，须另一人办理" in own
    assert f"/mark-corrections/{row.pk}/confirm/" not in own
    confirm_mark(mark_correction=row, seen=1, by=assessed.staff, now=assessed.now)
    heard = Message.objects.unscoped("test").filter(kind="delivery.mark_decided")
    assert {m.to_id for m in heard} == {assessed.coordinator.pk, assessed.trainees[0].pk}


def test_who_does_not_agree_says_why_and_the_mark_stays(assessed: ClassAt) -> None:
    row = proposed(assessed)
    assert (
        rule(
            lambda: decline_mark(mark_correction=row, seen=1, reason="", by=assessed.staff, now=assessed.now)
        )
        == "reason.missing"
    )
    decline_mark(mark_correction=row, seen=1, reason="签到表上没有", by=assessed.staff, now=assessed.now)
    row.refresh_from_db()
    assert (row.state, row.answer, counted(assessed)) == ("declined", "签到表上没有", 5)
    proposed(assessed)  # it may be proposed again


def test_a_proposal_is_a_change_with_a_reason_and_one_at_a_time(assessed: ClassAt) -> None:
    assert rule(lambda: proposed(assessed, word="absent")) == "mark_correction.same"
    assert rule(lambda: proposed(assessed, word="asleep")) == "roll.presence"
    assert rule(lambda: proposed(assessed, reason=" ")) == "reason.missing"
    assert rule(lambda: proposed(assessed, period=12)) == "mark_correction.unmarked"
    assert rule(lambda: proposed(assessed, presences={987654: "late"})) == "mark_correction.unmarked"
    proposed(assessed)
    assert rule(lambda: proposed(assessed)) == "mark_correction.open"


@pytest.mark.parametrize(
    ("stage", "refused"), [("taught", "mark_correction.early"), ("confirmed", "mark_correction.late")]
)
def test_before_the_assessment_and_after_the_results_there_is_another_way(
    class_at: ClassAtFixture, stage: str, refused: str
) -> None:
    assert rule(lambda: proposed(class_at(stage, fates=("barred",)))) == refused


def test_after_the_teaching_it_is_still_possible(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("finished", fates=("barred",))
    at_time(c.now)
    day = c.tc.first_day + timedelta(days=1)
    client = signed_in(c.coordinator)
    page = client.get(f"/classes/{c.tc.pk}/roll/?day={day}&period=1").content.decode()
    assert "提出更正" in page
    form = {"day": str(day), "period": 1, "reason": "核对签到表", f"presences.{c.attendees[0].pk}": "leave"}
    answer = client.post(f"/classes/{c.tc.pk}/roll/propose/", form)
    assert answer["Location"] == f"/classes/{c.tc.pk}/leaves/"
    row = MarkCorrection.objects.inside(training_class=c.tc).get()
    assert (row.attendee, row.old, row.new) == (c.attendees[0], "absent", "leave")
    again = client.post(f"/classes/{c.tc.pk}/roll/propose/", form, headers={"Accept": "application/json"})
    assert again.json()["breaches"][0]["rule"] == "mark_correction.open"


def test_a_mark_that_changed_meanwhile_is_a_conflict(assessed: ClassAt) -> None:
    row = proposed(assessed)
    marks = AttendanceMark.objects.inside(attendee=row.attendee, day=row.day, period=row.period)
    marks.update(presence="late")
    with pytest.raises(Conflict) as caught:
        confirm_mark(mark_correction=row, seen=1, by=assessed.staff, now=assessed.now)
    assert "现为迟到" in caught.value.breaches[0].says


def test_another_class_and_other_roles_have_no_part_in_it(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("process_scored", fates=("barred",)), Plan("started", "017", "1"))
    row = proposed(mine)
    for act, more in ((confirm_mark, {}), (decline_mark, {"reason": "x"})):
        with pytest.raises(NotThere):
            act(mark_correction=row, seen=1, by=theirs.staff, now=mine.now, **more)
        for by in (mine.trainees[0], mine.instructors[0], mine.province, mine.certificate_officer):
            with pytest.raises(NotAllowed):
                act(mark_correction=row, seen=1, by=by, now=mine.now, **more)
    assert not MarkCorrection.objects.scope(mine.trainees[1]).exists()


@pytest.mark.postgresql
def test_two_second_persons_at_once_change_it_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("process_scored", fates=("barred",))
    row = proposed(c)
    results = race(
        lambda: confirm_mark(mark_correction=row, seen=1, by=c.staff, now=c.now),
        lambda: decline_mark(mark_correction=row, seen=1, reason="不同意", by=c.staff, now=c.now),
    )
    assert sum(isinstance(one, MarkCorrection) for one in results) == 1
    assert counted(c) == 5
