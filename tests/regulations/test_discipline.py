from __future__ import annotations

import pytest

from gongxue.regulations.discipline import RULES

TEXT = dict(RULES)

# every ban of the articles: P02-P13, G18, G19
BANS = [
    ("MG 10", "中央八项规定及其实施细则"),
    ("MG 10", "学习培训、安全保密和廉洁自律"),
    ("MG 11", "21个风景名胜区或高档宾馆"),
    ("MG 11", "借培训之名行旅游之实"),
    ("MG 11", "聚会聚餐、违规请客送礼、公款吃喝"),
    ("MG 12", "统一安排食宿"),
    ("MG 12", "私自在外住宿"),
    ("MG 12", "一律不准饮酒"),
    ("MG 12", "宴请、饮酒和娱乐活动"),
    ("MG 12", "不得相互宴请或以集体活动为名聚餐吃请"),
    ("MG 12", "严禁酗酒、滋事"),
    ("MG 13", "不准请他人代劳，不准抄袭他人成果"),
    ("MG 13", "违规帮助参训教师通过培训考核或违规修改参训教师成绩"),
    ("MG 14", "培训期间和培训结束后"),
    ("MG 14", "谋取私利"),
    ("MG 14", "培训班名义、同学名义、师生名义"),
    ("MG 15", "礼品、礼金、有价证券"),
    ("MG 15", "学习交流、对口走访等名义互请旅游"),
]


def test_the_six_articles_stand_in_their_order() -> None:  # P01
    assert [article for article, _ in RULES] == [f"MG {n}" for n in range(10, 16)]


@pytest.mark.parametrize(("article", "words"), BANS)
def test_no_ban_is_left_out(article: str, words: str) -> None:
    assert words in TEXT[article]
