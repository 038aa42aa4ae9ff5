"""Reads of stage 4: notices, applications, seats, needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import said
from gongxue.regulations.enrolment import admission_breaches, applying_breaches
from gongxue.regulations.levels import courses_of
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState
from gongxue.regulations.programme import FinalMode
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.queries import filed_version
from gongxue.stage4_enrolment.models import Application, Enrolment, Opinion, Substitution
from gongxue.stage4_enrolment.queries.needs import Experience as Experience
from gongxue.stage4_enrolment.queries.needs import ModuleNeed as ModuleNeed
from gongxue.stage4_enrolment.queries.needs import experience_of as experience_of
from gongxue.stage4_enrolment.queries.needs import needs_of as needs_of
from gongxue.stage4_enrolment.queries.needs import periods_suggested as periods_suggested
from gongxue.stage4_enrolment.queries.needs import requests_of as requests_of
from gongxue.stage4_enrolment.queries.needs import usual_periods as usual_periods
from gongxue.stage4_enrolment.queries.substituting import in_naming, named_in


def enrolment_of(training_class: TrainingClass) -> Enrolment | None:
    """The enrolment of a visible class, or None before a notice was begun."""
    found: Enrolment | None = Enrolment.objects.inside(training_class=training_class).first()
    return found


def open_notices(today: date) -> QuerySet[Enrolment]:
    """Published notices that take applications: public (TR 10)."""
    rows: QuerySet[Enrolment] = Enrolment.objects.unscoped("published notices are public")
    found = rows.filter(state=EnrolmentState.PUBLISHED, closes_on__gte=today)
    return found.select_related("training_class__institution").order_by("training_class__first_day", "pk")


def published_notice(training_class_id: int) -> Enrolment | None:
    """The published notice of a class for the public page, or None."""
    rows: QuerySet[Enrolment] = Enrolment.objects.unscoped("published notices are public")
    shown = TrainingClass.objects.unscoped("as its notice").filter(
        pk=training_class_id
    )  # any number may be asked
    found = rows.exclude(state=EnrolmentState.DRAFT).filter(training_class__in=shown.values("pk"))
    return found.select_related("training_class__institution").first()


def classes_with_notice(keys: Collection[int]) -> set[int]:
    """Which of these classes have a published notice: the national list links to it."""
    rows = Enrolment.objects.unscoped("published notices are public").exclude(state=EnrolmentState.DRAFT)
    return set(rows.filter(training_class__in=keys).values_list("training_class_id", flat=True))


def employers_of_trainees(keys: Collection[int]) -> dict[int, set[int]]:
    """The employers of the admitted trainees of some classes: their teachers do not examine there."""
    rows = Application.objects.unscoped("nobody examines trainees of their own school").filter(
        training_class__in=keys, state=ApplicationState.ADMITTED
    )
    found: dict[int, set[int]] = {}
    for number, employer in rows.values_list("training_class_id", "employer_id").distinct():
        found.setdefault(number, set()).add(employer)
    return found


def is_applying_open(enrolment: Enrolment, today: date) -> bool:
    """Whether applications are taken on a day."""
    return not applying_breaches(enrolment.state == EnrolmentState.PUBLISHED, enrolment.closes_on, today)


def applications_visible_to(role: Role) -> QuerySet[Application]:
    """Applications in scope."""
    rows: QuerySet[Application] = Application.objects.scope(role)
    return rows.select_related("person__account", "employer", "training_class__institution").order_by("pk")


def own_application(training_class: TrainingClass, by: Role) -> Application | None:
    """One's live application for a class, or None."""
    rows = Application.objects.inside(training_class=training_class, person__account=by.account_id)
    found: Application | None = rows.exclude(state=ApplicationState.WITHDRAWN).first()
    return found


def whole(application: Application) -> Application:
    """The application with everything that its sheet prints, in one query; the row was fetched in scope."""
    rows = Application.objects.inside(pk=application.pk).select_related(
        "person__account", "employer", "training_class__institution", "answer__version", "answer__account", "answer__portrait__file",
        "endorsed_by", "endorsement_scan",
    )  # fmt: skip
    return rows.annotate(in_naming=in_naming()).get()


def known_of(application: Application) -> dict[str, str]:
    """What form 1 prints without asking: ID number and phone only by their last four."""
    person, shown = application.person, application.training_class
    return {
        "name": person.name,
        "category": shown.category_title,
        "level": shown.level_title,
        "sex": person.sex,
        "age": f"{application.age} 岁",
        "id_number": str(person.id_number),
        "employer": application.employer.name,
        "phone": person.phone_masked,
    }


def taken_seats(training_class: TrainingClass) -> set[int]:
    """The seats that are taken or kept for somebody who may still accept."""
    rows = Application.objects.inside(training_class=training_class, state__in=Application.SEATED)
    return set(rows.values_list("seat", flat=True))


def roster(training_class: TrainingClass) -> list[Application]:
    """The admitted in roster order."""
    rows = Application.objects.inside(training_class=training_class, state=ApplicationState.ADMITTED)
    return list(rows.select_related("person__account", "employer").order_by("seat"))


def waiting_place(application: Application) -> int:
    """The place on the waiting list, counted from 1; numbers stay when somebody ahead leaves, places move up."""
    ahead = Application.objects.inside(
        training_class=application.training_class_id,
        state=ApplicationState.WAITING,
        waiting_number__lt=application.waiting_number,
    )
    return ahead.count() + 1


def next_to_decide(application: Application, by: Role) -> Application | None:
    """The next submitted application of the class after this one, or None."""
    rows = Application.objects.scope(by).filter(
        training_class=application.training_class_id, state=ApplicationState.SUBMITTED, pk__gt=application.pk
    )
    found: Application | None = rows.order_by("pk").first()
    return found


def latest_opinions(application: Application) -> dict[int, Opinion]:
    """The last opinion of each instructor: person id → opinion."""
    rows = Opinion.objects.inside(application=application).select_related("person__account").order_by("pk")
    return {opinion.person_id: opinion for opinion in rows}


def opinions_of_class(training_class: TrainingClass) -> dict[int, dict[int, Opinion]]:
    """application id → person id → last opinion, in one query."""
    found: dict[int, dict[int, Opinion]] = {}
    rows = (
        Opinion.objects.inside(training_class=training_class).select_related("person__account").order_by("pk")
    )
    for opinion in rows:
        found.setdefault(opinion.application_id, {})[opinion.person_id] = opinion
    return found


def counts_of(training_class: TrainingClass) -> dict[str, int]:
    """Applications by state."""
    rows = Application.objects.inside(training_class=training_class)
    return dict(rows.values_list("state").annotate(n=Count("pk")))


# The review -----------------------------------------------------------------------------------------------------------

_ORDER = {
    ApplicationState.SUBMITTED: 0, ApplicationState.OFFERED: 1, ApplicationState.WAITING: 2,
    ApplicationState.ADMITTED: 3, ApplicationState.REJECTED: 4, ApplicationState.WITHDRAWN: 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One application as institution and instructors look at it."""

    application: Application
    opinions: tuple[
        tuple[str, Opinion | None], ...
    ]  # of each instructor in order of the seats: name, last opinion
    lacks: tuple[str, ...]  # what keeps the applicant from being admitted, the seat apart
    answered_by: frozenset[int]  # account ids of the instructors who have given one
    successor: Substitution | None = None  # the colleague named in the place of this one
    place: Substitution | None = None  # the place that this one is named for

    @property
    def against(self) -> bool:
        """Whether an instructor disagrees."""
        return any(opinion is not None and not opinion.agrees for _, opinion in self.opinions)

    @property
    def complete(self) -> bool:
        """Whether every instructor has given an opinion."""
        return all(opinion is not None for _, opinion in self.opinions)


def reviewers_of(training_class: TrainingClass) -> list[tuple[int, str]]:
    """Whose opinions are needed: (person id, name) by seat; a vacant seat is (0, 待定), its opinion is missing."""
    held = [(i.person_id, i.person.name) for i in accepted(training_class, Seat.INSTRUCTOR)]
    vacant = Seat.INSTRUCTOR.wanted(training_class.edition) - len(held)
    return held + [(0, "待定")] * max(0, vacant)


def review_rows(training_class: TrainingClass, by: Role) -> list[ReviewRow]:
    """Every application of a visible class in the order of the work: to decide, waiting, admitted, the rest.

    Three queries, however many apply; one more where colleagues are named.
    """
    applications = Application.objects.scope(by).filter(training_class=training_class)
    found = applications.select_related("person__account", "employer", "answer").order_by("pk")
    found = list(found.annotate(in_naming=in_naming()))
    opinions = opinions_of_class(training_class)
    people = reviewers_of(training_class)
    named = any(application.in_naming for application in found)
    leaving, arriving = named_in(training_class) if named else ({}, {})
    rows = []
    for application in found:
        application.training_class = training_class
        row = review_row(application, people, opinions.get(application.pk, {}))
        rows.append(replace(row, successor=leaving.get(application.pk), place=arriving.get(application.pk)))
    return sorted(rows, key=_position)


def _position(row: ReviewRow) -> tuple[int, int, int]:
    application = row.application
    place = application.waiting_number or application.seat or 0
    return _ORDER[ApplicationState(application.state)], place, application.pk


def review_row(
    application: Application, people: list[tuple[int, str]], opinions: Mapping[int, Opinion]
) -> ReviewRow:
    """One application beside the opinions of the class's instructors: (person id, name) in order of the seats."""
    given = [(person, opinions.get(person)) for person, _ in people]
    lacks = admission_breaches(
        taken=(),
        edition=application.training_class.edition,
        endorsed=application.is_endorsed,
        opinions=[opinion.agrees for _, opinion in given if opinion],
        instructors=len(people),
        reason="-",  # whether a reason is given is seen when the decision is made
    )
    return ReviewRow(
        application,
        tuple((name, opinions.get(person)) for person, name in people),
        tuple(breach.says for breach in lacks),
        frozenset(opinion.person.account_id for _, opinion in given if opinion),
    )


def in_question(training_class: TrainingClass, by: Role) -> list[Application]:
    """The applications of everybody who may come, with what their sheets say, in the order of submission; one query."""
    rows = Application.objects.scope(by).filter(
        training_class=training_class,
        state__in=(*Application.SEATED, ApplicationState.SUBMITTED, ApplicationState.WAITING),
    )
    found = rows.select_related("person__account", "employer", "answer__version")
    return list(found.order_by("submitted_at", "pk"))


def applicants_met_by(role: Role) -> Q:
    """Of all people, those whose applications for its own classes a role decides on; whoever withdrew is let go."""
    if not role.may(Permission.REVEAL):
        return Q(pk__in=())
    rows = Application.objects.scope(role).exclude(state=ApplicationState.WITHDRAWN)
    return Q(pk__in=rows.values("person"))


# The notice -----------------------------------------------------------------------------------------------------------


def suggested_notice(training_class: TrainingClass) -> str:
    """A notice to begin with, from the class and its filed programme; the institution changes what it likes."""
    shown, edition = training_class, training_class.edition
    filed = filed_version(shown)
    sections: Mapping[str, str] = filed.content["sections"] if filed else {}
    mode = FinalMode(filed.content["final_mode"] if filed else FinalMode.LESSON).title
    parts = [
        ("培训对象", f"{shown.scope}。申请人应符合{shown.level_title}培训的申报条件，并经所在单位同意推荐。"),
        (
            "时间和地点",
            f"{said(shown.first_day)}至{said(shown.last_day)}，共 {shown.days} 天（含过程性考核和终结性考核）。"
            f"{_clause(sections.get('venue', '')) or shown.institution.name}",
        ),
        ("培训内容", _contents(shown, sections)),
        (
            "考核与发证",
            f"过程性考核由授课骨干教师对学习成果评分，终结性考核以{mode}方式进行，均达到 {edition.pass_mark} 分的，"
            f"核发培训合格证书。无故旷课或请假超过 {edition.absence_limit} 课时的，不能参加考核。",
        ),
        ("名额", f"计划招收 {shown.headcount} 人，额满后列入候补，有人退出时依次递补。"),
        ("食宿与服务", _clause(sections.get("logistics", "")) or "食宿由培训机构统一安排。"),
    ]
    numbered = [f"{'一二三四五六七八'[i]}、{title}\n{text}" for i, (title, text) in enumerate(parts)]
    head = f"各技工院校：\n{shown.institution.name}将举办工学一体化{shown.level_title}教师培训（{shown.category_title}），现通知如下。"
    return "\n\n".join([head, *numbered])


def _contents(shown: TrainingClass, sections: Mapping[str, str]) -> str:
    courses = "、".join(f"“{course}”" for course in courses_of(shown.level_enum))
    words = f"课程：{courses}。" if courses else ""
    return words + _clause(sections.get("objectives", ""))


def _clause(text: str, limit: int = 300) -> str:
    """A section of the programme as far as a notice needs it: cut after a sentence."""
    if len(text) <= limit:
        return text.strip()
    return text[:limit].rpartition("。")[0] + "。"
