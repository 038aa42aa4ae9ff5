"""Answers while they are given: begun on the version in force, kept as far as they go. Whose act it is decides the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gongxue.foundation.identity.models import Account
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.official_forms.models import Answer, FormVersion
from gongxue.foundation.official_forms.portraits import latest_portrait
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import given_breaches, items_for

_PER_ITEM = 30  # characters beside the text of an item: its code, quotes, an option


@dataclass(frozen=True, slots=True)
class Offer:
    """What an answer is begun with: values, those of them that an earlier sheet gave, lines from registers by item."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    reused: tuple[str, ...] = ()
    reused_from: date | None = None
    register: Mapping[str, list[str]] = field(default_factory=dict)


def begin_answer(version: FormVersion, account: Account, level: Level | str, offer: Offer) -> Answer:
    """An answer on a version, with the photo that is on record and what is offered, as far as the version takes it.

    What was offered is kept beside it, so that the page can always say what was not typed.
    """
    form, first = version.form, dict(offer.answers)
    wrong = {breach.rule for breach in given_breaches(form, level, first)}
    taken = {code: value for code, value in first.items() if f"{form.code}.{code}" not in wrong}
    answer = Answer(version=version, account=account, level=str(level), portrait=latest_portrait(account))
    answer.offered = {
        "register": dict(offer.register),
        "reused": [code for code in offer.reused if code in taken],
        "reused_from": offer.reused_from.isoformat() if offer.reused_from else "",
    }
    answer.set_items(taken)
    answer.save()
    return answer


def last_submitted(account: Account, code: str) -> Answer | None:
    """What somebody has last submitted on a form, on whatever version."""
    rows = Answer.objects.filter(account=account, version__code=code, submitted_at__isnull=False)
    return rows.select_related("version", "account").order_by("-submitted_at", "-pk").first()


def keep_answers(answer: Answer, answers: Mapping[str, Any], role: str = "", times: int = 1) -> bool:
    """Write the answers of a draft; False when they are what is stored already.

    RuleBroken: a code is not of the form, an answer is of the wrong kind or too long. Gaps are no fault yet.
    """
    form = answer.version.form
    room = sum(item.limit + _PER_ITEM for item in items_for(form, answer.level, role, times))
    if len(str(answers)) > room:
        says, way_out = "填写内容过长。", "请按各项字数限制精简。"
        refuse_if([Breach(f"{form.code}.long", form.article, says, way_out)])
    given = {code: value for code, value in answers.items() if value not in (None, "")}
    refuse_if(given_breaches(form, answer.level, given, role, times))
    if given == answer.all_items() and answer.edition > 1:
        return False
    answer.set_items(given)
    answer.edition += 1
    answer.save(update_fields=["items", "sealed", "edition"])
    return True
