"""Stage 4: an employer names a colleague in an admitted teacher's place, before the class begins.

The texts do not know it; employers send whom they can spare, and an admitted teacher may fall ill. Ours: the seat stays
with the first until the second is admitted, and passes over in that one act, so that nobody else can take it and there
are never thirty-one; the colleague fills in their own form 1 and is reviewed like everybody (TR 10, MG 4.4).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from .breaches import Breach
from .calendar import SHANGHAI
from .lifecycle import ApplicationState
from .waiting_list import moving_ends, offer_words

COLLEAGUE_HOURS = 72  # to fill in form 1; ours
COLLEAGUE_LEAST = timedelta(hours=4)  # a colleague who could not fill in form 1 is not named; ours
_EVENING, _MORNING = 22, 10  # it does not end at night; ours


def colleague_until(now: datetime, first_day: date) -> datetime | None:
    """Until when the colleague can submit form 1; None when the class begins too soon for it."""
    end = (now + timedelta(hours=COLLEAGUE_HOURS)).astimezone(SHANGHAI)
    if end.hour >= _EVENING:
        end += timedelta(days=1)
    if end.hour >= _EVENING or end.hour < _MORNING - 2:
        end = end.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    end = min(end, moving_ends(first_day))
    return end if end - now >= COLLEAGUE_LEAST else None


def naming_breaches(*, admitted: bool, begun: bool, until: datetime | None, state: str) -> list[Breach]:
    """Why nobody can be named in somebody's place. state: of the one who is admitted, in words."""
    if not admitted:
        says = f"该教师的申请现为“{state}”，只有已录取的教师可以由同事顶替。"
        return [Breach("colleague.admitted", "TR 11.3", says, "未录取的教师可自行退出，由同事另行报名。")]
    if begun or until is None:
        return [
            Breach(
                "colleague.late",
                "TR 11",
                "开班在即，来不及办理顶替。",
                "不能参训的请及时退出并告知培训机构。",
            )
        ]
    return []


def colleague_breaches(
    *, name: str, same_employer: bool, is_self: bool, is_actor: bool, active: bool, teaches: bool, application: str
) -> list[Breach]:  # fmt: skip
    """Why somebody cannot be the colleague. application: the state of theirs for the same class, empty without one."""
    found = []
    if is_self or not same_employer:
        says = "顶替人选应为本单位的另一名教师。"
        found.append(
            Breach("colleague.employer", "TR 附件1", says, "请从本单位教师中选择；没有账号的先报送或注册。")
        )
    if is_actor:
        says = "不能提名自己，提名即为出具单位意见。"
        found.append(Breach("colleague.own", "TR 附件1", says, "请由本单位其他人员办理。"))
    if not active:
        found.append(Breach("colleague.inactive", "MG 25.1", f"{name}的账号已停用。", "请联系部指导中心。"))
    if teaches:
        found.append(Breach("colleague.team", "TR 8", f"{name}是本班骨干教师，不能参训。", "请另选一人。"))
    if not is_self and application in (ApplicationState.ADMITTED, ApplicationState.OFFERED):
        found.append(Breach("colleague.seated", "TR 11.3", f"{name}在本班已有名额。", "请另选一人。"))
    if application == ApplicationState.REJECTED:
        found.append(Breach("colleague.rejected", "TR 10", f"{name}在本班审核未录取。", "请另选一人。"))
    return found


def named_already_breach(name: str) -> Breach:
    """Somebody is named already, in this place or another one of the class."""
    return Breach("colleague.named", "TR 11.3", f"{name}的顶替正在办理。", "请先撤回原提名。")


def leaving_breach(colleague: str, until: datetime) -> Breach:
    """Whoever is to be replaced does not leave beforehand: the seat would be anybody's."""
    says = f"单位已提名{colleague}顶替您，录取{colleague}时您的录取同时退出。"
    way = f"现在就要退出、让出名额的，请单位先撤回提名；{offer_words(until)}前未提交申请的，提名自动失效。"
    return Breach("colleague.keeps", "TR 11.3", says, way)


def late_breaches(until: datetime, now: datetime) -> list[Breach]:
    """Why the colleague cannot fill in form 1 any more."""
    if now <= until:
        return []
    says = f"顶替申请应在{offer_words(until)}前提交，已经过期。"
    return [Breach("colleague.over", "TR 11.3", says, "请与本单位联系，由单位重新提名。")]


def lapsing_breaches(*, submitted: bool, until: datetime, now: datetime, first_day: date) -> list[Breach]:
    """Why a naming is not over yet: until its moment, and once form 1 is submitted until the day of arrival."""
    ends = moving_ends(first_day) if submitted else until
    if now > ends:
        return []
    return [
        Breach(
            "colleague.early",
            "TR 11.3",
            f"顶替办理到{offer_words(ends)}为止。",
            "到期未办妥的，平台自动办理。",
        )
    ]
