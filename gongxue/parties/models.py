"""People and what they are known for: approvals, pool, qualifications, bookings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import Account, Organisation, account_field
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.approvals import Approval
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.id_numbers import IdNumber, mask_phone, parse_id_number
from gongxue.regulations.levels import Level
from gongxue.regulations.pool import INTRODUCTION
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat

CATEGORY_CHOICES = list(CATEGORIES.items())
LEVEL_CHOICES = [(level.value, level.title) for level in Level]


class Person(Scoped):
    """A teacher known by real name and ID number (MG 4.7 全实名); personal values under their own key."""

    # Later parts add whom a role meets in its own work: an institution the applicants of its classes.
    ALSO_SEEN: ClassVar[list[Callable[[Any], Q]]] = []

    account = models.OneToOneField(Account, models.PROTECT, related_name="person")
    id_number_sealed = models.BinaryField("身份证号码")
    id_number_index = models.BinaryField(max_length=16, unique=True)
    phone_sealed = models.BinaryField("手机", default=bytes)
    sex = models.CharField("性别", max_length=1, choices=[("男", "男"), ("女", "女")])
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    province_code = models.CharField("省份", max_length=2)  # of the employer, for scope
    consented_at = models.DateTimeField("同意个人信息处理", null=True)
    introduction = models.CharField("自我介绍", max_length=INTRODUCTION, blank=True)  # in the pool, own words

    class Meta:
        db_table = "person"
        constraints = [models.CheckConstraint(condition=Q(sex__in=["男", "女"]), name="person_sex")]
        indexes = [
            models.Index(fields=["province_code", "id"], name="person_province"),
            models.Index(fields=["employer", "id"], name="person_employer"),
        ]

    def __str__(self) -> str:
        return self.account.name

    @property
    def name(self) -> str:
        """姓名."""
        return self.account.name

    @property
    def id_number(self) -> IdNumber:
        """The ID number; its str is masked, `.reveal()` needs a reason and leaves a trail."""
        number = parse_id_number(self.account.unseal(bytes(self.id_number_sealed), "person.id_number"))
        if number is None:
            raise ValueError("the stored ID number is damaged")
        return number

    @property
    def phone(self) -> str:
        """The full phone number, for official sheets and the class office."""
        return self.account.unseal(bytes(self.phone_sealed), "person.phone") if self.phone_sealed else ""

    @property
    def phone_masked(self) -> str:
        """The last four digits."""
        return mask_phone(self.phone)

    def set_personal(self, id_number: IdNumber, phone: str) -> None:
        """Seal ID number and phone under the account's key; sex is derived (GB 11643)."""
        self.id_number_sealed = self.account.seal(id_number.reveal(), "person.id_number")
        self.id_number_index = blind_index(id_number.reveal())
        self.phone_sealed = self.account.seal(phone, "person.phone") if phone else b""
        self.sex = id_number.sex

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The centre all, a province and a school their own, everybody themselves; and what later parts add."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(province_code=role.organisation.province_code)
        if role.is_(Duty.SCHOOL):
            return Q(employer=role.organisation)
        seen = Q(account=role.account)
        for also in cls.ALSO_SEEN:
            seen |= also(role)
        return seen


class TrainingApproval(models.Model):
    """An institution's approval for a category and level (TR 4, TR 脚注②), with its dates and its basis."""

    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="approvals")
    category = models.CharField("专业大类", max_length=2, choices=CATEGORY_CHOICES)
    level = models.CharField("级别", max_length=1, choices=LEVEL_CHOICES)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至")
    basis = models.CharField("依据", max_length=120)
    registered_by = account_field(null=True)
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "training_approval"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=list(CATEGORIES)), name="approval_category"),
            models.CheckConstraint(condition=Q(level__in=[x.value for x in Level]), name="approval_level"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("valid_from")), name="approval_dates"
            ),
            models.UniqueConstraint(
                fields=["institution", "category", "level", "valid_from"], name="approval_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {category_title(self.category)} {Level(self.level).title}"

    def as_rule(self) -> Approval:
        """The approval as the regulations read it."""
        return Approval(self.category, Level(self.level), self.valid_from, self.valid_until)


class PoolMembership(Scoped):
    """A backbone teacher 骨干教师 in the pool, per category (MG 9.1)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    category = models.CharField("专业大类", max_length=2, choices=CATEGORY_CHOICES)
    levels = models.CharField("可承担级别", max_length=3, default="123")
    paused = models.CharField(
        "暂不承担级别", max_length=3, blank=True
    )  # the teacher's own choice, within `levels`
    active = models.BooleanField("在库", default=True)
    registered_on = models.DateField("入库日期")
    certificate_number = models.CharField("骨干教师证书编号", max_length=15, blank=True)
    province_code = models.CharField("省份", max_length=2)

    class Meta:
        db_table = "pool_membership"
        constraints = [
            models.UniqueConstraint(fields=["person", "category"], name="pool_once"),
            models.CheckConstraint(condition=Q(category__in=list(CATEGORIES)), name="pool_category"),
        ]
        indexes = [models.Index(fields=["category", "province_code"], name="pool_place")]

    def __str__(self) -> str:
        return f"{self.person.name} {category_title(self.category)}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The registered levels with their names: among these the teacher chooses."""
        return [(code, Level(code).title) for code in self.levels]

    @property
    def open_levels(self) -> str:
        """The levels registered and not paused."""
        return "".join(code for code in self.levels if code not in self.paused)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Institutions may look up the pool (MG 9.1); a teacher sees their own entry."""
        if role.may(Permission.SEE_POOL) or role.duty_enum.reads_all:
            return EVERYTHING
        return Q(person__account=role.account)


class Qualification(Scoped):
    """A certificate that somebody holds, written when it is issued; later classes and campaigns ask it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="qualifications")
    level = models.CharField("级别", max_length=1, choices=LEVEL_CHOICES)
    category = models.CharField("专业大类", max_length=2, choices=CATEGORY_CHOICES)
    certificate_number = models.CharField("证书编号", max_length=15, unique=True)
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    issued_on = models.DateField("发证日期")
    ended_on = models.DateField("失效日期", null=True)  # revoked, void, or corrected by another certificate
    reference = models.CharField("事由", max_length=60)  # "class/12"

    class Meta:
        db_table = "qualification"
        indexes = [models.Index(fields=["reference"], name="qualification_reference")]

    def __str__(self) -> str:
        return f"{self.person.name} {Level(self.level).title} {self.certificate_number}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the person's record."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(person__province_code=role.organisation.province_code)
        return Q(person__account=role.account)


class Booking(Scoped):
    """A day on which a person is taken, in whatever role: nobody can be in two classes at once."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="bookings")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时", default=0)  # 0: the whole day
    capacity = models.CharField("身份", max_length=12)
    reference = models.CharField("事由", max_length=60)  # "class/12": who books is above this layer

    class Meta:
        db_table = "booking"
        constraints = [models.UniqueConstraint(fields=["person", "day", "period"], name="booking_once")]
        indexes = [models.Index(fields=["reference"], name="booking_reference")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.day}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only the person; the recommendation reads all of them for a stated reason."""
        return Q(person__account=role.account) if role.account_id else NOTHING


class LessonBooking(Scoped):
    """A lesson period in which somebody teaches by a timetable that is on file: nobody is in two places in one period."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="lesson_bookings")
    day = models.DateField("日期")
    period = models.PositiveSmallIntegerField("课时")
    reference = models.CharField("事由", max_length=60)  # "class/12": who books is above this layer

    class Meta:
        db_table = "lesson_booking"
        constraints = [
            models.UniqueConstraint(fields=["person", "day", "period"], name="lesson_booking_once"),
            models.CheckConstraint(condition=Q(period__gte=1, period__lte=12), name="lesson_booking_period"),
        ]
        indexes = [models.Index(fields=["reference"], name="lesson_booking_reference")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.day} 第 {self.period} 课时"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only the person."""
        return Q(person__account=role.account) if role.account_id else NOTHING


class Unavailability(Scoped):
    """Days on which a teacher says they cannot: nobody recommends them then. Why is their own affair."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="unavailabilities")
    first_day = models.DateField("自")
    last_day = models.DateField("至")
    note_sealed = models.BinaryField("备注", default=bytes)  # may be personal: under the person's own key

    class Meta:
        db_table = "unavailability"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="unavailability_dates"
            ),
            models.UniqueConstraint(fields=["person", "first_day", "last_day"], name="unavailability_once"),
        ]
        indexes = [models.Index(fields=["person", "last_day"], name="unavailability_person")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.first_day} 至 {self.last_day}"

    @property
    def note(self) -> str:
        """What the teacher noted for themselves."""
        sealed = bytes(self.note_sealed)
        return self.person.account.unseal(sealed, "unavailability.note") if sealed else ""

    def set_note(self, note: str) -> None:
        """Seal the note under the person's own key."""
        self.note_sealed = self.person.account.seal(note, "unavailability.note") if note else b""

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only the person; everybody else learns free or not free."""
        return Q(person__account=role.account)


class SatisfactionSum(Scoped):
    """What the trainees of a class together gave a teacher on form 2; written as the sheets are released.

    One row per teacher, class and group of released sheets: never fewer than a group, so that no answer can be had
    by subtraction.  # reading: AMB-19
    """

    REGISTER = True

    person = models.ForeignKey(Person, models.PROTECT, related_name="satisfaction_sums")
    year = models.PositiveSmallIntegerField("年度")  # in which the class ended
    reference = models.CharField("事由", max_length=60)  # "class/12"
    group = models.PositiveSmallIntegerField("第几组")
    seat = models.CharField("身份", max_length=12, choices=[(s.value, s.title) for s in Seat])
    answers = models.PositiveIntegerField("份数")
    items = models.PositiveSmallIntegerField("题数")
    points = models.PositiveIntegerField("总分")  # over all answers and items, each 1 to 3

    class Meta:
        db_table = "satisfaction_sum"
        constraints = [
            models.CheckConstraint(condition=Q(seat__in=[s.value for s in Seat]), name="satisfaction_seat"),
            models.CheckConstraint(
                condition=Q(
                    answers__gte=1,
                    items__gte=1,
                    points__gte=models.F("answers") * models.F("items"),
                    points__lte=3 * models.F("answers") * models.F("items"),
                ),
                name="satisfaction_points",
            ),
            models.UniqueConstraint(fields=["reference", "group", "person"], name="satisfaction_once"),
        ]
        indexes = [models.Index(fields=["person", "year"], name="satisfaction_year")]

    def __str__(self) -> str:
        return f"{self.reference} {self.answers} 份"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the person's record: the centre all, a province its own teachers, a teacher their own."""
        if role.duty_enum.reads_all:
            return EVERYTHING
        if role.is_(Duty.PROVINCE):
            return Q(person__province_code=role.organisation.province_code)
        return Q(person__account=role.account)


class KeptWorkbook(Scoped):
    """A workbook of people on its way into the books: read, checked, confirmed, handed out (see `kept_workbooks`).

    Its rows hold ID numbers: they are sealed under the key of whoever uploaded it, and only those that have not
    been carried out are kept, for a week.
    """

    class State(models.TextChoices):
        """Where an import stands."""

        CHECKED = "checked", "待确认"
        RUNNING = "running", "正在发放"
        DONE = "done", "已发放"
        DROPPED = "dropped", "已放弃"

    account = account_field()
    name = models.CharField("文件名", max_length=160)
    uploaded_at = models.DateTimeField("上传时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKED)
    columns = models.JSONField("表头")
    lines_sealed = models.BinaryField("待办的行", default=bytes)
    good = models.PositiveIntegerField("可发放", default=0)
    bad = models.PositiveIntegerField("有问题", default=0)
    counts = models.JSONField("各角色人数", default=list)  # [title of the duty, how many good rows]
    says = models.CharField("结果", max_length=300, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    accounts = models.JSONField("发放的账号", default=list)
    handed_out_at = models.DateTimeField("初始密码领取时间", null=True)

    class Meta:
        abstract = True

    @property
    def failed(self) -> bool:
        """Whether its job has given up: nobody was imported, it can be confirmed again."""
        return (
            self.state == self.State.RUNNING and self.job is not None and self.job.state == Job.State.FAILED
        )


class PeopleImport(KeptWorkbook):
    """A workbook of people on its way to accounts (MG 25.1)."""

    class Meta:
        db_table = "people_import"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checked", "running", "done", "dropped"]), name="people_import_state"
            )
        ]
        indexes = [models.Index(fields=["account", "-id"], name="people_import_own")]

    def __str__(self) -> str:
        return f"批量发放 {self.name}"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Only whoever uploaded it."""
        return Q(account=role.account)
