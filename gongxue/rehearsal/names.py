"""Invented people: names, ID numbers with correct check digits, phones. Seeded, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from gongxue.regulations.id_numbers import check_character

_FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志红文辉海燕春梅晓东雪峰宇浩鹏飞凯琳佳欣怡梓"
    "涵晨博瑞俊逸思源子轩雨婷慧颖丹青云天成立业永康嘉诚德才学良家兴国栋正阳振宇庆丰宏图"
)
_AREAS = ("110105", "130502", "320402", "440104", "450103", "510107", "610113", "370303", "420606", "330106")
ETHNIC = ("汉族",) * 12 + ("壮族", "回族", "满族", "苗族", "蒙古族")


class Invention:
    """A source of invented people that never repeats an ID number. `known`: whether somebody else already has it."""

    def __init__(self, seed: int, known: Callable[[str], bool] = lambda number: False) -> None:
        self.random = random.Random(seed)  # noqa: S311 — repeatable, not secret
        self._known = known
        self._given: set[str] = set()

    def name(self) -> str:
        """Two or three characters."""
        given = self.random.choice((1, 2, 2))
        return self.random.choice(_FAMILY) + "".join(self.random.choice(_GIVEN) for _ in range(given))

    def id_number(self) -> str:
        """A valid GB 11643 number of somebody born 1966-1998."""
        while True:
            born = date(1966, 1, 1) + timedelta(days=self.random.randrange(365 * 32))
            first = f"{self.random.choice(_AREAS)}{born:%Y%m%d}{self.random.randrange(1, 1000):03d}"
            number = first + check_character(first)
            if number not in self._given and not self._known(number):
                self._given.add(number)
                return number

    def phone(self) -> str:
        """199 numbers, which are not handed out to these areas."""
        return f"199{self.random.randrange(10**8):08d}"
