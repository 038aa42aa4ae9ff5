"""Stage 4: notice, applications, opinions, thirty seats (TR 10, TR 11.3)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Organisation, Role, account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, Scoped
from gongxue.foundation.official_forms.models import Answer
from gongxue.parties.models import KeptWorkbook, Person
from gongxue.regulations.lifecycle import ApplicationState, EnrolmentState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass, in_class_scope


class Enrolment(Stateful):
    """The enrolment of a class: its notice 招生通知 and its dates."""

    THING = "enrolment"
    READ_WITH = ("training_class__institution",)
    training_class = models.OneToOneField(TrainingClass, models.PROTECT, related_name="enrolment")
    state = state_field("enrolment")
    text = models.TextField("招生通知", blank=True)
    contact = models.CharField("联系人及电话", max_length=80, blank=True)
    closes_on = models.DateField("报名截止")
    published_at = models.DateTimeField("发布时间", null=True)
    published_by = account_field(null=True)
    freed_seats = models.PositiveSmallIntegerField(
        "空出待递补名额", default=0
    )  # seats that became free and that nobody of the waiting list could take then

    class Meta:
        db_table = "enrolment"
        constraints = [state_constraint("enrolment_state", "enrolment")]

    def __str__(self) -> str:
        return f"{self.training_class} 招生"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; trainees every published one, because they apply there.

        Everybody may read a published notice, but through `published_notice`: what stands in a scope can be acted on.
        """
        return ~Q(state=EnrolmentState.DRAFT) if role.is_(Duty.TRAINEE) else in_class_scope(role)


class Application(Stateful):
    """A teacher's application 参训申请 for one class; the seat is the roster order."""

    THING = "application"
    READ_WITH = ("training_class__institution", "person__account")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="applications")
    person = models.ForeignKey(Person, models.PROTECT, related_name="applications")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    state = state_field("application")
    answer = models.OneToOneField(Answer, models.PROTECT, related_name="application")
    age = models.PositiveSmallIntegerField("年龄")  # on the day of application  # reading: AMB-34
    seat = models.PositiveSmallIntegerField("序号", null=True)
    waiting_number = models.PositiveIntegerField("候补序号", null=True)
    offer_until = models.DateTimeField("递补答复时限", null=True)
    offer_lapsed_at = models.DateTimeField(
        "递补逾期时间", null=True
    )  # who kept silent is not asked by itself again
    submitted_at = models.DateTimeField("提交时间", null=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    decision_reason = models.CharField("审核理由", max_length=500, blank=True)
    decision_code = models.CharField("未录取原因", max_length=12, blank=True)  # of RejectReason
    endorsed_at = models.DateTimeField("单位意见时间", null=True)
    endorsed_by = account_field(null=True)
    endorsement_scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    reported_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="报送单位"
    )  # who named the teacher; what the draft says stays the teacher's own
    reported_at = models.DateTimeField("报送时间", null=True)

    class Meta:
        db_table = "application"
        constraints = [
            state_constraint("application_state", "application"),
            models.UniqueConstraint(
                fields=["training_class", "person"], condition=~Q(state="withdrawn"), name="application_once"
            ),
            # The last word on TR 11.3: thirty seats, each once, and a seat exactly when admitted or asked to move up.
            models.UniqueConstraint(fields=["training_class", "seat"], name="application_seat_once"),
            models.CheckConstraint(
                condition=Q(seat=None) | Q(seat__gte=1, seat__lte=30), name="application_seat"
            ),
            models.CheckConstraint(
                condition=(Q(seat=None) & ~Q(state__in=["admitted", "offered"]))
                | (Q(seat__isnull=False) & Q(state__in=["admitted", "offered"])),
                name="application_seat_state",
            ),
            models.CheckConstraint(
                condition=(Q(offer_until=None) & ~Q(state="offered"))
                | (Q(offer_until__isnull=False) & Q(state="offered")),
                name="application_offer_state",
            ),
        ]
        indexes = [
            models.Index(fields=["training_class", "state"], name="application_list"),
            models.Index(fields=["person", "-id"], name="application_person"),
            models.Index(fields=["employer", "state"], name="application_employer"),
            models.Index(fields=["reported_by", "-id"], name="application_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} 参训申请"

    @property
    def is_endorsed(self) -> bool:
        """Whether the employer agrees: by its account or by a stamped scan.  # reading: AMB-62"""
        return self.endorsed_at is not None

    photo_warnings: tuple[str, ...] = ()  # of a photo that was added just now

    # What holds one of the thirty seats: the roster, and who may still accept.
    SEATED = (ApplicationState.ADMITTED, ApplicationState.OFFERED)

    @property
    def admitted(self) -> bool:
        """On the roster."""
        return self.state == ApplicationState.ADMITTED

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Trainees their own, schools their teachers', drafts nobody else; instructors as the class."""
        if role.is_(Duty.TRAINEE):
            return Q(person__account=role.account)
        submitted = Q(submitted_at__isnull=False)  # a draft that was given up never becomes visible either
        if role.is_(Duty.SCHOOL):
            return Q(employer=role.organisation) & submitted
        if role.duty_enum.reads_all:
            return EVERYTHING if role.is_(Duty.SYSTEM) else submitted
        return in_class_scope(role) & submitted


class Substitution(Stateful):
    """A colleague named by the employer in an admitted teacher's place; the seat passes over when they are admitted."""

    THING = "substitution"
    READ_WITH = ("training_class__institution", "leaving__person__account", "arriving__person__account")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="+")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    leaving = models.ForeignKey(
        Application, models.PROTECT, related_name="successors", verbose_name="原录取教师"
    )
    arriving = models.ForeignKey(Application, models.PROTECT, related_name="places", verbose_name="顶替教师")
    state = state_field("substitution")
    until = models.DateTimeField("提交申请时限")
    named_at = models.DateTimeField("提名时间")
    named_by = account_field()
    reason = models.CharField("原因", max_length=500, blank=True)

    class Meta:
        db_table = "substitution"
        constraints = [
            state_constraint("substitution_state", "substitution"),
            models.UniqueConstraint(
                fields=["leaving"], condition=Q(state="named"), name="substitution_leaving_once"
            ),
            models.UniqueConstraint(
                fields=["arriving"], condition=Q(state="named"), name="substitution_arriving_once"
            ),
        ]
        indexes = [models.Index(fields=["training_class", "state"], name="substitution_class")]

    def __str__(self) -> str:
        return f"{self.arriving.person.name}顶替{self.leaving.person.name}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The employer, the two themselves, and the class; instructors and institution as the applications."""
        if role.is_(Duty.TRAINEE):
            return Q(leaving__person__account=role.account) | Q(arriving__person__account=role.account)
        if role.is_(Duty.SCHOOL):
            return Q(employer=role.organisation)
        return EVERYTHING if role.duty_enum.reads_all else in_class_scope(role)


class Opinion(Scoped):
    """An instructor's opinion on an applicant (MG 4.4 共同审核); a changed mind is another row, the last counts."""

    REGISTER = True

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="opinions")
    application = models.ForeignKey(Application, models.PROTECT, related_name="opinions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    agrees = models.BooleanField("同意")
    comment = models.CharField("意见", max_length=500, blank=True)
    given_at = models.DateTimeField("时间")

    class Meta:
        db_table = "opinion"
        indexes = [models.Index(fields=["application", "-id"], name="opinion_latest")]

    def __str__(self) -> str:
        return f"{self.person} {'同意' if self.agrees else '不同意'}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; applicants do not read opinions."""
        return in_class_scope(role) if not role.is_(Duty.TRAINEE) else Q(pk__in=())


class ApplicantImport(KeptWorkbook):
    """A workbook of teachers whom a school, an institution or a province reports for classes (TR 10)."""

    state = models.CharField(
        "状态",
        max_length=10,
        choices=[("checked", "待确认"), ("running", "正在报送"), ("done", "已报送"), ("dropped", "已放弃")],
        default=KeptWorkbook.State.CHECKED,
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")  # in which it was uploaded
    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, null=True, related_name="+", verbose_name="培训班"
    )  # for rows that name none
    same = models.PositiveIntegerField("已在名单中", default=0)

    class Meta:
        db_table = "applicant_import"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checked", "running", "done", "dropped"]),
                name="applicant_import_state",
            )
        ]
        indexes = [models.Index(fields=["account", "-id"], name="applicant_import_own")]

    def __str__(self) -> str:
        return f"报送参训教师 {self.name}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only whoever uploaded it, in the role in which it was uploaded."""
        return Q(account=role.account, role=role)
