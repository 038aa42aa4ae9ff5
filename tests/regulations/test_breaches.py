from __future__ import annotations

import pytest

from gongxue.regulations.breaches import Breach, chinese_number, cite

ARTICLES = [
    ("TR 4", "技术规程第四条"),
    ("TR 11.3", "技术规程第十一条(三)"),
    ("TR 10", "技术规程第十条"),
    ("MG 25.1", "管理指南第二十五条(一)"),
    ("MG 20", "管理指南第二十条"),
    ("IP 3", "实施方案第三条"),
    ("GX 4", "广西遴选方案第四条"),
    ("TR 附件1", "技术规程附件1"),
    ("TR 脚注②", "技术规程脚注②"),
    ("GB 11643", "GB 11643"),
    ("TR", "TR"),
]
NUMERALS = [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (25, "二十五"), (99, "九十九")]


@pytest.mark.parametrize(("article", "cited"), ARTICLES)
def test_an_article_is_cited_as_an_official_writes_it(article: str, cited: str) -> None:
    assert cite(article) == cited


@pytest.mark.parametrize(("number", "numeral"), NUMERALS)
def test_numbers_are_written_as_chinese_numerals(number: int, numeral: str) -> None:
    assert chinese_number(number) == numeral


def test_no_two_numbers_share_a_numeral() -> None:
    assert len({chinese_number(n) for n in range(1, 100)}) == 99


def test_a_breach_says_why_by_which_article_and_what_to_do() -> None:
    breach = Breach("class.size", "TR 11.3", "人数超过30人。", "请另报一期。")
    assert str(breach) == "人数超过30人。（技术规程第十一条(三)）请另报一期。"


def test_a_breach_without_a_way_out_ends_with_its_article() -> None:
    assert str(Breach("x", "TR 12", "不能参加考核。")) == "不能参加考核。（技术规程第十二条）"
