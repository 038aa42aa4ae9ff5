"""A teacher's own calendar: days they cannot, next to the days that classes take (MG 9.1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.parties import actions
from gongxue.parties.forms import AwayForm
from gongxue.parties.models import Person, Unavailability
from gongxue.parties.own_entry import jobs_within
from gongxue.parties.queries import away_of, person_of
from gongxue.parties.views.months import Month, month_after, months_from
from gongxue.regulations.roles import Permission

MONTHS = 2
FURTHEST = 24  # months one may turn


def days(request: Request) -> HttpResponse:
    """The calendar: tap a day, or a first and a last one; below, what has been said so far."""
    role, today = request.role, clock.today()
    person = person_of(role.account)
    if person is None:
        raise Http404
    first = _read(request.GET.get("from", ""), today)
    last = _read(request.GET.get("to", ""), today)
    if first and last and last < first:
        first, last = last, first
    form = AwayForm(request.POST or None, initial={"first_day": first, "last_day": last or first})
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.MARK_AWAY,
                lambda: str(actions.mark_away(**form.cleaned_data, by=role, now=clock.now()).pk),
            )
            messages.success(request, "已登记。这些天不会推荐您。")
            return redirect(f"{request.path}?month={form.cleaned_data['first_day']:%Y-%m}")
    shown = {
        "form": form,
        "status": answer_status(form),
        "today": today,
        **_calendar(request, person, today, (first, last or first) if first else None),
        "tap": None if last else first,
    }
    return render(request, "parties/days.html", shown, status=answer_status(form))


def _read(text: str, today: date) -> date | None:
    """A day of the address, or None."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found >= today else None


def _calendar(
    request: Request, person: Person, today: date, chosen: tuple[date, date] | None
) -> dict[str, Any]:
    """The months on show with their marks, the ranges of days, the classes that take days."""
    here = today.replace(day=1)
    wanted = _month(request.GET.get("month", "")) or (chosen[0].replace(day=1) if chosen else here)
    start = min(max(wanted, here), month_after(here, FURTHEST))
    months = months_from(start, MONTHS)
    away = away_of(person, today)
    jobs = jobs_within(person, today, today + timedelta(days=31 * (FURTHEST + MONTHS)))
    return {
        "months": _marked(months, away, jobs, today, chosen),
        "month": start,
        "before": month_after(start, -1) if start > here else None,
        "after": month_after(start, 1) if start < month_after(here, FURTHEST) else None,
        "away": away,
        "jobs": jobs,
    }


def _marked(
    months: list[Month], away: list[Unavailability], jobs: list[tuple[str, date, date]], today: date,
    chosen: tuple[date, date] | None,
) -> list[Month]:  # fmt: skip
    marks: dict[date, str] = {}
    says: dict[date, str] = {}
    ranges = [("away", "不便", row.first_day, row.last_day) for row in away]
    ranges += [("taken", title, first, last) for title, first, last in jobs]
    for mark, words, first, last in ranges:
        for i in range((last - first).days + 1):
            marks[first + timedelta(days=i)], says[first + timedelta(days=i)] = mark, words
    return [month.marked(marks, today, says, chosen) for month in months]


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
