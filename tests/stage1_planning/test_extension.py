"""Extending a deadline of one class: a named grantor, a reason, a day that makes sense (TR 8, AMB-01)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere
from gongxue.regulations.calendar import deadlines_of_class, feedback_due, opening_due, programme_due
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning.actions import grant_exception
from gongxue.stage1_planning.models import DeadlineException
from gongxue.stage1_planning.queries import exception_until
from gongxue.stage3_programme.actions import submit_programme
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage6_assessment.actions import confirm_results
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at
from tests.stage1_planning.plans import entries, entry, url, why
from tests.still_clock import StillClock


def granted(c: ClassAt, **changed: Any) -> dict[str, Any]:
    """The opening application may come three days later."""
    due = opening_due(c.tc.first_day, c.tc.edition).on
    return {"deadline": "opening", "until": due + timedelta(days=3), "reason": "台风停课"} | changed


@pytest.mark.parametrize("who", ["province", "centre"])
def test_province_and_centre_extend_a_deadline_by_name(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, who: str
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    role = c.actors()[who]
    client = signed_in(role)
    where = url(P.GRANT_EXCEPTION, c.tc)
    assert f'href="{where}"' in client.get(f"/classes/{c.tc.pk}/").content.decode()
    shown = client.get(where).content.decode()
    for due in deadlines_of_class(c.tc.first_day, c.tc.last_day, c.tc.edition):
        assert (f"{due.title}（{due.on}）" in shown) is (due.key != "enrolment"), "the notice names its day"
    answer = client.post(where, granted(c) | {"once": "k"})
    assert (answer.status_code, answer["Location"]) == (302, f"/classes/{c.tc.pk}/")
    exception = DeadlineException.objects.inside(training_class=c.tc).get()
    assert (exception.deadline, exception.until, exception.reason, exception.granted_by_id) == (
        "opening", date(2023, 5, 6), "台风停课", role.account_id,
    )  # fmt: skip
    event = entry(P.GRANT_EXCEPTION)
    assert (event.class_id, event.reason) == (c.tc.pk, "台风停课")
    assert event.changes == {"opening": ["2023-05-03", "2023-05-06"]}
    words = f"{role.account.name}于{still_clock.now:%Y-%m-%d}准予延期至2023-05-06：台风停课"
    for reader in (c.staff, c.province):
        page = signed_in(reader).get(f"/classes/{c.tc.pk}/").content.decode()
        assert words in page
        assert "2023年5月6日前" in page
        assert "已延期" in page


def test_the_institution_is_told_until_when_and_why(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    grant_exception(training_class=c.tc, **granted(c), by=c.province, now=c.now)
    message = messages_visible_to(c.staff)[0]
    assert message.subject == f"“提出开班申请”已准予延期至2023年5月6日：{c.tc.title}"
    assert message.body == f"准予人：{c.province.account.name}。理由：台风停课"
    assert message.link == f"/classes/{c.tc.pk}/"


def test_a_double_click_extends_once(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    client = signed_in(c.province)
    answers = [client.post(url(P.GRANT_EXCEPTION, c.tc), granted(c) | {"once": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert DeadlineException.objects.inside(training_class=c.tc).count() == 1
    assert (entries(P.GRANT_EXCEPTION), messages_visible_to(c.staff).filter(kind=P.GRANT_EXCEPTION).count()) == (
        1, 1,
    )  # fmt: skip


def test_the_latest_of_several_days_holds(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    for days in (5, 9, 7):
        until = opening_due(c.tc.first_day, c.tc.edition).on + timedelta(days=days)
        grant_exception(training_class=c.tc, **granted(c, until=until), by=c.province, now=c.now)
    assert exception_until(c.tc, "opening") == date(2023, 5, 12)
    assert exception_until(c.tc, "programme") is None


# deadline, days after the due day, the moment (days before the first day), whether it is granted
DAYS = [
    ("opening", 1, 60, True), ("opening", 0, 60, False), ("opening", -1, 60, False), ("opening", 39, 60, True),
    ("opening", 40, 60, False), ("opening", 5, 35, True), ("opening", 4, 35, False), ("feedback", 30, 60, True),
    ("feedback", 31, 60, False),
]  # fmt: skip


@pytest.mark.parametrize(("deadline", "days", "before", "allowed"), DAYS)
def test_the_new_day_lies_after_the_old_one_not_in_the_past_and_before_the_class(
    class_at: ClassAtFixture, deadline: str, days: int, before: int, allowed: bool
) -> None:
    c = class_at("published")
    dues = {due.key: due for due in deadlines_of_class(c.tc.first_day, c.tc.last_day, c.tc.edition)}
    until = dues[deadline].on + timedelta(days=days)
    inputs = granted(c, deadline=deadline, until=until) | {
        "training_class": c.tc, "by": c.province, "now": at(c.tc.first_day - timedelta(days=before)),
    }  # fmt: skip
    if allowed:
        assert grant_exception(**inputs).until == until
        return
    (breach,) = why(grant_exception, **inputs)
    assert (breach.rule, breach.cites, breach.way_out) == (
        "exception.until", "技术规程第八条", "请更正延期日。",
    )  # fmt: skip
    assert "延期日应在" in breach.says


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": "  "}, "这个字段是必填项"), ({"deadline": "summary"}, "选择一个有效的选项"), ({"until": ""}, "这个字段是必填项"),
        ({"until": "2023-05-03"}, "延期日应在2023年5月4日至2023年6月11日之间"),
    ],
)  # fmt: skip
def test_a_refused_extension_keeps_what_was_typed(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, changed: dict[str, str], says: str
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    answer = signed_in(c.province).post(url(P.GRANT_EXCEPTION, c.tc), granted(c) | changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert ("台风停课" in page) is ("reason" not in changed)
    assert not DeadlineException.objects.inside(training_class=c.tc).exists()


def test_the_act_itself_wants_a_reason_and_a_known_deadline(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    inputs = granted(c, deadline="summary", reason=" ")
    breaches = why(grant_exception, training_class=c.tc, **inputs, by=c.province, now=c.now)
    assert [breach.rule for breach in breaches] == ["exception.deadline", "reason.missing"]


def test_the_end_of_enrolment_needs_no_extension_the_notice_names_it(
    class_at: ClassAtFixture,
) -> None:  # AMB-61
    c = class_at("published")
    inputs = granted(c, deadline="enrolment", until=c.tc.first_day - timedelta(days=1))
    (breach,) = why(grant_exception, training_class=c.tc, **inputs, by=c.province, now=c.now)
    assert (breach.rule, breach.cites) == ("exception.deadline", "技术规程第十条")
    assert "招生通知" in breach.way_out


def test_when_the_class_has_begun_what_came_before_it_is_over(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    (breach,) = why(grant_exception, training_class=c.tc, **granted(c), by=c.province, now=c.now)
    assert (breach.rule, breach.way_out) == ("exception.over", "可与培训机构商定改期。")
    until = feedback_due(c.tc.last_day, c.tc.edition).on + timedelta(days=1)
    inputs = granted(c, deadline="feedback", until=until)
    assert grant_exception(training_class=c.tc, **inputs, by=c.province, now=c.now).until == until


def test_nobody_else_extends(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    actors = c.actors()
    for who in ("institution", "oversight", "coordinator", "other_institution", "stranger"):
        client = signed_in(actors[who])
        assert client.get(url(P.GRANT_EXCEPTION, c.tc)).status_code == 403
        assert client.post(url(P.GRANT_EXCEPTION, c.tc), granted(c)).status_code == 403
        with pytest.raises(NotAllowed):
            grant_exception(training_class=c.tc, **granted(c), by=actors[who], now=c.now)
    other = signed_in(actors["other_province"])
    assert other.get(url(P.GRANT_EXCEPTION, c.tc)).status_code == 404
    assert other.post(url(P.GRANT_EXCEPTION, c.tc), granted(c)).status_code == 404
    with pytest.raises(NotThere):
        grant_exception(training_class=c.tc, **granted(c), by=actors["other_province"], now=c.now)


def test_a_closed_class_offers_no_extension(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("closed")
    page = signed_in(c.province).get(f"/classes/{c.tc.pk}/").content.decode()
    assert url(P.GRANT_EXCEPTION, c.tc) not in page


# What it changes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("extended", "late"), [(0, 5), (3, 2), (5, 0), (9, 0)])
def test_a_programme_is_late_from_the_extended_day_on(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, extended: int, late: int
) -> None:
    c = class_at("team_confirmed")
    due = programme_due(c.tc.first_day, c.tc.edition).on
    if extended:
        inputs = granted(c, deadline="programme", until=due + timedelta(days=extended))
        grant_exception(training_class=c.tc, **inputs, by=c.province, now=c.now)
    still_clock.set(at(due + timedelta(days=5)))
    panel = signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/").content.decode()
    assert ("已准予延期至" in panel) is bool(extended)
    assert (f"已过期限 {late} 天" in panel) is bool(late)
    programme = programme_of(c.tc)
    assert programme is not None
    row = submit_programme(programme=programme, seen=programme.version, by=c.staff, now=still_clock.now)
    assert row.late_days == late


@pytest.mark.parametrize(("extended", "late"), [(0, 4), (4, 0)])
def test_a_transcript_is_late_from_the_extended_day_on(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, extended: int, late: int
) -> None:
    c = class_at("evaluated")
    due = feedback_due(c.tc.last_day, c.tc.edition).on
    if extended:
        inputs = granted(c, deadline="feedback", until=due + timedelta(days=extended))
        grant_exception(training_class=c.tc, **inputs, by=c.province, now=c.now)
    still_clock.set(at(due + timedelta(days=4)))
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/confirm/").content.decode()
    assert (f"现已逾期 {late} 天" in page) is bool(late)
    assert ("已准予延期至" in page) is bool(extended)
    assert confirm_results(training_class=c.tc, by=c.staff, now=still_clock.now).late_days == late


@pytest.mark.postgresql
def test_an_extension_is_a_register(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    grant_exception(training_class=c.tc, **granted(c), by=c.province, now=c.now)
    for statement in ("UPDATE deadline_exception SET until = '2023-06-01'", "DELETE FROM deadline_exception"):
        with (
            pytest.raises(DatabaseError, match="登记簿只能追加"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert exception_until(c.tc, "opening") == date(2023, 5, 6)
