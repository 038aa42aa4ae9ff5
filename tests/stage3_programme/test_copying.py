"""Beginning from what is there: templates, earlier classes, own versions; shown before anything is replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation.lifecycle.errors import Conflict, NotThere, RuleBroken
from gongxue.regulations.levels import Level
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.actions import close_template, copy_programme, edit_programme, save_template
from gongxue.stage3_programme.copying import PARTS, arrive, carried
from gongxue.stage3_programme.models import FiledProgramme, Programme, ProgrammeTemplate, ProgrammeVersion
from gongxue.stage3_programme.queries import filed_version, programme_of, sessions_of
from gongxue.stage3_programme.queries.sources import held_by, sources_for
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
FIRST = date(2023, 6, 12)
TEAM = [{"seat": "instructor", "name": "李明"}, {"seat": "instructor", "name": "王芳"}, {"seat": "examiner", "name": "赵刚"}]  # fmt: skip


def period(day: date, number: int, **more: Any) -> dict[str, Any]:
    row = {
        "day": day.isoformat(), "period": number, "kind": "course", "module": "3-1", "topic": "", "teacher": "李明",
        "room": "一号站",
    }  # fmt: skip
    return {**row, **more}


def content(*sessions: dict[str, Any]) -> dict[str, Any]:
    return {"sections": {"venue": "一号楼"}, "final_mode": "defence", "sessions": list(sessions)}


def week(first: date, days: int) -> list[date]:
    return [first + timedelta(days=i) for i in range(days)]


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def test_days_seats_and_rooms_find_their_new_places() -> None:
    held = carried(
        content(period(FIRST, 1), period(FIRST + timedelta(days=2), 3, teacher="王芳"), period(FIRST, 2, teacher="")),
        TEAM,
    )  # fmt: skip
    assert [s["seat"] for s in held["sessions"]] == ["instructor/1", "instructor/2", None]
    monday = date(2024, 3, 4)
    come = arrive(held, Level.THREE, week(monday, 7), 7, {"instructor/1": 11, "instructor/2": 12})
    assert [(s["day"], s["period"], s["teacher"], s["room"]) for s in come.sessions] == [
        (monday, 1, 11, "一号站"),
        (monday + timedelta(days=1), 3, 12, "一号站"),
        (monday, 2, None, "一号站"),
    ]
    assert come.final_mode == "defence"
    assert come.notes == ("来源比本班少 5 天课，其余各天留空。",)


def test_what_cannot_be_carried_is_said() -> None:
    held = carried(
        content(*[period(day, 1) for day in week(FIRST, 4)], period(FIRST, 2, module="2-1"), period(FIRST, 3, teacher="生人")),
        TEAM,
    )  # fmt: skip
    come = arrive(held, Level.THREE, week(FIRST, 3), 3, {})
    assert len(come.sessions) == 4
    assert come.notes == (
        "来源多出 1 天课，没有带入。",
        "有 1 课时的模块不属于本级别，没有带入。",
        "有 4 课时的教师在本班没有对应席位，教师留空。",
    )


@given(
    st.sets(st.tuples(st.integers(0, 12), st.integers(1, 8)), max_size=40),
    st.integers(1, 9),
    st.integers(0, 5),
)
def test_whatever_is_copied_stays_inside_the_class_and_no_period_comes_twice(
    places: set[tuple[int, int]], wanted: int, spare: int
) -> None:
    held = carried(content(*[period(FIRST + timedelta(days=d), p) for d, p in sorted(places)]), TEAM)
    days = week(date(2024, 5, 1), wanted + spare)
    come = arrive(held, Level.THREE, days, wanted, {"instructor/1": 1})
    assert {s["day"] for s in come.sessions} <= set(days)
    assert len({(s["day"], s["period"]) for s in come.sessions}) == len(come.sessions)
    assert len({s["day"] for s in come.sessions}) <= wanted


def earlier(c: ClassAt) -> TrainingClass:
    """Another class of the institution and level with a filed programme."""
    filed = filed_version(c.tc)
    if filed is None:
        filed = FiledProgramme(version=3, content=content(period(FIRST, 1)) | {"team": TEAM}, filed_by=c.staff.account, filed_at=c.now)  # fmt: skip
    tc = TrainingClass.objects.unscoped("a test").get(pk=c.tc.pk)
    tc.pk, tc.first_day = None, tc.first_day - timedelta(days=60)
    tc.last_day -= timedelta(days=60)
    tc.save(force_insert=True)
    filed.pk, filed.training_class = None, tc
    filed.save(force_insert=True)
    return tc


def copy(c: ClassAt, source: str, *parts: str, seen: int | None = None) -> Programme:
    return copy_programme(
        training_class=c.tc, source=source, parts=parts, seen=programme(c).version if seen is None else seen,
        by=c.staff, now=c.now,
    )  # fmt: skip


def test_an_earlier_class_is_copied_in_chosen_parts_and_can_be_taken_back(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    before, held = programme(c), sessions_of(c.tc)
    source = f"class-{earlier(c).pk}"
    assert source in [s.key for s in sources_for(c.staff, c.tc)]
    made = copy(c, source, "venue", "sessions")
    assert (made.venue, made.objectives, made.final_mode) == ("一号楼", before.objectives, before.final_mode)
    (one,) = sessions_of(c.tc)
    assert (one.day, one.teacher_id) == (c.tc.days_list[0], accepted(c.tc)[0].person_id)
    kept = ProgrammeVersion.objects.inside(training_class=c.tc).order_by("-pk").first()
    assert kept is not None
    copy(c, f"version-{kept.pk}", *PARTS)
    assert programme(c).venue == before.venue
    assert [(s.day, s.period, s.module, s.teacher_id, s.room) for s in sessions_of(c.tc)] == [
        (s.day, s.period, s.module, s.teacher_id, s.room) for s in held
    ]


def test_nothing_is_copied_over_a_version_that_was_not_shown(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    source = f"class-{earlier(c).pk}"
    seen = programme(c).version
    edit_programme(training_class=c.tc, seen=seen, by=c.staff, now=c.now, sections={"venue": "新楼"})
    with pytest.raises(Conflict):
        copy(c, source, "venue", seen=seen)
    assert programme(c).venue == "新楼"


@pytest.mark.parametrize("parts", [(), ("venue", "nothing")])
def test_parts_are_chosen(class_at: ClassAtFixture, parts: tuple[str, ...]) -> None:
    c = class_at("drafted")
    with pytest.raises(RuleBroken) as refusal:
        copy(c, "template-1", *parts)
    assert refusal.value.breaches[0].rule == "copy.parts"


@pytest.mark.parametrize("source", ["template-99", "version-0", "version-99"])
def test_other_sources_are_not_there(class_at: ClassAtFixture, source: str) -> None:
    c = class_at("drafted")
    with pytest.raises(NotThere):
        copy(c, source, "venue")


@pytest.mark.parametrize("source", ["", "class-x", "class-", "-1", "class-99999999999999999999", "新-1"])
def test_what_names_no_source_is_refused(class_at: ClassAtFixture, source: str) -> None:
    c = class_at("drafted")
    with pytest.raises(RuleBroken) as refusal:
        copy(c, source, "venue")
    assert [b.rule for b in refusal.value.breaches] == ["copy.source"]


def test_templates_are_the_nations_or_an_institutions_own(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    national = save_template(training_class=c.tc, title="全国通用", by=c.people.centre, now=c.now)
    own = save_template(training_class=c.tc, title="本院通用", by=c.staff, now=c.now)
    assert (national.institution_id, own.institution_id) == (None, c.tc.institution_id)
    names = {i.person.name for i in accepted(c.tc)}
    assert not names & {str(s.get("teacher")) for s in own.content["sessions"]}, (
        "no names stand in a template"
    )
    other = c.actors()["other_institution"]
    assert set(ProgrammeTemplate.objects.scope(other)) == {national}
    assert held_by(c.instructors[0], c.tc, f"template-{own.pk}") is not None
    for by, title, rule in (
        (c.staff, "本院通用", "template.known"),
        (c.people.centre, "全国通用", "template.known"),
        (c.staff, " ", "template.title"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            save_template(training_class=c.tc, title=title, by=by, now=c.now)
        assert refusal.value.breaches[0].rule == rule
    with pytest.raises(RuleBroken) as refusal:
        close_template(template=national, by=c.staff, now=c.now)
    assert refusal.value.breaches[0].rule == "template.foreign"
    close_template(template=own, by=c.staff, now=c.now)
    assert held_by(c.staff, c.tc, f"template-{own.pk}") is None
    save_template(training_class=c.tc, title="本院通用", by=c.staff, now=c.now)


def test_nothing_written_is_no_template(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    with pytest.raises(RuleBroken) as refusal:
        save_template(training_class=c.tc, title="空的", by=c.staff, now=c.now)
    assert refusal.value.breaches[0].rule == "template.empty"


def test_every_difference_is_shown_and_filled_parts_are_not_chosen_beforehand(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    source = f"class-{earlier(c).pk}"
    client, where = signed_in(c.staff), reverse("programme.copying", args=[c.tc.pk])
    assert source in client.get(where).content.decode()
    shown = client.get(where, {"source": source}).content.decode()
    for words in ("一号楼", "将替换已写内容", "课表", "来源比本班少"):
        assert words in shown
    form = shown.partition("<h2>带入哪些")[2].partition("</form>")[0]
    for part in ("venue", "sessions"):
        assert f'value="{part}"' in form
        assert f'value="{part}" checked' not in form
    sent = {"source": source, "parts": ["venue"], "seen": programme(c).version, "once": "a"}
    for _ in "ab":
        assert client.post(reverse("programme.copy", args=[c.tc.pk]), sent).status_code == 302
    assert programme(c).venue == "一号楼"
    assert client.get(where, {"source": "class-1234567"}).status_code == 404
    assert signed_in(c.province).get(where).status_code == 302
    assert signed_in(c.actors()["other_institution"]).get(where).status_code == 404


def test_an_empty_programme_takes_everything(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    template = save_template(training_class=c.tc, title="本院通用", by=c.staff, now=c.now)
    Programme.objects.inside(training_class=c.tc).update(venue="")
    at_time(c.now)
    shown = signed_in(c.staff).get(
        reverse("programme.copying", args=[c.tc.pk]), {"source": f"template-{template.pk}"}
    )
    form = shown.content.decode().partition("<h2>带入哪些")[2].partition("</form>")[0]
    assert 'value="venue" checked' in form
    page = signed_in(c.staff).get(reverse("programme.templates"), {"class": c.tc.pk}).content.decode()
    assert "本院通用" in page
    assert reverse("programme.save_template", args=[c.tc.pk]) in page
    assert signed_in(c.province).get(reverse("programme.templates")).status_code == 403
