"""Official forms: a version is data, an answer keeps the version it was given on (TR 脚注⑦)."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from gongxue.foundation.identity.models import account_field
from gongxue.regulations.official_forms import FORMS, Form
from gongxue.regulations.official_forms.definition import form_from_data


class FormVersion(models.Model):
    """One published version of an official form."""

    REGISTER = True

    code = models.CharField("表单", max_length=20)
    number = models.PositiveSmallIntegerField("版本")
    title = models.CharField("名称", max_length=80)
    effective_from = models.DateField("施行日期")
    definition = models.JSONField("定义")

    class Meta:
        db_table = "form_version"
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="form_version_once")]

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


class Answer(models.Model):
    """The answers of one person on one version: plain items as JSON, personal items under the person's key."""

    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    account = account_field()
    level = models.CharField("级别", max_length=1)
    items = models.JSONField("答案", default=dict)
    sealed = models.BinaryField("加密答案", default=bytes)
    edition = models.PositiveIntegerField("修改次数", default=1)
    submitted_at = models.DateTimeField("提交时间", null=True)

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
