"""Learning products (TR 12.1): what is asked for, what was handed in, what was said about it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import account_field
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.products import FileKind, Task, WorkMode, is_late
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass, in_class_scope
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage5_delivery.models.running import Attendee

RESULTS_STAGE = 7  # the results are confirmed: the class has come to the last link of TR 6
PACK_KEPT = timedelta(hours=24)


class Assignment(Stateful):
    """What is to be handed in 成果任务: of which module, by whom, until when, in which kinds of files."""

    THING = "assignment"
    READ_WITH = ("training_class__institution",)

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="assignments")
    title = models.CharField("名称", max_length=120)
    says = models.CharField("要求", max_length=1000, blank=True)
    module = models.CharField("模块", max_length=4, blank=True)
    mode = models.CharField("完成方式", max_length=10, choices=[(m.value, m.title) for m in WorkMode])
    kinds = models.JSONField("文件类型", default=list)  # values of FileKind; none: all
    most_files = models.PositiveSmallIntegerField("文件数", default=1)
    due_at = models.DateTimeField("截止时间")
    state = state_field("assignment")
    set_by = account_field()
    set_at = models.DateTimeField("布置时间")

    class Meta:
        db_table = "assignment"
        constraints = [
            state_constraint("assignment_state", "assignment"),
            models.CheckConstraint(condition=Q(mode__in=["individual", "group"]), name="assignment_mode"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_group(self) -> bool:
        """Whether one hands in for all of a group."""
        return self.mode == WorkMode.GROUP

    @property
    def mode_title(self) -> str:
        """个人完成, 小组完成."""
        return WorkMode(self.mode).title

    @property
    def module_title(self) -> str:
        """The module's name; empty when it is of none."""
        module = module_by_code(self.module)
        return module.title if module else ""

    @property
    def kinds_title(self) -> str:
        """办公文档、PDF …"""
        return "、".join(FileKind(kind).title for kind in self.kinds) or "各类文件"

    def as_rule(self) -> Task:
        """As the regulations read it."""
        return Task(self.title, self.says, self.module, self.mode, self.kinds, self.most_files, self.due_at)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee from the beginning of the class on."""
        if role.is_(Duty.TRAINEE):
            mine = Attendee.objects.unscoped("the subquery of the scope").filter(
                application__person__account=role.account
            )
            return Q(training_class__in=mine.values("training_class"))
        return in_class_scope(role)


class LearningProduct(Scoped):
    """A learning product 学习成果 handed in; the server fixes the time, a new version is another row.

    Work of a group is a row for each member for whom it counts, so that everybody is scored by rows of their own.
    """

    REGISTER = True
    READ_WITH = ("training_class__institution", "attendee__application__person__account")

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="products")
    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="products")
    attempt = models.PositiveSmallIntegerField("第几次")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="products")
    # The row that began this work; None: this one. Later versions and the rows of the other members point to it.
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    version = models.PositiveSmallIntegerField("第几版", default=1)
    group = models.PositiveSmallIntegerField("小组", null=True)  # for which it was handed in
    title = models.CharField("名称", max_length=120)
    note = models.CharField("说明", max_length=500, blank=True)
    handed_in_at = models.DateTimeField("提交时间")
    handed_in_by = account_field(null=True)  # None: before this was kept; then by the attendee

    class Meta:
        db_table = "learning_product"
        indexes = [models.Index(fields=["attendee", "attempt"], name="product_attendee")]

    def __str__(self) -> str:
        return f"{self.attendee} {self.title}"

    @property
    def work(self) -> int:
        """The primary key of the row that began this work."""
        return self.root_id or self.pk

    @property
    def file_list(self) -> list[ProductFile]:
        """Its files in order, where they were fetched along."""
        return sorted(self.files.all(), key=lambda one: one.number)

    @property
    def is_late(self) -> bool:
        """Whether it came after its time."""
        due = self.assignment.due_at if self.assignment else None
        return is_late(self.handed_in_at, due, self.attempt)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the class; a trainee sees only their own."""
        if role.is_(Duty.TRAINEE):
            return Q(attendee__application__person__account=role.account)
        return in_class_scope(role)


class ProductFile(Scoped):
    """One file of a product."""

    REGISTER = True

    product = models.ForeignKey(LearningProduct, models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField("第几个")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    facts = models.JSONField("视频信息", default=dict)  # as the inspection found them

    class Meta:
        db_table = "product_file"
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="product_file_once")]

    def __str__(self) -> str:
        return self.file.name

    @property
    def is_film(self) -> bool:
        """Whether it can be watched on the page."""
        return self.file.media_type.startswith("video/")

    @property
    def is_image(self) -> bool:
        """Whether it can be looked at on the page."""
        return self.file.media_type in ("image/jpeg", "image/png", "image/gif", "image/webp")

    @property
    def length(self) -> str:
        """3:20 of a film; empty otherwise."""
        seconds = round(self.facts.get("seconds") or 0)
        return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """As the product."""
        if role.is_(Duty.TRAINEE):
            return Q(product__attendee__application__person__account=role.account)
        return in_class_scope(role, "product__training_class")


class ProductComment(Scoped):
    """Something said about a work, or an answer to it.

    What an instructor says stays between them and the authors while a scoring that it could sway is not over: `sealed`
    is taken off when the sheets of everybody concerned are in, or with the confirmed results.
    """

    READ_WITH = ("training_class__institution",)
    thread: list[ProductComment]  # its answers, where a page reads them

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="product_comments")
    product = models.ForeignKey(
        LearningProduct, models.PROTECT, related_name="comments"
    )  # the row that began it
    version = models.PositiveSmallIntegerField("关于第几版")
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    text = models.CharField("内容", max_length=500)
    by = account_field()
    by_author = models.BooleanField("学员所写")
    sealed = models.BooleanField("评分期间不公开", default=True)
    at = models.DateTimeField("时间")

    class Meta:
        db_table = "product_comment"
        indexes = [models.Index(fields=["product", "at"], name="product_comment_work")]

    def __str__(self) -> str:
        return f"{self.product.title} 评语"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The authors: all of it. An instructor: one's own, its answers and what authors began. The rest: when open."""
        if role.is_(Duty.TRAINEE):
            mine = LearningProduct.objects.unscoped("the subquery of the scope").filter(
                attendee__application__person__account=role.account
            )
            return Q(product__in=mine.filter(root=None).values("pk")) | Q(
                product__in=mine.exclude(root=None).values("root")
            )
        opened = Q(sealed=False) | Q(training_class__stage__gte=RESULTS_STAGE)
        if not role.is_(Duty.BACKBONE):
            return in_class_scope(role) & opened
        said_to_all = Q(by_author=True) & (Q(answers=None) | Q(answers__by_author=True))
        said_to_me = Q(by=role.account) | Q(answers__by=role.account, by_author=True)
        teaches = Q(training_class__in=taught_by(role))
        return in_class_scope(role) & (opened | (teaches & (said_to_me | said_to_all)))


def taught_by(role: Any) -> Any:
    """The classes in which a role holds an instructor's seat, for subqueries."""
    seats = Invitation.objects.unscoped("the subquery of the scope").filter(
        person__account_id=role.account_id, state=InvitationState.ACCEPTED, seat=Seat.INSTRUCTOR
    )
    return seats.values("training_class")


class PortfolioPack(Scoped):
    """A portfolio as one archive, made by a job for whoever asked; gone after a day."""

    READ_WITH = ("attendee__training_class__institution",)

    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="packs")
    asked_by = account_field()
    asked_at = models.DateTimeField("申请时间")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField("完成时间", null=True)
    size = models.BigIntegerField("字节数", default=0)

    class Meta:
        db_table = "portfolio_pack"
        indexes = [models.Index(fields=["attendee", "asked_by"], name="portfolio_pack_of")]

    def __str__(self) -> str:
        return f"{self.attendee} 学习档案"

    @property
    def failed(self) -> bool:
        """Whether its job was given up."""
        return self.made_at is None and (self.job is None or self.job.state == Job.State.FAILED)

    @property
    def until(self) -> datetime:
        """When it goes."""
        return (self.made_at or self.asked_at) + PACK_KEPT

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """Whoever asked, while they may see whom it is about."""
        if role.is_(Duty.TRAINEE):
            return Q(asked_by=role.account, attendee__application__person__account=role.account)
        return Q(asked_by=role.account) & in_class_scope(role, "attendee__training_class")
