"""Notices to a class, and how people of a class may reach each other. All of it ours, under MG 25 (personal values)."""

from __future__ import annotations

from enum import StrEnum

from .breaches import Breach

TITLE_LENGTH, TEXT_LENGTH = 60, 2000


class Audience(StrEnum):
    """To whom a notice goes."""

    ALL = "all"
    GROUP = "group"
    NOT_ARRIVED = "not_arrived"
    NO_PLEDGE = "no_pledge"
    NO_PRODUCT = "no_product"

    @property
    def title(self) -> str:  # type: ignore[override]
        """全班, 一个小组 …"""
        return {
            "all": "全班",
            "group": "一个小组",
            "not_arrived": "未报到的",
            "no_pledge": "未签承诺的",
            "no_product": "未交学习成果的",
        }[self.value]


def notice_breaches(title: str, text: str, audience: str, people: int) -> list[Breach]:
    """Why a notice cannot be sent. people: how many it would go to."""
    breaches = []
    if not 1 <= len(title.strip()) <= TITLE_LENGTH:
        says = f"请填写标题（{TITLE_LENGTH} 字以内）。"
        breaches.append(Breach("class_notice.title", "MG 25", says, "请填写后再发送。"))
    if not 1 <= len(text.strip()) <= TEXT_LENGTH:
        says = f"请填写内容（{TEXT_LENGTH} 字以内）。"
        breaches.append(Breach("class_notice.text", "MG 25", says, "请填写后再发送。"))
    if audience not in set(Audience):
        breaches.append(Breach("class_notice.audience", "MG 25", "没有这样的发送对象。", "请从列表中选择。"))
    elif not people:
        says = f"“{Audience(audience).title}”现在没有人。"
        way = "请选择有学员的小组，或另选发送对象。" if audience == Audience.GROUP else "请另选发送对象。"
        breaches.append(Breach("class_notice.nobody", "MG 25", says, way))
    return breaches


def contact_breaches(classmate: bool, shared: bool) -> list[Breach]:
    """Why a number is not shown: between trainees only where its owner has agreed."""
    if not classmate or shared:
        return []
    says = "对方没有同意在班内公开联系方式。"
    return [Breach("contact.not_shared", "MG 25.4", says, "请通过班务管理教师联系。")]
