"""Stage 7: who answers form 2, when results show, when a class may be closed (TR 12.3, TR 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .breaches import Breach
from .editions import Edition
from .official_forms import Form

# The items of form 2 that speak of one instructor (3.1.1-3.1.6, 3.2.1-3.2.6) and of the examiners (8, 9).
# reading: AMB-19
EXAMINER_ITEMS = ("8", "9")


def instructor_items(number: int) -> tuple[str, ...]:
    """The items about the first or the second instructor."""
    return tuple(f"3.{number}.{i}" for i in range(1, 7))


@dataclass(frozen=True, slots=True)
class Given:
    """What some trainees gave together: how many answered, and the points over all of their items."""

    answers: int
    points: int


def points_given(sheets: Iterable[tuple[Form, Mapping[str, Any]]], codes: tuple[str, ...]) -> Given:
    """The sum of the scores of some items over sheets; a sheet that leaves one of them out does not count.

    sheets: the form's version and the answers by code.
    """
    answers = points = 0
    for form, given in sheets:
        scores = [
            dict(zip(item.options, item.scores, strict=False)).get(given.get(item.code, ""))
            for item in form.items
            if item.code in codes
        ]
        if len(scores) == len(codes) and None not in scores:
            answers += 1
            points += sum(score for score in scores if score is not None)
    return Given(answers, points)


def mean_satisfaction(parts: Iterable[tuple[Given, int]], edition: Edition) -> float | None:
    """The mean of 1 to 3 over parts (what was given, number of items), every answer with the same weight.

    None under five answers: no judgement.  # reading: AMB-19
    """
    found = [(given.answers, given.points / items) for given, items in parts]
    answers = sum(n for n, _ in found)
    if answers < edition.shown_from:
        return None
    return sum(points for _, points in found) / answers


def answer_breaches(took_final: bool, answered: bool) -> list[Breach]:
    """TR 12.3: after the final assessment, once per trainee."""
    if answered:
        return [
            Breach(
                "evaluation.twice", "TR 13", "您已填写本班结束评估表。", "评估表匿名保存，无法查回或修改。"
            )
        ]
    if not took_final:
        return [
            Breach(
                "evaluation.early",
                "TR 12.3",
                "终结性考核结束后方可填写结束评估表。",
                "请在考核完成后再来填写。",
            )
        ]
    return []


def results_shown(answers: int, edition: Edition) -> bool:
    """Results appear from five answers on, so that nobody can be singled out.  # reading: AMB-19"""
    return answers >= edition.shown_from


def download_breaches(answered: bool, edition: Edition) -> list[Breach]:
    """Form 2 comes before the certificate is handed out.  # reading: AMB-17"""
    if answered or not edition.evaluation_gates_download:
        return []
    return [
        Breach(
            "certificate.form2_first",
            "TR 12.3",
            "下载证书前请先填写《工学一体化教师培训结束评估表》。",
            "约需 3 分钟，匿名保存；填写后即可下载。",
        )
    ]


def closing_breaches(confirmed: bool, certificates_due: int) -> list[Breach]:
    """A class is closed when its results are confirmed and every certificate is issued."""
    breaches = []
    if not confirmed:
        breaches.append(Breach("closing.unconfirmed", "TR 13", "成绩尚未确认。", "请先确认并报送成绩单。"))
    if certificates_due:
        breaches.append(
            Breach(
                "closing.certificates",
                "TR 12.3",
                f"还有 {certificates_due} 人未发证。",
                "请证书管理员完成发证。",
            )
        )
    return breaches
