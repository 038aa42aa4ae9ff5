"""Messages of stage 4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.parties.queries import role_of_person, roles_in, roles_of_people
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.regulations.waiting_list import offer_words
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.models import Application, Substitution


def submitted(application: Application, now: datetime) -> None:
    """To the employer: an opinion is asked for."""
    send(
        roles_in(application.employer_id, Duty.SCHOOL),
        subject=f"{application.person.name}报名参加{application.training_class.title}，请出具单位意见",
        kind="enrolment.submit",
        link="/endorsements/",
        now=now,
    )


def reported(training_class: TrainingClass, people: Sequence[Person], now: datetime) -> None:
    """To teachers whom others have reported: a draft of form 1 waits for them."""
    told: list[Role] = []
    for start in range(0, len(people), 500):
        told += roles_of_people(people[start : start + 500], Duty.TRAINEE).values()
    send(
        told,
        subject=f"已为您报送参训申请，请填写后提交：{training_class}",
        body="报送的内容已填入申请表，请核对、补全并提交；提交后由所在单位出具意见，培训机构审核。",
        kind="enrolment.report",
        link="/my/applications/",
        now=now,
    )


def opinion_asked(training_class: TrainingClass, now: datetime) -> None:
    """To the instructors: applicants to look at, once when enrolment closes."""
    for invitation in accepted(training_class, Seat.INSTRUCTOR):
        send(
            role_of_person(invitation.person, Duty.BACKBONE),
            subject=f"请审核报名教师：{training_class}",
            kind="enrolment.opinion",
            link=f"{class_link(training_class)}applicants/",
            now=now,
        )


_DECISIONS = {"admitted": "您已被录取", "waiting": "您已列入候补", "rejected": "您未被录取"}


def decided(application: Application, reason: str, now: datetime) -> None:
    """To the applicant: the decision."""
    shown = application.training_class
    send(
        role_of_person(application.person, Duty.TRAINEE),
        subject=f"{_DECISIONS[application.state]}：{shown}",
        body=reason,
        kind="enrolment.decided",
        link=f"/my/applications/{application.pk}/",
        now=now,
    )


def seat_offered(application: Application, until: str, now: datetime) -> None:
    """To the next of the waiting list: a seat is kept until a moment."""
    shown = application.training_class
    send(
        role_of_person(application.person, Duty.TRAINEE),
        subject=f"可以递补录取，请在{until}前答复：{shown}",
        body="有教师退出，名额为您保留到上述时间。接受后即录取；逾期未答复的，名额让给下一位候补教师。",
        kind="enrolment.offer_seat",
        link=f"/my/applications/{application.pk}/",
        now=now,
    )


def offer_reminded(application: Application, until: datetime, now: datetime) -> None:
    """To whoever has not answered yet, once for an offer."""
    send(
        role_of_person(application.person, Duty.TRAINEE),
        subject=f"递补名额保留到{offer_words(until)}，请尽快答复：{application.training_class}",
        body="接受后即录取；不能参训的请放弃，名额让给下一位候补教师。",
        kind="enrolment.offer_remind",
        link=f"/my/applications/{application.pk}/",
        now=now,
        once=f"application/{application.pk}/offer/{until:%Y%m%d%H%M}",
    )


def offer_lapsed(application: Application, now: datetime) -> None:
    """To whoever kept silent: the seat has gone to the next."""
    send(
        role_of_person(application.person, Duty.TRAINEE),
        subject=f"递补已逾期：{application.training_class}",
        body="名额已让给下一位候补教师，您移至候补名单末位，不再自动递补。仍想参训的，请与培训机构联系。",
        kind="enrolment.lapse_seat",
        link=f"/my/applications/{application.pk}/",
        now=now,
    )


def seat_accepted(application: Application, now: datetime) -> None:
    """To the institution: somebody of the waiting list moved up."""
    shown = application.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{application.person.name}接受递补，已录取为第 {application.seat} 号：{shown.title}",
        kind="enrolment.accept_seat",
        link=f"{class_link(shown)}applicants/",
        now=now,
    )


_LEFT = {"withdrawn": "退出", "waiting": "递补逾期未答复"}


def seat_freed(application: Application, says: str, now: datetime) -> None:
    """To the institution: a seat became free, and who was asked to take it."""
    shown = application.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{application.person.name}{_LEFT[application.state]}，空出 1 个名额：{shown.title}",
        body=says,
        kind="enrolment.withdraw",
        link=f"{class_link(shown)}applicants/",
        now=now,
    )


def freed_offered(application: Application, until: str, now: datetime) -> None:
    """To the institution: a seat that nobody could take when it became free is offered now."""
    shown = application.training_class
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"空出的名额已向候补教师{application.person.name}发出递补通知：{shown.title}",
        body=f"答复时限{until}。",
        kind="enrolment.offer_freed",
        link=f"{class_link(shown)}applicants/",
        now=now,
    )


def colleague_named(named: Substitution, now: datetime) -> None:
    """To the colleague: fill in form 1; to whoever is replaced and to the institution: what is going on."""
    shown, until = named.training_class, offer_words(named.until)
    leaving, arriving = named.leaving.person, named.arriving.person
    draft = named.arriving.state == ApplicationState.DRAFT
    send(
        role_of_person(arriving, Duty.TRAINEE),
        subject=f"单位提名您顶替{leaving.name}参训：{shown}",
        body=f"请在{until}前填写并提交申请表；审核录取后名额转给您。"
        if draft
        else "您已提交申请，请等待审核。",
        kind="enrolment.name_colleague",
        link=f"/my/applications/{named.arriving_id}/",
        now=now,
    )
    send(
        role_of_person(leaving, Duty.TRAINEE),
        subject=f"单位提名{arriving.name}顶替您参训：{shown}",
        body=f"录取{arriving.name}时，您的录取同时退出；在此之前您的名额保留。有疑问请与本单位联系。",
        kind="enrolment.name_colleague",
        link=f"/my/applications/{named.leaving_id}/",
        now=now,
    )
    send(
        roles_in(shown.institution_id, Duty.INSTITUTION),
        subject=f"{named.employer.name}提名{arriving.name}顶替{leaving.name}：{shown.title}",
        body=f"{arriving.name}提交申请表后请审核；录取时接替{leaving.name}的名单序号。{named.reason}",
        kind="enrolment.name_colleague",
        link=f"{class_link(shown)}applicants/",
        now=now,
    )


def colleague_over(named: Substitution, says: str, now: datetime) -> None:
    """To the two and their employer: the first keeps the seat."""
    leaving, arriving = named.leaving.person, named.arriving.person
    told = [*role_of_person(leaving, Duty.TRAINEE), *role_of_person(arriving, Duty.TRAINEE)]
    send(
        [*told, *roles_in(named.employer_id, Duty.SCHOOL)],
        subject=f"{arriving.name}顶替{leaving.name}未办成：{named.training_class}",
        body=f"{says}{leaving.name}的录取不变。",
        kind="enrolment.colleague_over",
        link="/my/applications/",
        now=now,
    )


def colleague_came(named: Substitution, now: datetime) -> None:
    """To whoever is replaced and to the employer: the seat has passed over."""
    leaving, arriving = named.leaving.person, named.arriving.person
    send(
        [*role_of_person(leaving, Duty.TRAINEE), *roles_in(named.employer_id, Duty.SCHOOL)],
        subject=f"{arriving.name}已录取，{leaving.name}的录取同时退出：{named.training_class}",
        kind="enrolment.colleague_came",
        link=f"/my/applications/{named.leaving_id}/",
        now=now,
    )


def programme_changed(training_class: TrainingClass, moved: Sequence[str], now: datetime) -> None:
    """To the admitted: what a change of the filed programme moves for them."""
    rows = Application.objects.inside(training_class=training_class, state=ApplicationState.ADMITTED)
    people = [application.person for application in rows.select_related("person")]
    send(
        roles_of_people(people, Duty.TRAINEE).values(),
        subject=f"培训安排有调整：{training_class}",
        body="\n".join(moved),
        kind="programme.changed",
        link=f"{class_link(training_class)}programme/",
        now=now,
    )
