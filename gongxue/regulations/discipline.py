"""The discipline text that must be shown in the notice, at arrival and during training (MG 10-15)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from .breaches import cite

RULES: tuple[tuple[str, str], ...] = (  # condensed, with every ban of the articles
    (
        "MG 10",
        "严格遵守党的纪律和法律法规，认真贯彻落实中央八项规定及其实施细则精神，"
        "严格遵守学习培训、安全保密和廉洁自律各项规定，坚决杜绝不正之风。",
    ),
    (
        "MG 11",
        "严禁在中央办公厅、国务院办公厅规定的21个风景名胜区或高档宾馆开展培训，严禁借培训之名行旅游之实，"
        "严禁在培训期间开展聚会聚餐、违规请客送礼、公款吃喝等。",
    ),
    (
        "MG 12",
        "培训机构统一安排食宿，严禁参训教师在教学活动日私自在外住宿；教学活动日一律不准饮酒，"
        "严禁参加任何形式的可能影响培训的宴请、饮酒和娱乐活动；培训机构、骨干教师和参训教师之间不得相互宴请"
        "或以集体活动为名聚餐吃请；严禁酗酒、滋事。",
    ),
    (
        "MG 13",
        "参训教师自己完成学习成果及培训考核，不准请他人代劳，不准抄袭他人成果；"
        "骨干教师和培训机构严禁以任何形式违规帮助参训教师通过培训考核或违规修改参训教师成绩等。",
    ),
    (
        "MG 14",
        "培训期间和培训结束后，严禁借培训名义谋取私利，不准以培训班名义、同学名义、师生名义等任何形式拉关系，"
        "组织联谊活动。",
    ),
    (
        "MG 15",
        "严禁接受和赠送礼品、礼金、有价证券等，不得以学习交流、对口走访等名义互请旅游。",
    ),
)

VERSION = "2022-1"  # of RULES and PLEDGE together: whoever changes a word gives a new one
PLEDGE = (
    "本人已认真阅读并知悉以上培训纪律要求，承诺在培训期间严格遵守，自觉接受培训机构的管理和监督；"
    "如有违反，愿意接受相应处理。"
)  # ours: MG 10 wants the requirements made clear, the words of a pledge are not given


class Occasion(StrEnum):
    """When the discipline is made clear (MG 10: 在发放入学通知时、参训教师入学报到时和学习培训期间)."""

    NOTICE = "notice"
    ARRIVAL = "arrival"
    TRAINING = "training"

    @property
    def title(self) -> str:  # type: ignore[override]
        """As MG 10 says."""
        return {"notice": "发放入学通知时", "arrival": "入学报到时", "training": "学习培训期间"}[self.value]


def reminder_days(first_day: date, days: int) -> tuple[date, ...]:
    """The days of a class on which the platform itself reminds: the first and the middle one.

    reading: AMB-72 MG 10 says 学习培训期间 without a number; at the beginning and once more in the middle
    """
    middle = first_day + timedelta(days=days // 2)
    return (first_day,) if middle == first_day else (first_day, middle)


def reminder_text() -> str:
    """The requirements as a message carries them."""
    rows = [f"{i}. {words}（{cite(article)}）" for i, (article, words) in enumerate(RULES, 1)]
    return "\n".join(["培训期间请遵守以下纪律要求：", *rows])
