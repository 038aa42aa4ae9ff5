"""Official forms: a version is data, an answer keeps the version it was given on (TR 脚注⑦)."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import account_field
from gongxue.foundation.lifecycle.engine import Stateful, state_constraint, state_field
from gongxue.foundation.lifecycle.scope import EVERYTHING, NOTHING, Scoped
from gongxue.regulations.lifecycle import FormDraftState
from gongxue.regulations.official_forms import FORMS, Form
from gongxue.regulations.official_forms.definition import form_from_data
from gongxue.regulations.roles import Duty


class FormVersion(models.Model):
    """One published version of an official form."""

    REGISTER = True

    code = models.CharField("表单", max_length=20)
    number = models.PositiveSmallIntegerField("版本")
    title = models.CharField("名称", max_length=80)
    effective_from = models.DateField("施行日期")
    definition = models.JSONField("定义")
    published_at = models.DateTimeField("发布时间", null=True)  # empty: came with the platform
    published_by = account_field(null=True)

    class Meta:
        db_table = "form_version"
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="form_version_once"),
            # Which version is in force on a day has one answer.
            models.UniqueConstraint(fields=["code", "effective_from"], name="form_version_day"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"

    @cached_property
    def form(self) -> Form:
        """The definition as plain data.

        First versions that were stored before the printed sheet belonged to a definition are the built-in ones,
        item by item.
        """
        if "furniture" not in self.definition:
            built_in = (form for form in FORMS if (form.code, form.version) == (self.code, self.number))
            return next(built_in, None) or form_from_data(self.definition)
        return form_from_data(self.definition)


class FormDraft(Stateful):
    """A new version of a form while the centre writes it; one of each form at a time."""

    THING = "form_draft"
    READ_WITH = ("base",)
    code = models.CharField("表单", max_length=20)
    base = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", verbose_name="起草自")
    state = state_field("form_draft")
    definition = models.JSONField("定义")
    begun_at = models.DateTimeField("起草时间")
    begun_by = account_field()
    changed_at = models.DateTimeField("修改时间")
    changed_by = account_field()
    became = models.OneToOneField(FormVersion, models.PROTECT, null=True, related_name="draft")

    class Meta:
        db_table = "form_draft"
        constraints = [
            state_constraint("form_draft_state", "form_draft"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=FormDraftState.DRAFT.value), name="form_draft_once"
            ),
            models.CheckConstraint(
                condition=Q(state=FormDraftState.PUBLISHED.value, became__isnull=False)
                | (~Q(state=FormDraftState.PUBLISHED.value) & Q(became=None)),
                name="form_draft_became",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition['title']}草稿"

    @property
    def form(self) -> Form:
        """The definition as plain data, as it is written now."""
        return form_from_data(self.definition)

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """The centre's own work; the public reads what is published."""
        return EVERYTHING if role.is_(Duty.CENTRE) else NOTHING


class Portrait(Scoped):
    """A one-inch photo 一寸照片 of somebody, sealed under their own key; kept for the next form that prints one."""

    account = account_field()
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+"
    )  # its bytes are opened with the account
    width = models.PositiveSmallIntegerField("宽（像素）")
    height = models.PositiveSmallIntegerField("高（像素）")
    added_at = models.DateTimeField("上传时间")

    class Meta:
        db_table = "portrait"
        indexes = [models.Index(fields=["account", "-id"], name="portrait_latest")]

    def __str__(self) -> str:
        return f"{self.account.name} 照片"

    @classmethod
    def scope_for(cls, role: Any) -> Q:
        """One's own; others see it on the form that it belongs to."""
        return Q(account=role.account)


class Answer(models.Model):
    """The answers of one person on one version: plain items as JSON, personal items under the person's key."""

    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    account = account_field()
    level = models.CharField("级别", max_length=1)
    items = models.JSONField("答案", default=dict)
    sealed = models.BinaryField("加密答案", default=bytes)
    edition = models.PositiveIntegerField("修改次数", default=1)
    submitted_at = models.DateTimeField("提交时间", null=True)
    portrait = models.ForeignKey(Portrait, models.PROTECT, null=True, related_name="+")
    # What it was begun with: {"register": {item: lines}, "reused": [items], "reused_from": a day}.
    offered = models.JSONField("沿用", default=dict)

    class Meta:
        db_table = "form_answer"
        constraints = [models.CheckConstraint(condition=Q(edition__gte=1), name="form_answer_edition")]

    def __str__(self) -> str:
        return f"{self.version.title} {self.account.name}"

    def all_items(self) -> dict[str, Any]:
        """Plain and personal answers together; reading personal ones needs the person's key."""
        if not self.sealed:
            return dict(self.items)
        return {**self.items, **json.loads(self.account.unseal(bytes(self.sealed), "form_answer.sealed"))}

    def set_items(self, answers: dict[str, Any]) -> None:
        """Split the answers: what the form marks personal goes under the person's key."""
        personal = {item.code for item in self.version.form.items if item.personal}
        self.items = {code: value for code, value in answers.items() if code not in personal}
        secret = {code: value for code, value in answers.items() if code in personal}
        self.sealed = self.account.seal(json.dumps(secret, ensure_ascii=False), "form_answer.sealed")
