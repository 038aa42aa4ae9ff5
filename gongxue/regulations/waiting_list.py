"""Stage 4: a seat that becomes free goes to the next of the waiting list, who answers by a moment (TR 11.3).

The texts count thirty and say nothing of a waiting list; that it moves up, and how long somebody may think, is ours.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from .breaches import Breach
from .calendar import SHANGHAI, day_of, said

# Days until the class begins → hours to answer. A teacher asks the school for leave and books the journey, therefore
# two working days; shortly before the class another must still be able to come.  # reading: AMB-63
OFFER_HOURS = ((3, 6), (10, 24))
OFFER_HOURS_USUAL = 48  # reading: AMB-63
OFFER_LEAST = timedelta(hours=2)  # an offer that nobody could answer is not made; ours
OFFER_REMINDER = timedelta(hours=3)  # before an offer ends its teacher is reminded once; ours
_EVENING, _MORNING = 22, 10  # an offer does not end at night; ours


def moving_ends(first_day: date) -> datetime:
    """The moment from which nobody moves up any more: the first minute of the day of arrival, on which the class can
    be opened and its roster becomes final."""
    return datetime.combine(first_day - timedelta(days=1), time(), SHANGHAI)


def offer_ends(now: datetime, first_day: date) -> datetime | None:
    """Until when an offered seat may be accepted; None when the class begins too soon for an answer.

    What would end between 22 and 8 o'clock ends at 10 in the morning; nothing ends after the day of arrival has begun.
    """
    left = (first_day - day_of(now)).days
    hours = next((hours for days, hours in OFFER_HOURS if left <= days), OFFER_HOURS_USUAL)
    end = (now + timedelta(hours=hours)).astimezone(SHANGHAI)
    if end.hour >= _EVENING:
        end += timedelta(days=1)
    if end.hour >= _EVENING or end.hour < _MORNING - 2:
        end = end.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    end = min(end, moving_ends(first_day))
    return end if end - now >= OFFER_LEAST else None


def offer_words(until: datetime) -> str:
    """2024年5月6日10:00."""
    local = until.astimezone(SHANGHAI)
    return f"{said(local.date())}{local:%H:%M}"


def busy_breach(name: str) -> Breach:
    """Somebody of the waiting list is in another class by now."""
    says = f"{name}在培训期间已有其他培训任务。"
    return Breach("offer.busy", "TR 11", says, "同一时间只能参加一个培训班。")


def lapsed_breach(at: datetime) -> Breach:
    """Somebody of the waiting list kept silent before; whether they come is asked by a person."""
    says = f"{said(day_of(at))}递补逾期未答复。"
    return Breach("offer.silent", "TR 11.3", says, "联系本人确认后可人工录取。")


def accepting_breaches(until: datetime | None, now: datetime, begun: bool) -> list[Breach]:
    """Why an offered seat cannot be accepted any more. begun: whether the class has begun."""
    breaches = []
    if until is not None and now > until:
        says = f"递补答复时限为{offer_words(until)}，已经过期。"
        breaches.append(Breach("offer.late", "TR 11.3", says, "名额已让给下一位候补教师，请留意后续通知。"))
    if begun:
        breaches.append(
            Breach("offer.begun", "TR 11", "培训已经开始，不再递补。", "请选择正在招生的其他班次。")
        )
    return breaches


def lapsing_breaches(until: datetime | None, now: datetime) -> list[Breach]:
    """Why an offer is not over yet."""
    if until is None or now > until:
        return []
    says = f"递补答复时限为{offer_words(until)}，尚未到期。"
    return [Breach("offer.early", "TR 11.3", says, "到期未答复的，平台自动办理。")]
