"""Changes of what is published (TR 7, 脚注④⑤, AMB-13, AMB-66): who applies, who decides, what is then in force."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Booking, TrainingApproval
from gongxue.regulations.national_list import apply_changes
from gongxue.regulations.roles import Permission as P
from gongxue.regulations.staffing import TRAVEL_DAYS
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import DeadlineException, PlanChange, PublishedEdition, TrainingClass
from gongxue.stage1_planning.queries.editions import changes_of, compare, listing_of
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage3_programme.models import ProgrammeVersion
from gongxue.stage3_programme.queries import programme_of, written_sessions
from gongxue.stage4_enrolment.models import Application, Enrolment
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn, at
from tests.stage1_planning.changing import (
    REASON,
    applied,
    applied_for,
    applied_to_cancel,
    approved,
    edition_numbers,
    later,
    line,
    scanned,
)
from tests.stage1_planning.plans import entry, why
from tests.still_clock import StillClock

pytestmark = pytest.mark.postgresql


def of(change: PlanChange) -> PlanChange:
    return PlanChange.objects.unscoped("tests").get(pk=change.pk)


def latest() -> PublishedEdition:
    found = PublishedEdition.objects.order_by("-pk").first()
    assert found is not None
    return found


# The three paths --------------------------------------------------------------------------------------------------


def test_a_planned_class_changes_when_the_province_agrees_and_not_before(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c, headcount=20, **later(c))
    assert (change.path, change.state, change.fields["headcount"]) == ("list", "applied", (4, 20))
    assert c.reload().headcount == 4
    before = c.tc.version
    done = approved(c, change)
    assert (of(done).state, c.reload().headcount, c.tc.version) == ("approved", 20, before + 1)
    assert c.tc.first_day == change.values["first_day"]
    edition = latest()
    assert (edition.number, of(done).edition_id, edition.published_by_id) == (
        2,
        edition.pk,
        c.province.account_id,
    )
    (told,) = changes_of(edition)
    assert told["fields"]["headcount"] == [4, 20]
    assert set(told["fields"]) == {"headcount", "first_day", "last_day"}
    assert (told["reason"], told["path"], told["approved_by"]) == (
        REASON,
        "增补、调整",
        c.province.organisation.name,
    )
    event = entry(P.APPROVE_CHANGE)
    assert (event.class_id, event.changes["headcount"], event.changes["edition"]) == (
        c.tc.pk,
        [4, 20],
        [None, 2],
    )


def test_a_class_is_added_to_the_plan(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    done = approved(c, applied_for(c))
    new = TrainingClass.objects.unscoped("tests").get(pk=of(done).training_class_id)
    assert (new.state, new.stage, new.outside_plan) == ("published", 2, False)
    assert [row["class"] for row in listing_of(latest())] == [c.tc.pk, new.pk]
    assert [row["class"] for row in latest().lines] == [new.pk]


def test_a_class_outside_the_plan_needs_the_stamped_scan_and_is_marked(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied_for(c, outside=True)
    (breach,) = why(actions.approve_change, plan_change=change, seen=change.version, by=c.province, now=c.now)
    assert (breach.rule, breach.article) == ("change.scan", "TR 脚注④")
    scanned(c, change)
    done = approved(c, change)
    new = TrainingClass.objects.unscoped("tests").get(pk=of(done).training_class_id)
    assert new.outside_plan
    assert [row["plan"] for row in listing_of(latest())] == ["计划内", "计划外"]
    assert actions.scan_of_change(done, c.staff).name == "批复.pdf"
    with pytest.raises(NotThere):
        actions.scan_of_change(done, c.people.changzhou.staff)


def test_the_database_itself_refuses_a_class_outside_the_plan_without_a_scan(
    class_at: ClassAtFixture,
) -> None:
    change = applied_for(class_at("published"), outside=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChange.objects.unscoped("tests").filter(pk=change.pk).update(state="approved")


@pytest.mark.parametrize(("stage", "path"), [("published", "list"), ("opened", "class"), ("filed", "class")])
def test_the_path_follows_the_opening_application(class_at: ClassAtFixture, stage: str, path: str) -> None:
    assert applied(class_at(stage)).path == path


def test_a_cancelled_class_leaves_the_list(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    approved(c, applied_to_cancel(c))
    assert c.reload().state == "cancelled"
    assert listing_of(latest()) == []
    (told,) = changes_of(latest())
    assert (told["kind"], told["class"], told["reason"]) == ("withdrawn", c.tc.pk, REASON)


# Refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "changed", "rule"),
    [
        ("published", {}, "change.nothing"), ("published", {"headcount": 31}, "class.size"),
        ("published", {"days": 6}, "class.days"), ("published", {"level": "1"}, "approval.kind"),
        ("opened", {"category": "02"}, "change.opened"), ("announced", {"scope": "面向全省"}, "change.noticed"),
        ("started", {"headcount": 20}, "change.begun"),
    ],
)  # fmt: skip
def test_what_may_not_change_is_refused_with_its_rule(
    class_at: ClassAtFixture, stage: str, changed: dict[str, Any], rule: str
) -> None:
    c = class_at(stage)
    found = why(
        actions.apply_change, training_class=c.tc, line=line(c, **changed), reason=REASON, seen=c.tc.version,
        by=c.staff, now=c.now,
    )  # fmt: skip
    assert rule in [breach.rule for breach in found]
    assert all(breach.way_out and breach.article for breach in found)


@pytest.mark.parametrize("stage", ["planned", "submitted", "reported"])
def test_what_is_not_published_is_changed_in_its_round(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    (breach,) = why(
        actions.apply_cancel, training_class=c.tc, reason=REASON, seen=c.tc.version, by=c.staff, now=c.now
    )
    assert breach.rule == "change.unpublished"


def test_a_reason_is_asked_for(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    found = why(
        actions.apply_cancel, training_class=c.tc, reason="  ", seen=c.tc.version, by=c.staff, now=c.now
    )
    assert [breach.rule for breach in found] == ["reason.missing"]


def test_a_class_has_one_open_application(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    first = applied(c)
    (breach,) = why(
        actions.apply_cancel, training_class=c.tc, reason=REASON, seen=c.tc.version, by=c.staff, now=c.now
    )
    assert breach.rule == "change.open"
    actions.take_back_change(plan_change=first, by=c.staff, now=c.now)
    assert applied_to_cancel(c).state == "applied"


def test_nobody_approves_their_own_application(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c)
    given = give_role(
        account=c.staff.account, organisation=c.province.organisation, duty="province", by=c.people.centre, now=c.now
    )  # fmt: skip
    both = Role.objects.select_related("account", "organisation").get(pk=given.pk)
    (breach,) = why(actions.approve_change, plan_change=change, seen=change.version, by=both, now=c.now)
    assert breach.rule == "approval.own"


def test_an_approval_names_the_version_it_saw(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c)
    with pytest.raises(Conflict):
        actions.approve_change(plan_change=change, seen=change.version + 1, by=c.province, now=c.now)


def test_the_rules_are_asked_again_at_the_approval(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c)
    TrainingApproval.objects.filter(institution=c.tc.institution).delete()
    (breach,) = why(actions.approve_change, plan_change=change, seen=change.version, by=c.province, now=c.now)
    assert breach.rule == "approval.missing"


def test_a_class_that_has_changed_meanwhile_goes_back(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c)
    TrainingClass.objects.unscoped("tests").filter(pk=c.tc.pk).update(scope="另一个范围")
    (breach,) = why(actions.approve_change, plan_change=change, seen=change.version, by=c.province, now=c.now)
    assert breach.rule == "change.overtaken"
    returned = actions.return_change(
        plan_change=change, reason="请核对", seen=change.version, by=c.province, now=c.now
    )
    values: Any = line(c, headcount=22, scope="另一个范围")
    amended = actions.amend_change(
        plan_change=returned, line=values, reason=REASON, seen=returned.version, by=c.staff, now=c.now
    )
    approved(c, amended)
    assert (c.reload().headcount, c.tc.scope) == (22, "另一个范围")


@pytest.mark.parametrize("who", ["other_province", "centre", "institution", "other_institution"])
def test_only_the_own_province_decides(class_at: ClassAtFixture, who: str) -> None:
    c = class_at("published")
    change = applied(c)
    with pytest.raises((NotAllowed, NotThere)):
        actions.approve_change(plan_change=change, seen=change.version, by=c.actors()[who], now=c.now)
    assert (of(change).state, edition_numbers()) == ("applied", [1])


def test_an_addition_comes_in_time_or_outside_the_plan(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    soon = c.now.date() + timedelta(days=30)
    dates = {"first_day": soon, "last_day": soon + timedelta(days=6)}
    found = why(
        actions.apply_addition, round=c.tc.round, line=line(c, **dates), reason=REASON, by=c.staff, now=c.now
    )
    if soon in c.tc.round.period:
        assert [breach.rule for breach in found] == ["change.outside"]
    else:
        assert "class.period" in [breach.rule for breach in found]


def test_a_short_time_is_granted_by_name(class_at: ClassAtFixture) -> None:
    """New dates that leave no time for the opening application: the province gives a reason, or it is refused."""
    c = class_at("published")
    now = at(c.tc.first_day - timedelta(days=60))
    dates = {key: day - timedelta(days=30) for key, day in later(c, 0).items()}
    values: Any = line(c, **dates)
    change = actions.apply_change(
        training_class=c.tc, line=values, reason=REASON, seen=c.tc.version, by=c.staff, now=now
    )
    found = why(actions.approve_change, plan_change=change, seen=change.version, by=c.province, now=now)
    assert [breach.rule for breach in found] == ["change.short"]
    actions.approve_change(
        plan_change=change, seen=change.version, by=c.province, now=now, grant_reason="设备提前到位"
    )
    (granted,) = DeadlineException.objects.unscoped("tests").all()
    assert (granted.deadline, granted.reason, granted.granted_by_id) == (
        "opening", "设备提前到位", c.province.account_id,
    )  # fmt: skip
    assert granted.until == now.date() + timedelta(days=7)


@pytest.mark.parametrize("name", ["批复.exe", "批复.pdf"])
def test_only_a_real_scan_is_taken(class_at: ClassAtFixture, name: str) -> None:
    c = class_at("published")
    change = applied_for(c, outside=True)
    scan = SimpleUploadedFile(name, b"MZ no document", "application/pdf")
    with pytest.raises(RuleBroken):
        actions.attach_change_scan(plan_change=change, scan=scan, by=c.province, now=c.now)
    (breach,) = why(actions.attach_change_scan, plan_change=applied(c), scan=scan, by=c.province, now=c.now)
    assert breach.rule == "change.no_scan"


# On record --------------------------------------------------------------------------------------------------------


def test_the_centre_has_it_on_record_and_may_comment(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    done = of(approved(c, applied(c)))
    assert messages_visible_to(c.people.centre).filter(kind="planning.report_change").count() == 1
    asked = actions.question_change(
        plan_change=done, reason="请说明人数", seen=done.version, by=c.people.centre, now=c.now
    )
    assert (of(asked).state, c.reload().headcount) == ("questioned", 20), "it stays in force"
    for role in (c.staff, c.province):
        assert messages_visible_to(role).filter(kind="planning.question_change", body="请说明人数").exists()
    actions.record_change(plan_change=asked, seen=of(asked).version, by=c.people.centre, now=c.now)
    assert (of(asked).state, of(asked).recorded_at) == ("recorded", c.now)


def test_province_and_institution_are_told(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    change = applied(c)
    assert messages_visible_to(c.province).filter(kind="planning.apply_change").count() == 1
    actions.refuse_change(
        plan_change=change, reason="理由不足", seen=change.version, by=c.province, now=c.now
    )
    message = messages_visible_to(c.staff).get(kind="planning.answer_change")
    assert ("未同意" in message.subject, message.body) == (True, "理由不足")
    assert message.link == f"/planning/changes/{change.pk}/"


# What moves with it -----------------------------------------------------------------------------------------------


def booked(c: ClassAt) -> dict[int, tuple[Any, Any]]:
    rows = Booking.objects.unscoped("tests").filter(reference=f"class/{c.tc.pk}").order_by("day")
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row.day)
    return {person: (days[0], days[-1]) for person, days in found.items()}


def test_accepted_teachers_move_with_the_dates(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    teacher = c.instructors[0]
    approved(c, applied(c, **later(c, 3)))
    c.reload()
    journey = timedelta(days=TRAVEL_DAYS)
    expected = {
        i.person_id: (c.tc.first_day - journey, c.tc.last_day + journey)
        if i.seat == "instructor"
        else (c.tc.first_day, c.tc.last_day)
        for i in c.invitations
    }
    assert booked(c) == expected
    assert messages_visible_to(teacher).filter(kind="staffing.redated").count() == 1


def test_a_teacher_who_is_taken_is_named_and_nothing_moves(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    invitation = c.invitations[0]
    taken = c.tc.last_day + timedelta(days=5)
    Booking.objects.create(person=invitation.person, day=taken, capacity="trainee", reference="class/987")
    before = booked(c)
    found = why(
        actions.apply_change, training_class=c.tc, line=line(c, **later(c)), reason=REASON, seen=c.tc.version,
        by=c.staff, now=c.now,
    )  # fmt: skip
    assert [breach.rule for breach in found] == ["change.clash"]
    assert invitation.person.name in found[0].says
    assert booked(c) == before


def test_asked_teachers_are_told_the_new_dates(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    approved(c, applied(c, **later(c, 3)))
    kinds = [
        row.kind
        for row in messages_visible_to(Role.objects.get(account=c.invitations[0].person.account_id, duty="backbone"))
    ]  # fmt: skip
    assert "staffing.redated" in kinds
    assert {row.state for row in c.invitations} == {"sent"}


def test_with_a_cancelled_class_everything_in_it_ends(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    trainees, teacher = c.trainees, c.instructors[0]
    approved(c, applied_to_cancel(c))
    assert booked(c) == {}
    assert {row.state for row in Invitation.objects.unscoped("tests").all()} == {"withdrawn"}
    assert Opening.objects.unscoped("tests").get().state == "cancelled"
    assert Enrolment.objects.unscoped("tests").get().state == "closed"
    assert (
        not Application.objects.unscoped("tests")
        .filter(state__in=["submitted", "waiting", "admitted"])
        .exists()
    )
    assert messages_visible_to(trainees[0]).filter(kind="enrolment.cancelled").count() == 1
    assert messages_visible_to(teacher).filter(kind="staffing.withdraw").count() == 1
    (breach,) = why(
        actions.apply_change, training_class=c.tc, line=line(c, headcount=9), reason=REASON,
        seen=c.reload().version, by=c.staff, now=c.now,
    )  # fmt: skip
    assert breach.rule == "change.unpublished"


def test_a_submitted_programme_of_a_cancelled_class_comes_back_with_an_entry(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("programme_submitted")
    approved(c, applied_to_cancel(c))
    programme = programme_of(c.tc)
    assert programme is not None
    assert (programme.state, programme.returned_reason[:5]) == ("returned", "班次取消：")
    (entry,) = Event.objects.unscoped("tests").filter(class_id=c.tc.pk, code="programme.return")
    assert entry.reason == programme.returned_reason
    causes = (
        ProgrammeVersion.objects.inside(training_class=c.tc).order_by("-pk").values_list("cause", flat=True)
    )
    assert causes[0] == "returned"


def test_places_are_not_fewer_than_the_admitted(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    found = why(
        actions.apply_change, training_class=c.tc, line=line(c, headcount=1), reason=REASON, seen=c.tc.version,
        by=c.staff, now=c.now,
    )  # fmt: skip
    assert [breach.rule for breach in found] == ["change.admitted"]


# Editions ---------------------------------------------------------------------------------------------------------


def test_editions_follow_from_each_other(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    approved(c, applied(c, headcount=11))
    approved(c, applied_for(c))
    c.reload()
    approved(c, applied(c, headcount=12, **later(c, 2)))
    c.reload()
    approved(c, applied_to_cancel(c))
    found = list(PublishedEdition.objects.order_by("number"))
    assert [edition.number for edition in found] == [1, 2, 3, 4, 5]
    for old, new in itertools.pairwise(found):
        assert apply_changes(listing_of(old), changes_of(new)) == listing_of(new)
    between = compare(found[3], found[0])
    assert [change["kind"] for change in between.changes] == ["changed", "added"]
    assert between.changes[0]["fields"]["headcount"] == [4, 12]
    assert between.changes[0]["reason"] == REASON
    assert compare(found[0], found[3]).changes == between.changes, "from the older to the newer"


def test_editions_before_there_were_changes_stay_readable(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    first = latest()
    row = {key: value for key, value in first.lines[0].items() if key != "plan"}
    old = PublishedEdition.objects.create(
        round=c.tc.round, number=2, lines=[row | {"class": 987}], published_by=c.people.centre.account, published_at=c.now
    )  # fmt: skip
    assert [line["class"] for line in listing_of(old)] == [c.tc.pk, 987]
    assert [change["kind"] for change in changes_of(old)] == ["added"]


# At the same moment -----------------------------------------------------------------------------------------------


def test_of_many_who_approve_at_the_same_moment_one_succeeds(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("published")
    change, province, now = applied(c), c.province, c.now
    results = race(
        *[
            lambda: actions.approve_change(plan_change=change, seen=change.version, by=province, now=now)
            for _ in range(4)
        ]
    )
    won = [result for result in results if isinstance(result, PlanChange)]
    assert len(won) == 1, results
    assert all(isinstance(result, Refusal) for result in results if result not in won)
    assert edition_numbers() == [1, 2]
    assert Event.objects.unscoped("tests").filter(code=P.APPROVE_CHANGE).count() == 1


def test_approved_and_taken_back_at_the_same_moment_is_one_of_both(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("published")
    change, province, staff, now = applied(c), c.province, c.staff, c.now
    race(
        lambda: actions.approve_change(plan_change=change, seen=change.version, by=province, now=now),
        lambda: actions.take_back_change(plan_change=change, by=staff, now=now),
    )
    found = (of(change).state, c.reload().headcount, edition_numbers())
    assert found in [("approved", 20, [1, 2]), ("withdrawn", 4, [1])]


# Pages ------------------------------------------------------------------------------------------------------------


def test_the_institution_applies_and_the_province_approves_on_their_pages(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    staff, province = signed_in(c.staff), signed_in(c.province)
    where = f"/classes/{c.tc.pk}/change/"
    assert f'href="{where}"' in staff.get(f"/classes/{c.tc.pk}/").content.decode()
    assert staff.get(where).status_code == 200
    sent = line(c, headcount=25) | {"reason": REASON, "seen": c.tc.version, "once": "k"}
    refused = staff.post(where, sent | {"headcount": 99, "once": "x"})
    assert refused.status_code == 422
    assert "每班不超过 30 人" in refused.content.decode()
    answers = [staff.post(where, sent) for _ in range(2)]
    change = PlanChange.objects.unscoped("tests").get()
    assert [answer["Location"] for answer in answers] == [f"/planning/changes/{change.pk}/"] * 2
    page = province.get(f"/planning/changes/{change.pk}/").content.decode()
    assert "<del>4 人</del>" in page
    assert '<b class="good">25 人</b>' in page
    assert f"/planning/changes/{change.pk}/" in province.get("/desk/").content.decode()
    done = province.post(f"/planning/changes/{change.pk}/approve/", {"seen": change.version, "once": "a"})
    assert done.status_code == 302
    assert c.reload().headcount == 25
    again = province.post(f"/planning/changes/{change.pk}/approve/", {"seen": change.version, "once": "b"})
    assert again.status_code == 409
    for client in (staff, province, signed_in(c.people.centre)):
        assert "已生效，待备案" in client.get("/planning/changes/").content.decode()
    public = signed_in(c.people.school).get(f"/national/editions/{latest().pk}/").content.decode()
    assert "人数由“4”改为“25”" in public


@pytest.mark.parametrize("outside", ["no", "yes"])
def test_an_addition_is_applied_for_on_the_page_of_the_round(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, outside: str
) -> None:
    c = class_at("published")
    still_clock.set(c.now)
    sent = line(c, **later(c)) | {"reason": REASON, "outside": outside}
    answer = signed_in(c.staff).post(f"/planning/{c.tc.round_id}/addition/", sent)
    change = PlanChange.objects.unscoped("tests").get()
    assert answer.status_code == 302
    assert change.path == {"no": "list", "yes": "outside"}[outside]
    page = signed_in(c.province).get(f"/planning/changes/{change.pk}/").content.decode()
    assert ("须先上传盖章扫描件" in page) is (outside == "yes")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_applications(
    class_at: ClassAtFixture, signed_in: SignedIn, django_assert_num_queries: Any, rows: int
) -> None:
    c = class_at("published")
    for day in range(rows):
        applied_for(c, False, **later(c, day + 1))
    client = signed_in(c.province)
    client.get("/desk/")
    with django_assert_num_queries(6):
        assert client.get("/planning/changes/").content.decode().count('data-label="事项"') == rows


@pytest.mark.parametrize(
    ("stage", "state"), [("drafted", "draft"), ("programme_submitted", "returned"), ("filed", "changing")]
)
def test_a_programme_follows_the_dates_and_is_filed_again(
    class_at: ClassAtFixture, stage: str, state: str
) -> None:
    c = class_at(stage)
    approved(c, applied(c, **later(c, 3)), grant_reason="时间紧，抓紧办理")
    programme = programme_of(c.reload())
    assert programme is not None
    assert programme.state == state
    days = {row.day for row in written_sessions(programme)}
    assert c.tc.first_day <= min(days) <= max(days) <= c.tc.last_day
