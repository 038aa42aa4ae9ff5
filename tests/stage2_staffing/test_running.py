"""The national recommendation as an act and a job: all classes at once, stored, repeatable, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.commands import main
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import NotAllowed, Refusal, RuleBroken
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.actions import (
    decline_invitation,
    invite,
    recommend_teachers,
    repeat,
    run_staffing,
    running,
)
from gongxue.stage2_staffing.deadlines import run as daily
from gongxue.stage2_staffing.inputs import TRAINEE_EMPLOYERS, partners_lately, problem_for
from gongxue.stage2_staffing.models import Invitation, Opening, Recommendation, StaffingRun
from gongxue.stage2_staffing.optimisation.model import digest
from gongxue.stage2_staffing.queries import latest_recommendation
from tests.cast import (
    FIRST_DAY,
    ClassAtFixture,
    ClassesAtFixture,
    FreshDatabase,
    Plan,
    Race,
    SignedIn,
)

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]
AtTime = Callable[[datetime], None]
THREE = (
    Plan("opened"),
    Plan("opened", institution="001", first_day=FIRST_DAY + timedelta(days=3)),
    Plan("opened", level="2"),
)


def chosen(c: object) -> set[int]:
    return {r.person_id for r in latest_recommendation(c.tc) if r.chosen}  # type: ignore[attr-defined]


def rules(caught: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [breach.rule for breach in caught.value.breaches]


def test_overlapping_classes_are_never_offered_the_same_people(classes_at: ClassesAtFixture) -> None:
    classes = classes_at(*THREE)
    run = run_staffing(by=classes[0].people.centre, now=classes[0].now)
    assert (run.state, run.classes, run.stored, run.passed_over) == ("done", 3, 3, [])
    people = [person for c in classes for person in chosen(c)]
    assert len(people) == len(set(people)) == run.filled == run.seats - run.unfilled
    for c in classes:
        assert Opening.objects.inside(training_class=c.tc).get().state == "recommended"
        assert {r.staffing_run_id for r in latest_recommendation(c.tc)} == {run.pk}
        assert all(r.reasons for r in latest_recommendation(c.tc))
    assert run.greedy <= run.objective <= run.bound


def test_a_class_recommended_alone_leaves_the_others_their_proposals(classes_at: ClassesAtFixture) -> None:
    one, other = classes_at(*THREE[:2])
    recommend_teachers(training_class=one.tc, by=one.staff, now=one.now)
    recommend_teachers(training_class=other.tc, by=other.staff, now=other.now)
    assert len(chosen(one)) == 5
    assert not chosen(one) & chosen(other)


def test_a_run_can_be_repeated_byte_for_byte(classes_at: ClassesAtFixture) -> None:
    classes = classes_at(*THREE)
    run = run_staffing(by=classes[0].people.centre, now=classes[0].now)
    run = StaffingRun.objects.unscoped("test").get(pk=run.pk)
    assert digest(repeat(run).as_data()) == run.answer_sha256
    run.inputs_sha256 = "0" * 64
    with pytest.raises(ValueError, match="damaged"):
        repeat(run)


def test_nobody_waits_nothing_is_run(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    with pytest.raises(RuleBroken) as caught:
        run_staffing(by=c.people.centre, now=c.now)
    assert rules(caught) == ["run.nothing"]
    assert not StaffingRun.objects.unscoped("test").exists()


def test_only_the_centre_and_the_clock_run_it(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    for name in ("institution", "province", "oversight", "coordinator"):
        with pytest.raises(NotAllowed):
            run_staffing(by=c.actors()[name], now=c.now)


def test_a_second_run_is_refused_while_one_is_under_way(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    StaffingRun.objects.create(started_by=c.people.centre.account, started_at=c.now)
    with pytest.raises(RuleBroken) as caught:
        run_staffing(by=c.people.centre, now=c.now)
    assert rules(caught) == ["run.under_way"]
    assert daily(today=c.now.date(), by=c.people.system, now=c.now)["recommended"] == 0


def test_many_classes_are_a_job_and_a_failed_one_does_not_block(
    class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch, at_time: AtTime
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 0)
    c = class_at("opened")
    at_time(c.now)
    failed = run_staffing(by=c.people.centre, now=c.now)
    assert failed.job is not None
    Job.objects.filter(pk=failed.job.pk).update(state=Job.State.FAILED)
    run = run_staffing(by=c.people.centre, now=c.now)
    assert (run.state, chosen(c)) == ("waiting", set())
    assert drain() == 1
    run.refresh_from_db()
    assert (run.state, run.stored) == ("done", 1)
    assert len(chosen(c)) == 5
    assert running.carry_out(run.pk, c.people.centre, c.now) == {"classes": 0}
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_a_worker_that_died_after_storing_stores_nothing_twice(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    run = run_staffing(by=c.people.centre, now=c.now)
    StaffingRun.objects.unscoped("test").filter(pk=run.pk).update(
        state="waiting"
    )  # as if it had died before it said so
    running.carry_out(run.pk, c.people.centre, c.now)
    assert set(Recommendation.objects.inside(training_class=c.tc).values_list("run", flat=True)) == {1}


def test_what_has_changed_meanwhile_is_passed_over(
    classes_at: ClassesAtFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = classes_at(*THREE[:2])[0]
    reading = running._kept_inputs

    def read_then_changed(run: StaffingRun, by: Role) -> object:
        problem = reading(run, by)
        recommend_teachers(training_class=one.tc, by=one.staff, now=one.now)
        return problem

    monkeypatch.setattr(running, "_kept_inputs", read_then_changed)
    run = run_staffing(by=one.people.centre, now=one.now)
    assert run.passed_over == [one.tc.pk]
    assert run.stored == 1
    assert {r.staffing_run_id for r in latest_recommendation(one.tc)} == {None}


def test_a_decline_is_answered_around_what_is_fixed(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    Opening.objects.unscoped("test").filter(training_class=c.tc).update(
        chain=False
    )  # nobody is asked in their place
    lost = c.invitations[0]
    decline_invitation(invitation=lost, reason="另有安排", by=teacher_of(lost), now=c.now)
    run_staffing(by=c.people.centre, now=c.now, again=True)
    rows = latest_recommendation(c.tc)
    assert [r.seat for r in rows if r.chosen] == [lost.seat]
    assert not {r.person_id for r in rows} & {i.person_id for i in c.invitations}


def test_inputs_know_who_is_fixed_busy_or_declined(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    Opening.objects.unscoped("test").filter(training_class=c.tc).update(
        chain=False
    )  # nobody is asked in their place
    lost = c.invitations[0]
    decline_invitation(invitation=lost, reason="另有安排", by=teacher_of(lost), now=c.now)
    (shown,) = problem_for([c.tc]).classes
    assert shown.barred == {lost.person_id}
    assert {j.person for j in problem_for([c.tc]).fixed} == {i.person_id for i in c.invitations} - {
        lost.person_id
    }
    seen_by_other = {t.person: t for t in problem_for([]).teachers}
    assert seen_by_other == {}


def test_invited_people_are_busy_for_other_classes(classes_at: ClassesAtFixture) -> None:
    one, other = classes_at(Plan("invited"), Plan("opened", institution="001"))
    people = {t.person: t for t in problem_for([other.tc]).teachers}
    for invitation in one.invitations:
        teacher = people[invitation.person_id]
        assert set(one.tc.days_list) <= teacher.busy
        assert teacher.had(FIRST_DAY.year) == ((1, 0) if invitation.seat == Seat.INSTRUCTOR else (0, 1))


def test_employers_of_trainees_do_not_examine(
    class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = class_at("admitted")
    (shown,) = problem_for([c.tc]).classes
    assert shown.trainee_employers
    monkeypatch.setattr("gongxue.stage2_staffing.inputs.TRAINEE_EMPLOYERS", [])
    (shown,) = problem_for([c.tc]).classes
    assert shown.trainee_employers == frozenset()
    assert TRAINEE_EMPLOYERS


def test_reading_the_inputs_takes_as_many_statements_for_one_class_and_for_three(
    classes_at: ClassesAtFixture,
) -> None:
    classes = classes_at(*THREE)
    counts = []
    for some in (classes[:1], classes):
        with CaptureQueriesContext(connection) as captured:
            problem_for([c.tc for c in some])
        counts.append(len(captured))
    assert counts == [14, 14]  # one for who has taught with whom


def test_two_runs_at_once_are_one(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("opened")
    results = race(*[lambda: run_staffing(by=c.people.centre, now=c.now)] * 2)
    done = [r for r in results if isinstance(r, StaffingRun)]
    assert len(done) == 1
    assert all(isinstance(r, (StaffingRun, Refusal)) for r in results), results
    assert set(Recommendation.objects.unscoped("test").values_list("run", flat=True)) == {1}


def test_the_pages_of_a_run(classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    classes = classes_at(*THREE)
    c = classes[0]
    at_time(c.now)
    centre = signed_in(c.people.centre)
    assert "3</b> 个班次等待推荐" in centre.get(reverse("staffing.runs")).content.decode()
    centre.post(reverse("staffing.run"))
    run = StaffingRun.objects.unscoped("test").get()
    assert f"第 {run.pk} 次" in centre.get(reverse("staffing.runs")).content.decode()
    shown = centre.get(reverse("staffing.one_run", args=[run.pk])).content.decode()
    for word in ("距最优至多", "全年授课次数", *[str(x.tc) for x in classes]):
        assert word in shown
    assert f"<code>{run.inputs_sha256[:12]}" in shown
    assert centre.get(reverse("staffing.run_progress", args=[run.pk])).json()["ended"] is True


def test_a_province_sees_its_own_classes_only(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    ours, theirs = classes_at(*THREE[:2])
    at_time(ours.now)
    run = run_staffing(by=ours.people.centre, now=ours.now)
    shown = (
        signed_in(ours.actors()["province"]).get(reverse("staffing.one_run", args=[run.pk])).content.decode()
    )
    assert str(ours.tc) in shown
    assert str(theirs.tc) not in shown
    assert "全年授课次数" not in shown
    assert signed_in(ours.staff).get(reverse("staffing.runs")).status_code == 403


def test_what_could_be_relaxed_is_shown(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("opened")
    at_time(c.now)
    from gongxue.parties.models import PoolMembership

    keep = (
        PoolMembership.objects.unscoped("test")
        .filter(category=c.tc.category)
        .exclude(person__employer=c.tc.institution_id)
    )
    PoolMembership.objects.unscoped("test").filter(pk__in=[m.pk for m in keep[3:]]).update(active=False)
    run = run_staffing(by=c.people.centre, now=c.now)
    assert run.unfilled >= 2
    shown = signed_in(c.people.centre).get(reverse("staffing.one_run", args=[run.pk])).content.decode()
    assert "空缺席位与出路" in shown
    assert "骨干教师：补" in shown
    invite(
        training_class=c.tc,
        people={r.person_id: r.seat for r in latest_recommendation(c.tc)[:1]},
        by=c.staff,
        now=c.now,
    )  # what was found can be asked all the same


def test_the_command_computes_a_run_again(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    run = run_staffing(by=c.people.centre, now=c.now)
    again = CliRunner().invoke(main, ["staffing-run", str(run.pk)])
    assert (again.exit_code, run.answer_sha256 in again.stdout) == (0, True)
    rows = StaffingRun.objects.unscoped("test").filter(pk=run.pk)
    rows.update(answer_sha256="0" * 64)
    assert CliRunner().invoke(main, ["staffing-run", str(run.pk)]).exit_code == 1
    rows.update(inputs_sha256="0" * 64)
    assert "已损坏" in CliRunner().invoke(main, ["staffing-run", str(run.pk)]).stderr
    assert CliRunner().invoke(main, ["staffing-run", "99"]).exit_code == 2


def test_partners_of_a_staffed_class_are_parted_and_it_is_said_why(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    """Whoever teaches together in one class is known to the run of another, to the reader of its page too."""
    first, other = classes_at(
        Plan("staffed"), Plan("opened", institution="001", first_day=FIRST_DAY + timedelta(days=40))
    )
    taught = Invitation.objects.inside(training_class=first.tc, seat="instructor", state="accepted")
    one, two = sorted(taught.values_list("person_id", flat=True))
    assert problem_for([other.tc]).met == {(one, two)}
    assert problem_for([first.tc]).met == set()  # its own people are fixed, not met
    assert (one, two) in partners_lately(FIRST_DAY.replace(year=FIRST_DAY.year + 1))
    assert (one, two) not in partners_lately(FIRST_DAY.replace(year=FIRST_DAY.year + 2))
    recommend_teachers(training_class=other.tc, by=other.staff, now=other.now)
    seats = {r.person_id for r in latest_recommendation(other.tc) if r.chosen and r.seat == "instructor"}
    assert not {one, two} <= seats
    invite(training_class=other.tc, people={one: Seat.INSTRUCTOR}, by=other.staff, now=other.now)
    at_time(other.now)
    name = Invitation.objects.inside(training_class=first.tc, person=two).get().person.name
    page = signed_in(other.staff).get(reverse("staffing", args=[other.tc.pk]), {"q": name})
    assert "近两年曾与本班另一位授课教师搭档，宜轮换（-30）" in page.content.decode()
