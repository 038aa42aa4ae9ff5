"""What a rule answers when it says no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: which article, why (Chinese sentence) and what the user can do about it."""

    rule: str  # stable code, e.g. "enrolment.class_full"; the API carries it
    article: str  # "TR 11.3"
    says: str
    way_out: str = ""

    @property
    def cites(self) -> str:
        """The article as an official writes it: 技术规程第十一条(三)."""
        return cite(self.article)

    def __str__(self) -> str:
        return f"{self.says}（{self.cites}）{self.way_out}"


_NUMERALS = "零一二三四五六七八九"
_TEXTS = {"TR": "技术规程", "MG": "管理指南", "IP": "实施方案", "GX": "广西遴选方案"}


def chinese_number(n: int) -> str:
    """1..99 in Chinese numerals: 3 -> 三, 12 -> 十二, 25 -> 二十五."""
    tens, ones = divmod(n, 10)
    head = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return head + (_NUMERALS[ones] if ones or not tens else "")


def cite(article: str) -> str:
    """'TR 11.3' -> '技术规程第十一条(三)'; words that are no article ('GB 11643') stay as they are."""
    text, _, place = article.partition(" ")
    if text not in _TEXTS or not place:
        return article
    head, _, part = place.partition(".")
    if not head.isdigit():
        return f"{_TEXTS[text]}{place}"
    clause = f"({chinese_number(int(part))})" if part.isdigit() else part
    return f"{_TEXTS[text]}第{chinese_number(int(head))}条{clause}"
