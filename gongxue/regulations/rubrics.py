"""Rubrics 评分标准: criteria with weights, descriptors for bands of marks (TR 12.1).

评分标准见《技工院校工学一体化教师培训指导手册》 (TR 12.1). The manual is not at hand: the platform brings no official
rubric, the centre enters it. Until one is in force a sheet carries one mark.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from .breaches import Breach
from .calendar import said
from .marks import mark_breaches, parse_mark

ARTICLE = "TR 12.1"
TITLE_WIDTH, TEXT_WIDTH, CODE_WIDTH = 80, 400, 4
CRITERIA, BANDS = 20, 6  # at most
WHOLE = 100  # what the weights add up to
COMMENT_WIDTH = 300  # of one criterion


class Wish(StrEnum):
    """Whether a comment on a criterion is wanted."""

    NONE = "none"
    MAY = "may"
    MUST = "must"

    @property
    def title(self) -> str:  # type: ignore[override]
        """As the editor says it."""
        return {"none": "不写", "may": "可写", "must": "必写"}[self.value]


@dataclass(frozen=True, slots=True)
class Band:
    """Marks from `low` up to the band above, 优秀 from 90."""

    title: str
    low: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion; `levels` describes it for each band of the rubric, in the same order."""

    code: str
    title: str
    weight: int  # percent of the sheet's mark
    hint: str
    comment: str  # a Wish
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a sheet asks: where it comes from, bands from the highest, criteria in order."""

    title: str
    source: str
    official: bool  # taken from the 《培训指导手册》; False: the centre's own, or a demonstration
    bands: tuple[Band, ...]
    criteria: tuple[Criterion, ...]

    def as_data(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {
            "bands": [asdict(band) for band in self.bands],
            "criteria": [asdict(one) | {"levels": list(one.levels)} for one in self.criteria],
        }

    def described(self, one: Criterion) -> list[tuple[Band, str]]:
        """A criterion band by band, the highest first."""
        return list(zip(self.bands, one.levels, strict=True))

    @property
    def kind(self) -> str:
        """官方评分标准, or not."""
        return "官方评分标准" if self.official else "非官方评分标准"

    @property
    def weights(self) -> int:
        """The sum of the weights; 100 in every published rubric."""
        return sum(one.weight for one in self.criteria)


USUAL_BANDS = (Band("优秀", 90), Band("良好", 75), Band("合格", 60), Band("不合格", 0))


def empty_rubric(title: str) -> Rubric:
    """What the centre begins with when nothing is published yet: bands, one criterion without words."""
    return Rubric(
        title, "", False, USUAL_BANDS, (Criterion("1", "", WHOLE, "", Wish.MAY, ("",) * len(USUAL_BANDS)),)
    )


def rubric_from_data(data: Mapping[str, Any]) -> Rubric:
    """What `as_data` gave. ValueError for anything that has not this shape."""
    try:
        bands = tuple(Band(str(one["title"]), _whole(one["low"])) for one in data["bands"])
        criteria = tuple(
            Criterion(
                str(one["code"]), str(one["title"]), _whole(one["weight"]), str(one["hint"]), Wish(one["comment"]).value,
                tuple(map(str, one["levels"])),
            )
            for one in data["criteria"]
        )  # fmt: skip
        return Rubric(str(data["title"]), str(data["source"]), data["official"] is True, bands, criteria)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no rubric") from error


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is wanted")
    return value


def written(data: Mapping[str, Any]) -> tuple[Rubric | None, list[Breach]]:
    """A rubric as somebody wrote it, however unfinished; breaches when it cannot even be kept."""
    try:
        rubric = rubric_from_data(data)
    except ValueError:
        return None, [_breach("shape", "评分标准的内容不完整，不能识别。", "请在编写页面上修改。")]
    texts = [rubric.title, rubric.source, *(band.title for band in rubric.bands)]
    for one in rubric.criteria:
        texts += [one.title, one.hint, *one.levels]
    if any(len(text) > TEXT_WIDTH for text in texts) or len(rubric.title) > TITLE_WIDTH:
        return None, [_breach("long", f"有一处文字超过 {TEXT_WIDTH} 字。", "请精简后再保存。")]
    codes = [one.code for one in rubric.criteria]
    if len(set(codes)) < len(codes) or not all(0 < len(code) <= CODE_WIDTH for code in codes):
        return None, [_breach("codes", "评分项的编号重复或过长。", "请重新打开编写页面。")]
    if not (0 < len(rubric.bands) <= BANDS and 0 < len(codes) <= CRITERIA):
        says = f"等级最多 {BANDS} 个，评分项最多 {CRITERIA} 项，且至少各一。"
        return None, [_breach("size", says, "请增删后再保存。")]
    if any(len(one.levels) != len(rubric.bands) for one in rubric.criteria):
        return None, [_breach("levels", "有评分项的等级描述与等级数不符。", "请重新打开编写页面。")]
    return rubric, []


def _breach(rule: str, says: str, way_out: str) -> Breach:
    return Breach(f"rubric.{rule}", ARTICLE, says, way_out)


def draft_breaches(rubric: Rubric) -> list[Breach]:
    """Everything that hinders publishing."""
    found = [_breach("title", "还没有写名称。", "请填写评分标准名称。")] if not rubric.title.strip() else []
    if not rubric.source.strip():
        found.append(_breach("source", "还没有写依据。", "请写明出自哪份文件、哪一页。"))
    found += _band_breaches(rubric.bands)
    for n, one in enumerate(rubric.criteria, 1):
        found += _criterion_breaches(n, one, rubric.bands)
    if rubric.weights != WHOLE:
        says = f"各项权重合计 {rubric.weights}，不是 {WHOLE}。"
        found.append(_breach("weights", says, f"请调整权重，使合计为 {WHOLE}。"))
    titles = [one.title.strip() for one in rubric.criteria if one.title.strip()]
    if len(set(titles)) < len(titles):
        found.append(_breach("same_title", "有两个评分项同名。", "请改名或合并。"))
    return found


def _band_breaches(bands: Sequence[Band]) -> list[Breach]:
    found = []
    if any(not band.title.strip() for band in bands):
        found.append(_breach("band_title", "有等级没有名称。", "请填写等级名称。"))
    lows = [band.low for band in bands]
    falling = all(a > b for a, b in itertools.pairwise(lows))
    if not falling or lows[0] > WHOLE or lows[-1] != 0:
        says = "等级的最低分应从高到低排列，最后一个等级从 0 分起。"
        found.append(_breach("band_low", says, "请改正等级的最低分。"))
    return found


def _criterion_breaches(n: int, one: Criterion, bands: Sequence[Band]) -> Iterator[Breach]:
    if not one.title.strip():
        yield _breach(f"criterion.{one.code}", f"第 {n} 项没有写评分内容。", "请填写或删去该项。")
    if not 1 <= one.weight <= WHOLE:
        says = f"第 {n} 项权重为 {one.weight}，应为 1 至 {WHOLE} 的整数。"
        yield _breach(f"criterion.{one.code}", says, "请改正权重。")
    if missing := [band.title for band, text in zip(bands, one.levels, strict=True) if not text.strip()]:
        says = f"第 {n} 项缺少等级描述：{'、'.join(missing)}。"
        yield _breach(f"criterion.{one.code}", says, "请为每个等级写明表现。")


def publishing_breaches(
    rubric: Rubric, last: Rubric | None, *, effective_from: date, last_from: date | None, today: date
) -> list[Breach]:
    """Why a rubric may not be published now: unfinished, nothing differs, the day is not ahead.

    It begins on a later day, so that which rubric an attempt has is known before anybody scores on that day.
    """
    found = draft_breaches(rubric)
    if last == rubric:
        found.append(_breach("same", "与上一版没有任何不同。", "无需发布；如需修改请继续编写。"))
    if effective_from <= today:
        found.append(
            _breach("day", f"启用日期 {said(effective_from)}不在今天之后。", "请从明天或以后的日期起启用。")
        )
    if last_from is not None and effective_from <= last_from:
        says = f"上一版自 {said(last_from)}起启用，新版须晚于它。"
        found.append(_breach("day_order", says, "请选择更晚的日期。"))
    return found


# Sheets -------------------------------------------------------------------------------------------------------------


def weighted_mark(rubric: Rubric, marks: Mapping[str, Decimal]) -> Decimal:
    """The sheet's mark: the weighted sum of the criteria, 0 to 100, one decimal, half up.

    marks: criterion code → 0 to 100. KeyError when one is missing.  # reading: AMB-07
    """
    total = sum((Fraction(marks[one.code]) * one.weight for one in rubric.criteria), Fraction(0)) / WHOLE
    return (Decimal(total.numerator) / Decimal(total.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def sheet_breaches(rubric: Rubric, marks: Mapping[str, str], comments: Mapping[str, str]) -> list[Breach]:
    """Every reason why a sheet with these typed marks and comments cannot be signed; `rule` ends in the code."""
    found = draft_sheet_breaches(rubric, marks, comments)
    for one in rubric.criteria:
        if not marks.get(one.code, "").strip(" "):
            says = f"“{one.title}”还没有评分。"
            found.append(Breach(f"sheet.mark.{one.code}", ARTICLE, says, "请逐项评分后再签名提交。"))
        if one.comment == Wish.MUST and not comments.get(one.code, "").strip():
            says = f"“{one.title}”要求写评语。"
            found.append(Breach(f"sheet.comment.{one.code}", ARTICLE, says, "请写一句依据。"))
    return found


def draft_sheet_breaches(
    rubric: Rubric, marks: Mapping[str, str], comments: Mapping[str, str]
) -> list[Breach]:
    """What cannot even be kept: an unknown criterion, a mark that is none, a comment too long or not asked for."""
    known = {one.code: one for one in rubric.criteria}
    found = [
        Breach("sheet.criterion", ARTICLE, f"没有编号为“{code[:8]}”的评分项。", "请刷新页面后再评。")
        for code in sorted(marks.keys() | comments.keys())
        if code not in known
    ]
    for code, one in known.items():
        if text := marks.get(code, "").strip(" "):
            found += [
                Breach(f"sheet.mark.{code}", ARTICLE, f"“{one.title}”：{breach.says}", breach.way_out)
                for breach in mark_breaches(text)
            ]
        if len(comments.get(code, "")) > COMMENT_WIDTH:
            says = f"“{one.title}”的评语超过 {COMMENT_WIDTH} 字。"
            found.append(Breach(f"sheet.comment.{code}", ARTICLE, says, "请精简。"))
        if one.comment == Wish.NONE and comments.get(code, "").strip():
            says = f"“{one.title}”不写评语。"
            found.append(Breach(f"sheet.comment.{code}", ARTICLE, says, "请写在总评中。"))
    return found


def parsed_marks(rubric: Rubric, marks: Mapping[str, str]) -> dict[str, Decimal]:
    """code → mark of those criteria that are marked."""
    found = {one.code: parse_mark(marks.get(one.code, "")) for one in rubric.criteria}
    return {code: mark for code, mark in found.items() if mark is not None}


# Two versions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where, what, and the words before and after."""

    where: str
    what: str
    before: str
    after: str


def differences(old: Rubric, new: Rubric) -> list[Difference]:
    """Everything that differs between two rubrics, criteria told apart by their codes."""
    found = [
        Difference("名称和依据", what, a, b)
        for what, a, b in (
            ("名称", old.title, new.title),
            ("依据", old.source, new.source),
            ("性质", old.kind, new.kind),
        )
        if a != b
    ]
    if old.bands != new.bands:
        found.append(Difference("等级", "等级", _bands_said(old.bands), _bands_said(new.bands)))
    before, after = ({one.code: one for one in rubric.criteria} for rubric in (old, new))
    for code, one in before.items():
        if code not in after:
            found.append(Difference(one.title, "删去", f"权重 {one.weight}", ""))
    for code, two in after.items():
        if code not in before:
            found.append(Difference(two.title, "新增", "", f"权重 {two.weight}"))
        else:
            found += _criterion_differences(before[code], two, new.bands)
    kept = [code for code in before if code in after]
    if kept != [code for code in after if code in before]:
        found.append(Difference("评分项", "顺序", "", ""))
    return found


def _bands_said(bands: Sequence[Band]) -> str:
    return "、".join(f"{band.title}（{band.low} 分起）" for band in bands)


def _criterion_differences(old: Criterion, new: Criterion, bands: Sequence[Band]) -> Iterator[Difference]:
    pairs = [
        ("评分内容", old.title, new.title),
        ("权重", str(old.weight), str(new.weight)),
        ("提示", old.hint, new.hint),
        ("评语", Wish(old.comment).title, Wish(new.comment).title),
    ]
    for n in range(max(len(old.levels), len(new.levels))):
        title = bands[n].title if n < len(bands) else f"第 {n + 1} 级"
        pairs.append((f"{title}的表现", _at(old.levels, n), _at(new.levels, n)))
    for what, a, b in pairs:
        if a != b:
            yield Difference(new.title or old.title, what, a, b)


def _at(texts: Sequence[str], n: int) -> str:
    return texts[n] if n < len(texts) else ""
