"""Approvals in order by the right people (row 36): every thing × state × act × duty against the one table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from gongxue.certificates.models import CertificateCase, MisuseReport
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS, Act, check_permission
from gongxue.foundation.lifecycle.engine import Stateful, check_seen, edit, lock, move
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.foundation.trail.models import Event
from gongxue.regulations.lifecycle import MOVES, THINGS, Move, State
from gongxue.regulations.roles import ANY_SIGNED_IN, DUTIES, Duty, Permission
from gongxue.regulations.rubrics import empty_rubric
from gongxue.stage1_planning.actions import approve_line
from gongxue.stage1_planning.models import PlanChange, TrainingClass
from gongxue.stage1_planning.queries.changes import line_of
from gongxue.stage2_staffing.models import TeamChange
from gongxue.stage3_programme.actions import file_programme
from gongxue.stage3_programme.models import Programme
from gongxue.stage4_enrolment.models import Application, Substitution
from gongxue.stage5_delivery.models import Assignment, Attendee, Leave, MarkCorrection, RollWindow
from gongxue.stage6_assessment.actions import countersign_correction, request_correction
from gongxue.stage6_assessment.models import Appeal, Correction, Retake, RubricDraft
from gongxue.stage7_evaluation.models import Closing
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race

MODELS: dict[str, type[Stateful]] = {
    str(m.THING): m for m in apps.get_models() if issubclass(m, Stateful) and "THING" in m.__dict__
}


def rows_of(c: ClassAt, thing: str) -> Any:
    """One row of the thing in a class whose certificates are issued; what such a class lacks is added."""
    model = MODELS[thing]
    row = model.objects.unscoped("a test").order_by("pk").first()
    if row is not None:
        return row
    attendee = Attendee.objects.unscoped("a test").order_by("pk")[0]
    made = {
        "plan_change": lambda: new_change(c),
        "team_change": lambda: TeamChange(
            training_class=c.tc, before=2, wanted=3, reason="两个方向同时授课", requested_by=c.staff.account,
            requested_at=c.now,
        ),
        "substitution": lambda: new_naming(c),
        "closing": lambda: Closing(training_class=c.tc),
        "assignment": lambda: Assignment(
            training_class=c.tc, title="工作页", mode="individual", due_at=c.now, set_by=c.staff.account, set_at=c.now
        ),
        "roll_window": lambda: RollWindow(
            training_class=c.tc, day=c.tc.last_day, period=1, nonce=b"0" * 16, opened_by=c.coordinator.account,
            opened_at=c.now, late_at=c.now, closes_at=c.now,
        ),
        "leave": lambda: Leave(
            training_class=c.tc, attendee=attendee, lessons=[[c.tc.last_day.isoformat(), 1]], reason="就医",
            asked_at=c.now,
        ),
        "mark_correction": lambda: MarkCorrection(
            training_class=c.tc, attendee=attendee, day=c.tc.first_day, period=1, old="absent", new="leave",
            reason="补交假条", proposed_by=c.coordinator.account, proposed_at=c.now,
        ),
        "form_draft": lambda: FormDraft(
            code="form1", base=first_version(), definition=first_version().definition, begun_at=c.now,
            begun_by=c.people.centre.account, changed_at=c.now, changed_by=c.people.centre.account,
        ),
        "rubric_draft": lambda: RubricDraft(
            level="3", part="final", definition=empty_rubric("三级").as_data(), begun_at=c.now,
            begun_by=c.people.centre.account, changed_at=c.now, changed_by=c.people.centre.account,
        ),
        "retake": lambda: Retake(training_class=c.tc, attendee=attendee, applied_at=c.now),
        "appeal": lambda: Appeal(
            training_class=c.tc, attendee=attendee, part="final", grounds="第三页没有看，请复核。", applied_at=c.now
        ),
        "correction": lambda: Correction(
            training_class=c.tc, attendee=attendee, part="process", old=70, new=72, reason="登记有误",
            requested_by=c.staff.account, requested_at=c.now,
        ),
        "certificate_case": lambda: CertificateCase(
            kind="replacement", certificate=c.certificates[0], institution=c.tc.institution,
            province_code=c.tc.province_code, reason="遗失", applied_by=c.certificate_officer.account,
            applied_at=c.now,
        ),
        "misuse": lambda: MisuseReport(
            kind="forged", institution=c.tc.institution, province_code=c.tc.province_code, number="",
            facts="网上出售", reported_by=c.certificate_officer.account, reported_at=c.now,
        ),
    }[thing]()  # fmt: skip
    made.save()
    return made


def new_naming(c: ClassAt) -> Substitution:
    """A naming between two of the class: what it moves is its own state only."""
    first, second = (
        Application.objects.unscoped("a test").filter(training_class=c.tc).order_by("-seat", "pk")[:2]
    )
    return Substitution(
        training_class=c.tc, employer=first.employer, leaving=first, arriving=second, until=c.now, named_at=c.now,
        named_by=c.school.account,
    )  # fmt: skip


def new_change(c: ClassAt) -> PlanChange:
    """An application about the class, as it would have been made before it began."""
    values = line_of(c.tc)
    return PlanChange(
        round=c.tc.round, training_class=c.tc, institution=c.tc.institution, province_code=c.tc.province_code,
        path="list", kind="change", before=values, after=values | {"headcount": 9}, reason="设备检修",
        applied_by=c.staff.account, applied_at=c.now,
    )  # fmt: skip


def first_version() -> FormVersion:
    return FormVersion.objects.get(code="form1", number=1)


def put(row: Any, state: State) -> Any:
    """The row in a state, whatever it was in; a seat exactly when admitted or offered, as the database insists."""
    also = _of_the_seat(row.THING, state, 30)
    rows = type(row).objects.unscoped("a test puts it there")
    rows.filter(pk=row.pk).update(state=state.value, **also)
    return rows.get(pk=row.pk)


def _of_the_seat(thing: str, state: State, seat: int) -> dict[str, Any]:
    if thing == "form_draft":
        return {"became": first_version() if state == "published" else None}
    if thing != "application":
        return {}
    until = datetime(2030, 1, 1, tzinfo=UTC) if state == "offered" else None
    return {"seat": seat if state in ("admitted", "offered") else None, "offer_until": until}


def also_written(step: Move) -> dict[str, Any]:
    """What the act writes together with the state, where the database insists."""
    return _of_the_seat(step.thing, step.target, 29)


# The engine and the table -----------------------------------------------------------------------------------------


def test_every_thing_of_the_table_has_one_model_and_every_model_its_thing() -> None:
    assert set(MODELS) == set(THINGS)


@pytest.mark.postgresql
@pytest.mark.parametrize("thing", THINGS)
def test_a_state_changes_exactly_as_the_table_says(class_at: ClassAtFixture, thing: str) -> None:
    row = rows_of(class_at("issued"), thing)
    tried = 0
    for state in THINGS[thing].states:
        for step in (m for m in MOVES if m.thing == thing):
            before = put(row, state)
            version = before.version
            outcome = _try(before, step, reason="理由", seen=version)
            after = type(row).objects.unscoped("a test").get(pk=row.pk)
            if state in step.sources:
                assert outcome is None, (state, step.permission, outcome)
                assert (after.state, after.version) == (step.target, version + 1)
            else:
                assert [b.rule for b in outcome.breaches] == ["state.not_allowed"]  # type: ignore[union-attr]
                assert (after.state, after.version) == (state, version)
            tried += 1
    assert tried == len(THINGS[thing].states) * sum(m.thing == thing for m in MOVES)


def _try(row: Any, step: Move, reason: str, seen: int | None) -> Refusal | None:
    try:
        with transaction.atomic():
            move(row, step.permission, reason=reason, seen=seen, **also_written(step))
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("step", MOVES, ids=lambda m: f"{m.thing}-{m.permission}")
def test_a_missing_reason_and_an_unseen_version_are_refused_where_the_table_asks_for_them(
    class_at: ClassAtFixture, step: Move
) -> None:
    row = put(rows_of(class_at("issued"), step.thing), step.sources[0])
    no_reason = _try(row, step, reason="  ", seen=row.version)
    assert (no_reason is not None) is step.reason
    row = put(row, step.sources[0])
    unnamed = _try(row, step, reason="理由", seen=None)
    assert isinstance(unnamed, Conflict) is step.seen
    row = put(row, step.sources[0])
    for other in (row.version - 1, row.version + 1):
        assert isinstance(_try(row, step, reason="理由", seen=other), Conflict)


def test_an_act_that_the_table_does_not_know_moves_nothing(class_at: ClassAtFixture) -> None:
    row = rows_of(class_at("issued"), "programme")
    with pytest.raises(KeyError):
        move(row, Permission.ADMIT, seen=row.version)


@pytest.mark.postgresql
@pytest.mark.parametrize("thing", THINGS)
def test_the_database_refuses_a_state_that_the_table_does_not_know(
    class_at: ClassAtFixture, thing: str
) -> None:
    row = rows_of(class_at("issued"), thing)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.unscoped("a test").filter(pk=row.pk).update(state="invented")


@pytest.mark.postgresql
def test_of_two_who_decide_at_the_same_moment_one_is_told_of_the_other(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("submitted")
    seen, province = c.tc.version, c.province
    results = race(
        *[lambda: approve_line(training_class=c.tc, seen=seen, by=province, now=c.now) for _ in range(4)]
    )
    won = [r for r in results if isinstance(r, TrainingClass)]
    assert len(won) == 1
    assert all(isinstance(r, Refusal) for r in results if r not in won)
    events = Event.objects.unscoped("a test").filter(code=Permission.APPROVE_LINE, class_id=c.tc.pk)
    assert events.count() == 1


def test_a_move_whose_row_was_changed_underneath_is_a_conflict(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    stale = TrainingClass.objects.scope(c.province).get(pk=c.tc.pk)
    approve_line(training_class=c.tc, seen=c.tc.version, by=c.province, now=c.now)
    with pytest.raises(Conflict) as refused:
        move(stale, Permission.APPROVE_LINE, seen=stale.version)
    assert refused.value.breaches[0].rule == "state.raced"


# Versions ---------------------------------------------------------------------------------------------------------


def test_an_edit_counts_a_version_only_when_something_changed(class_at: ClassAtFixture) -> None:
    tc = class_at("planned").tc
    before = tc.version
    assert edit(tc, before, note=tc.note) == {}
    assert tc.version == before
    assert edit(tc, before, note="新", headcount=28) == {"note": ["", "新"], "headcount": [4, 28]}
    assert tc.version == before + 1
    with pytest.raises(Conflict):
        edit(tc, before, note="又")
    check_seen(tc, None)


def test_what_was_changed_after_it_was_seen_cannot_be_approved(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    seen = c.tc.version
    edit(TrainingClass.objects.scope(c.staff).get(pk=c.tc.pk), note="悄悄改了")
    with pytest.raises(Conflict) as refused:
        approve_line(training_class=c.tc, seen=seen, by=c.province, now=c.now)
    assert "现在已是第" in str(refused.value)


def test_a_row_outside_the_scope_cannot_be_locked(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    for stranger in (c.people.changzhou.staff, c.people.jiangsu, c.people.stranger):
        with pytest.raises(NotThere):
            lock(c.tc, stranger)
    absent = TrainingClass(pk=987654321)
    with pytest.raises(NotThere):
        lock(absent, c.staff)


# Duties -----------------------------------------------------------------------------------------------------------


def duties_of(c: ClassAt) -> dict[Duty, Role]:
    people = c.people
    found = [
        people.centre, people.oversight, c.province, c.staff, c.coordinator, c.certificate_officer, c.instructors[0],
        c.trainees[0], people.school, people.system,
    ]  # fmt: skip
    return {role.duty_enum: role for role in found}


def test_every_duty_holds_its_permissions_and_no_other(class_at: ClassAtFixture) -> None:
    roles = duties_of(class_at("issued"))
    assert set(roles) == set(Duty)
    for duty, role in roles.items():
        for permission in Permission:
            allowed = permission in ANY_SIGNED_IN or permission in DUTIES[duty].permissions
            if allowed:
                check_permission(role, permission)
            else:
                with pytest.raises(NotAllowed):
                    check_permission(role, permission)


# Acts whose object is the thing that they move: these can be tried in every state by every duty.
DIRECT = [
    (step, ACTS[step.permission])
    for step in MOVES
    if (thing := ACTS[step.permission].object_parameter) and thing.model is MODELS[step.thing]
]


def test_the_triples_cover_most_acts_of_the_table() -> None:
    assert len(DIRECT) >= 18


@pytest.mark.parametrize(("step", "act"), DIRECT, ids=[f"{s.thing}-{s.permission}" for s, _ in DIRECT])
def test_only_the_right_duty_in_the_right_state_can_act(
    class_at: ClassAtFixture, step: Move, act: Act
) -> None:
    c = class_at("issued")
    row = rows_of(c, step.thing)
    for state in THINGS[step.thing].states:
        for duty, role in duties_of(c).items():
            put_row = put(row, state)
            events = Event.objects.unscoped("a test").count()
            refused = _act(act, put_row, role, c)
            after = type(row).objects.unscoped("a test").get(pk=row.pk)
            if step.permission not in DUTIES[duty].permissions:
                assert isinstance(refused, NotAllowed), (state, duty)
            if state not in step.sources:
                assert refused is not None, (state, duty)
            if refused is not None:
                assert (after.state, after.version) == (state, put_row.version)
                assert Event.objects.unscoped("a test").count() == events


def _act(act: Act, row: Any, by: Role, c: ClassAt) -> Exception | None:
    values: dict[str, Any] = {
        "reason": "理由", "seen": row.version, "effective_from": c.now.date(), "confirmation": "名称",
    }  # fmt: skip
    inputs = {p.name: values[p.name] for p in act.parameters[1:] if p.name in values}
    point = transaction.savepoint()
    try:
        act.function(**{act.parameters[0].name: row}, **inputs, by=by, now=c.now)
    except (Refusal, NotThere) as refusal:
        return refusal
    finally:
        transaction.savepoint_rollback(point)
    return None


# Nobody approves their own submission, even with two roles --------------------------------------------------------


def province_role_of(c: ClassAt, role: Role) -> Role:
    """The province's duty given to somebody of the institution."""
    given = give_role(
        account=role.account,
        organisation=c.province.organisation,
        duty="province",
        by=c.people.centre,
        now=c.now,
    )
    return Role.objects.select_related("account", "organisation").get(pk=given.pk)


def test_nobody_approves_the_line_that_they_submitted(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    both = province_role_of(c, c.staff)
    with pytest.raises(Refusal):
        approve_line(training_class=c.tc, seen=c.tc.version, by=both, now=c.now)
    assert c.reload().state == "submitted"


def test_nobody_files_the_programme_that_they_submitted(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    both = province_role_of(c, c.staff)
    programme = Programme.objects.scope(both).get(training_class=c.tc)
    with pytest.raises(Refusal):
        file_programme(programme=programme, seen=programme.version, by=both, now=c.now)


def test_nobody_countersigns_the_correction_that_they_asked_for(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    attendee = Attendee.objects.scope(c.staff).order_by("pk")[0]
    correction = request_correction(
        attendee=attendee, part="process", new="66", reason="登记有误", by=c.staff, now=c.now
    )
    both = province_role_of(c, c.staff)
    with pytest.raises(Refusal):
        countersign_correction(correction=correction, seen=correction.version, by=both, now=c.now)
    assert Correction.objects.scope(c.province).get().state == "requested"
